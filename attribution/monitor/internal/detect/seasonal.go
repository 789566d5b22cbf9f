package detect

import (
	"math"
	"time"
)

// Once three days are known, an interval is compared with the same time of earlier
// days. A median is expected, so that a burst on one of them does not matter: of
// seven days, or of four equal weekdays once these have fitted better. The level of
// the last hours moves the expectation up or down.

// season predicts an interval from the same time of earlier days.
type season struct {
	cells  cells
	weekly bool // the four weekdays are in use

	dailyError, weeklyError errorMean

	sum          float64 // of the cell being filled
	known, index int64   // intervals seen of it, and its number

	// What is expected of a cell and its two neighbors, for interpolation. It is
	// computed from cells and never encoded.
	around  [3]float64 // per interval; negative: unknown
	center  int64      // number of the cell in the middle
	current bool       // around is up to date
}

// errorMean is a running mean of absolute logarithmic errors, each at most 1.
type errorMean struct{ value, n float64 }

func (e *errorMean) add(x, window float64) {
	e.n = min(e.n+1, window)
	e.value += (min(x, 1) - e.value) / e.n
}

const (
	dailyDays  = 7
	weeklyDays = 4
	sideCells  = 2 // on each side of the same time of day

	fewDaily  = 10 // cells that must be known, of 35
	fewWeekly = 5  // of 20: a week

	steepRatio = 1.5 // of neighbors

	weeklyBetter = .9  // ratio of errors at which the weekdays come into use,
	weeklyWorse  = 1.1 // and at which they go out of it
)

// How the level follows the counts.
const (
	levelTime = 3 * time.Hour // in which it follows
	levelGain = 1. / 12       // at most
	levelClip = 2             // of z
	maxLevel  = 1.5           // a factor of 4.5, up or down
)

// expect returns what is expected of interval i. The season comes into use, and goes
// out of it, only while no burst is running, and at the level of that moment.
func (s *Series) expect(i int64) float64 {
	m, ok := s.season.at(&s.grid, i)
	ok = ok && s.seen >= s.grid.history
	if ok != s.seasonal && !s.bursting {
		s.seasonal = ok
		s.each.byZ, s.sums.byZ = chart{}, chart{}
		if ok {
			s.setLevel(s.recent.mean, m)
		}
	}
	if !s.seasonal || !ok {
		return s.recent.mean
	}
	return s.seasonally(m)
}

// seasonally returns what is expected where the season alone expects m.
func (s *Series) seasonally(m float64) float64 { return m * s.ofLevel.exp(s.level+s.departed.shift) }

// lastExp is the last exponential. The level changes with the cell, and is asked for in each
// interval.
type lastExp struct{ x, value float64 }

func (e *lastExp) exp(x float64) float64 {
	if x != e.x || e.value == 0 {
		e.x, e.value = x, math.Exp(x)
	}
	return e.value
}

// top returns what may be expected where mu is. Where the rhythm is steep, as when an
// office opens, a day may be a cell ahead of those before it, or a cell behind.
func (s *Series) top(mu float64) float64 {
	if !s.seasonal {
		return mu
	}
	around := &s.season.around
	most := max(around[0], around[1], around[2])
	if most <= steepRatio*min(around[0], around[1], around[2]) {
		return mu
	}
	if most = s.seasonally(most); most > steepRatio*mu {
		return most
	}
	return mu
}

// setLevel makes the series expect mu where the season alone expects m.
func (s *Series) setLevel(mu, m float64) {
	s.level = math.Log(max(mu, leastMean) / max(m, leastMean))
	s.level = min(max(s.level, -maxLevel), maxLevel)
}

// follow lets the level follow z, slowly. Where nothing is expected, as at night, nothing
// can be learned about it.
func (s *Series) follow(z, mu, s2 float64) {
	gain := min(levelGain, float64(s.grid.perCell)*float64(s.grid.interval)/float64(levelTime))
	s.level += gain * min(max(z, -levelClip), levelClip) * math.Sqrt(1/(mu+1)+s2)
	s.level = min(max(s.level, -maxLevel), maxLevel)
}

// daily returns the count that the last seven days make likely for a cell, and
// whether enough of them is known.
func (s *season) daily(d *grid, c int64) (count float64, ok bool) {
	return s.window(c, d.cells, dailyDays, fewDaily)
}

// byWeekday does the same with the last four equal weekdays.
func (s *season) byWeekday(d *grid, c int64) (count float64, ok bool) {
	return s.window(c, 7*d.cells, weeklyDays, fewWeekly)
}

