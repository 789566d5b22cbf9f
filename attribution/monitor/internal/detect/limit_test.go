package detect

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// The largest values of blocks teach the value that is passed once in four weeks.
func TestLimitIsLearned(t *testing.T) {
	b := newGrid(Options{Interval: 10 * time.Second, Grain: Fine}).blocks(1)
	if b.counts != 60 || b.rare != 28*144 || b.window != 288 {
		t.Fatalf("blocks are %+v", b)
	}
	for _, scale := range []float64{1, 10, 100} {
		rng := rand.New(rand.NewPCG(1, 74))
		w, n := newTail(), float64(priorBlocks)
		for range 4000 {
			n = min(n+1, b.window)
			// The largest of a hundred exponential values.
			w.note(scale*math.Max(0, math.Log(100)-math.Log(rng.ExpFloat64())), math.MaxFloat64)
			w.learn(n, b)
		}
		want := scale * (math.Log(100) + math.Log(b.rare)) / tailDoubt
		if got := w.limit(1, b); got < .7*want || got > 1.4*want {
			t.Errorf("scale %v: the limit is %.1f, want about %.1f", scale, got, want)
		}
	}
}

// Nobody can teach a limit more than its bounds: not with one burst however large, nor
// with many alarms.
func TestLimitIsBounded(t *testing.T) {
	b := newGrid(Options{Interval: 10 * time.Second, Grain: Fine}).blocks(1)
	w := newTail()
	before := w.limit(10, b)
	w.note(1e300, before)
	if w.most != beyond*before {
		t.Errorf("a block of %v", w.most)
	}
	w.learn(priorBlocks, b)
	if got := w.limit(10, b); got > 1.1*before {
		t.Errorf("one burst takes the limit from %.1f to %.1f", before, got)
	}
	for range 100 {
		w.alarm()
	}
	if w.raised != mostRaised {
		t.Errorf("a hundred alarms raise the limit %v times", w.raised)
	}
	for range int(b.rare) {
		w.learn(b.window, b)
	}
	if w.raised > 1.5 {
		t.Errorf("a month later it is raised %v times", w.raised)
	}
}

// The limit of the largest factor is at most doubled, so that a flood is found as soon as ever.
func TestLimitOfLargestFactor(t *testing.T) {
	s := newScale(newGrid(Options{Interval: 10 * time.Second}), 1)
	for range 100 {
		s.alarm(none)
		s.byCount.tail.learn(priorBlocks, s.blocks)
	}
	if s.byCount.limit != mostCountLimit*countLimit {
		t.Errorf("a hundred alarms take it to %v", s.byCount.limit)
	}
	for _, mu := range []float64{2, 10, 1000} {
		if one := likelihood(10*mu, mu, .1); 2*min(one, countClip*s.byCount.limit) <= s.byCount.limit {
			t.Errorf("two counts of ten times %v are not enough: one is worth %v", mu, one)
		}
	}
}

// Ten times as many false alarms lower all limits by ln 10.
func TestLimitsByFalseAlarms(t *testing.T) {
	one := newScale(newGrid(Options{Interval: 10 * time.Second, FalseAlarms: 1}), 1)
	ten := newScale(newGrid(Options{Interval: 10 * time.Second, FalseAlarms: 10}), 1)
	for f := none; f < factors; f++ {
		// The sum of pulses has an even higher limit until it has learned.
		by := one.of(f).limit - ten.of(f).limit
		if math.Abs(by-math.Ln10) > 1e-9 && !(f == byPulses && by > 1.9 && by < math.Ln10) {
			t.Errorf("factor %d: from %v to %v", f, one.of(f).limit, ten.of(f).limit)
		}
	}
	if by := ProofLimit(5, 1) - ProofLimit(5, 10); math.Abs(by-math.Ln10) > 1e-9 {
		t.Errorf("a proof: by %v", by)
	}
	if usual := newScale(newGrid(Options{Interval: 10 * time.Second}), 1); usual.byCount.limit != one.byCount.limit {
		t.Error("0 does not stand for 1")
	}
}

// A factor's sum rises where the level is nearer to the factor, and falls elsewhere.
func TestAgainst(t *testing.T) {
	for _, c := range []struct{ y, mu, ratio, size, want float64 }{
		{20, 10, 2, 1e9, 20*math.Ln2 - 10},
		{10, 10, 2, 1e9, 10*math.Ln2 - 10},
		{20, 10, 2, 20, 20*math.Ln2 - 40*math.Log(40./30)},
		{0, 10, 1.5, 1e9, -5},
	} {
		if got := against(c.y, c.mu, newRatio(c.ratio), c.size); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// A mean of the past lags behind a level that rises, and lead makes up for that.
func TestLead(t *testing.T) {
	s := New(Options{Interval: 10 * time.Second, Grain: Fine})
	level := func(i int64) float64 { return 1000 * math.Exp(.2*float64(i)/360) }
	for i := range int64(8 * 360) {
		s.Observe(i, math.Round(level(i)))
	}
	if s.Bursting() || s.seasonal {
		t.Fatal("a steady rise is a burst, or a season")
	}
	if got := level(8*360) / (s.recent.mean * s.lead()); got < .95 || got > 1.05 {
		t.Errorf("the level is %.3f times what lead makes of the mean", got)
	}
}

// Traffic that bursts all the time teaches its limits, and its bursts are no longer
// told.
func TestRestlessTraffic(t *testing.T) {
	m := model{interval: 10 * time.Second, rate: 20, phi: .95, sd: .4}
	r := m.start(8, 0)
	s := New(Options{Interval: m.interval, Grain: Fine})
	first := len(watchFor(s, r, 0, 8640))
	later := len(watchFor(s, r, 0, 5*8640))
	if later > 5 {
		t.Errorf("%d bursts on the first day, %d on the five days after", first, later)
	}
}
