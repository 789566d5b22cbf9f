package detect

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/testenv"
)

// rival is a simple detector: a statistic of the counts, and a limit that has one false
// alarm in four weeks in this very traffic. A series is told nothing about its traffic.
// All expect the mean of the last hour.
type rival struct {
	statistic
	limit float64
	mean  recent
	above bool
}

// statistic takes a count and what is expected.
type statistic interface{ take(y, mu float64) float64 }

// score shows a count. It leaves what is far too much out of the mean.
func (r *rival) score(y float64) float64 {
	if r.mean.n < fewest {
		r.mean.learn(y, 360)
		return 0
	}
	mu := max(r.mean.mean, leastMean)
	x := r.take(y, mu)
	if y < 3*mu+5 {
		r.mean.learn(y, 360)
	}
	return x
}

func (r *rival) begins(_ int64, y float64) bool {
	before := r.above
	r.above = r.score(y) > r.limit
	return r.above && !before
}

// fixed is a multiple of the expectation.
type fixed struct{}

func (fixed) take(y, mu float64) float64 { return y / mu }

// ewma is a mean that forgets, with a weight of a third for the newest count.
type ewma struct{ z float64 }

func (e *ewma) take(y, mu float64) float64 {
	e.z += ((y-mu)/math.Sqrt(mu) - e.z) / 3
	return e.z
}

// cusum is that of Page, for twice the level of Poisson counts.
type cusum struct{ sum float64 }

func (c *cusum) take(y, mu float64) float64 {
	c.sum = max(0, c.sum+y*math.Ln2-mu)
	return c.sum
}

// scan is the largest likelihood ratio of the last 1, 3, 6, 18 and 60 counts.
type scan struct{ ys, mus []float64 }

func (s *scan) take(y, mu float64) float64 {
	s.ys, s.mus = append(s.ys, y), append(s.mus, mu)
	if len(s.ys) > 120 {
		s.ys, s.mus = slices.Delete(s.ys, 0, 60), slices.Delete(s.mus, 0, 60)
	}
	best, count, expected := 0., 0., 0.
	for k := range min(60, len(s.ys)) {
		count += s.ys[len(s.ys)-1-k]
		expected += s.mus[len(s.mus)-1-k]
		switch k + 1 {
		case 1, 3, 6, 18, 60:
			if count > expected {
				best = max(best, count*math.Log(count/expected)-count+expected)
			}
		}
	}
	return best
}

// tuned returns the limit with one false alarm in four weeks: the second largest of
// the largest scores of the days of eight weeks.
func tuned(m model, s statistic) float64 {
	r, run := rival{statistic: s}, m.start(99, 0)
	var days []float64
	for range 56 {
		most := 0.
		for range 8640 {
			_, y := run.next()
			most = max(most, r.score(y))
		}
		days = append(days, most)
	}
	slices.Sort(days)
	return days[len(days)-2]
}

// A series beside simple detectors that have been told how many false alarms they would
// have.
func TestRivals(t *testing.T) {
	if !testenv.Long() {
		t.Skip("a table, with -long")
	}
	rivals := []func() statistic{
		func() statistic { return fixed{} },
		func() statistic { return new(ewma) },
		func() statistic { return new(cusum) },
		func() statistic { return new(scan) },
	}
	for k, p := range promises() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			n := 200
			if p.history > day {
				n /= 4
			}
			cell := func(start func() detector) string {
				delays := p.try(uint64(100+k), n, start)
				return fmt.Sprintf(" %.2f, %.0f |", float64(len(delays))/float64(n), trials.Quantile(delays, .5))
			}
			line := "| " + p.name + " |"
			for _, s := range rivals {
				limit := tuned(p.traffic, s())
				line += cell(func() detector { return &rival{statistic: s(), limit: limit} })
			}
			t.Log(line + cell(start))
		})
	}
}
