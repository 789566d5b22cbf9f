package detect

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// sparse is a series in which something comes now and then: alone, in bursts, each morning.
type sparse struct {
	rng    *rand.Rand
	gap    float64 // mean number of intervals without anything
	perDay int64
}

// next returns the next interval after i in which something comes, and how much.
func (p *sparse) next(i int64) (at int64, y float64) {
	at = i + 1
	switch p.rng.IntN(10) {
	case 0: // more at once
		return at, float64(1 + p.rng.IntN(60))
	case 1: // at the same time of a day
		return (at/p.perDay+1)*p.perDay + p.perDay/3 + p.rng.Int64N(3), float64(1 + p.rng.IntN(20))
	case 2: // a long time later
		return at + p.rng.Int64N(9*p.perDay), 1
	}
	return at + int64(p.rng.ExpFloat64()*p.gap), float64(1 + p.rng.IntN(3))
}

func restingOptions() (all []Options) {
	for _, interval := range []time.Duration{10 * time.Second, time.Minute, 15 * time.Minute, time.Hour} {
		for _, grain := range []Grain{Fine, Coarse} {
			all = append(all, Options{Interval: interval, Grain: grain})
		}
	}
	return all
}

// Silence does what Observe does with zeros, bit for bit, however it is cut.
func TestSilenceIsZeros(t *testing.T) {
	for _, o := range restingOptions() {
		t.Run(fmt.Sprintf("%v/%d", o.Interval, o.Grain), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(o.Interval), uint64(o.Grain)))
			perDay := int64(day / o.Interval)
			p := &sparse{rng, float64(max(perDay/5, 100)), perDay}
			one, all := New(o), New(o)
			rested, i := int64(0), int64(1e6)
			one.Observe(i, 0)
			all.Observe(i, 0)
			for last := i + 100*perDay; i < last; {
				at, y := p.next(i)
				for i+1 < at {
					i++
					quiet := i < one.Awaits()
					r := one.Observe(i, 0)
					if quiet && r.State != Quiet {
						t.Fatalf("interval %d did not matter, and now there is %+v", i, r)
					}
					if rng.IntN(50) == 0 {
						all.Silence(all.next, i+1)
						equalSeries(t, one, all)
					}
					if one.resting {
						rested++
					} else if one.each.unsettled { // a restart would compute the limits
						t.Fatalf("interval %d: awake, with limits of before the rest", i)
					}
				}
				all.Silence(all.next, at)
				if a, b := one.Observe(at, y), all.Observe(at, y); a != b {
					t.Fatalf("interval %d: %+v one by one, %+v at once", at, a, b)
				}
				if i = at; rng.IntN(9) == 0 { // as after a restart
					r := reader(all.Append(nil))
					if all = Read(r, o); r.Err() != nil {
						t.Fatal(r.Err())
					}
				}
			}
			equalSeries(t, one, all)
			if part := float64(rested) / float64(100*perDay); part < .2 {
				t.Errorf("at rest in %.2f of all intervals: this tests little", part)
			}
		})
	}
}

func equalSeries(t *testing.T, a, b *Series) {
	t.Helper()
	if !bytes.Equal(a.Append(nil), b.Append(nil)) {
		a.season.cells.codes, b.season.cells.codes = nil, nil
		t.Fatalf("interval %d: the states differ:\n%+v\n%+v", a.next, a, b)
	}
}

// What is computed at once is what adding up zeros, interval by interval, comes to.
func TestRestIsWhatZerosComeTo(t *testing.T) {
	for _, o := range restingOptions() {
		t.Run(fmt.Sprintf("%v/%d", o.Interval, o.Grain), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(uint64(o.Interval), 7))
			perDay := int64(day / o.Interval)
			p := &sparse{rng, float64(perDay), perDay}
			fast, slow := New(o), New(o)
			i := int64(1e6)
			fast.Observe(i, 0)
			slow.Observe(i, 0)
			for last := i + 100*perDay; i < last; {
				at, y := p.next(i)
				for i++; i < at; i++ {
					slow.Observe(i, 0)
					slow.resting = false
				}
				fast.Silence(fast.next, at)
				a, b := slow.Observe(at, y), fast.Observe(at, y)
				slow.resting = false
				if a.State != b.State || a.Seasonal != b.Seasonal || math.Abs(a.Z-b.Z) > .1 {
					t.Fatalf("interval %d with %v: %+v by zeros, %+v at once", at, y, a, b)
				}
				near(t, slow, fast)
			}
		})
	}
}

