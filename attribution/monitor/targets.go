package monitor

import (
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
	tally  *tally.Tally // nil: shed to save memory
	lost   lost         // records, beside those that the tally has
}

// target returns the count of the target in a slot.
func (iv *interval) target(slot int, m *Monitor) *targetCount {
	c := iv.targets[slot]
	if c == nil {
		c = &targetCount{tally: tally.New(iv.table, m.counting)}
		iv.targets[slot] = c
	}
	return c
}

// count counts some of the hits of a batch by target.
func (t *targets) count(m *Monitor, p *batch, events []Event, from, to int) {
	iv := m.current
	slots := p.slots[from:to]
	t.heavy.AddBatch(slots, p.hashes[from:to], p.sources[from:to], p.counts[from:to])
	for k, s := range slots {
		if s.Slot == sketch.Untracked {
			continue
		}
		i := p.at[from+k]
		if s.New {
			m.hand(int(s.Slot), events[i].Target)
		}
		c := iv.target(int(s.Slot), m)
		c.events = addSaturated(c.events, p.counts[from+k])
		if c.tally != nil {
			c.tally.AddSelected(&p.block, []uint8{uint8(p.places[i])})
		} else {
			c.lost.of(attribution.LostShed, 1)
		}
		t.records--
	}
	if t.records <= 0 {
		t.shedOpen(m.open)
	}
}

// hand gives a slot to another target.
func (m *Monitor) hand(slot int, target Target) {
	t := m.targets
	if w := t.watches[slot]; w != nil {
		m.forsake(w)
		t.watches[slot] = nil
	}
	for _, iv := range m.open {
		iv.targets[slot] = nil
	}
	t.tracked[slot] = target.clone()
	m.publish()
}

// bounds returns, per slot, the most that its target can have weighed before it was
// tracked.
func (t *targets) bounds() []sketch.Weight {
	bounds := make([]sketch.Weight, len(t.watches))
	for it := range t.heavy.All() {
		bounds[it.Slot] = sketch.Weight{
			Events:  it.Most.Events - min(it.Least.Events, it.Most.Events),
			Sources: it.Most.Sources - min(it.Least.Sources, it.Most.Sources),
		}
	}
	return bounds
}
