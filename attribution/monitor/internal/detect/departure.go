package detect

import "math"

// A burst must not last forever. A level that lasts long enough is the new normal:
// the series then expects it, and a burst of it is over.
//
// Without a season, a high level is expected once it has lasted as long as the past
// before it: an hour at least, a day at most. A weak burst is after two hours. A low level is expected once it has
// lasted as long as the past.
//
// With a season the earlier days count for more, since a weekend is no new level. A
// level that is high for a day is expected from then on, but is given up as soon as
// the old one returns. A level that lasts three days, high or low, is final: the
// past is rescaled to it.

// departure is a level other than the one expected.
type departure struct {
	since int64   // interval in which it began
	level recent  // of its last hour; nothing while n is 0
	usual float64 // mean that was expected in that hour
	high  bool
	shift float64 // logarithm of the level expected beyond the season's; 0: none
	back  int64   // intervals in a row at the old level
}

const (
	maxShift     = 50 // more than any logarithm of a count
	lastingLevel = 3 * day
)

// low reports whether the series is below the level expected.
func (d *departure) low() bool { return d.level.n > 0 && !d.high }

// depart takes an interval. It reports whether a burst is over because its level is
// expected now.
func (s *Series) depart(i int64, y, mu, z float64) (over bool) {
	d := &s.departed
	low := !s.bursting && z < -zAllowance && y < mu/2
	switch {
	case d.shift > 0:
		if d.back++; !low {
			d.back = 0
		}
		if d.back >= s.grid.patience {
			*d = departure{}
			return false
		}
	case !s.bursting && !low:
		*d = departure{}
		return false
	case d.level.n == 0 || d.high != s.bursting:
		*d = departure{since: i, high: s.bursting}
		if s.bursting {
			d.since = s.onset
		}
	}
	d.level.learn(y, s.grid.window)
	d.usual += (mu - d.usual) / d.level.n
	length := i + 1 - d.since
	longest := s.grid.intervals(lastingLevel)
	switch {
	case length >= longest:
		return s.accept()
	case d.shift == 0 && length >= max(s.seen-length, fewest) && !d.high:
		return s.accept()
	case d.shift == 0 && d.high && length >= s.enough(length):
		if !s.seasonal {
			return s.accept()
		}
		d.shift = min(max(math.Log(d.level.mean/max(d.usual, leastMean)), 0), maxShift)
		s.forget()
		return true
	}
	return false
}

// enough returns how many intervals a burst must last for its level to be expected.
func (s *Series) enough(length int64) int64 {
	least := max(s.grid.intervals(recentSpan), 2*s.grid.patience)
	if s.weak != none && !s.seasonal {
		return 2 * least // it may be the morning
	}
	return min(max(s.seen-length, least), max(s.grid.perDay, least))
}

// accept makes the level since the departure the one expected. It reports whether
// this ends a burst.
func (s *Series) accept() (over bool) {
	s.recent, s.older = s.departed.level, s.departed.level
	if s.seasonal {
		s.season.rescale(&s.grid, (s.departed.since+s.grid.perCell-1)/s.grid.perCell)
		s.level = 0
	}
	s.departed = departure{}
	s.forget()
	return s.bursting
}