// window returns the median of the cells that lie a number of periods back, and of
// their neighbors, and whether at least few of them are known.
func (s *season) window(c, period int64, periods, few int) (float64, bool) {
	var codes [dailyDays * (2*sideCells + 1)]uint16
	n, zeros := 0, 0
	for p := range periods {
		from := c - int64(p+1)*period - sideCells
		if s.cells.areZero(from, 2*sideCells+1) {
			zeros += 2*sideCells + 1
			continue
		}
		for at := from; at <= from+2*sideCells; at++ {
			codes[n] = s.cells.at(at)
			n++
		}
	}
	m, known := medianCode(codes[:n], zeros)
	return m, known >= few
}

// expect returns what the season expects of a cell, per interval; -1 if it does not
// know.
func (s *season) expect(d *grid, c int64) float64 {
	count, ok := 0.0, false
	if s.weekly {
		count, ok = s.byWeekday(d, c)
	}
	if !ok {
		count, ok = s.daily(d, c)
	}
	if !ok {
		return -1
	}
	return count / float64(d.perCell)
}

// turn returns what the season expects around a cell.
func (s *season) turn(d *grid, c int64) *[3]float64 {
	switch {
	case s.current && c == s.center:
		return &s.around
	case s.current && c == s.center+1:
		s.around = [3]float64{s.around[1], s.around[2], s.expect(d, c+1)}
	default:
		s.around = [3]float64{s.expect(d, c-1), s.expect(d, c), s.expect(d, c+1)}
	}
	s.center, s.current = c, true
	return &s.around
}

// at returns what the season expects of an interval. Between the centers of two
// cells it is on a straight line.
func (s *season) at(d *grid, i int64) (m float64, ok bool) {
	around := s.turn(d, i/d.perCell)
	if around[1] < 0 {
		return 0, false
	}
	return d.between(around, i), true
}

// between returns what is expected of an interval, between the centers of its cell and of the
// one that is nearer.
func (d *grid) between(around *[3]float64, i int64) float64 {
	// Distance from the center of the cell, in cells, from -1/2 to 1/2.
	x := (float64(i%d.perCell)+.5)/float64(d.perCell) - .5
	m, beside := around[1], around[1+sign(x)]
	if beside >= 0 {
		m += math.Abs(x) * (beside - m)
	}
	return m
}

func sign(x float64) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

// learn takes the count of an interval. It reports whether the season now predicts
// in the other way. Intervals that are left out are unknown.
func (s *season) learn(d *grid, i int64, y float64) (changed bool) {
	c := i / d.perCell
	if s.known > 0 && c != s.index {
		changed = s.closeCell(d)
	}
	s.index = c
	s.sum += y
	s.known++
	if (i+1)%d.perCell == 0 {
		changed = s.closeCell(d) || changed
	}
	return changed
}

// errorWindow returns how many cells the two errors are compared over.
func (d *grid) errorWindow() float64 { return float64(max(d.cells/2, 48)) }

// closeCell stores the cell being filled, if half of it was seen. It also compares
// the cell with what either way of predicting expected.
func (s *season) closeCell(d *grid) (changed bool) {
	y, known := s.sum*float64(d.perCell)/float64(s.known), 2*s.known >= d.perCell
	s.sum, s.known = 0, 0
	if !known {
		return false
	}
	window := d.errorWindow()
	byDay, ok := s.daily(d, s.index)
	if ok {
		s.dailyError.add(errorOf(y, byDay), window)
	}
	byWeek, both := s.byWeekday(d, s.index)
	if both = both && ok; both {
		s.weeklyError.add(errorOf(y, byWeek), window)
	}
	s.cells.add(s.index, encodeCount(y))
	before := s.weekly
	switch {
	case !both || s.weeklyError.n < window:
		s.weekly = s.weekly && both
	case s.weekly:
		s.weekly = s.weeklyError.value <= weeklyWorse*s.dailyError.value
	default:
		s.weekly = s.weeklyError.value < weeklyBetter*s.dailyError.value
	}
	s.current = s.current && s.weekly == before
	return s.weekly != before
}

// errorOf returns the absolute logarithmic error where y was expected to be mu.
func errorOf(y, mu float64) float64 {
	if y == mu {
		return 0 // as it mostly is where nothing comes
	}
	return math.Abs(math.Log((y + .5) / (mu + .5)))
}

// rescale multiplies the past before a cell by the factor of the change since then.
// So a level that lasts is expected at once, in the shape that the day had before.
func (s *season) rescale(d *grid, from int64) {
	var ratios []float64
	for c := from; c < s.cells.next(); c++ {
		code := s.cells.at(c)
		if m := s.expect(d, c); m > 0 && code != unknown {
			ratios = append(ratios, (decodeCount(code)+.5)/(m*float64(d.perCell)+.5))
		}
	}
	if len(ratios) == 0 {
		return
	}
	ratio := median(ratios)
	for c := s.cells.first; c < min(from, s.cells.next()); c++ {
		if at := s.cells.place(c); s.cells.codes[at] != unknown {
			s.cells.codes[at] = encodeCount(decodeCount(s.cells.codes[at]) * ratio)
			s.cells.note(at)
		}
	}
	s.current = false
}
