package monitor

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/scenario"
)

// stream returns n events in order, over so many seconds, from so many sources.
func stream(seed uint64, n, sources int, seconds float64) []Event {
	rng := rand.New(rand.NewPCG(seed, 1))
	events := make([]Event, n)
	for i := range events {
		events[i] = Event{Time: at(seconds * float64(i) / float64(n)), Flow: flowOf(ip(rng.IntN(sources)))}
		if seed%2 == 1 {
			events[i].Events, events[i].Bytes = uint64(rng.IntN(3)), rng.Uint64N(1500)
		}
	}
	return events
}

// within returns the events with times in [from, to).
func within(events []Event, from, to time.Time) []Event {
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool {
		return e.Time.Before(from) || !e.Time.Before(to)
	})
}

// Any range of intervals gives, to the last byte, what one tally of the same events
// gives, exact or not.
func TestReportOfARange(t *testing.T) {
	for _, sources := range []int{50, 3000, 60_000} {
		for seed := range uint64(2) {
			events := stream(seed, 40_000, sources, 600)
			m := newMonitor(Options{})
			m.Observe(events...)
			sameSnapshot(t, "everything", everything(m), oneTally(m, events))
			for _, r := range [][2]float64{{0, 10}, {30, 90}, {31, 89}, {0, 600}, {550, 600}, {590, 900}, {300, 300}} {
				from, to := at(r[0]), at(r[1])
				in := within(events, from.Truncate(10*time.Second), to.Add(10*time.Second-1).Truncate(10*time.Second))
				sameSnapshot(t, from.Format(time.TimeOnly), m.Snapshot(from, to), oneTally(m, in))
			}
			report := reportOf(m.Snapshot(at(30), at(530)))
			if exact := sources < 4096; report.Sources.Exact != exact {
				t.Errorf("%d sources: exact is %v", sources, report.Sources.Exact)
			}
			if report.From.Before(at(30)) || !report.To.Before(at(530)) {
				t.Errorf("the report spans %v to %v", report.From, report.To)
			}
		}
	}
}

// A monitor counts what a scenario says.
func TestScenarioCounts(t *testing.T) {
	s := must(scenario.MailBomb{Seed: 1}.Build(testPopulation()))
	m := newMonitor(Options{Tally: attribution.Options{SampleSize: 65_536}})
	for e := range s.Events() {
		m.Observe(eventOf(e))
	}
	truth := s.Total()
	r := reportOf(everything(m))
	if r.Sources.Value != truth.Distinct() || !r.Sources.Exact {
		t.Errorf("%d sources, want %d", r.Sources.Value, truth.Distinct())
	}
	for _, row := range r.Countries {
		if row.Events != truth.Events[row.Origin] || row.Bytes != truth.Bytes[row.Origin] {
			t.Errorf("%v: %d events, %d bytes, want %d, %d",
				row.Origin, row.Events, row.Bytes, truth.Events[row.Origin], truth.Bytes[row.Origin])
		}
	}
}

// How a stream is cut into batches does not matter, nor in which order events
// within the lateness come.
func TestOrderAndBatches(t *testing.T) {
	events := stream(1, 20_000, 5000, 300)
	one := newMonitor(Options{})
	for _, e := range events {
		one.Observe(e)
	}
	shuffled := slices.Clone(events)
	const block = 500 // 7.5 seconds, less than the lateness
	rng := rand.New(rand.NewPCG(3, 3))
	for i := 0; i < len(shuffled); i += block {
		part := shuffled[i:min(i+block, len(shuffled))]
		rng.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
	}
	many := newMonitor(Options{})
	many.Observe(shuffled...)
	sameSnapshot(t, "shuffled", many.Snapshot(at(50), at(100)), one.Snapshot(at(50), at(100)))
	if a, b := one.Stats(), many.Stats(); a != b || a.Late != 0 || a.Records != uint64(len(events)) {
		t.Errorf("stats %+v and %+v", a, b)
	}
}

func TestRetention(t *testing.T) {
	events := stream(0, 30_000, 1000, 3000)
	m := newMonitor(Options{Retention: 10 * time.Minute})
	m.Observe(events...)
	s := m.Stats()
	if s.Oldest != at(3000-20-600) {
		t.Errorf("retained from %v, want %v", s.Oldest, at(3000-20-600))
	}
	sameSnapshot(t, "retained", everything(m), oneTally(m, within(events, s.Oldest, at(3000))))
	if s.SnapshotBytes == 0 || s.SnapshotBytes > 60*6000 {
		t.Errorf("snapshots of %d bytes", s.SnapshotBytes)
	}
}

// A table that is set serves the intervals that open after it.
func TestSetTable(t *testing.T) {
	m := newMonitor(Options{})
	m.Observe(Event{Time: at(1), Flow: flowOf(ip(1))})
	m.SetTable(m.table)
	m.Observe(Event{Time: at(2), Flow: flowOf(netip.Addr{})})
	r := reportOf(everything(m))
	if r.Sources.Value != 1 || r.Lost[attribution.LostUnread] != 1 || len(r.LocatedBy) != 1 {
		t.Errorf("%v", r)
	}
	table := m.table
	if m.SetTable(nil); m.table != table {
		t.Error("no table took the place of the table")
	}
}

// What lies outside of the time that there is has nothing in it.
func TestReportOutside(t *testing.T) {
	m := newMonitor(Options{Targets: -1})
	m.Observe(repeat(100, 0, 1)...)
	for _, c := range []struct {
		from, to time.Time
		want     uint64
	}{
		{time.Time{}, time.Unix(-1, 0), 0},
		{time.Unix(-9, 0), time.Unix(-1, 0), 0},
		{time.Unix(1<<40, 0), time.Time{}, 0},
		{time.Unix(-9, 0), time.Unix(1<<40, 0), 100},
	} {
		if r := reportOf(m.Snapshot(c.from, c.to)); r.Events != c.want {
			t.Errorf("%v to %v: %d events, want %d", c.from, c.to, r.Events, c.want)
		}
	}
}
