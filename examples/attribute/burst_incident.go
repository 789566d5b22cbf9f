package main

import (
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/internal/scenario"
)

// play has the built-in attack found in the everyday traffic around it. A program
// of your own has real traffic and no need for this file.
func (w *watcher) play() error {
	const before, after = time.Hour, 12 * time.Minute
	table, err := dbip.Table()
	if err != nil {
		return err
	}
	traffic, err := scenario.Overlay{
		Quiet:  scenario.Quiet{Rate: 8, Noise: 0.15, Targets: 60},
		Bursts: []scenario.Part{{Builder: scenario.MailBomb{}, After: before}},
	}.Build(scenario.NewPopulation(table, nil))
	if err != nil {
		return err
	}
	notes := w.cfg.output.notes(w.system)
	_, err = fmt.Fprintf(notes, `Simulated traffic: %s of everyday requests, and in it a burst that is shaped like
an attack on an internet provider in New Caledonia in May 2024. No packet was
recorded.

`, compact(before+after))
	if err != nil {
		return err
	}
	end := traffic.Bursts()[0].End.Add(after)
	for e := range traffic.Events() {
		if e.Time.After(end) {
			break
		}
		w.feed.Observe(monitor.Event{Time: e.Time, Target: monitor.ParseTarget(e.Target), Flow: flowOf(&e)})
	}
	w.feed.Flush()
	return w.err
}
