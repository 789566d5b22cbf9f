package attribution_test

import (
	"math/rand/v2"
	"slices"
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
		{501, 1, attribution.Inadmissible, attribution.Inadmissible, false}, // the reason says it
		{100, 10, attribution.Supported, attribution.Inadmissible, true},
	} {
		for _, proven := range []bool{false, true} {
			tally := emptyTally(attribution.Options{Key: world.Key(1), AssumeHandshake: proven})
			for i := range 1000 {
				f := attribution.Flow{Source: apart("RU", i), Protocol: 17, SourcePort: 40_000 + uint16(i)}
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

// Reflectors of a service that nobody has listed have its port in common, whether packets
// come in one tally or in many, exact or beyond.
func TestOneSourcePort(t *testing.T) {
	flow := func(i int, port uint16) attribution.Flow {
		return attribution.Flow{Source: apart([]string{"RU", "RU", "US"}[i%3], i), Protocol: 17, SourcePort: port}
	}
	for _, c := range []struct {
		name    string
		n       int
		port    func(i int) uint16
		reflect bool
	}{
		{"IKE", 25, func(int) uint16 { return 500 }, true},
		{"BACnet", 25, func(int) uint16 { return 47808 }, true},
		{"a service of tomorrow", 30, func(int) uint16 { return 44_818 }, true},
		{"a service of tomorrow, beyond", 3000, func(int) uint16 { return 44_818 }, true},
		{"too few to tell", 29, func(int) uint16 { return 44_818 }, false},
		{"bots", 3000, func(i int) uint16 { return uint16(32_768 + i*7919%28_232) }, false},
	} {
		whole, parts := emptyTally(least), []attribution.Snapshot{}
		for i := range c.n {
			f, part := flow(i, c.port(i)), emptyTally(least)
			whole.AddFlow(f)
			if c.n <= 30 {
				part.AddFlow(f)
				parts = append(parts, part.Snapshot())
			}
		}
		v := ask(whole.Snapshot(), "majority RU")
		if got := v.Reason == caveat.Reflection; got != c.reflect || has(v, caveat.ReflectionUntested) {
			t.Errorf("%s: %v, want a reflection: %v", c.name, v, c.reflect)
		}
		if len(parts) > 0 {
			slices.Reverse(parts)
			mustEqual(t, c.name+", merged", must(attribution.Merge(parts...)), whole.Snapshot())
		}
	}
}

// Forged packets are no answers of servers, whatever port they bear.
func TestForgedAnswers(t *testing.T) {
	w := world.Real(t)
	for _, port := range []uint16{53, 44_818} {
		tally := must(attribution.NewTally(w.Table, attribution.Options{Key: world.Key(1)}))
		for _, a := range world.Forge(rand.New(rand.NewPCG(83, 84)), 5000, nil) {
			tally.AddFlow(attribution.Flow{Source: a, Protocol: 17, SourcePort: port})
		}
		if v := ask(tally.Snapshot(), "majority US"); v.Outcome != attribution.Inadmissible || v.Reason != caveat.Spoofed {
			t.Errorf("from port %d: %v", port, v)
		}
	}
}

// A verdict says that reflection was not tested, unless a handshake or what was sent shows
// that nine in ten sources are none.
func TestReflectionUntested(t *testing.T) {
	unknown := attribution.Flow{}
	for _, c := range []struct {
		name    string
		known   attribution.Flow
		unknown int // of 1,000
		want    bool
	}{
		{"nothing is known", unknown, 1000, true},
		{"protocols alone", attribution.Flow{Protocol: 17}, 0, true},
		{"ports without protocols", attribution.Flow{SourcePort: 53}, 0, true},
		{"ICMP", attribution.Flow{Protocol: 1}, 0, true},
		{"handshakes", attribution.Flow{Handshake: true}, 0, false},
		{"connections", attribution.Flow{Protocol: 6, TCPFlags: 0x1b}, 0, false},
		{"one in ten is unknown", attribution.Flow{Protocol: 6, TCPFlags: 2}, 100, false},
		{"a few more", attribution.Flow{Protocol: 6, TCPFlags: 2}, 101, true},
	} {
		tally := emptyTally(least)
		for i := range 1000 {
			f := c.known
			if i < c.unknown {
				f = unknown
			}
			f.Source = apart("RU", i)
			tally.AddFlow(f)
		}
		if v := ask(tally.Snapshot(), "majority RU"); has(v, caveat.ReflectionUntested) != c.want {
			t.Errorf("%s: %v", c.name, v)
		}
	}
	sketches := fromSketches(1, spread(least, map[string]int{"RU": 600}).Sketches())
	if v := ask(sketches, "majority RU"); !has(v, caveat.ReflectionUntested) {
		t.Errorf("registers alone: %v", v)
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
