package monitor

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// interval is one that is open: events may still come into it.
type interval struct {
	index       int64
	table       *geo.Table
	whole       *tally.Tally
	events      uint64
	quiet       uint64         // up to so many no look is due; a function of events
	first, last int64          // times of its events; first > last: none came
	targets     []*targetCount // by slot; nil without
	hit         []int          // slots of these that are not nil, and of some that were given away
}

func (m *Monitor) newInterval(index int64) *interval {
	iv := &interval{
		index: index, table: m.table, whole: m.emptyTally(m.table), quiet: firstLook - 1,
		first: math.MaxInt64, last: math.MinInt64,
	}
	if t := m.targets; t != nil {
		if iv.targets, iv.hit = t.empty.targets, t.empty.hit; iv.targets == nil {
			iv.targets = make([]*targetCount, len(t.watches))
		}
		t.empty = emptyCounts{}
	}
	return iv
}

// openAt returns an open interval.
func (m *Monitor) openAt(index int64) *interval {
	iv := m.open.find(index)
	if iv == nil {
		iv = m.newInterval(index)
		m.open = append(m.open, iv)
		loseIn(iv.whole, m.early)
		m.early = lost{}
	}
	return iv
}

// seen notes events of valid sources, and the span of their times.
func (iv *interval) seen(first, last int64, events uint64) {
	iv.first, iv.last = min(iv.first, first), max(iv.last, last)
	iv.events = addSaturated(iv.events, events)
}

// mark tells a tally when the events of the interval came.
func (iv *interval) mark(t *tally.Tally) *tally.Tally {
	if iv.first <= iv.last {
		t.ExtendSpan(time.Unix(0, iv.first), time.Unix(0, iv.last))
	}
	return t
}

// openIntervals are few, and in no particular order.
type openIntervals []*interval

func (o openIntervals) find(index int64) *interval {
	for _, iv := range o {
		if iv.index == index {
			return iv
		}
	}
	return nil
}

// maxQuiet is the longest row of intervals without events that counts as quiet. Of a
// longer one nobody knows what came in it.
const maxQuiet = 360

// closeUntil closes the intervals up to an index, in the order of time.
func (m *Monitor) closeUntil(last int64) {
	c := &m.clock
	slices.SortFunc(m.open, func(a, b *interval) int { return cmp.Compare(a.index, b.index) })
	n := 0
	for c.closed < last {
		next := last
		if n < len(m.open) {
			next = min(next, m.open[n].index)
		}
		if next-c.closed <= maxQuiet {
			next = c.closed + 1
		} else {
			m.catchUpAll(next - 1)
		}
		last := c.closed
		c.closed = next
		if n < len(m.open) && m.open[n].index == next {
			m.close(next, m.open[n])
			n++
		} else {
			m.close(next, nil)
		}
		m.age(last, next)
	}
	m.open = slices.Delete(m.open, 0, n)
	m.retained.expire(c.closed)
	m.publish()
}

// close shows an interval to every watch; nil stands for one without events.
func (m *Monitor) close(index int64, iv *interval) {
	all := counted{stored: stored{index: index}}
	if iv != nil {
		all.events, all.sources = iv.events, stat.Round(iv.whole.Distinct().Value)
		all.stored = m.packer.store(index, iv.mark(iv.whole).Rotate(nil))
		m.useAgain(iv.whole)
		m.retained.add(all.stored)
	}
	if !m.beginning() {
		m.clock.turnout(all.sources, all.events)
	}
	m.follow(m.whole, all, true)
	m.seekOpening()
	m.announce(m.whole, sketch.Untracked)
	if m.targets != nil {
		m.closeTargets(index, iv)
	}
	m.join()
}

// beginning reports whether the last interval that closed was not open all the time that
// events could come into it.
func (m *Monitor) beginning() bool {
	return m.clock.closed <= m.began+m.clock.lateness/m.clock.interval
}

// fade is after how many intervals the weights of targets are halved. They last
// longer than it takes to find that a burst has begun: a target must not lose its
// slot for a pause that its usual traffic has, and seem to come from nowhere when
// it is back.
const fade = 16

// age lets the weights of targets fade, from one closed interval to another.
func (m *Monitor) age(from, to int64) {
	if m.targets == nil {
		return
	}
	for range min(to/fade-from/fade, 64) { // nothing is left then
		for _, heavy := range m.targets.heavies() {
			heavy.Age()
		}
	}
}
