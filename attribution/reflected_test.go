package attribution_test

import (
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Reflectors answered requests of somebody else. No claim is about that one.
func TestReflectionScenarios(t *testing.T) {
	o := attribution.Options{Key: world.Key(1)}
	for _, b := range []scenario.Reflection{{Seed: 1}, {Seed: 2, TCP: true}} {
		r := reportOn(played(t, o, b).Snapshot(), "majority US", "majority US of events", "majority US of bytes")
		for _, v := range r.Verdicts {
			if v.Outcome != attribution.Inadmissible || v.Reason != caveat.Reflection || v.Caveats[0].Value != 1 {
				t.Errorf("%+v: %v", b, v)
			}
		}
		if r.Plausibility.Reflectors != 1 {
			t.Errorf("%+v: %v of the sources are reflectors", b, r.Plausibility.Reflectors)
		}
	}
	r := reportOn(played(t, o, scenario.Botnet{Seed: 3, Sources: 2000}).Snapshot(), "majority RU")
	v, share := r.Verdicts[0], r.Plausibility.Reflectors
	if v.Outcome != attribution.Supported || has(v, caveat.ReflectorsPresent) || share != 0 {
		t.Errorf("bots are taken for reflectors: %v", v)
	}
}

// A minority of reflectors is mentioned; one that makes most events rules out claims on
// these. A handshake with a reflector changes nothing: its address was never in doubt.
func TestSomeReflectors(t *testing.T) {
	for _, c := range []struct {
		reflectors      int
		events          uint64
		sources, volume attribution.Outcome
		caveat          bool
	}{
		{0, 1, attribution.Supported, attribution.Supported, false},
		{10, 1, attribution.Supported, attribution.Supported, false},
		{11, 1, attribution.Supported, attribution.Supported, true},
		{500, 1, attribution.Supported, attribution.Supported, true},
		{501, 1, attribution.Inadmissible, attribution.Inadmissible, true},
		{100, 10, attribution.Supported, attribution.Inadmissible, true},
	} {
		for _, proven := range []bool{false, true} {
			tally := emptyTally(attribution.Options{Key: world.Key(1), AssumeHandshake: proven})
			for i := range 1000 {
				f := attribution.Flow{Source: apart("RU", i), Protocol: 17, SourcePort: 40_000}
				if i < c.reflectors {
					f.SourcePort, f.Events = 123, c.events
				}
				tally.AddFlow(f)
			}
			r := reportOn(tally.Snapshot(), "majority RU", "majority RU of events")
			s, e := r.Verdicts[0], r.Verdicts[1]
			if s.Outcome != c.sources || e.Outcome != c.volume || has(s, caveat.ReflectorsPresent) != c.caveat {
				t.Errorf("%d reflectors with %d events each, proven %v: %v\n%v", c.reflectors, c.events, proven, s, e)
			}
		}
	}
}

// Where most of the events come through a proxy, or a handful of sources make thousands each,
// claims are ruled out or have a caveat.
func TestHidingBehindOthers(t *testing.T) {
	flows := func(n int, events uint64, code string) func(*attribution.Tally) {
		return func(t *attribution.Tally) {
			for i := range n {
				t.AddFlow(attribution.Flow{Source: apart(code, i), Events: events})
			}
		}
	}
	type parts = []func(*attribution.Tally)
	for _, c := range []struct {
		name   string
		parts  parts
		reason caveat.Code // that rules out every unit
		many   bool        // MANY_PER_SOURCE
	}{
		{"proxy", parts{flows(3, 1001, "reserved"), flows(100, 30, "RU")}, caveat.ProxyInFront, false},
		{"half of it through a proxy", parts{flows(3, 1000, "reserved"), flows(100, 30, "RU")}, "", false},
		{"gateways", parts{flows(10, 1000, "RU")}, "", true},
		{"gateways, not so busy", parts{flows(10, 999, "RU")}, "", false},
		{"many busy sources", parts{flows(30, 1000, "RU")}, "", false},
	} {
		tally := emptyTally(least)
		for _, add := range c.parts {
			add(tally)
		}
		for _, v := range reportOn(tally.Snapshot(), "majority RU", "majority RU of events").Verdicts {
			if v.Reason != c.reason || has(v, caveat.ManyPerSource) != c.many {
				t.Errorf("%s: %v, want %q", c.name, v, c.reason)
			}
		}
	}
}
