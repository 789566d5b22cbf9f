package monitor

// departure is how long a series has been off what is expected of it, and at what
// level. What lasts as long as the past before it becomes what is expected: at
// least an hour if it is high, so that a burst is not taken for normal while it
// runs, and a day at most, so that it ends.
type departure struct {
	since int64
	level recent // nothing while n is 0
	high  bool
}

// follow takes an interval and reports whether its level is to be expected now.
func (d *departure) follow(s *series, i int64, y, mu, z float64) (accepted bool) {
	low := !s.bursting && z < -zAllowance && y < mu/2
	if !s.bursting && !low {
		*d = departure{}
		return false
	}
	if d.level.n == 0 || d.high != s.bursting {
		*d = departure{since: i, high: s.bursting}
		if s.bursting {
			d.since = s.onset
		}
	}
	d.level.learn(y, s.grid.window())
	length := i + 1 - d.since
	least := int64(fewest)
	if d.high {
		least = max(s.grid.intervals(recentSpan), 2*s.grid.patience())
	}
	return length >= min(max(s.seen-length, least), max(s.grid.perDay, least))
}

// accept makes the level since the departure the one that is expected.
func (s *series) accept() {
	from := (s.departed.since + s.grid.perCell - 1) / s.grid.perCell
	s.recent = s.departed.level
	if s.seasonal {
		s.season.rescale(s.grid, from)
		s.level = 0
	}
	s.departed = departure{}
	s.each.forget()
	s.sums.forget()
}
