package detect

// Where more is expected than a series at rest may expect, each count of 0 still says something:
// it has an expectation of its own, of which it falls short. But while the series is calm nothing
// points anywhere, so that such a count adds to no sum. What is left to do is done here, in the
// order and with the rounding of [Series.Observe].

// isStill reports whether nothing is under way.
func (s *Series) isStill() bool {
	return s.recent.n > 0 && !s.bursting && s.departed == (departure{}) && s.each.isCalm() &&
		s.habits.chart == 0 && len(s.habits.routines) == 0
}

// mayBeCalm reports whether the series is calm in the next interval. A season is in use then,
// and stays so in this cell.
func (s *Series) mayBeCalm() bool {
	return s.seasonal && s.grid.perCell > 1 && s.seen >= s.grid.history &&
		s.season.turn(&s.grid, s.next/s.grid.perCell)[1] >= 0
}

// settlePace finds out how the next interval may be taken.
func (s *Series) settlePace() {
	still := s.isStill()
	s.calm, s.resting = still && s.mayBeCalm(), still && s.mayRest()
}

const atOnce = 32 // counts of a calm series

// zeros takes up to n counts of 0 of a calm series, and at least one. The last one of a cell is
// observed as any other, and so is one that may be the begin of an outage.
func (s *Series) zeros(n int64) Reading {
	d, c := &s.grid, &s.each
	first := s.next
	n = min(n, s.endOfCell()-1-first, atOnce)
	around := s.season.turn(d, first/d.perCell)
	learns := s.sums.byCount.sum <= countRising
	var codes [atOnce]uint8
	var last Reading
	k := int64(0)
	for ; k < n; k++ {
		mu := s.seasonally(d.between(around, first+k))
		z := c.noise.z(0, mu)
		if z < -zAllowance {
			break
		}
		last.Z, last.Baseline, codes[k] = z, mu, codeOf(z)
		s.cell.add(0, mu, s.top(mu), false)
		c.noise.follow(z)
		c.noise.learn(0, mu, s.grain.pairs(), d.history)
		if learns {
			s.recent.learn(0, d.window)
			s.older.learn(0, d.olderWindow)
		}
	}
	if k == 0 {
		return s.take(first, 0, 0)
	}
	s.next, s.seen = first+k, s.seen+k
	c.trail.addAll(codes[:k], d.kept)
	c.pending = 0
	if c.noteNothing(s.next-1, k) {
		c.settle()
	}
	s.season.known, s.season.index = s.season.known+k, first/d.perCell
	return s.read(last.Z, last.Baseline)
}

// addAll adds counts by their codes.
func (t *trail) addAll(codes []uint8, keep int) {
	if drop := len(*t) + len(codes) - keep; drop > 0 {
		*t = (*t)[:copy(*t, (*t)[drop:])]
	}
	*t = append(*t, codes...)
}
