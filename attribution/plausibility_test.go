package attribution

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/scenario"
)

func TestPlausibility(t *testing.T) {
	several := func(n int, events uint64, addr func(i int) netip.Addr) func(*Tally) {
		return func(t *Tally) {
			for i := range n {
				t.AddN(addr(i), events, 0)
			}
		}
	}
	both := func(parts ...func(*Tally)) func(*Tally) {
		return func(t *Tally) {
			for _, p := range parts {
				p(t)
			}
		}
	}
	ru := func(i int) netip.Addr { return ip("RU", i) }
	reserved := func(i int) netip.Addr { return ip("reserved", i) }
	cut := func(i int) netip.Addr { return ip("RU", i<<8) }
	cut6 := func(i int) netip.Addr { return ip6(i << 16) }
	for _, c := range []struct {
		name            string
		count           func(*Tally)
		sources, events Code // reason that makes a claim inadmissible; "" for none
		caveat          Code // that a claim on events then has; "" for none of these
	}{
		{"plain", several(100, 1, ru), "", "", ""},
		{"last octets zeroed", several(100, 1, cut), Anonymised, "", Anonymised},
		{"last octets zeroed, few", several(enoughToTell-1, 1, cut), "", "", ""},
		{"one in twenty is whole", both(several(95, 1, cut), several(5, 1, ru)), Anonymised, "", Anonymised},
		{"one in ten is whole", both(several(90, 1, cut), several(10, 1, ru)), "", "", ""},
		{"IPv6 cut to /48", several(100, 1, cut6), Anonymised, "", Anonymised},
		{"IPv6 in one /48", several(100, 1, ip6), "", "", ""},
		{"IPv6 cut, a minority", both(several(40, 1, cut6), several(100, 1, ru)), "", "", Anonymised},
		{"proxy", both(several(3, 1001, reserved), several(100, 30, ru)), ProxyInFront, ProxyInFront, ""},
		{"half of it through a proxy", both(several(3, 1000, reserved), several(100, 30, ru)), "", "", ""},
		{"gateways", several(10, 1000, ru), "", "", ManyPerSource},
		{"gateways, not so busy", several(10, 999, ru), "", "", ""},
		{"many busy sources", several(30, 1000, ru), "", "", ""},
	} {
		tally := NewTally(testTable(), Options{Key: testKey(1)})
		c.count(tally)
		r := tally.Report()
		for _, half := range []struct {
			unit Unit
			want Code
		}{{OfSources, c.sources}, {OfEvents, c.events}} {
			v := r.Check(Majority("RU").Of(half.unit))
			if (v.Decision == Inadmissible) != (half.want != "") || half.want != "" && v.Caveats[0].Code != half.want {
				t.Errorf("%s, %v: %v, want reason %q", c.name, half.unit, v, half.want)
			}
			if half.unit == OfEvents && half.want == "" {
				for _, code := range []Code{Anonymised, ManyPerSource, ProxyInFront} {
					if has(v, code) != (code == c.caveat) {
						t.Errorf("%s: %v, want caveat %q", c.name, v, c.caveat)
					}
				}
			}
		}
	}
}

// Where addresses are not kept, nothing is said of their form.
func TestPlausibilityWithoutAddresses(t *testing.T) {
	tally := NewTally(testTable(), Options{Key: testKey(1), DropAddresses: true})
	for i := range 100 {
		tally.Add(ip("RU", i<<8))
	}
	if v := tally.Report().Check(Majority("RU")); v.Decision != Supported || has(v, Anonymised) {
		t.Error(v)
	}
}

// played counts a scenario as a collector of flows would.
func played(t *testing.T, o Options, b scenario.Builder) *Tally {
	t.Helper()
	w := realWorld(t)
	s, err := b.Build(w.population)
	if err != nil {
		t.Fatal(err)
	}
	tally := NewTally(w.table, o)
	for e := range s.Events() {
		tally.AddFlow(flowOf(&e))
	}
	return tally
}

func flowOf(e *scenario.Event) Flow {
	return Flow{
		Source: e.Source, Events: e.Events, Bytes: e.Bytes, Handshake: e.Established,
		Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
	}
}

func TestReflectionScenarios(t *testing.T) {
	o := Options{Key: testKey(1)}
	for _, b := range []scenario.Reflection{{Seed: 1}, {Seed: 2, TCP: true}} {
		r := played(t, o, b).Report()
		for u := range Unit(len(unitNames)) {
			v := r.Check(Majority("US").Of(u))
			if v.Decision != Inadmissible || v.Caveats[0].Code != Reflection || v.Caveats[0].Value != 1 {
				t.Errorf("%+v: %v", b, v)
			}
		}
		if s := r.String(); !strings.HasPrefix(s, "Reflectors, not attackers: ") {
			t.Errorf("%+v: the table is titled %.60q", b, s)
		}
	}
	r := played(t, o, scenario.Botnet{Seed: 3, Sources: 2000}).Report()
	if v := r.Check(Majority("RU")); v.Decision != Supported || has(v, ReflectorsPresent) || strings.Contains(r.String(), "Reflectors") {
		t.Errorf("bots are taken for reflectors: %v", v)
	}
}

// A minority of reflectors is mentioned; one that makes most events rules out
// claims on these.
func TestSomeReflectors(t *testing.T) {
	tally := func(reflectors int, events uint64) *Tally {
		t := NewTally(testTable(), Options{Key: testKey(1)})
		for i := range 1000 {
			f := Flow{Source: ip("RU", i), Events: 1, Protocol: udp, SourcePort: 40_000}
			if i < reflectors {
				f.SourcePort, f.Events = 123, events
			}
			t.AddFlow(f)
		}
		return t
	}
	for _, c := range []struct {
		reflectors      int
		events          uint64
		sources, volume Decision
		caveat          bool
	}{
		{0, 1, Supported, Supported, false},
		{10, 1, Supported, Supported, false},
		{11, 1, Supported, Supported, true},
		{500, 1, Supported, Supported, true},
		{501, 1, Inadmissible, Inadmissible, false},
		{100, 10, Supported, Inadmissible, true},
	} {
		r := tally(c.reflectors, c.events).Report()
		s, e := r.Check(Majority("RU")), r.Check(Majority("RU").Of(OfEvents))
		if s.Decision != c.sources || e.Decision != c.volume || has(s, ReflectorsPresent) != c.caveat {
			t.Errorf("%d reflectors with %d events each: %v\n%v", c.reflectors, c.events, s, e)
		}
	}
}