// near compares what both have learned.
func near(t *testing.T, slow, fast *Series) {
	t.Helper()
	same := slow.seen == fast.seen && slow.season.cells.first == fast.season.cells.first
	for c := slow.season.cells.first; same && c < slow.season.cells.next(); c++ {
		same = slow.season.cells.at(c) == fast.season.cells.at(c)
	}
	if !same {
		t.Fatalf("interval %d: another past", slow.next)
	}
	for name, pair := range map[string][2]float64{
		"mean":      {slow.recent.mean, fast.recent.mean},
		"older":     {slow.older.mean, fast.older.mean},
		"level":     {slow.level, fast.level},
		"daily":     {slow.season.dailyError.value, fast.season.dailyError.value},
		"weekly":    {slow.season.weeklyError.value, fast.season.weeklyError.value},
		"learned":   {slow.each.learned, fast.each.learned},
		"tail":      {slow.each.byCount.tail.mid, fast.each.byCount.tail.mid},
		"high":      {slow.each.byCount.tail.high, fast.each.byCount.tail.high},
		"limit":     {slow.each.byCount.limit / 10, fast.each.byCount.limit / 10},
		"sum limit": {slow.sums.byCount.limit / 10, fast.sums.byCount.limit / 10},
		"noise":     {slow.each.noise.s2, fast.each.noise.s2},
	} {
		if math.Abs(pair[0]-pair[1]) > .05 {
			t.Fatalf("interval %d: %s is %v by zeros, %v at once", slow.next, name, pair[0], pair[1])
		}
	}
}

// A series that was idle for years still finds a burst.
func TestBurstAfterYears(t *testing.T) {
	o := Options{Interval: 10 * time.Second, Grain: Coarse}
	s := New(o)
	for i := range int64(30 * 24 * 360) {
		s.Observe(i, float64(i%400/399))
	}
	s.Silence(s.next, s.next+10*365*24*360)
	began := false
	for range 6 {
		began = s.Observe(s.next, 30).State == Began || began
	}
	if !began {
		t.Errorf("30 events in each interval, after years without any, are no burst: %+v", s)
	}
}

// In sparse traffic bursts are found with rest as without. Where they hardly show, chance
// decides: then as many are found the one way alone as the other.
func TestRestFindsTheSame(t *testing.T) {
	for _, m := range []model{
		{name: "even", interval: 10 * time.Second, rate: .02},
		{name: "day", interval: 10 * time.Second, rate: .15, day: 1.5, phi: .7, sd: .3},
		{name: "clumps", interval: time.Minute, rate: .2, size: 1, spikes: .02},
		{name: "half hours", interval: 30 * time.Minute, rate: .2, day: .8, weekend: -1},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			const period = 4000 // of a burst of 30 intervals
			found := 0
			var alone [2]float64 // at rest, by zeros
			for seed := range uint64(8) {
				r := m.start(seed, 0)
				r.wave = func(i int64) float64 {
					if i%period < 30 {
						return 20
					}
					return 1
				}
				o := Options{Interval: m.interval, Grain: Coarse}
				fast, slow := New(o), New(o)
				began := make(map[int64][2]int) // by period: at rest or by zeros
				for range int64(35 * day / m.interval) {
					i, y := r.next()
					for k, s := range []*Series{fast, slow} {
						if s.Observe(i, y).State == Began {
							n := began[i/period]
							n[k]++
							began[i/period] = n
						}
					}
					slow.resting = false
				}
				for _, n := range began {
					found += n[1]
					alone[0] += float64(max(n[0]-n[1], 0))
					alone[1] += float64(max(n[1]-n[0], 0))
				}
			}
			t.Logf("%d found, %.0f at rest alone, %.0f by zeros alone", found, alone[0], alone[1])
			if off := math.Abs(alone[0] - alone[1]); found == 0 || off > 1+3*math.Sqrt(alone[0]+alone[1]) {
				t.Errorf("%d found, %.0f at rest alone, %.0f by zeros alone", found, alone[0], alone[1])
			}
		})
	}
}
