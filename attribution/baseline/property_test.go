package baseline_test

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// traffic is some flows of sources that are drawn at random, from a span of numbers.
func traffic(rng *rand.Rand, flows, from, span int) []attribution.Flow {
	codes := []string{"RU", "US", "CN", "FR", "", "reserved"}
	list := make([]attribution.Flow, flows)
	for i := range list {
		a := at(codes[rng.IntN(len(codes))], from+rng.IntN(span))
		if rng.IntN(10) == 0 {
			a = world.IP6(from + rng.IntN(span))
		}
		list[i] = attribution.Flow{
			Source: a, Events: 1 + rng.Uint64N(9), Bytes: rng.Uint64N(5000), Handshake: rng.IntN(20) == 0,
		}
	}
	return list
}

func counted(o attribution.Options, flows []attribution.Flow) attribution.Snapshot {
	t := must(attribution.NewTally(world.Table(), o))
	t.AddFlows(flows)
	return t.Snapshot()
}

// sources are those of a sample, by prefix.
func sources(s attribution.Snapshot) map[netip.Prefix]attribution.Source {
	all := map[netip.Prefix]attribution.Source{}
	for src := range s.Sample() {
		all[src.Prefix] = src
	}
	return all
}

func enriched(t *testing.T, s attribution.Snapshot) attribution.Snapshot {
	t.Helper()
	return must(s.Enrich(attribution.Enrichment{
		Databases: []*geo.Table{world.Other()}, Lists: listOf("5.0.0.0/9"),
		ASNs: world.ASNs(t, map[string]uint32{"5.0.0.0/10": 64500, "3.0.0.0/8": 64501, "2a02::/32": 64502}),
	}))
}

// Of exact snapshots the result is the plain difference of sets, with everything that is
// known of each source.
func TestSubtractIsTheSetDifference(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 71))
	for range 200 {
		span := 1 + rng.IntN(400)
		burst := counted(small, traffic(rng, rng.IntN(700), span/2, span))
		if rng.IntN(2) == 0 {
			burst = enriched(t, burst)
		}
		usual := counted(small, traffic(rng, rng.IntN(700), 0, span))
		want, before := sources(burst), sources(usual)
		for prefix := range before {
			delete(want, prefix)
		}
		got := must(baseline.Subtract(burst, usual))
		if !reflect.DeepEqual(sources(got), want) {
			t.Fatalf("got %v, want %v", sources(got), want)
		}
		r := must(got.Report(attribution.Policy{}))
		n, events := uint64(0), uint64(0)
		for _, s := range want {
			if s.Origin != geo.Reserved {
				n++
				events += s.Events
			}
		}
		if want := (attribution.Count{Value: n, Low: n, High: n, Exact: true}); r.Sources != want || r.Events != events {
			t.Fatalf("%v sources, %d events, want %v and %d", r.Sources, r.Events, want, events)
		}
	}
}

// state is a size of two sides: within the exact state, at its end, and far beyond.
type state struct {
	flows, span int
	crowd       int // reserved sources in the burst
	method      baseline.Method
}

var states = []state{
	{300, 200, 0, baseline.Counting},
	{1_200, 160, 0, baseline.Counting},
	{3_000, 2_000, 0, baseline.Sampling},
	{40_000, 20_000, 0, baseline.Sampling},
	{3_000, 2_000, 60_000, baseline.Registers},
}

func (s state) sides(rng *rand.Rand) (burst, usual []attribution.Flow) {
	burst, usual = traffic(rng, s.flows, s.span/2, s.span), traffic(rng, s.flows, 0, s.span)
	for i := range s.crowd {
		burst = append(burst, attribution.Flow{Source: at("reserved", fresh+i)})
	}
	return burst, usual
}

// The order in which sources came, and how the snapshots came about, change nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 71))
	for _, s := range states {
		burst, usual := s.sides(rng)
		want := must(baseline.Subtract(counted(small, burst), counted(small, usual)))
		for range 3 {
			rng.Shuffle(len(burst), func(i, j int) { burst[i], burst[j] = burst[j], burst[i] })
			half := len(usual) / 2
			merged := must(attribution.Merge(counted(small, usual[half:]), counted(small, usual[:half])))
			got := must(baseline.Subtract(decoded(t, counted(small, burst)), merged))
			if encoded(got) != encoded(want) {
				t.Errorf("%d flows: another order gives another difference", s.flows)
			}
		}
	}
}

