package detect

import "time"

// job is something that comes again and again.
type job struct {
	every  time.Duration
	at     time.Duration // after the begin of each
	size   float64       // events, give or take a fifth
	length int64         // intervals over which they spread
	jitter int64         // it starts up to so many intervals late
	skip   float64       // probability that a run is skipped
}

// cron is traffic with a job.
type cron struct {
	*run
	job
	from, until int64                  // intervals between which it runs; until 0: for ever
	grown       func(at int64) float64 // factor of its size; nil: 1
	all         bool                   // a burst multiplies the job, too
	extra       map[int64]float64
}

func (m model) with(seed uint64, j job) *cron {
	return &cron{run: m.start(seed, 0), job: j, extra: map[int64]float64{}}
}

func (c *cron) next() (i int64, y float64) {
	i, y = c.run.next()
	runs := time.Duration(i)*c.interval%c.every == c.at && i >= c.from && (c.until == 0 || i < c.until)
	if runs && c.rng.Float64() >= c.skip {
		start := i
		if c.jitter > 0 {
			start += c.rng.Int64N(c.jitter + 1)
		}
		size := c.size * (.8 + .4*c.rng.Float64())
		if c.grown != nil {
			size *= c.grown(i)
		}
		for k := range c.length {
			c.extra[start+k] += poisson(c.rng, size/float64(c.length))
		}
	}
	extra := c.extra[i]
	if c.all && c.wave != nil {
		extra = poisson(c.rng, extra*c.wave(i))
	}
	y += extra
	delete(c.extra, i)
	return i, y
}

// tally counts bursts, and those that are proven among a thousand targets.
type tally struct {
	began, proven []float64 // a day
	at            []int64   // intervals in which bursts began
}

// tell counts the bursts of each of some days.
func tell(s *Series, next func() (int64, float64), days int) (t tally) {
	type judged struct{ y, mu float64 }
	var last []judged // as far back as an onset may lie
	var p Proof
	var onset int64
	open := false
	for d := range days {
		t.began, t.proven = append(t.began, 0), append(t.proven, 0)
		for range s.grid.perDay {
			i, y := next()
			r := s.Observe(i, y)
			if len(last) == cap(last) {
				last = append(make([]judged, 0, 2000), last[len(last)/2:]...)
			}
			last = append(last, judged{y, r.Baseline})
			switch r.State {
			case Began:
				t.began[d]++
				t.at = append(t.at, i)
				onset, open, p = r.Onset, true, Proof{}
				for _, k := range last[max(0, len(last)-int(i+1-onset)):] {
					p.Seen += k.y
					p.Expected += max(r.Baseline, leastMean)
				}
			case Running, Ended:
				p.Add(uint64(y), r.Baseline)
			}
			if open && p.Weight(s.Past(onset), 2) > ProofLimit(1024, 1) {
				open = false
				t.proven[d]++
			}
			open = open && r.State != Ended
		}
	}
	return t
}

// total returns the sum of some days.
func total(days []float64) (sum float64) {
	for _, n := range days {
		sum += n
	}
	return sum
}
