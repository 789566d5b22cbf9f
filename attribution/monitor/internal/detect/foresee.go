package detect

import (
	"math"
	"slices"
)

// An interval that is still open is judged as if nothing more came. What is a burst then is
// one when it closes, since a count only grows: a look costs no false alarm. Only strong
// bursts are looked for. A weak one does not show before its interval has closed.

// Foresees reports whether the next counts show a strong burst, where none was. The last of
// them may still grow. It is quick, and changes nothing: a caller then asks a copy of the
// series, made by [Series.Fork].
func (s *Series) Foresees(counts ...float64) bool {
	if s.bursting || s.recent.n == 0 {
		return false
	}
	season, lasting := s.season, s.each.noise.lasting()
	count := s.each.byCount
	count.settle(none, s.each.blocks) // at rest that was put off
	limit, sum := count.limit, count.sum
	for k, y := range counts {
		i, mu := s.next+int64(k), s.recent.mean
		if s.seasonal {
			if m, ok := season.at(&s.grid, i); ok {
				mu = s.seasonally(m)
			}
		}
		y -= s.habits.mayBring(s.grid, i, mu)
		x := likelihood(y, mu, lasting)
		if sum = max(0, sum+min(x, countClip*limit)); max(sum, x) > limit || y >= s.sudden(mu) {
			return true
		}
	}
	return false
}

// Least returns a count below which the last one adds nothing to what is foreseen. A likelihood
// ratio is above 1 from some twice the expectation on, however much counts stray.
func (s *Series) Least() float64 {
	switch {
	case s.bursting || s.recent.n == 0:
		return math.Inf(1)
	case !s.seasonal:
		return 2 * s.recent.mean
	}
	return 0 // of the season it is quick to ask
}

// mayBring returns the most that is expected of routines in interval i. They need not have
// begun: half of a count does not show whether they have.
func (h *habits) mayBring(d grid, i int64, mu float64) (most float64) {
	for k := range h.routines {
		r := &h.routines[k]
		if from, to := r.window(d); r.taught && i >= from && i < to {
			most += slack(r.height, mu)
		}
	}
	return most
}

// Fork returns a copy of the series, which goes its own way.
func (s *Series) Fork() *Series {
	f := *s
	f.first = slices.Clone(s.first)
	f.season.cells.codes, f.season.cells.some = slices.Clone(s.season.cells.codes), slices.Clone(s.season.cells.some)
	f.habits = s.habits.fork()
	f.each, f.sums = s.each.fork(), s.sums.fork()
	return &f
}

func (h *habits) fork() habits {
	f := *h
	f.routines, f.visits = slices.Clone(h.routines), slices.Clone(h.visits)
	return f
}

func (s *scale) fork() scale {
	f := *s
	f.noise.pairs = slices.Clone(s.noise.pairs)
	f.trail = slices.Clone(s.trail)
	return f
}
