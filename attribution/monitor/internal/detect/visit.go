package detect

import (
	"math"
	"slices"
)

// visit is a run of counts that stand out, of what no routine explains. A chart of
// residuals finds it, as it finds bursts, but one count far above the expectation is
// enough. All of it is at least twice the level: less is what a season is for.
type visit struct {
	at             int64   // interval in which it began
	length         int64   // up to the last count that stands out
	height, amount float32 // above the level: most in one interval, and all
	score          float32 // sum of standard deviations
	own            bool    // it is no part of a burst that began long before
	least          int64   // period of a routine that it may make, at least
}

const (
	mostVisits   = 40
	visitClip    = 4   // of the chart: two quiet counts end a visit
	visitLeast   = 2   // of the chart: 4 standard deviations once, or 3 twice
	grownLeast   = 1.5 // of what is left to what was expected: it is more than twice that
	mostScore    = 1e6
	mostVisitSum = maxCount * 1e4
)

// follow takes what is above the level in interval i. It returns a visit that is over.
func (h *habits) follow(i int64, y, mu, z float64) (over visit, ok bool) {
	above := y - mu
	x := min(z, zClip) - zAllowance
	if h.chart == 0 {
		if x <= 0 {
			return visit{}, false
		}
		h.open = visit{at: i}
	}
	h.chart = min(max(0, h.chart+x), visitClip)
	if h.chart == 0 {
		over = h.open
		usual := h.base / float64(i-over.at) * float64(over.length)
		ok = h.top >= visitLeast && float64(over.amount) >= usual
		h.open, h.top, h.base = visit{}, 0, 0
		return over, ok
	}
	h.top = max(h.top, h.chart)
	v := &h.open
	if x > 0 && above*routinePart > float64(v.height) { // what came before is small beside it
		*v, h.base = visit{at: i, score: v.score}, 0
	}
	if x > 0 && above >= routinePart*float64(v.height) {
		v.length = i + 1 - v.at
	}
	if h.base += mu; x > 0 {
		v.height = max(v.height, float32(above))
		v.score = min(v.score+float32(z), mostScore)
	}
	v.amount = min(v.amount+float32(max(above, 0)), mostVisitSum)
	return visit{}, false
}

// settleVisit makes a visit part of a routine, or the beginning of one, and keeps it.
func (s *Series) settleVisit(v visit, i int64) {
	h := &s.habits
	v.own = !s.bursting || v.at-s.onset < s.grid.patience
	least, most := h.bounds(s.grid, v)
	v.least = least
	for _, p := range periods {
		period := int64(p / s.grid.interval)
		if period >= most {
			break
		}
		if p%s.grid.interval != 0 || period < least || v.length > period/2 {
			continue
		}
		// What comes at longer intervals than this is a burst each time, or none.
		apart := period > s.grid.patience
		if apart && !v.own {
			break
		}
		if r, ok := h.recurring(s.grid, v, period, apart); ok {
			r.teach(s, i)
			h.adopt(s.grid, r)
			break
		}
	}
	h.keep(v)
}

// bounds returns the least period of a routine that a visit may make, and one that is too
// long. If it is one of a routine that is not taught yet, it may still make a shorter one.
// If it is what is left of a visit of one that is taught, it must be large enough for a
// target to be told, or else be of a job that runs each day where one runs each hour, or
// each week. So nobody can teach by many small steps.
func (h *habits) bounds(d grid, v visit) (least, most int64) {
	least, most = leastPeriod, math.MaxInt64
	for k := range h.routines {
		switch r := &h.routines[k]; {
		case !r.taught && r.holds(d, v.at):
			most = min(most, r.period)
		case r.taught && r.covers(d, v.at) && float64(v.amount) < grownLeast*slack(r.amount, 0):
			least = max(least, d.perDay, r.period+1)
		}
	}
	return least, most
}

// recurring returns the routine that a visit makes with two of three before it.
func (h *habits) recurring(d grid, v visit, period int64, apart bool) (routine, bool) {
	r := routine{period: period, since: v.at, length: v.length, visits: 1, share: 1, last: v.at}
	near := d.jitter(period, v.length)
	heights, amounts, off := []float64{float64(v.height)}, []float64{float64(v.amount)}, int64(0)
	for k := int64(1); k <= fewPeriods-1; k++ {
		for _, u := range slices.Backward(h.visits) {
			late := v.at - u.at - k*period
			if abs(late) > near || u.length > period/2 || !u.like(v) ||
				apart && !u.own || period < u.least {
				continue
			}
			off -= late
			heights, amounts = append(heights, float64(u.height)), append(amounts, float64(u.amount))
			r.since, r.length, r.visits = u.at, max(r.length, u.length), r.visits+1
			break
		}
	}
	if r.visits < fewVisits {
		return r, false
	}
	r.next = v.at + off/r.visits + period
	r.height, r.amount = median(heights), median(amounts)
	return r, true
}

// like reports whether two visits are not far from the same size.
func (v visit) like(u visit) bool { return v.amount <= alike*u.amount && u.amount <= alike*v.amount }

// adopt adds a routine. It replaces those of every second or third period, which some
// visits looked like at first, or the one that was there least if there are many.
func (h *habits) adopt(d grid, r routine) {
	h.routines = slices.DeleteFunc(h.routines, func(o routine) bool {
		return !o.taught && o.period%r.period == 0 && r.holds(d, o.next)
	})
	if len(h.routines) < mostRoutines {
		h.routines = append(h.routines, r)
		return
	}
	least := 0
	for k := range h.routines {
		if h.routines[k].share < h.routines[least].share {
			least = k
		}
	}
	h.routines[least] = r
}

// keep remembers a visit. Of the two oldest, the weaker one makes room: many small ones
// soon go, and a large one stays for days.
func (h *habits) keep(v visit) {
	if n := len(h.visits); n == mostVisits {
		weaker := 0
		if h.visits[1].score < h.visits[0].score {
			weaker = 1
		}
		h.visits = slices.Delete(h.visits, weaker, weaker+1)
	}
	h.visits = append(h.visits, v)
}

// interrupt forgets the visit that goes on: intervals are missing.
func (h *habits) interrupt() { h.open, h.chart, h.top, h.base = visit{}, 0, 0, 0 }

func abs(x int64) int64 { return max(x, -x) }
