package monitor

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/sketch"
)

// targets are the heavy ones among all, each with a watch of its own.
type targets struct {
	heavy   *sketch.HeavyHitters
	tracked []Target // by slot; zero: nobody has it
	watches []*watch // by slot; nil until an interval has closed
	key     sketch.Key
	mask    [2]uint64 // of the two halves of an IPv6 source

	// What the target tallies of open intervals hold is bounded: records says how
	// many more may come before it is to be looked at.
	memory  int // of these, and again of what is usual
	records int
	givenUp uint64

	// Scratch of a run, of the events that have a target.
	at                      [blockSize]uint8
	hashes, sources, counts [blockSize]uint64
	places                  [blockSize]sketch.Place
}

const (
	targetMemory = 64 << 20 // bytes, of the target tallies of open intervals together
	// A record makes a tally grow by at most this: a place in the sample, which
	// doubles, and its part of the registers of an origin.
	recordMemory = 400
)

func newTargets(key sketch.Key, o Options) *targets {
	heavy, err := sketch.NewHeavyHitters(key.ID(), o.Targets)
	if err != nil {
		panic(err) // filled has checked the number
	}
	return &targets{
		heavy: heavy, tracked: make([]Target, o.Targets), watches: make([]*watch, o.Targets), key: key,
		mask: ipv6Mask(o.Tally.IPv6Prefix), memory: targetMemory, records: targetMemory / recordMemory,
	}
}

// targetCount is what came to one target in an interval that is open.
type targetCount struct {
	events  uint64
	tally   *attribution.Tally // nil: given up, for want of memory
	pending []attribution.Flow // not yet in the tally
}

// pendingFlows is how many flows to a busy target wait for each other. The tallies
// of a thousand targets do not fit into the caches; what goes into one of them at
// once waits for memory once.
const pendingFlows = 64

func (c *targetCount) add(e *Event) {
	n := e.count()
	c.events = addSaturated(c.events, n)
	switch {
	case c.tally == nil:
	case c.events < pendingFlows:
		c.tally.AddFlow(e.flow())
	default:
		if c.pending == nil {
			c.pending = make([]attribution.Flow, 0, pendingFlows)
		}
		c.pending = append(c.pending, e.Flow)
		c.pending[len(c.pending)-1].Events = n
		if len(c.pending) == pendingFlows {
			c.settle()
		}
	}
}

// settle brings the tally up to date.
func (c *targetCount) settle() *attribution.Tally {
	if c.tally != nil && len(c.pending) > 0 {
		c.tally.AddFlows(c.pending)
	}
	c.pending = c.pending[:0]
	return c.tally
}

// count counts the events of a run by target.
func (t *targets) count(m *Monitor, iv *interval, events []Event) {
	n := 0
	for i := range events {
		if e := &events[i]; !e.Target.IsZero() && e.Source.IsValid() {
			t.at[n] = uint8(i)
			t.hashes[n] = e.Target.hash(t.key)
			t.sources[n] = t.sourceHash(e.Source)
			t.counts[n] = e.count()
			n++
		}
	}
	t.heavy.AddBatch(t.places[:n], t.hashes[:n], t.sources[:n], t.counts[:n])
	for k, p := range t.places[:n] {
		if p.Slot == sketch.Untracked {
			continue
		}
		i := t.at[k]
		if p.New {
			m.hand(p.Slot, events[i].Target)
		}
		c := iv.targets[p.Slot]
		if c == nil {
			c = &targetCount{tally: attribution.NewTally(iv.table, m.options.Tally)}
			iv.targets[p.Slot] = c
		}
		c.add(&events[i])
		t.records--
	}
	if t.records <= 0 {
		t.shed(m.open)
	}
}

// hand gives a slot to another target.
func (m *Monitor) hand(slot int32, target Target) {
	t := m.targets
	if w := t.watches[slot]; w != nil {
		m.lose(w)
		t.watches[slot] = nil
	}
	for _, iv := range m.open {
		iv.targets[slot] = nil
	}
	t.tracked[slot] = target.clone()
}

// shed looks at what the target tallies of open intervals hold. If that is too
// much, it gives up those of the targets that are hit least, a quarter of all, so
// that it need not look again soon.
func (t *targets) shed(open openIntervals) {
	held := 0
	for _, iv := range open {
		for _, c := range iv.targets {
			if c != nil && c.settle() != nil {
				held += c.tally.Memory()
			}
		}
	}
	if held > t.memory-blockSize*recordMemory {
		held = t.giveUp(open, held, t.memory/4*3)
	}
	t.records = max((t.memory-held)/recordMemory, blockSize)
}

// giveUp gives up target tallies until no more than most bytes are held.
func (t *targets) giveUp(open openIntervals, held, most int) (left int) {
	for _, slot := range t.lightestFirst() {
		if held <= most {
			break
		}
		for _, iv := range open {
			if c := iv.targets[slot]; c != nil && c.tally != nil {
				held -= c.tally.Memory()
				c.tally, c.pending = nil, nil
				t.givenUp++
			}
		}
	}
	return held
}

// lightestFirst returns the slots in the order of what their targets weigh, by
// events and by sources.
func (t *targets) lightestFirst() []int {
	total := t.heavy.Total()
	share := make([]float64, len(t.watches))
	var slots []int
	for it := range t.heavy.All() {
		share[it.Slot] = float64(it.Most.Events)/float64(total.Events+1) + float64(it.Most.Sources)/float64(total.Sources+1)
		slots = append(slots, it.Slot)
	}
	slices.SortStableFunc(slots, func(a, b int) int { return cmp.Compare(share[a], share[b]) })
	return slots
}

// shedUsual gives up what is known of who usually sends to targets, of those that have most
// of it first, while all of it is too much.
func (t *targets) shedUsual() {
	held := 0
	for _, w := range t.watches {
		if w != nil {
			held += w.usual.memory()
		}
	}
	for held > t.memory {
		var most *watch
		for _, w := range t.watches {
			if w != nil && (most == nil || w.usual.memory() > most.usual.memory()) {
				most = w
			}
		}
		held -= most.usual.memory()
		most.usual = usual{}
		t.givenUp++
	}
}

// ipv6Mask cuts the two halves of an address to a prefix.
func ipv6Mask(bits int) [2]uint64 {
	return [2]uint64{^uint64(0) << max(0, 64-bits), ^uint64(0) << min(64, 128-bits)}
}

// sourceHash is the hash of a source, an IPv6 address cut to its prefix: the hash
// by which a tally counts it.
func (t *targets) sourceHash(addr netip.Addr) uint64 {
	if addr.Is4() {
		b := addr.As4()
		return t.key.Hash(0, mapped<<32|uint64(binary.BigEndian.Uint32(b[:])))
	}
	b := addr.As16()
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	if hi == 0 && lo>>32 == mapped {
		return t.key.Hash(hi, lo)
	}
	return t.key.Hash(hi&t.mask[0], lo&t.mask[1])
}

const mapped = 0xffff // of ::ffff:0:0/96

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
