package monitor

import (
	"math"
	"time"

	"github.com/whence-go/whence/attribution"
)

// place decides about an event that does not fall into the current interval, of a source
// with a hash, which votes. It makes the interval of the event the current one and reports
// true, or it sets the event aside or drops it.
func (m *Monitor) place(e *Event, source uint64) bool {
	c := &m.clock
	ns, ok := nanoseconds(e.Time)
	if !ok {
		m.drop(e, attribution.LostUndated, &m.stats.Undated)
		return false
	}
	if !c.started {
		m.start(ns)
	}
	at := m.placeOf(ns)
	if at != open {
		c.offsets.note(time.Duration(ns-c.mark), c.mark)
	}
	switch {
	case at == late || at == past && c.directed:
		m.drop(e, attribution.LostLate, &m.stats.Late)
	case at != open:
		m.setAside(e)
	}
	m.vote(source, ns, at)
	if at == open && c.index(ns) <= c.closed { // by this vote
		at = late
		m.drop(e, attribution.LostLate, &m.stats.Late)
	}
	if at != open {
		m.leave() // the next event may end a vote
		return false
	}
	if ns >= c.closing()+c.interval {
		m.stats.Ahead++
	}
	m.enter(c.index(ns))
	return true
}

// placeOf returns where a time lies. A stream whose first event was ahead of the others
// begins with these, unless what came would then lie too far ahead.
func (m *Monitor) placeOf(ns int64) where {
	c := &m.clock
	at := c.place(ns)
	if at != late || c.directed || c.closed >= m.began || ns < c.mark-c.leap {
		return at
	}
	began := c.index(max(ns-c.lateness, 0))
	mark := min(c.mark, (began+1)*c.interval+c.lateness-1) // before began is to be closed
	for _, iv := range m.open {
		if iv.index > c.index(mark+c.leap) {
			return at
		}
	}
	m.began, c.closed, c.mark = began, began-1, mark
	c.soon.stop()
	m.leave()
	return open
}

// vote takes the vote of a source for a time, and does what is carried.
func (m *Monitor) vote(source uint64, ns int64, at where) {
	c := &m.clock
	switch at {
	case past:
		c.far.oppose(source) // of the present it says nothing
		if !c.directed && c.past.vote(source, reached, ns) && c.past.carries(c.past.supporters(), quorumPast, patiencePast) {
			m.setBack(ns)
		}
		return
	case future:
		m.opposePast(source)
		quorum := c.quorumFar()
		if c.far.vote(source, reached, ns) && c.far.carries(c.far.supporters(), quorum, c.patience(quorum)) {
			m.leap(ns)
		}
		return
	}
	m.opposePast(source)
	c.far.oppose(source)
	closing := c.closing()
	if ns < closing {
		c.soon.oppose(source)
		return
	}
	if m.beginning() {
		for _, iv := range m.open { // all that is known of how many sources there are
			c.voters = max(c.voters, int(min(iv.whole.Records(), manyVoters)))
		}
	}
	c.soon.vote(source, reached+uint8(min((ns-closing)/c.interval, steps-1)), ns)
	if step, to, carried := c.soon.carried(c.quorum(), c.patience(c.quorum())); carried {
		m.advance(min(to, closing+(step+1)*c.interval-1))
	}
}

// opposePast takes a vote against a set back. Once it is off, those set aside were late
// after all.
func (m *Monitor) opposePast(source uint64) {
	c := &m.clock
	if c.past.oppose(source) {
		m.dropAll(c.release(0, c.mark-c.leap-1))
	}
}

// asks reports whether a vote is on.
func (c *clock) asks() bool { return c.soon.running() || c.far.running() || c.past.running() }

// answer takes the votes of the events from number i to number end, which lie in the
// current interval: the time has not come yet, and no clock was set back.
func (m *Monitor) answer(p *batch, i, end int) {
	c := &m.clock
	for ; i < end && c.asks(); i++ {
		source := p.source(i)
		c.soon.oppose(source)
		c.far.oppose(source)
		m.opposePast(source)
	}
}

func (m *Monitor) dropAll(late []Event) {
	for i := range late {
		m.drop(&late[i], attribution.LostLate, &m.stats.Late)
	}
}

