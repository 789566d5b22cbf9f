package monitor

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/internal/testenv/world"
)

func snapshotOf(o attribution.Options, n int) attribution.Snapshot {
	t := must(attribution.NewTally(world.Table(), o))
	for i := range n {
		t.Add(world.IP("RU", i))
	}
	return t.Snapshot()
}

func TestObserveSnapshotErrors(t *testing.T) {
	o := Options{Tally: attribution.Options{Key: world.Key(1)}}
	m := newMonitorWith(world.Table(), o)
	good := m.options.Tally
	difference := must(baseline.Subtract(snapshotOf(good, 9000), snapshotOf(good, 8000)))
	keyed, finer, wider := good, good, good
	keyed.Key, finer.Precision, wider.IPv6PrefixLen = world.Key(2), 14, 48
	target := TargetName("a")
	begin := at(0)
	if err := m.ObserveSnapshot(begin, Target{}, snapshotOf(good, 5)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from time.Time
		with attribution.Options
		err  error
		want string
	}{
		"in the middle":  {begin.Add(time.Second), good, ErrNoInterval, "intervals of 10s"},
		"without a time": {time.Time{}, good, ErrNoInterval, ""},
		"far ahead":      {begin.Add(time.Hour), good, ErrAhead, ""},
		"long ago":       {begin.Add(-time.Hour), good, ErrClosed, ""},
		"another key":    {begin, keyed, attribution.ErrMismatch, "key"},
		"finer":          {begin, finer, attribution.ErrMismatch, "12 and 14"},
		"other prefixes": {begin, wider, attribution.ErrMismatch, "64 and 48"},
	} {
		for _, to := range []Target{{}, target} {
			if err := m.ObserveSnapshot(c.from, to, snapshotOf(c.with, 9)); !errors.Is(err, c.err) {
				t.Errorf("%s, %q: %v", name, to, err)
			}
		}
	}
	for _, to := range []Target{{}, target} {
		if err := m.ObserveSnapshot(begin, to, difference); !errors.Is(err, attribution.ErrMismatch) {
			t.Errorf("a difference, %q: %v", to, err)
		}
	}
	if got := m.Stats(); got.Records != 5+9 || got.Late != 9 {
		t.Errorf("%+v", got)
	}
	if r := reportOf(everything(m)); r.Records != 5 {
		t.Errorf("%d records, %v lost", r.Records, r.Lost)
	}
}

// A monitor that took snapshots of smaller samples, or without addresses, goes on from its checkpoint
// as if it had never stopped.
func TestCheckpointAfterSnapshots(t *testing.T) {
	for _, n := range []int{10, 2000} {
		for name, change := range map[string]func(*attribution.Options){
			"smaller":           func(o *attribution.Options) { o.SampleSize = 1024 },
			"larger":            func(o *attribution.Options) { o.SampleSize = 8192 },
			"without addresses": func(o *attribution.Options) { o.DropAddresses = true },
		} {
			o := Options{Tally: attribution.Options{Key: world.Key(1)}, Targets: 16}
			m := newMonitorWith(world.Table(), o)
			from := m.options.Tally
			change(&from)
			take := func(m *Monitor, s float64) {
				for _, to := range []Target{{}, TargetName("a")} {
					if err := m.ObserveSnapshot(at(s), to, snapshotOf(from, n)); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
			}
			take(m, 0)
			m.Advance(at(60))
			take(m, 60) // is open
			again := restored(t, m, o)
			for _, m := range []*Monitor{m, again} {
				take(m, 70)
				m.Advance(at(120))
			}
			if a, b := checkpointOf(t, m), checkpointOf(t, again); !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s, %d sources: another checkpoint", name, n)
			}
		}
	}
}

// An interval that closed twice, since the clock was set back between, has what came each time.
func TestIntervalsAfterSetBack(t *testing.T) {
	m := newMonitor(Options{Targets: 16})
	feed := func(from, to, rate int) {
		for s := from; s < to; s++ {
			m.Advance(at(float64(s)))
			for i := range rate {
				m.Observe(Event{Time: at(float64(s)), Flow: flowOf(ip(s*3 + i))})
			}
		}
	}
	feed(0, 200, 1)
	feed(90, 300, 7)
	if m.Stats().SetBack != 1 {
		t.Fatalf("%+v", m.Stats())
	}
	n := 0
	for in := range m.Intervals(at(90), at(270)) {
		want := uint64(70)
		if in.From.Before(at(200)) {
			want += 10
		}
		if got := reportOf(in.Snapshot).Events; got != want {
			t.Errorf("%v has %d events, want %d", in.From, got, want)
		}
		n++
	}
	if n != 18 {
		t.Errorf("%d intervals", n)
	}
}

// What one monitor yields, another takes, and both hold the same then.
func TestIntervals(t *testing.T) {
	o := Options{Tally: attribution.Options{Key: world.Key(1)}, AllowedLateness: -1}
	from, to := newMonitorWith(world.Table(), o), newMonitorWith(world.Table(), o)
	for s := range 300 {
		for i := range 5 {
			target := TargetName(string(rune('a' + i)))
			from.Observe(Event{Time: at(float64(s)), Target: target, Flow: flowOf(world.IP("RU", s*i))})
		}
	}
	from.Observe(Event{Time: at(200)}) // late, and without a source
	n := 0
	for in := range from.Intervals(time.Time{}, at(250)) {
		if err := to.ObserveSnapshot(in.From, in.Target, in.Snapshot); err != nil {
			t.Fatal(err)
		}
		if n++; in.Target.IsZero() {
			to.Advance(in.From.Add(o.filled().Interval))
		}
	}
	if n != 25*6 {
		t.Errorf("%d parts of 25 intervals and 5 targets", n)
	}
	sameSnapshot(t, "all traffic", to.Snapshot(time.Time{}, at(250)), from.Snapshot(time.Time{}, at(250)))
	for range from.Intervals(at(250), at(250)) {
		t.Error("an interval between a time and itself")
	}
}