// Nothing is left of what is subtracted from itself.
func TestSubtractingItselfLeavesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 71))
	for _, s := range states {
		flows, _ := s.sides(rng)
		same := enriched(t, counted(small, flows))
		d := must(baseline.Subtract(same, same))
		r := must(d.Report(attribution.Policy{}))
		if len(sources(d)) != 0 || r.Sources.Value != 0 || len(r.Countries) != 0 {
			t.Errorf("%d flows: %v is left", s.flows, r)
		}
	}
}

// A difference reports the same after the wire, and so does everything compared with it.
func TestDifferenceAfterTheWire(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 71))
	claims := []attribution.Claim{
		attribution.Majority("RU"), attribution.Plurality("US"), attribution.MoreThan(10, "CN").Outside(),
	}
	for _, s := range states {
		flows, before := s.sides(rng)
		burst, usual := enriched(t, counted(small, flows)), counted(small, before)
		d := must(baseline.Subtract(burst, usual))
		back := decoded(t, d)
		want := must(d.Report(attribution.Policy{}, claims...))
		if got := must(back.Report(attribution.Policy{}, claims...)); !reflect.DeepEqual(got, want) {
			t.Errorf("%d flows: %v became %v", s.flows, want, got)
		}
		if encoded(back) != encoded(d) {
			t.Errorf("%d flows: other bytes after the wire", s.flows)
		}
		n := must(baseline.Compare(burst, usual, attribution.Policy{}, claims...))
		if n.Method != s.method || !reflect.DeepEqual(n.Report, want) {
			t.Errorf("%d flows: compared by %s %v, subtracted %v", s.flows, n.Method, n.Report, want)
		}
		got := must(baseline.Compare(decoded(t, burst), decoded(t, usual), attribution.Policy{}, claims...))
		if !reflect.DeepEqual(got, n) {
			t.Errorf("%d flows: %v after the wire, %v before", s.flows, got, n)
		}
	}
}

// An estimated difference is no count: it does not merge, and the error says so. An exact one
// is a set of sources like any other.
func TestDifferencesDoNotMerge(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 71))
	for _, s := range states {
		burst, before := s.sides(rng)
		usual := counted(small, before)
		d := must(baseline.Subtract(counted(small, burst), usual))
		exact := must(d.Report(attribution.Policy{})).Sources.Exact
		tally := must(attribution.NewTally(world.Table(), small))
		tally.AddFlows(burst)
		unmerged := encoded(tally.Snapshot())
		_, first := attribution.Merge(d, usual)
		_, second := attribution.Merge(usual, d)
		errs := []error{first, second, tally.Merge(d)}
		if exact {
			if slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
				t.Errorf("%d flows: an exact difference does not merge: %v", s.flows, errs)
			}
			continue
		}
		for _, err := range errs {
			var mismatch *sketch.MismatchError
			if !errors.As(err, &mismatch) || mismatch.What != "content" ||
				!strings.Contains(err.Error(), "counts") || !strings.Contains(err.Error(), "difference of two snapshots") {
				t.Errorf("%d flows: %v", s.flows, err)
			}
		}
		if encoded(tally.Snapshot()) != unmerged {
			t.Errorf("%d flows: a tally changed by a merge that failed", s.flows)
		}
		whole, err := attribution.Merge(d, attribution.Snapshot{})
		if err != nil || encoded(whole) != encoded(d) {
			t.Errorf("%d flows: merged with nothing: %v", s.flows, err)
		}
	}
}

// Neither side is written, so that many may read them. Dropped addresses change nothing but
// what needs addresses.
func TestNothingIsWritten(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 71))
	for _, s := range states {
		flows, before := s.sides(rng)
		burst, usual := enriched(t, counted(small, flows)), counted(small, before)
		unread, unwritten := encoded(burst), encoded(usual)
		want := must(baseline.Compare(burst, usual, attribution.Policy{}))
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				n, err := baseline.Compare(burst, usual, attribution.Policy{})
				if err != nil || !reflect.DeepEqual(n, want) {
					t.Errorf("%d flows: read by many: %v, %v", s.flows, n, err)
				}
			})
		}
		wait.Wait()
		if encoded(burst) != unread || encoded(usual) != unwritten {
			t.Errorf("%d flows: a snapshot was written", s.flows)
		}

		without := must(baseline.Subtract(burst.WithoutAddresses(), usual))
		if encoded(without) != encoded(must(baseline.Subtract(burst, usual)).WithoutAddresses()) {
			t.Errorf("%d flows: without addresses another difference", s.flows)
		}
		n := must(baseline.Compare(burst, usual.WithoutAddresses(), attribution.Policy{}))
		if !reflect.DeepEqual(n, want) {
			t.Errorf("%d flows: against a baseline without addresses: %v, want %v", s.flows, n, want)
		}
	}
}