// setAside holds an event whose time is not believed.
func (m *Monitor) setAside(e *Event) {
	if !m.clock.hold(e) {
		m.drop(e, attribution.LostMisdated, &m.stats.Misdated)
	}
}

// leap believes a time far ahead that most voted for, and with it the events set aside
// that lie no longer far ahead of it. The others who voted so vote on. ns is the time of
// the last of them.
func (m *Monitor) leap(ns int64) {
	c := &m.clock
	row, waiting := c.far.supporters(), len(c.held)
	if times := c.timesHeld(row, c.mark+c.leap+1, math.MaxInt64); len(times) > 0 {
		ns = c.far.majority(times, c.quorumFar(), c.patience(c.quorumFar()))
	}
	c.far.stop()
	c.offsets.forget() // those who were off were ahead of a pause
	m.advance(ns)
	m.placeAll(c.release(c.mark+1, c.mark+c.leap))
	row -= waiting - len(c.held)
	for i := range c.held[max(0, len(c.held)-max(0, row)):] {
		e := &c.held[len(c.held)-1-i]
		if ns, _ := nanoseconds(e.Time); ns > c.mark+c.leap {
			c.far.vote(m.sourceOf(&e.Event), reached, ns)
		}
	}
}

// sourceOf returns the hash of the source of an event.
func (m *Monitor) sourceOf(e *Event) uint64 {
	m.single.prepare([]Event{*e}, m.mask, &m.counting.Key, m.options.Groups)
	return m.single.source(0)
}

// placeAll counts events that were set aside, where they belong by now.
func (m *Monitor) placeAll(events []Event) {
	for i := range events {
		if m.place(&events[i], m.sourceOf(&events[i])) {
			m.single.prepare(events[i:i+1], m.mask, &m.counting.Key, m.options.Groups)
			m.run(m.single, events[i:i+1], 0, 1)
		}
	}
}

// advance moves the clock forward and closes what is due. Events set aside are
// counted when the clock comes by.
func (m *Monitor) advance(ns int64) {
	c := &m.clock
	for c.leastHeld <= ns {
		at := min(ns, c.least(c.mark))
		m.advanceTo(at)
		m.placeAll(c.release(c.mark-c.leap, c.mark))
		if at == ns {
			return
		}
	}
	m.advanceTo(ns)
}

// setBack believes that the clock went back: the stream begins anew at a time that most
// of those set aside voted for, or at ns if there was no room for any.
func (m *Monitor) setBack(ns int64) {
	c := &m.clock
	before := c.mark - c.leap - 1
	if times := c.timesHeld(len(c.held), 0, before); len(times) > 0 {
		ns = c.past.majority(times, quorumPast, patiencePast)
	}
	events := c.release(0, before)
	m.restart(ns)
	m.placeAll(events)
}

// restart closes everything and sets the clock.
func (m *Monitor) restart(ns int64) {
	m.leave()
	last := m.clock.closed
	for _, iv := range m.open {
		last = max(last, iv.index)
	}
	m.closeUntil(last)
	m.watchAnew()
	m.publish()
	m.start(ns)
	m.stats.SetBack++
}

func (m *Monitor) advanceTo(ns int64) {
	c := &m.clock
	if ns <= c.mark {
		return
	}
	c.mark = ns
	if due := c.due(); due > c.closed {
		m.leave()
		c.soon.stop() // it was on the interval that closes now
		m.closeUntil(due)
	}
}

// start sets the clock, from which on there is history.
func (m *Monitor) start(ns int64) {
	m.clock.start(ns)
	m.began = m.clock.closed + 1
}

// Advance says what time it is, in the time of the events, so that intervals close
// although nothing comes. A program that watches a live stream calls it once an
// interval or so; one that replays a file may do without. now is believed, ahead
// as well as back: if the stream's time lies more than 6 intervals beyond it, the
// clock is set back. A zero time, or one before 1970, is ignored.
func (m *Monitor) Advance(now time.Time) {
	ns, ok := nanoseconds(now)
	if !ok {
		return
	}
	defer m.notify()
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &m.clock
	c.directed = true
	m.leave()
	switch {
	case !c.started:
		m.start(ns)
	case ns < c.mark-c.leap:
		m.restart(ns)
		m.placeAll(c.release(0, ns))
	}
	m.advance(max(ns, c.mark))
}
