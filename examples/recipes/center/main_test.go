package main

import (
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// A flood that comes by halves through two gateways is told as one burst, though the second gateway is silent later.
func TestCenter(t *testing.T) {
	key, begin := world.Key(5), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	options := monitor.Options{Interval: window, Tally: attribution.Options{Key: key}}
	var bursts []monitor.Burst
	watching := options
	watching.Notify = func(b monitor.Burst) { bursts = append(bursts, b) }
	names := []string{"paris", "rome"}
	f := world.Must(fleet.New(fleet.Options{
		KeyID: key.ID(), Precision: sketch.MinPrecision, Window: window, Nodes: names,
	}))
	feed := fleet.NewFeed(f, world.Must(monitor.New(world.Embedded(), watching)), 3*window)

	var monitors []*monitor.Monitor
	var nodes []*fleet.Node
	for _, name := range names {
		m := world.Must(monitor.New(world.Embedded(), options))
		monitors, nodes = append(monitors, m), append(nodes, world.Must(fleet.NewNode(m, window, name, 1)))
	}
	mailbox, ticks := monitor.TargetName("mailbox-1@lagoon.example"), make(chan time.Time, 1)
	for i := range 240 {
		now := begin.Add(time.Duration(i) * window)
		for which, m := range monitors {
			for j := range 20 {
				m.Observe(monitor.Event{Time: now, Target: mailbox, Flow: attribution.Flow{Source: world.IP("RU", j)}})
			}
			if i >= 190 && i < 195 {
				for j := range 400 {
					source := world.IP("RU", 1000+2*(400*i+j)+which)
					m.Observe(monitor.Event{Time: now, Target: mailbox, Flow: attribution.Flow{Source: source}})
				}
			}
			m.Advance(now)
			if which == 1 && i > 236 {
				continue
			}
			for e := range nodes[which].Envelopes() {
				if _, err := f.Put(e); err != nil {
					t.Fatal(err)
				}
				nodes[which].Taken(e)
			}
		}
	}
	go func() {
		for i := range 250 {
			ticks <- begin.Add(time.Duration(i) * window)
		}
		close(ticks)
	}()
	run(feed, ticks)
	if len(bursts) == 0 {
		t.Fatal("no burst")
	}
	last := bursts[len(bursts)-1]
	for _, b := range bursts {
		if b.ID != last.ID {
			t.Errorf("more than one burst: %v", b)
		}
	}
	if len(last.Children) != 1 || last.Children[0].Target != mailbox || !last.Final || last.Report.Sources.Value < 4000 {
		t.Errorf("%v of %v sources at %v", last, last.Report.Sources, last.Children)
	}
}
