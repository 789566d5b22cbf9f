package monitor

import (
	"iter"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// targets are the heavy ones among all, each with a watch of its own. Slots from single on
// are those of groups.
type targets struct {
	heavy   *sketch.HeavyHitters
	tracked []Target // by slot; zero: nobody has it
	watches []*watch // by slot; nil until an interval has closed

	single   int                  // slots of single targets
	groups   *sketch.HeavyHitters // of the slots after them; nil: no groups are wanted
	groupOf  []uint64             // by slot: hash of the group that the target is in or is; 0: none
	slotOf   map[uint64]int       // slots of groups by hash, as events have come so far
	relation                      // scratch
	closing  []closing            // by slot, of the interval that closes; scratch

	empty emptyCounts // of an interval that has closed

	due       due
	unwatched bool // some slots that are tracked have no watch yet

	// What the target tallies of open intervals hold is bounded. It is looked at
	// again after so many records.
	memory  int // of these, and again of what is usual
	records int
	holds   holding // watches together, each as it was when it last saw an interval
	sheds   uint64  // how often the sources of a target were forgotten to save memory
}

const (
	targetMemory = 64 << 20 // bytes, of the target tallies of open intervals together
	// A record makes a tally grow by at most this: a place in the sample, which
	// doubles, and its part of the registers of an origin.
	recordMemory = 400
)

func newTargets(o Options) *targets {
	t := &targets{
		heavy: newHeavy(o), single: o.Targets, slotOf: map[uint64]int{},
		memory: targetMemory, records: targetMemory / recordMemory,
	}
	slots := o.Targets
	if o.Groups > 0 {
		t.groups = newHeavy(o)
		slots *= 2
	}
	t.tracked, t.watches = make([]Target, slots), make([]*watch, slots)
	t.groupOf, t.closing, t.due = make([]uint64, slots), make([]closing, slots), newDue(slots)
	return t
}

func newHeavy(o Options) *sketch.HeavyHitters {
	heavy, err := sketch.NewHeavyHitters(o.Tally.Key.ID(), o.Targets)
	if err != nil {
		panic("monitor: " + err.Error()) // the options were checked
	}
	return heavy
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
		c = &targetCount{tally: m.emptyTally(iv.table), quiet: firstLook - 1}
		iv.targets[slot] = c
		iv.hit = append(iv.hit, slot)
	}
	return c
}

// count counts the events from number i to number end by target and by group.
func (t *targets) count(m *Monitor, p *batch, events []Event, i, end int) {
	hit, hits := from(p.at[:p.hits], i), from(p.at[:p.hits], end)
	stray, strays := from(p.strayAt[:p.strays], i), from(p.strayAt[:p.strays], end)
	for j := stray; j < strays; j++ {
		p.straySlots[j] = int32(t.heavy.Lookup(p.strayHash[j]))
	}
	evictions := t.heavy.Evictions()
	t.heavy.AddBatch(p.slots[hit:hits], p.hashes[hit:hits], p.sources[hit:hits], p.counts[hit:hits])
	group, groups := p.addGroups(t, i, end)
	for ; i < end; i++ {
		at := uint8(i)
		if stray < strays && p.strayAt[stray] == at {
			m.current.countStray(m, t.straySlot(p, stray))
			stray++
			continue
		}
		slot, n := sketch.Untracked, uint64(0)
		if hit < hits && p.at[hit] == at {
			s := p.slots[hit]
			if s.New { // those before were of the target that had the slot
				if !t.tracked[s.Slot].IsZero() {
					evictions++
				}
				p.handStrays(stray, strays, s.Slot, p.hashes[hit])
				m.hand(int(s.Slot), events[i].Target)
			}
			slot, n = int(s.Slot), p.counts[hit]
			hit++
		}
		if group < groups && p.groupAt[group] == at {
			s := p.groupSlots[group]
			if s.New {
				m.hand(t.single+int(s.Slot), m.options.Groups.counted(events[i].Target))
			}
			if slot < 0 && s.Slot != sketch.Untracked {
				slot, n = t.single+int(s.Slot), p.groupCounts[group]
			}
			group++
		}
		if slot < 0 {
			continue
		}
		c := m.current.target(slot, m)
		c.events = addSaturated(c.events, n)
		if c.tally != nil {
			c.tally.AddLater(&p.block, int(p.places[i]))
		} else {
			c.lost.of(attribution.LostShed, 1)
		}
		if slot < t.single && c.events > c.quiet {
			c.quiet = quietUntil(c.events)
			if w := m.watchOf(slot, evictions); w.expects(c.events) {
				m.foresee(w, slot, p.times[i])
			}
		}
		t.records--
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
		t.unwatch(slot)
		if len(m.looks) > 0 {
			m.join()
		}
	}
	if slot < t.single {
		m.leaveGroup(slot)
	}
	t.delegate(slot, &target, m)
	for _, iv := range m.open {
		iv.targets[slot] = nil
	}
	t.tracked[slot], t.unwatched = target.clone(), true
	m.publish()
}

// all walks the tracked targets in the order of their slots. With each comes the weight of
// all targets of its kind, single ones or groups.
func (t *targets) all() iter.Seq2[sketch.HeavyHitter, sketch.Weight] {
	return func(yield func(sketch.HeavyHitter, sketch.Weight) bool) {
		for i, h := range t.heavies() {
			for it := range h.All() {
				it.Slot += i * t.single
				if !yield(it, h.Total()) {
					return
				}
			}
		}
	}
}

// heavies are of single targets, and of groups if any are wanted.
func (t *targets) heavies() []*sketch.HeavyHitters {
	if t.groups == nil {
		return []*sketch.HeavyHitters{t.heavy}
	}
	return []*sketch.HeavyHitters{t.heavy, t.groups}
}

// evictions returns how often a slot changed hands.
func (t *targets) evictions() (n uint64) {
	for _, h := range t.heavies() {
		n += h.Evictions()
	}
	return n
}

// bound returns the most that the target in a slot can have weighed before it was tracked.
func (t *targets) bound(slot int) sketch.Weight {
	for it := range t.all() {
		if it.Slot == slot {
			return unseen(it)
		}
	}
	return sketch.Weight{}
}

// unseen is the most that a target can have weighed beside what was counted of it.
func unseen(it sketch.HeavyHitter) sketch.Weight {
	return sketch.Weight{
		Events:  it.Most.Events - min(it.Least.Events, it.Most.Events),
		Sources: it.Most.Sources - min(it.Least.Sources, it.Most.Sources),
	}
}
