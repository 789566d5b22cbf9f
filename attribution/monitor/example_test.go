package monitor_test

import (
	"fmt"
	"log"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/internal/scenario"
)

// hit returns what an attack hits.
func hit(b monitor.Burst) (targets []monitor.Target) {
	if !b.Target.IsZero() {
		targets = append(targets, b.Target)
	}
	for _, c := range b.Children {
		targets = append(targets, c.Target)
	}
	return targets
}

// A mail bomb on one of hundreds of mailboxes. Its events are simulated; a program
// makes them from what it reads.
func ExampleMonitor() {
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	incident, err := scenario.MailBomb{}.Build(scenario.NewPopulation(table, nil))
	if err != nil {
		log.Fatal(err)
	}

	m, err := monitor.New(table, monitor.Options{
		Tally:  attribution.Options{SampleSize: 65_536}, // counts them one by one
		Claims: []attribution.Claim{attribution.Majority("RU"), attribution.Plurality("RU")},
		Notify: func(b monitor.Burst) {
			if !b.Final && b.Interim <= 2 {
				fmt.Printf("%v: %d sources by %v\n", hit(b), b.Report.Sources.Value, b.End.Format(time.TimeOnly))
				for _, v := range b.Report.Verdicts {
					fmt.Printf("%v: %v so far\n", v.Claim, v.Outcome)
				}
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for e := range incident.Events() {
		m.Observe(monitor.Event{
			Time:   e.Time,
			Target: monitor.ParseTarget(e.Target),
			Flow:   attribution.Flow{Source: e.Source, Events: e.Events, Bytes: e.Bytes},
		})
	}

	seven := time.Date(2024, 5, 21, 7, 0, 0, 0, time.UTC)
	before, err := m.Snapshot(seven, seven.Add(10*time.Minute)).Report(attribution.Policy{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("before:", before.Countries[0].Origin, before.Sources.Value, "sources")
	fmt.Println("under attack:", m.Bursting(monitor.TargetName("mailbox-400@lagoon.example")))
	// Output:
	// [mailbox-400@lagoon.example]: 20 sources by 07:11:24
	// RU > 50% of sources: undecided so far
	// plurality RU: undecided so far
	// [mailbox-400@lagoon.example]: 6099 sources by 07:11:30
	// RU > 50% of sources: refuted so far
	// plurality RU: supported so far
	// before: NC 1188 sources
	// under attack: true
}
