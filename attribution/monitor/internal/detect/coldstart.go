package detect

import (
	"math"
	"slices"
	"time"
)

// A series begins without any past. It gathers twelve counts before it says
// anything. Then it expects the mean of the last hour, until it knows three days.

// recent is the mean of the last hour. It follows the rise and fall of the day. It
// leaves out intervals that may be part of a burst or an outage.
type recent struct {
	mean float64
	n    float64 // number of counts it is the mean of, at most a window
}

// Where a level rises steadily, the mean of the last hour is an hour behind, and that
// of three hours is three hours behind. So how far the two are apart says how far.

const (
	recentSpan = time.Hour
	olderSpan  = 3 * time.Hour
	fewest     = 12 // intervals before anything is said
)

// learn takes an interval.
func (r *recent) learn(y, window float64) {
	r.n = min(r.n+1, window)
	r.mean += (y - r.mean) / r.n
}

// learnNothing takes k intervals of 0, in each of which a full mean falls. It returns the sum of
// the means that were expected of them.
func (r *recent) learnNothing(k int64, window float64, each *fall) (sum float64) {
	for ; k > 0 && r.n < window; k-- {
		sum += r.mean
		r.learn(0, window)
	}
	if k == 0 || r.mean == 0 {
		return sum
	}
	left := r.mean * each.after(k)
	sum += (r.mean - left) * window // of a geometric series
	r.mean = left
	return sum
}

// lead returns by which factor a level that rises steadily is ahead of the mean of the
// last hour. Two hours of rise lie between the two means, and one is ahead of them.
func (s *Series) lead() float64 {
	if s.seasonal || !(s.older.mean > 0) {
		return 1
	}
	return math.Sqrt(max(1, s.recent.mean/s.older.mean))
}

// warmUp gathers the first counts. Once there are enough, it judges all of them
// against their own middle. So a burst that began among them is found.
func (s *Series) warmUp(i int64, y float64) Reading {
	s.season.learn(&s.grid, i, y)
	if s.first = append(s.first, y); len(s.first) < fewest {
		return s.read(0, 0)
	}
	first := s.first
	s.first = nil
	s.recent = recent{mean: center(first), n: fewest}
	s.older = s.recent
	var r Reading
	for k, y := range first {
		s.peaks.add(y, y)
		r = s.judge(i+1-int64(len(first)-k), y, s.recent.mean)
	}
	if s.bursting {
		r.State = Began
	}
	return r
}

// center returns the mean of the values that are not far from their median.
func center(values []float64) float64 {
	m := median(slices.Clone(values))
	sum, n := m, 1.
	for _, v := range values {
		if math.Abs(v-m) <= max(m/2, 4*math.Sqrt(m+1)) {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}
