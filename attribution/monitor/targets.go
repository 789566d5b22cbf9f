package monitor

import (
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// targets are the heavy ones among all, each with a watch of its own.
type targets struct {
	heavy   *sketch.HeavyHitters
	tracked []Target // by slot; zero: nobody has it
	watches []*watch // by slot; nil until an interval has closed

	// What the target tallies of open intervals hold is bounded. It is looked at
	// again after so many records.
	memory  int // of these, and again of what is usual
	records int
	sheds   uint64 // how often the sources of a target were forgotten to save memory
}

const (
	targetMemory = 64 << 20 // bytes, of the target tallies of open intervals together
	// A record makes a tally grow by at most this: a place in the sample, which
	// doubles, and its part of the registers of an origin.
	recordMemory = 400
)

func newTargets(o Options) *targets {
	heavy, err := sketch.NewHeavyHitters(o.Tally.Key.ID(), o.Targets)
	if err != nil {
		panic("monitor: " + err.Error()) // the options were checked
	}
	return &targets{
		heavy: heavy, tracked: make([]Target, o.Targets), watches: make([]*watch, o.Targets),
		memory: targetMemory, records: targetMemory / recordMemory,
	}
}

// targetCount is what came to one target in an interval that is open.
type targetCount struct {
	events uint64
	quiet  uint64       // up to so many no look is due; a function of events
	tally  *tally.Tally // nil: shed to save memory
	lost   lost         // records, beside those that the tally has
}

// target returns the count of the target in a slot.
func (iv *interval) target(slot int, m *Monitor) *targetCount {
	c := iv.targets[slot]
	if c == nil {
		c = &targetCount{tally: tally.New(iv.table, m.counting), quiet: firstLook - 1}
		iv.targets[slot] = c
	}
	return c
}

// count counts the events from number i to number end by target.
func (t *targets) count(m *Monitor, p *batch, events []Event, i, end int) {
	first, last := from(p.at[:p.hits], i), from(p.at[:p.hits], end)
	stray, strays := from(p.strayAt[:p.strays], i), from(p.strayAt[:p.strays], end)
	for j := stray; j < strays; j++ {
		p.straySlots[j] = int32(t.heavy.Lookup(p.strayHash[j]))
	}
	slots := p.slots[first:last]
	evictions := t.heavy.Evictions()
	t.heavy.AddBatch(slots, p.hashes[first:last], p.sources[first:last], p.counts[first:last])
	n := 0 // events that wait
	for k, s := range slots {
		if s.Slot == sketch.Untracked {
			continue
		}
		i := p.at[first+k]
		for ; stray < strays && p.strayAt[stray] < i; stray++ {
			m.current.countStray(m, p.straySlots[stray])
		}
		if s.New { // those before were of the target that had the slot
			tally.AddEach(&p.block, p.selected[:n], p.tallies[:n])
			n = 0
			if !t.tracked[s.Slot].IsZero() {
				evictions++
			}
			p.handStrays(stray, strays, s.Slot, p.hashes[first+k])
			m.hand(int(s.Slot), events[i].Target)
		}
		c := m.current.target(int(s.Slot), m)
		c.events = addSaturated(c.events, p.counts[first+k])
		if c.tally != nil {
			p.selected[n], p.tallies[n] = uint8(p.places[i]), c.tally
			n++
		} else {
			c.lost.of(attribution.LostShed, 1)
		}
		if c.events > c.quiet {
			c.quiet = quietUntil(c.events)
			if w := m.watchOf(int(s.Slot), m.clock.closed+1, evictions); w.expects(c.events) {
				tally.AddEach(&p.block, p.selected[:n], p.tallies[:n])
				n = 0
				m.foresee(w, int(s.Slot), p.times[i])
			}
		}
		t.records--
	}
	tally.AddEach(&p.block, p.selected[:n], p.tallies[:n])
	clear(p.tallies[:n])
	for ; stray < strays; stray++ {
		m.current.countStray(m, p.straySlots[stray])
	}
	if t.records <= 0 {
		t.shedOpen(m.open)
	}
}

// from returns the place of the first number that is i or more, among some that ascend.
func from(numbers []uint8, i int) int {
	place, _ := slices.BinarySearchFunc(numbers, i, func(n uint8, i int) int { return int(n) - i })
	return place
}

// countStray notes a record without a valid source for the target in a slot; negative:
// its target is not tracked.
func (iv *interval) countStray(m *Monitor, slot int32) {
	if slot >= 0 {
		iv.target(int(slot), m).lost.of(attribution.LostUnread, 1)
	}
}

// handStrays gives a slot to the target of a hash, among the strays that come later.
func (p *batch) handStrays(stray, strays int, slot int32, hash uint64) {
	for j := stray; j < strays; j++ {
		switch {
		case p.strayHash[j] == hash:
			p.straySlots[j] = slot
		case p.straySlots[j] == slot:
			p.straySlots[j] = sketch.Untracked
		}
	}
}

// hand gives a slot to another target.
func (m *Monitor) hand(slot int, target Target) {
	t := m.targets
	if w := t.watches[slot]; w != nil {
		m.closeForeseen(w, slot)
		m.forsake(w)
		t.watches[slot] = nil
		if len(m.looks) > 0 {
			m.join()
		}
	}
	for _, iv := range m.open {
		iv.targets[slot] = nil
	}
	t.tracked[slot] = target.clone()
	m.publish()
}

// watchOf returns the watch of the target in a slot. If it is a new one, intervals are shown to
// it from an index on. So many targets were evicted until then.
func (m *Monitor) watchOf(slot int, index int64, evictions uint64) *watch {
	t := m.targets
	w := t.watches[slot]
	if w == nil {
		w = newWatch(t.tracked[slot], m.options)
		w.introduce(index, index-m.began, t.bound(slot), evictions == 0) // every target since it came first
		t.watches[slot] = w
	}
	return w
}

// bound returns the most that the target in a slot can have weighed before it was tracked.
func (t *targets) bound(slot int) (most sketch.Weight) {
	for it := range t.heavy.All() {
		if it.Slot == slot {
			most.Events = it.Most.Events - min(it.Least.Events, it.Most.Events)
			most.Sources = it.Most.Sources - min(it.Least.Sources, it.Most.Sources)
			break
		}
	}
	return most
}
