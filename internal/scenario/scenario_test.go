package scenario

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
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
		"MailBomb": MailBomb{Seed: seed},
		"Botnet":   Botnet{Seed: seed},
		"Botnet/of choice": Botnet{
			Seed: seed, Sources: 5001, Origin: nc, Share: 0.3, Unlocated: 0.05, IPv6: 0.25, Repeat: 3},
		"Botnet/sparse":        Botnet{Seed: seed, Sources: 400, Origin: nc, Share: 0.1, Unlocated: 0.1, Sparse: true},
		"Botnet/small":         Botnet{Seed: seed, Sources: 3, Repeat: 40},
		"SingleSource":         SingleSource{Seed: seed},
		"SpoofedFlood":         SpoofedFlood{Seed: seed},
		"SpoofedFlood/mixed":   SpoofedFlood{Seed: seed, Sources: 8000, Real: 0.75, Origin: nc, Share: 0.6},
		"SpoofedFlood/public":  SpoofedFlood{Seed: seed, Sources: 8000, Real: 0.1, Allow: public},
		"SpoofedFlood/no bots": SpoofedFlood{Seed: seed, Sources: 100, Allow: public},
		"SpoofedFlood/sparse":  SpoofedFlood{Seed: seed, Sources: 500, Real: 0.9, Origin: nc, Share: 0.1, Sparse: true},
		"Reflection":           Reflection{Seed: seed},
		"Reflection/SYN-ACK":   Reflection{Seed: seed, Sources: 1001, TCP: true},
		"FlashCrowd":           FlashCrowd{Seed: seed},
		"Quiet":                Quiet{Seed: seed, Rate: 1},
		"SlowRamp":             SlowRamp{Seed: seed, Sources: 2000},
		"PulseWave":            PulseWave{Seed: seed, Sources: 2000},
		"CarpetFlood":          CarpetFlood{Seed: seed, Sources: 2000},
		"TwoVictims":           TwoVictims{Seed: seed},
		"Overlay": Overlay{Quiet: FlashCrowd{Seed: seed}, Bursts: []Part{
			{MailBomb{Seed: seed}, 3 * time.Minute},
			{SpoofedFlood{Seed: seed, Sources: 3000, Real: 0.5, Allow: public}, 20 * time.Minute},
			{TwoVictims{Seed: seed}, 25 * time.Minute},
		}},
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
			truth := s.Bursts()
			all := oracle.New(table.Lookup, 64)
			var bursts []*oracle.Tally
			for range truth {
				bursts = append(bursts, oracle.New(table.Lookup, 64))
			}
			in := map[netip.Addr]int{} // source to the number of its burst
			var last time.Time
			s.play(func(p *player) bool {
				e := p.event
				if e.Time.Before(last) {
					t.Fatalf("event at %v after one at %v", e.Time, last)
				}
				last = e.Time
				if e.Events == 0 || e.Bytes == 0 || e.Target == "" || !e.Source.IsValid() {
					t.Fatalf("event %+v", e)
				}
				all.Add(e.Source, e.Events, e.Bytes)
				key := oracle.Key(e.Source, 64)
				if n, known := in[key]; known && (n == 0) != (p.burst == 0) {
					t.Fatalf("%v is in a burst and in everyday traffic", key)
				}
				in[key] = p.burst
				if p.burst > 0 {
					bursts[p.burst-1].Add(e.Source, e.Events, e.Bytes)
					if !truth[p.burst-1].Covers(&e) {
						t.Fatalf("event %+v lies outside of its burst", e)
					}
				}
				return true
			})
			total := s.Total()
			compare(t, "all", &total, all)
			for i, b := range truth {
				compare(t, fmt.Sprintf("burst %d", i), &b.Counts, bursts[i])
				if b.Distinct() == 0 {
					t.Errorf("burst %d is empty", i)
				}
			}
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
		events := slices.Collect(first(s))
		if !slices.Equal(events, slices.Collect(first(s))) {
			t.Errorf("%s: events differ when ranged over again", name)
		}
		if !slices.Equal(events, slices.Collect(first(build(t, again[name])))) {
			t.Errorf("%s: events differ when built again", name)
		}
		for e := range build(t, other[name]).Events() {
			if e.Source == events[0].Source {
				t.Errorf("%s: another seed begins with the same source", name)
			}
			break
		}
	}
}

// first yields the first events of a scenario.
func first(s *Scenario) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		n := 0
		for e := range s.Events() {
			if n++; n > 20_000 || !yield(e) {
				return
			}
		}
	}
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
	for _, b := range incident.Bursts() {
		fmt.Printf("%d sources hit %s, %.0f %% of them in %v\n",
			b.Distinct(), b.Targets[0], 100*b.Share(ru), ru)
	}
	// Output: 6000 sources hit mailbox-400@lagoon.example, 37 % of them in RU
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
