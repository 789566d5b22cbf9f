package monitor

import (
	"math"
	"sync"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/sketch"
)

// batch is up to 256 events with all that can be computed of them alone. It is made
// before the lock of the monitor is taken.
type batch struct {
	n           int // number of events
	block       block.Block
	places      [block.Size]int16 // of each event in the block; block.None: it has none
	times       [block.Size]int64 // Unix nanoseconds; undated: there is none
	first, last int64             // of these
	total       uint64            // events of valid sources

	// Of the events that have a single target and a valid source, in their order.
	hits                    int
	at                      [block.Size]uint8 // number of the event
	hashes, sources, counts [block.Size]uint64
	slots                   [block.Size]sketch.Place

	// Of the events that have a target and no valid source.
	strays     int
	strayAt    [block.Size]uint8
	strayHash  [block.Size]uint64
	straySlots [block.Size]int32

	grouped // of the events whose target is in a group
}

const undated = math.MinInt64

var batches = sync.Pool{New: func() any { return new(batch) }}

// prepare hashes the sources, targets and groups of events. It keeps no reference to them, so
// that the one of Observe(e) need not be on the heap.
func (p *batch) prepare(events []Event, mask source.Mask, key *sketch.Key, groups Groups) {
	p.n = len(events)
	p.first, p.last, p.total = math.MaxInt64, math.MinInt64, 0
	p.hits, p.strays, p.inGroups = 0, 0, 0
	b := &p.block
	b.Begin()
	for i := range events {
		e := &events[i]
		ns, dated := nanoseconds(e.Time)
		if !dated {
			ns = undated
		}
		p.times[i] = ns
		p.first, p.last = min(p.first, ns), max(p.last, ns)
		r := e.record()
		place := b.Put(i, mask, e.Source, r)
		p.places[i] = int16(place)
		if place != block.None {
			p.total = addSaturated(p.total, r.Events)
		}
		if !e.Target.IsZero() {
			p.aim(i, &e.Target, r.Events, key, groups)
		}
	}
	b.Hash(*key)
	for j, at := range p.at[:p.hits] {
		p.sources[j] = b.Hashes[p.places[at]]
	}
	for j, at := range p.groupAt[:p.inGroups] {
		p.groupSources[j] = b.Hashes[p.places[at]]
	}
}

// aim hashes the target of event number i, and the group that it is in or is.
func (p *batch) aim(i int, target *Target, events uint64, key *sketch.Key, groups Groups) {
	group, grouped := groups.hash(target, key)
	if p.places[i] == block.None {
		p.strayAt[p.strays], p.strayHash[p.strays] = uint8(i), target.hash(key)
		p.strayGroups[p.strays] = group
		p.strays++
		return
	}
	if target.wide == 0 || !grouped {
		p.at[p.hits], p.hashes[p.hits], p.counts[p.hits] = uint8(i), target.hash(key), events
		p.hits++
	}
	if grouped {
		p.put(i, group, events)
	}
}

// Observe counts events, in their order. Many at once are counted
// faster than one by one, best in slices of 256 or more: m.Observe(events...). Their
// times may close intervals, which takes a few milliseconds each. Observe keeps no
// reference to events.
func (m *Monitor) Observe(events ...Event) {
	p := batches.Get().(*batch)
	for len(events) > 0 {
		n := min(len(events), block.Size)
		p.prepare(events[:n], m.mask, &m.counting.Key, m.options.Groups)
		if table := m.located.Load(); table != nil {
			p.block.Locate(table)
		}
		m.observe(p, events[:n])
		events = events[n:]
	}
	batches.Put(p)
	m.notify()
}

// observe counts the events of a batch.
func (m *Monitor) observe(p *batch, events []Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := 0; i < p.n; {
		end, voted := m.until(p, i), i
		if end == i {
			if !m.place(&events[i], p.source(i)) {
				i++
				continue
			}
			voted++
			end = max(m.until(p, i), i+1) // one that is ahead of the clock goes alone
		}
		if m.clock.asks() {
			m.answer(p, voted, end)
		}
		m.run(p, events, i, end)
		i = end
	}
}

// source returns the hash of the source of event number i. All without a valid one are
// one source.
func (p *batch) source(i int) uint64 {
	if place := p.places[i]; place != block.None {
		return p.block.Hashes[place]
	}
	return 0
}

// until returns the end of the run of events, from number i on, that fall into the
// current interval.
func (m *Monitor) until(p *batch, i int) int {
	if i == 0 && p.first >= m.from && p.last < m.to {
		return p.n
	}
	for i < p.n && p.times[i] >= m.from && p.times[i] < m.to {
		i++
	}
	return i
}

// run counts the events from number i to number end, which fall into the current
// interval, and looks at it where that is due.
func (m *Monitor) run(p *batch, events []Event, i, end int) {
	for iv := m.current; i < end; {
		next := iv.untilLook(p, events, i, end)
		m.count(p, events, i, next)
		if i = next; iv.events > iv.quiet {
			iv.quiet = quietUntil(iv.events)
			if m.whole.expects(iv.events) {
				m.foresee(m.whole, allTraffic, p.times[i-1])
			}
		}
	}
}

// untilLook returns the end of the run of events, from number i on, after which a look at
// the interval is due, or end.
func (iv *interval) untilLook(p *batch, events []Event, i, end int) int {
	n := iv.events
	if i == 0 && end == p.n && addSaturated(n, p.total) <= iv.quiet {
		return end
	}
	for ; i < end && n <= iv.quiet; i++ {
		if p.places[i] != block.None {
			n = addSaturated(n, max(events[i].Events, 1))
		}
	}
	return i
}

// count counts the events from number i to number end.
func (m *Monitor) count(p *batch, events []Event, i, end int) {
	m.stats.Records += uint64(end - i)
	iv := m.current
	if i == 0 && end == p.n {
		iv.whole.AddBlock(&p.block)
		iv.seen(p.first, p.last, p.total)
		m.clock.see(p.last)
	} else {
		m.runPart(p, events, i, end)
	}
	if m.targets != nil {
		m.targets.count(m, p, events, i, end)
	}
	m.locate(iv)
}

// runPart counts some events of a batch in all traffic.
func (m *Monitor) runPart(p *batch, events []Event, i, end int) {
	iv := m.current
	for ; i < end; i++ {
		n := uint64(0)
		if place := p.places[i]; place == block.None {
			iv.whole.AddLost(snapshot.Unread, 1)
		} else {
			iv.whole.AddSelected(&p.block, []uint8{uint8(place)})
			n = max(events[i].Events, 1)
		}
		iv.seen(p.times[i], p.times[i], n)
		m.clock.see(p.times[i])
	}
}

// locate lets observers look up sources in advance, while all traffic needs it.
func (m *Monitor) locate(iv *interval) {
	table := iv.table
	if iv.whole.Exact() {
		table = nil
	}
	if m.located.Load() != table {
		m.located.Store(table)
	}
}
