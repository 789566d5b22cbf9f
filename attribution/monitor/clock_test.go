package monitor

import (
	"math/rand/v2"
	"testing"
	"time"
)

var year2100 = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// repeat returns n events of different sources, step seconds apart.
func repeat(n int, from, step float64) []Event {
	events := make([]Event, n)
	for i := range events {
		events[i] = Event{Time: at(from + float64(i)*step), Flow: flowOf(ip(i))}
	}
	return events
}

func dated(times ...time.Time) []Event {
	events := make([]Event, len(times))
	for i, when := range times {
		events[i] = Event{Time: when, Flow: flowOf(ip(i))}
	}
	return events
}

func join(parts ...[]Event) (all []Event) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// What becomes of events whose times are wrong.
func TestTimes(t *testing.T) {
	const n = 100
	stray := make([]time.Time, 7)
	for i := range stray {
		stray[i] = year2100
	}
	for _, c := range []struct {
		name    string
		events  []Event
		counted int // in reports
		stats   Stats
		last    time.Time
	}{
		{"in order", repeat(n, 0, 1), n, Stats{Records: n}, at(99)},
		{"late within the lateness", join(repeat(n, 0, 1), dated(at(85), at(90))),
			n + 2, Stats{Records: n + 2}, at(99)},
		{"late", join(repeat(n, 0, 1), dated(at(79), at(45))), n, Stats{Records: n + 2, Late: 2}, at(99)},
		{"far too late", join(repeat(n, 0, 1), dated(at(-3600)), repeat(5, 100, 1)),
			n + 5, Stats{Records: n + 6, Late: 1}, at(104)},
		{"no time", join(dated(time.Time{}, at(-3e9), time.Unix(1<<40, 0)), repeat(n, 0, 1)),
			n, Stats{Records: n + 3, Undated: 3}, at(99)},
		{"strays in the far future",
			join(repeat(n, 0, 1), dated(stray...), repeat(n, 100, 1), dated(stray...), repeat(n, 200, 1)),
			3 * n, Stats{Records: 3 * n, Waiting: 14}, at(299)},
		{"a gap of five minutes", join(repeat(n, 0, 1), repeat(n, 399, 1)), 2 * n, Stats{Records: 2 * n}, at(498)},
		{"a gap that is not yet confirmed", join(repeat(n, 0, 1), repeat(7, 399, 1)),
			n, Stats{Records: n, Waiting: 7}, at(99)},
		{"one event an hour", repeat(n, 0, 3600), n - 8, Stats{Records: n - 8, Waiting: 8}, at(3600 * (n - 9))},
		{"ahead, until the stream is there", join(repeat(n, 0, 1), dated(at(190)), repeat(n, 100, 1)),
			2*n + 1, Stats{Records: 2*n + 1}, at(199)},
		{"first event in the far future", join(dated(year2100), repeat(n, 0, 1)),
			n + 1, Stats{Records: n + 1, SetBack: 1}, at(99)},
		{"set back by an hour", join(repeat(n, 0, 1), repeat(n, -3600, 1)),
			2 * n, Stats{Records: 2 * n, SetBack: 1}, at(-3501)},
		{"set back, and not yet confirmed", join(repeat(n, 0, 1), repeat(63, -3600, 1)),
			n, Stats{Records: n, Waiting: 63}, at(99)},
		{"too many strays", join(repeat(1, 0, 1), alternating(2*maxHeld)), 1 + 2*maxHeld,
			Stats{Records: 1 + 3*maxHeld, Waiting: maxHeld, Misdated: maxHeld}, at(2 * maxHeld)},
	} {
		m := newMonitor(Options{Retention: 20 * time.Hour, Targets: -1})
		m.Observe(c.events...)
		got := m.Stats()
		if got.Time != c.last {
			t.Errorf("%s: it is %v, want %v", c.name, got.Time, c.last)
		}
		got.Time, got.Closed, got.Oldest, got.SnapshotBytes, got.Bursts = time.Time{}, time.Time{}, time.Time{}, 0, 0
		if got != c.stats {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.stats)
		}
		if r := reportOf(everything(m)); c.name != "one event an hour" && r.Events != uint64(c.counted) {
			t.Errorf("%s: %d events, want %d", c.name, r.Events, c.counted)
		}
	}
}

// alternating returns n events in the present, each followed by a stray.
func alternating(n int) (events []Event) {
	for i, e := range repeat(n, 1, 1) {
		events = append(events, e, Event{Time: year2100.Add(time.Duration(i)), Flow: flowOf(ip(100_000 + i))})
	}
	return events
}

