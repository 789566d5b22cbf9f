package monitor

import (
	"time"

	"github.com/whence-go/whence/attribution"
)

// place decides about an event that does not fall into the current interval. It makes
// the interval of the event the current one and reports true, or it sets the event aside
// or drops it.
func (m *Monitor) place(e *Event) bool {
	c := &m.clock
	ns, ok := nanoseconds(e.Time)
	if !ok {
		m.drop(e, attribution.LostUndated, &m.stats.Undated)
		return false
	}
	if !c.started {
		m.start(ns)
	}
	at := c.place(ns)
	if at != past && c.past > 0 {
		c.past = 0 // those set aside were late after all
		m.dropAll(c.release(0, c.mark-c.leap-1))
	}
	if at != future {
		c.ahead = 0
	}
	switch at {
	case open:
		m.advance(ns)
		m.enter(c.index(ns))
		return true
	case late:
		m.drop(e, attribution.LostLate, &m.stats.Late)
	case future:
		m.setAside(e)
		if c.ahead++; c.ahead >= confirmAhead {
			m.leap(min(ns, c.least(c.mark)))
		}
	case past:
		if c.directed {
			m.drop(e, attribution.LostLate, &m.stats.Late)
			break
		}
		m.setAside(e)
		if c.past++; c.past >= confirmPast {
			m.setBack(ns)
		}
	}
	m.leave() // the next event may end a row
	return false
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

// leap believes a time far ahead, and with it the events set aside that lie no
// longer far ahead of it.
func (m *Monitor) leap(ns int64) {
	c := &m.clock
	row, waiting := c.ahead, len(c.held)
	m.advance(ns)
	m.placeAll(c.release(c.mark+1, c.mark+c.leap))
	c.ahead = max(0, row-(waiting-len(c.held))) // the others of the row wait on
}

// placeAll counts events that were set aside, where they belong by now.
func (m *Monitor) placeAll(events []Event) {
	for i := range events {
		if m.place(&events[i]) {
			m.single.prepare(events[i:i+1], m.mask, m.counting.Key)
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

// setBack believes that the clock went back: the stream begins anew at the least
// time of those set aside, or at ns if there was no room for any.
func (m *Monitor) setBack(ns int64) {
	events := m.clock.release(0, m.clock.mark-m.clock.leap-1)
	if len(events) > 0 {
		ns, _ = nanoseconds(events[0].Time)
	}
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
