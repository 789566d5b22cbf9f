package scenario

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/oracle"
)

// builders are all scenarios, and variants of those that have choices. Each is
// built with the seed given.
func builders(t testing.TB, seed uint64) map[string]Builder {
	table, _ := testTables()
	nc := origin(t, "NC")
	public := func(a netip.Addr) bool { return table.Lookup(a) != geo.Reserved }
	return map[string]Builder{
		"MailBomb":             MailBomb{Seed: seed},
		"Botnet":               Botnet{Seed: seed},
		"Botnet/of choice":     Botnet{Seed: seed, Sources: 5001, Origin: nc, Share: 0.3, Unlocated: 0.05, IPv6: 0.25, Repeat: 3},
		"SingleSource":         SingleSource{Seed: seed},
		"SpoofedFlood":         SpoofedFlood{Seed: seed},
		"SpoofedFlood/mixed":   SpoofedFlood{Seed: seed, Sources: 8000, Real: 0.75, Origin: nc, Share: 0.6},
		"SpoofedFlood/public":  SpoofedFlood{Seed: seed, Sources: 8000, Real: 0.1, Allow: public},
		"SpoofedFlood/no bots": SpoofedFlood{Seed: seed, Sources: 100, Allow: public},
		"Reflection":           Reflection{Seed: seed},
		"FlashCrowd":           FlashCrowd{Seed: seed},
		"QuietDay":             QuietDay{Seed: seed},
	}
}