// Advance closes intervals although nothing comes, and its word counts at once.
func TestAdvance(t *testing.T) {
	m := newMonitor(Options{Retention: 3 * time.Hour})
	m.Advance(time.Time{})
	if s := m.Stats(); !s.Time.IsZero() {
		t.Errorf("a zero time started the clock: %v", s.Time)
	}
	m.Observe(repeat(10, 0, 1)...)
	m.Advance(at(19))
	if s := m.Stats(); s.Closed != at(0) {
		t.Errorf("closed until %v", s.Closed)
	}
	m.Advance(at(20))
	if s := m.Stats(); s.Closed != at(10) || s.SnapshotBytes == 0 {
		t.Errorf("closed until %v", s.Closed)
	}
	m.Observe(dated(at(3600), at(3601), at(7200))...)
	m.Advance(at(3650))
	if s := m.Stats(); s.Records != 12 || s.Waiting != 1 || s.Time != at(3650) || s.Late != 0 {
		t.Errorf("after an hour: %+v", s)
	}
	m.Advance(at(-100))
	if s := m.Stats(); s.SetBack != 1 || s.Time != at(-100) || s.Closed != at(-110) {
		t.Errorf("set back: %+v", s)
	}
	m.Observe(repeat(10, -99, 1)...)
	m.Observe(repeat(100, -7200, 1)...)
	if s := m.Stats(); s.Records != 122 || s.Late != 100 || s.SetBack != 1 {
		t.Errorf("a late batch: %+v", s)
	}
	if r := reportOf(everything(m)); r.Events != 22 {
		t.Errorf("%d events are left, want 22", r.Events)
	}
}

// Whatever the times, every record is counted or said to be dropped, and little is
// open.
func TestTimesAtRandom(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 9))
		m := newMonitor(Options{
			Interval: time.Minute, AllowedLateness: -1, Retention: 10_000 * time.Minute, Targets: 16,
		})
		now := 0.0
		const n = 3000
		events := 0
		for i := range n {
			switch rng.IntN(30) {
			case 0:
				now += rng.ExpFloat64() * 1000
			case 1:
				now -= rng.ExpFloat64() * 1000
			case 2:
				m.Observe(Event{Time: at(rng.NormFloat64() * 1e6), Flow: flowOf(ip(i))})
				events++
			case 3:
				if seed%2 == 0 {
					m.Advance(at(now))
				}
			}
			now += rng.Float64()
			m.Observe(Event{Time: at(now), Flow: flowOf(ip(i))})
			events++
			if len(m.open) > mostOpen {
				t.Fatalf("seed %d: %d intervals are open", seed, len(m.open))
			}
		}
		s, r := m.Stats(), reportOf(everything(m))
		all := r.Events + s.Late + s.Undated + s.Misdated
		if all != s.Records || s.Records+uint64(s.Waiting) != uint64(events) {
			t.Errorf("seed %d: %d of %d events in the report, %+v", seed, r.Events, events, s)
		}
	}
}

// A stream that runs backwards leaves no more open than any other, and its checkpoints can be read.
func TestTimesBackwards(t *testing.T) {
	o := Options{Targets: 16}
	m := newMonitor(o)
	const n = 20_000
	for i := range n {
		m.Observe(Event{Time: at(float64(n - i)), Flow: flowOf(ip(i % 300))})
		if len(m.open) > mostOpen {
			t.Fatalf("after %d events %d intervals are open", i, len(m.open))
		}
		if i%499 == 0 {
			restored(t, m, o)
		}
	}
	if s := m.Stats(); s.Records+uint64(s.Waiting) != n || s.SetBack == 0 {
		t.Errorf("%d events, %+v", n, s)
	}
}

// Times may count from 1970 on, as those of a replay do.
func TestTimesFromZero(t *testing.T) {
	for _, lateness := range []time.Duration{-1, 0, 80 * time.Second} {
		o := Options{AllowedLateness: lateness, Targets: 16}
		m := newMonitor(o)
		for i := range 300 {
			m.Observe(Event{Time: time.Unix(int64(i), 0), Flow: flowOf(ip(i)), Target: TargetName("a")})
			if i%17 == 0 {
				m = restored(t, m, o)
			}
		}
		if s := m.Stats(); s.Late != 0 || s.Oldest.Unix() != 0 {
			t.Errorf("%+v", s)
		}
		if r := reportOf(everything(m)); r.Events != 300 {
			t.Errorf("%d events", r.Events)
		}
	}
}

// A clock that is set back is believed although no more events can be set aside.
func TestSetBackWithoutRoom(t *testing.T) {
	m := newMonitor(Options{Targets: -1})
	m.Observe(join(repeat(1, 0, 1), alternating(maxHeld))...)
	m.Observe(repeat(200, -7200, 1)...)
	if s := m.Stats(); s.SetBack != 1 || s.Time != at(-7200+199) || s.Misdated < quorumPast || s.Misdated > quorumPast+5 {
		t.Errorf("%+v", s)
	}
}

// A source among many that counts backwards does not make the stream begin ever earlier.
func TestOneFallingClock(t *testing.T) {
	for _, lateness := range []time.Duration{-1, 0, 80 * time.Second} {
		o := Options{Targets: 16, AllowedLateness: lateness}
		m := newMonitor(o)
		for i := range 3000 {
			e := Event{Time: at(float64(i) / 20), Flow: flowOf(ip(i % 100))}
			if i%3 == 1 {
				e = Event{Time: at(-float64(i/3+1) * 15), Flow: flowOf(ip(999))}
			}
			m.Observe(e)
			if i%50 == 0 {
				m = restored(t, m, o)
			}
		}
		// It began no earlier than a leap and the lateness before the others.
		if s := m.Stats(); s.SetBack > 0 || s.Late > 3000/3 || s.Oldest.Before(at(-180)) {
			t.Errorf("lateness %v: %+v", lateness, s)
		}
	}
}
