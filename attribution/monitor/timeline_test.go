package monitor

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A trail has what came, whatever the length of its cells: no event is lost, and no interval has more sources than
// came.
func TestTrail(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for _, n := range []int64{1, 7, mostPoints, mostPoints + 1, 3 * mostPoints, 5_000} {
		tr := trail{from: 100, step: 1}
		var events, most uint64
		for i := range n {
			c := counted{stored: stored{index: 100 + i}, events: rng.Uint64N(4), sources: rng.Uint64N(9)}
			tr.add(&c)
			if c.events > 0 {
				events, most = events+c.events, max(most, c.sources)
			}
		}
		tr.reach(100 + n - 1)
		var gotEvents, gotMost uint64
		for _, c := range tr.cells {
			gotEvents, gotMost = gotEvents+c.events, max(gotMost, c.sources)
		}
		if gotEvents != events || gotMost != most {
			t.Errorf("%d intervals: %d events, at most %d sources, want %d, %d", n, gotEvents, gotMost, events, most)
		}
		if len(tr.cells) > mostPoints || tr.step*int64(len(tr.cells)) < n || tr.step*int64(len(tr.cells)-1) >= n {
			t.Errorf("%d intervals: %d cells of %d", n, len(tr.cells), tr.step)
		}
	}
}

// The timeline of a burst has the counts of each interval before, in and after it, of the target alone.
func TestTimelineOfBurst(t *testing.T) {
	for _, length := range []int{3, 40, 400} {
		var final Burst
		m := world.Must(New(world.Table(), Options{
			Interval: time.Second, Targets: 16, Tally: attribution.Options{Key: world.Key(1)},
			Notify:         func(b Burst) { keepTarget(&final, b) },
			NotifyChildren: true,
		}))
		begin := time.Date(2026, 6, 10, 7, 0, 0, 0, time.UTC)
		want := map[int64][2]uint64{}
		const onset, tail = 600, 700
		for s := range onset + length + tail {
			at := begin.Add(time.Duration(s) * time.Second)
			for i := range 5 { // everyday traffic to another target
				m.Observe(Event{Time: at, Target: TargetName("other"), Flow: attribution.Flow{Source: world.IP("FR", i)}})
			}
			n := 1
			if s >= onset && s < onset+length {
				n = 60
			}
			for i := range n {
				m.Observe(Event{Time: at, Target: TargetName("shop"), Flow: attribution.Flow{
					Source: world.IP("RU", 300*(s%7)+i), Events: 2,
				}})
			}
			want[at.Unix()] = [2]uint64{2 * uint64(n), uint64(n)}
		}
		if final.ID == 0 || !final.Final {
			t.Fatalf("%d s: no burst of the target ended", length)
		}
		line := final.Timeline
		if len(line) < 2 || len(line) > mostPoints {
			t.Fatalf("%d s: %d points", length, len(line))
		}
		step := line[1].Time.Sub(line[0].Time)
		for i, p := range line {
			var events, sources uint64
			for s := range int64(step / time.Second) {
				w := want[p.Time.Unix()+s]
				events, sources = events+w[0], max(sources, w[1])
			}
			if last := i == len(line)-1; !last && (p.Events != events || p.Sources != sources) {
				t.Errorf("%d s: %v has %d events, %d sources, want %d, %d", length, p.Time, p.Events, p.Sources, events, sources)
			}
			if i > 0 && p.Time.Sub(line[i-1].Time) != step {
				t.Errorf("%d s: distances differ", length)
			}
		}
		if !line[0].Time.Before(final.Onset) || !line[len(line)-1].Time.After(final.End) {
			t.Errorf("%d s: from %v to %v, burst %v to %v", length, line[0].Time, line[len(line)-1].Time, final.Onset, final.End)
		}
	}
}

// keepTarget keeps the last report of the burst of the target, not that of all traffic.
func keepTarget(kept *Burst, b Burst) {
	if b.Target == TargetName("shop") {
		*kept = b
	}
}

// A burst that runs has a timeline until now, and one that is read again from a checkpoint the same.
func TestTimelineSurvivesRestart(t *testing.T) {
	o := Options{Interval: time.Second, Targets: 16, Tally: attribution.Options{Key: world.Key(1)}}
	m := world.Must(New(world.Table(), o))
	begin := time.Date(2026, 6, 10, 7, 0, 0, 0, time.UTC)
	for s := range 700 {
		n := 2
		if s >= 600 {
			n = 80
		}
		for i := range n {
			m.Observe(Event{
				Time: begin.Add(time.Duration(s) * time.Second), Target: TargetName("shop"),
				Flow: attribution.Flow{Source: world.IP("RU", 300*(s%7)+i)},
			})
		}
	}
	var checkpoint bytes.Buffer
	if err := m.Checkpoint(&checkpoint, nil); err != nil {
		t.Fatal(err)
	}
	again := world.Must(New(world.Table(), o))
	if _, err := again.Restore(&checkpoint); err != nil {
		t.Fatal(err)
	}
	lines := func(m *Monitor) (lines [][]Point) {
		for b := range m.Bursts() {
			lines = append(lines, b.Timeline)
		}
		return lines
	}
	want, got := lines(m), lines(again)
	if len(want) == 0 || len(want[0]) == 0 {
		t.Fatal("no burst with a timeline")
	}
	if !slices.EqualFunc(want, got, slices.Equal) {
		t.Errorf("restored: %v, want %v", got, want)
	}
	if last := want[0][len(want[0])-1]; last.Events != 80 && last.Events != 160 {
		t.Errorf("the last point has %d events", last.Events)
	}
}
