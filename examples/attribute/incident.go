package main

import (
	"fmt"
	"io"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/internal/scenario"
)

// claimsOrPublic has two claims checked if there are none: the one that was made in
// public, and one that shows what it may have been mistaken for.
func (cfg *config) claimsOrPublic() {
	if len(cfg.claims) == 0 {
		majority := attribution.Majority("RU")
		cfg.claims = []attribution.Claim{majority, majority.Of(attribution.Events)}
	}
}

// simulate counts the built-in attack and says on w what it is. A program of
// your own has real traffic and no need for this file.
//
// The sources are drawn from the embedded database, so that another one, given
// with -db, shows how far the two agree.
func simulate(tally *attribution.Tally, w io.Writer) error {
	table, err := dbip.Table()
	if err != nil {
		return err
	}
	attack, err := scenario.MailBomb{}.Build(scenario.NewPopulation(table, nil))
	if err != nil {
		return err
	}
	burst := attack.Bursts()[0]
	var attempts uint64
	for e := range attack.Events() {
		// Everyday traffic surrounds the attack. Telling them apart is what -burst
		// does; here the target and the seconds are known.
		if !burst.Covers(&e) {
			continue
		}
		tally.AddFlow(flowOf(&e))
		tally.ExtendSpan(e.Time, e.Time)
		attempts += e.Events
	}
	_, err = fmt.Fprintf(w, `Simulated attack: %s connection attempts on %s in %.0f seconds.
It is shaped like one on an internet provider in New Caledonia in May 2024, about
which the first claim below was made. No packet was recorded.

`, group(attempts), burst.Targets[0], burst.End.Sub(burst.Onset).Seconds())
	return err
}

// flowOf is an event of a scenario as a collector would see it.
func flowOf(e *scenario.Event) attribution.Flow {
	return attribution.Flow{
		Source: e.Source, Events: e.Events, Bytes: e.Bytes,
		Handshake: e.Established, Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
	}
}