func build(t testing.TB, b Builder) *Scenario {
	t.Helper()
	s, err := b.Build(testPopulation())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The truth that a scenario states is what the oracle counts in its stream.
func TestTruth(t *testing.T) {
	table, _ := testTables()
	for name, b := range builders(t, 1) {
		t.Run(name, func(t *testing.T) {
			s := build(t, b)
			truth := s.Truth()
			all, burst := oracle.New(table.Lookup, 64), oracle.New(table.Lookup, 64)
			var last time.Time
			for e := range s.Events() {
				if e.Time.Before(last) {
					t.Fatalf("event at %v after one at %v", e.Time, last)
				}
				last = e.Time
				if e.Events == 0 || e.Bytes == 0 || e.Target == "" || !e.Source.IsValid() {
					t.Fatalf("event %+v", e)
				}
				all.Add(e.Source, e.Events, e.Bytes)
				if e.Target == truth.Target && !e.Time.Before(truth.Onset) && e.Time.Before(truth.End) {
					burst.Add(e.Source, e.Events, e.Bytes)
				}
			}
			compare(t, "all", &truth.All, all)
			compare(t, "burst", &truth.Burst, burst)
		})
	}
}

func compare(t *testing.T, what string, c *Counts, tally *oracle.Tally) {
	t.Helper()
	for i := range geo.MaxOrigins {
		o := geo.Origin(i)
		v := tally.Volume(o)
		if c.Sources[o] != uint64(tally.Distinct(o)) || c.Events[o] != v.Events || c.Bytes[o] != v.Bytes {
			t.Errorf("%s, %v: stated %d sources, %d events, %d bytes; counted %d, %d, %d",
				what, o, c.Sources[o], c.Events[o], c.Bytes[o], tally.Distinct(o), v.Events, v.Bytes)
		}
	}
}

// Package geo is not taken at its word either: the oracle places a sample of
// each scenario's sources by looking at every range.
func TestTruthWithoutLookup(t *testing.T) {
	table, _ := testTables()
	locator := oracle.NewLocator(table.Ranges())
	for name, b := range builders(t, 2) {
		n := 0
		for e := range build(t, b).Events() {
			key := oracle.Key(e.Source, 64)
			if got, want := table.Lookup(key), locator.Locate(key); got != want {
				t.Errorf("%s: %v is of %v, not %v", name, key, want, got)
			}
			if n++; n == 300 {
				break
			}
		}
	}
}

func TestEventsAreDetermined(t *testing.T) {
	other := builders(t, 2)
	again := builders(t, 1)
	for name, b := range builders(t, 1) {
		s := build(t, b)
		if n := firstDifference(s.Events(), s.Events()); n >= 0 {
			t.Errorf("%s: event %d differs when ranged over again", name, n)
		}
		if n := firstDifference(s.Events(), build(t, again[name]).Events()); n >= 0 {
			t.Errorf("%s: event %d differs when built again", name, n)
		}
		if n := firstDifference(s.Events(), build(t, other[name]).Events()); n < 0 || n > 10 {
			t.Errorf("%s: another seed gives the same events (difference at %d)", name, n)
		}
	}
}

// firstDifference returns where two streams part, or -1.
func firstDifference(a, b iter.Seq[Event]) int {
	next, stop := iter.Pull(b)
	defer stop()
	n := 0
	for x := range a {
		if y, ok := next(); !ok || x != y {
			return n
		}
		n++
	}
	if _, ok := next(); ok {
		return n
	}
	return -1
}

func TestEventsStopEarly(t *testing.T) {
	for name, b := range builders(t, 1) {
		s := build(t, b)
		for _, want := range []int{1, 2, 77} {
			n := 0
			for range s.Events() {
				if n++; n == want {
					break
				}
			}
			if n != want {
				t.Errorf("%s: %d events, want %d", name, n, want)
			}
		}
	}
}

func TestMailBomb(t *testing.T) {
	s := build(t, MailBomb{})
	truth := s.Truth()
	ru := origin(t, "RU")
	burst := &truth.Burst
	if n := burst.Distinct(); n != 6000 || burst.Sources[ru] != 2220 || burst.Sources[geo.Unlocated] != 120 {
		t.Errorf("%d sources in the burst, %d of RU, %d unlocated", n, burst.Sources[ru], burst.Sources[geo.Unlocated])
	}
	if burst.Sources[geo.Reserved] != 12 {
		t.Errorf("%d reserved sources in the burst, want 12", burst.Sources[geo.Reserved])
	}
	for o, n := range burst.Sources {
		if geo.Origin(o) != ru && n >= burst.Sources[ru] {
			t.Errorf("%v is larger than RU", geo.Origin(o))
		}
	}
	if total := sum(burst.Events[:]); total != 95_000 || burst.Events[ru]*2 <= total {
		t.Errorf("%d of %d events from RU, want a majority of 95,000", burst.Events[ru], total)
	}
	if d := truth.End.Sub(truth.Onset); d != 8*time.Second {
		t.Errorf("the burst lasts %v", d)
	}
	before, after, v6 := 0, 0, 0
	targets := map[string]bool{}
	for e := range s.Events() {
		if e.Time.Before(truth.Onset) {
			before++
		}
		if !e.Time.Before(truth.End) {
			after++
		}
		if e.Source.Is6() && e.Target == truth.Target {
			v6++
		}
		targets[e.Target] = true
	}
	if before < 5000 || after < 1000 || len(targets) < 300 || v6 < 1000 {
		t.Errorf("%d events before, %d after, %d targets, %d IPv6 events in the burst", before, after, len(targets), v6)
	}
}

func TestBotnetShare(t *testing.T) {
	nc, ru := origin(t, "NC"), origin(t, "RU")
	for _, c := range []struct {
		b    Botnet
		o    geo.Origin
		want uint64
	}{
		{Botnet{}, ru, 5200},
		{Botnet{Sources: 999}, ru, 519},
		{Botnet{Sources: 1000, Origin: nc, Share: 0.4995}, nc, 500},
		{Botnet{Sources: 1000, Origin: nc}, nc, 0},
		{Botnet{Sources: 1000, Origin: nc, Share: 1}, nc, 1000},
	} {
		truth := build(t, c.b).Truth()
		if got := truth.Burst.Sources[c.o]; got != c.want {
			t.Errorf("%+v: %d sources of %v, want %d", c.b, got, c.o, c.want)
		}
	}
	truth := build(t, Botnet{Sources: 1000, Repeat: 4, IPv6: 0.5}).Truth()
	if n := sum(truth.All.Events[:]); n != 4000 {
		t.Errorf("%d events of 1000 sources with 4 each", n)
	}
}

func TestSingleSource(t *testing.T) {
	truth := build(t, SingleSource{}).Truth()
	ru := origin(t, "RU")
	if n := truth.Burst.Distinct(); n != 501 || truth.Burst.Share(ru) > 0.03 {
		t.Errorf("%d sources, %.3f of RU", n, truth.Burst.Share(ru))
	}
	if total := sum(truth.Burst.Events[:]); truth.Burst.Events[ru] < total*99/100 {
		t.Errorf("%d of %d events from RU", truth.Burst.Events[ru], total)
	}
}

func TestSpoofedFlood(t *testing.T) {
	table, routed := testTables()
	near := func(what string, got, want, tolerance float64) {
		t.Helper()
		if math.Abs(got-want) > tolerance {
			t.Errorf("%s: %.4f, want about %.4f", what, got, want)
		}
	}
	pure := build(t, SpoofedFlood{Sources: 100_000})
	truth := pure.Truth()
	if truth.Spoofed != 1 {
		t.Errorf("%v of a pure flood is spoofed", truth.Spoofed)
	}
	// Of 2^32 addresses 13.8 % are reserved; four standard deviations.
	near("reserved", float64(truth.All.Sources[geo.Reserved])/100_000, 0.13800, 0.0044)
	var addrs []netip.Addr
	for e := range pure.Events() {
		addrs = append(addrs, e.Source)
	}
	want := 100_000.0 * 99_999 / 2 / (1 << 24)
	near("pairs in a /24", float64(pairs(addrs, 24)), want, 5*math.Sqrt(want))

	onlyRouted := func(a netip.Addr) bool { return routed.Lookup(a).IsCountry() }
	for e := range build(t, SpoofedFlood{Sources: 2000, Allow: onlyRouted}).Events() {
		if !onlyRouted(e.Source) {
			t.Fatalf("%v got through", e.Source)
		}
	}

	mixed := build(t, SpoofedFlood{Sources: 10_000, Real: 0.9}).Truth()
	near("spoofed", mixed.Spoofed, 0.1, 0)
	if n := build(t, SpoofedFlood{Sources: 100, Real: 1}).Truth(); n.Spoofed != 0 || n.Burst.Distinct() != 100 {
		t.Errorf("%d sources without forgery, %v spoofed", n.Burst.Distinct(), n.Spoofed)
	}

	_, err := SpoofedFlood{Sources: 10, Allow: func(netip.Addr) bool { return false }}.Build(NewPopulation(table, nil))
	if !errors.Is(err, ErrTooFew) {
		t.Errorf("error %v when nothing gets through, want %v", err, ErrTooFew)
	}
	for _, real := range []float64{-0.5, 1.5} {
		if _, err := (SpoofedFlood{Real: real}).Build(testPopulation()); err == nil {
			t.Errorf("no error for a share of %v", real)
		}
	}
}

// No forged address is one that a real source has.
func TestForgersAvoidTaken(t *testing.T) {
	table, _ := testTables()
	f := &forgers{events: 50, order: newPermutation(testPopulation().Sampler(1).rng), taken: &keySet{}, table: table}
	var want []uint64
	for i := range uint32(60) {
		if key := uint64(f.order.at(i)); i%6 == 2 {
			f.taken.add(key)
		} else {
			want = append(want, key)
		}
	}
	if !f.enough() {
		t.Fatal("not enough addresses")
	}
	next := f.start(nil)
	for i, key := range want {
		if from := next(); from.key != key || from.number != i || !from.forged {
			t.Fatalf("forgery %d is %+v, want key %d", i, from, key)
		}
	}
}

func TestFlashCrowdAndQuietDay(t *testing.T) {
	nc := origin(t, "NC")
	crowd := build(t, FlashCrowd{}).Truth()
	if crowd.Burst.Distinct() < 20_000 || crowd.Burst.Share(nc) < 0.5 || crowd.Spoofed != 0 {
		t.Errorf("a crowd of %d, %.2f of NC", crowd.Burst.Distinct(), crowd.Burst.Share(nc))
	}
	s := build(t, QuietDay{})
	truth := s.Truth()
	if truth.Target != "" || !truth.Onset.IsZero() || !truth.End.IsZero() || truth.Burst != (Counts{}) {
		t.Error("a quiet day has a burst")
	}
	hours := make([]int, 24)
	for e := range s.Events() {
		hours[int(e.Time.Sub(begin)/time.Hour)]++
	}
	least, most := hours[0], hours[0]
	for _, n := range hours {
		least, most = min(least, n), max(most, n)
	}
	if r := float64(most) / float64(least); r < 3 || r > 5 {
		t.Errorf("events by hour %v: the busiest has %.1f times the quietest, want about 4", hours, r)
	}
}

func TestBuildErrors(t *testing.T) {
	small := NewPopulation(compile([]testNetwork{{netip.MustParsePrefix("5.8.0.0/24"), "NC"}}), nil)
	for name, b := range builders(t, 1) {
		s, err := b.Build(small)
		if name == "SpoofedFlood" || name == "SpoofedFlood/no bots" {
			if err != nil { // it needs no networks
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if s != nil || !errors.Is(err, ErrTooFew) {
			t.Errorf("%s: error %v from a table of 256 addresses, want %v", name, err, ErrTooFew)
		}
	}
}

func sum(list []uint64) (n uint64) {
	for _, x := range list {
		n += x
	}
	return n
}

func ExampleMailBomb() {
	table, _ := testTables()
	incident, err := MailBomb{}.Build(NewPopulation(table, nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	ru, _ := geo.ParseOrigin("RU")
	truth := incident.Truth()
	fmt.Printf("%d sources hit %s, %.0f %% of them in %v\n",
		truth.Burst.Distinct(), truth.Target, 100*truth.Burst.Share(ru), ru.Name())
	// Output: 6000 sources hit mailbox-400@lagoon.example, 37 % of them in Russia
}

func BenchmarkBotnet(b *testing.B) {
	b.Run("step=build", func(b *testing.B) {
		for b.Loop() {
			build(b, Botnet{Sources: 100_000, IPv6: 0.1})
		}
	})
	b.Run("step=play", func(b *testing.B) {
		s := build(b, Botnet{Sources: 100_000, IPv6: 0.1})
		for b.Loop() {
			for range s.Events() {
			}
		}
	})
}
