package monitor

import "math"

// season predicts an interval from the same time of earlier days: the median of
// seven days, or of four equal weekdays once these are known to fit better.
type season struct {
	cells  cells
	weekly bool // the four weekdays are in use

	dailyError, weeklyError errorMean

	sum          float64 // of the cell being filled
	known, index int64   // intervals seen of it, and its number

	// What is expected of the cells around the current one, for interpolation.
	// Computed from cells, never encoded.
	around  [3]float64 // per interval; negative: unknown
	centre  int64
	current bool
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

	weeklyBetter = .9 // ratio of errors at which the weekdays are taken,
	weeklyWorse  = 1.1
)

// daily returns the count that seven days lead to expect of a cell, and whether
// they do.
func (s *season) daily(d grid, c int64) (count float64, ok bool) {
	return s.window(c, d.cells, dailyDays, fewDaily)
}

func (s *season) byWeekday(d grid, c int64) (count float64, ok bool) {
	return s.window(c, 7*d.cells, weeklyDays, fewWeekly)
}

func (s *season) window(c, period int64, periods, few int) (float64, bool) {
	var codes [dailyDays * (2*sideCells + 1)]uint16
	n := 0
	for p := range periods {
		for side := int64(-sideCells); side <= sideCells; side++ {
			codes[n] = s.cells.at(c - int64(p+1)*period + side)
			n++
		}
	}
	m, known := medianCode(codes[:n])
	return m, known >= few
}

// expect returns what the season expects of a cell, per interval, and -1 if it
// does not know.
func (s *season) expect(d grid, c int64) float64 {
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

// at returns what the season expects of an interval, between the centres of the
// cells around it on a straight line.
func (s *season) at(d grid, i int64) (m float64, ok bool) {
	c := i / d.perCell
	if !s.current || c != s.centre {
		if s.current && c == s.centre+1 {
			s.around = [3]float64{s.around[1], s.around[2], s.expect(d, c+1)}
		} else {
			s.around = [3]float64{s.expect(d, c-1), s.expect(d, c), s.expect(d, c+1)}
		}
		s.centre, s.current = c, true
	}
	m = s.around[1]
	if m < 0 {
		return 0, false
	}
	// Distance from the cell's centre, in cells, -1/2 to 1/2.
	x := (float64(i%d.perCell)+.5)/float64(d.perCell) - .5
	beside := s.around[1+sign(x)]
	if beside >= 0 {
		m += math.Abs(x) * (beside - m)
	}
	return m, true
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

// learn takes the value of an interval and reports whether the way of predicting
// changed. Intervals left out are unknown.
func (s *season) learn(d grid, i int64, y float64) (changed bool) {
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

// errorWindow is how many cells errors are compared over: half a day at least.
func (d grid) errorWindow() float64 { return float64(max(d.cells/2, 48)) }

// closeCell stores the cell being filled, if half of it was seen, and compares
// what was expected of it.
func (s *season) closeCell(d grid) (changed bool) {
	y, known := s.sum*float64(d.perCell)/float64(s.known), 2*s.known >= d.perCell
	s.sum, s.known = 0, 0
	if !known {
		return false
	}
	window := d.errorWindow()
	byDay, ok := s.daily(d, s.index)
	if ok {
		s.dailyError.add(math.Abs(math.Log((y+.5)/(byDay+.5))), window)
	}
	byWeek, both := s.byWeekday(d, s.index)
	if both = both && ok; both {
		s.weeklyError.add(math.Abs(math.Log((y+.5)/(byWeek+.5))), window)
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

// rescale multiplies the past before a cell by what it changed to since, so that
// a level that lasts is expected at once in the shape of the day as it was.
func (s *season) rescale(d grid, from int64) {
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
		if p := s.cells.place(c); *p != unknown {
			*p = encodeCount(decodeCount(*p) * ratio)
		}
	}
	s.current = false
}
