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
			if !b.Final && b.Interim == 1 {
				fmt.Printf("%d sources by %v\n", b.Report.Sources.Value, b.End.Format(time.TimeOnly))
				for _, c := range b.Children {
					fmt.Printf("%v: %d events of %d\n", c.Target, c.Events, b.Report.Events)
				}
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
	// 6099 sources by 07:11:30
	// mailbox-400@lagoon.example: 91959 events of 92047
	// RU > 50% of sources: refuted so far
	// plurality RU: supported so far
	// before: NC 1188 sources
	// under attack: true
}
