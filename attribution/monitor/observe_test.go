package monitor

import (
	"bytes"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// assorted returns events of all kinds: of both families, without source, target or time,
// out of order, late, far ahead, with volumes, facts and sampling rates.
func assorted(seed uint64, n int) []Event {
	rng := rand.New(rand.NewPCG(seed, 5))
	events := make([]Event, n)
	now := 0.
	for i := range events {
		now += rng.ExpFloat64() / 40
		e := &events[i]
		e.Time = at(now - rng.ExpFloat64())
		switch rng.IntN(8) {
		case 0:
			e.Source = world.IP6(rng.IntN(2000))
		case 1:
			e.Source = netip.AddrFrom16(world.IP("US", rng.IntN(500)).As16()) // mapped
		case 2:
			e.Source = netip.Addr{}
		default:
			e.Source = world.IP("RU", rng.IntN(9000))
		}
		if k := rng.IntN(40); k < 30 {
			e.Target = TargetName(string(rune('a' + k)))
		} else if k < 33 {
			e.Target = TargetAddr(world.IP("FR", k))
		}
		if rng.IntN(3) == 0 {
			e.Events, e.Bytes = rng.Uint64N(5), rng.Uint64N(1500)
			e.Handshake, e.Protocol, e.SourcePort = rng.IntN(9) == 0, 17, uint16(52+rng.IntN(3))
		}
		switch rng.IntN(300) {
		case 0:
			e.Time = time.Time{}
		case 1:
			e.Time = at(now - 45)
		case 2:
			e.Time = at(now + 1000)
		case 3:
			e.Time = at(now - 2000)
		case 4:
			e.Events, e.Bytes = math.MaxUint64, math.MaxUint64
		case 5:
			e.SamplingRate = 100
		}
	}
	return events
}

// sameInBatches asserts that it does not matter how a stream is cut into batches: the state is
// the same to the last byte. check sees each monitor in the end.
func sameInBatches(t *testing.T, seed uint64, events []Event, o Options, check func(m *Monitor)) {
	t.Helper()
	checkpoint := func(cut func() int) []byte {
		m := newMonitorWith(world.Table(), o)
		for rest := events; len(rest) > 0; {
			n := min(cut(), len(rest))
			m.Observe(rest[:n]...)
			rest = rest[n:]
		}
		check(m)
		return checkpointOf(t, m).Bytes()
	}
	one := checkpoint(func() int { return 1 })
	rng := rand.New(rand.NewPCG(seed, 6))
	for name, cut := range map[string]func() int{
		"all at once": func() int { return len(events) },
		"of 256":      func() int { return 256 },
		"at random":   func() int { return 1 + rng.IntN(700) },
	} {
		if !bytes.Equal(checkpoint(cut), one) {
			t.Errorf("seed %d: batches %s leave another state than single events", seed, name)
		}
	}
}

// Batches do not matter for all traffic and for every target, exact or not.
func TestBatches(t *testing.T) {
	for seed := range uint64(4) {
		o := Options{Targets: 16 + int(seed), Tally: attribution.Options{SampleSize: 1024}}
		sameInBatches(t, seed, assorted(seed, 12_000), o, func(m *Monitor) {
			s, r := m.Stats(), reportOf(everything(m))
			lost := uint64(0)
			for _, n := range r.Lost {
				lost += n
			}
			if r.Records+lost != s.Records+uint64(s.Waiting) ||
				s.Late == 0 || s.Undated == 0 || r.Lost[attribution.LostUnread] == 0 {
				t.Errorf("seed %d: %d records and %v lost of %+v", seed, r.Records, r.Lost, s)
			}
		})
	}
}

// What is counted of a target is what one tally of its events counts.
func TestTargetsCountWhatATallyCounts(t *testing.T) {
	events := within(assorted(9, 9000), begin, at(400))
	o := Options{Targets: 64, AllowedLateness: 80 * time.Second, Retention: time.Hour}
	m := newMonitorWith(world.Table(), o)
	m.Observe(events...)
	for _, target := range []Target{TargetName("a"), TargetName("q"), TargetAddr(world.IP("FR", 31))} {
		tally := must(attribution.NewTally(world.Table(), m.options.Tally))
		tracked := false // from its first event with a source on
		for _, e := range events {
			if tracked = tracked || e.Target == target && e.Source.IsValid(); tracked && e.Target == target {
				tally.AddFlow(e.Flow)
			}
		}
		s, tracked := m.TargetSnapshot(target)
		got, want := reportOf(s), reportOf(tally.Snapshot())
		got.From, got.To = want.From, want.To // those of whole intervals
		if !tracked || got.String() != want.String() || got.Records != want.Records ||
			got.Lost[attribution.LostUnread] != want.Lost[attribution.LostUnread] || got.Bytes != want.Bytes {
			t.Errorf("%v:\n%v %v\nwant\n%v %v", target, got, got.Lost, want, want.Lost)
		}
	}
}
