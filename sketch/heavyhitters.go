package sketch

import (
	"iter"
	"math/bits"
)

// Numbers of slots that HeavyHitters may have.
const (
	MinSlots     = 16
	DefaultSlots = 1024
	MaxSlots     = 1 << 14
)

// Weight is the weight of a target, or of all targets together. It is what came in
// the present period, plus half of the weight at its begin (see [HeavyHitters.Age]).
type Weight struct {
	Events  uint64
	Sources uint64 // (target, source) pairs, each counted once in a period
}

// Place says where the target of an event is tracked.
type Place struct {
	// Slot is the slot of the target, from 0 on, or [Untracked].
	Slot int32
	// New says that this event gave the slot to the target. The target that had
	// the slot before has lost it.
	New bool
}

// Untracked is the Slot of a target that has none.
const Untracked = -1

// HeavyHitter is a target that has a slot.
type HeavyHitter struct {
	Slot int
	Hash uint64 // keyed hash of the target
	// Most is an upper bound of the target's weight. It exceeds the weight by as
	// much as the target was overestimated when it got its slot.
	Most Weight
	// Least is what was counted since the target got its slot.
	Least Weight
}

// HeavyHitters finds the heaviest of any number of targets, by events and by
// distinct sources. Its memory depends on its number of slots alone. A tracked
// target has a slot: a small number, which it keeps while it is tracked, so that
// the caller can keep data per slot.
//
// Targets and sources are given by 64-bit keyed hashes. Hash the whole of what
// counts as one source: sources of one hash are one source.
//
// # Guarantee
//
// With m slots, a target with more than 3/m of the total weight has a slot,
// whatever the other targets do. That is 3/m of the events or of the sources in
// [HeavyHitters.Total].
//
// The share of a target is its share of all events or of all sources, whichever is
// greater. A target with a share below 3/m is hidden only while m other targets
// have the slots, each with at least 8/9 of that share. To hide a target that gets
// n of N events, an adversary must send n events to each of m other targets, or
// must have n/N of all sources send to each of them. These targets are then seen.
// Targets that come once hide very little. In a period with n such targets, a
// target with more than 4 + n/(32m) events or sources has a slot. That is 35 for a
// million targets and 1,024 slots.
//
// Collisions are the exception. The estimate that earns a slot exceeds the truth by
// more than t/(128m) of the total with a probability of at most 1/t^2, over the
// choice of the key. An adversary who does not know the key cannot choose who
// collides.
//
// # Method
//
// Targets without a slot are counted in a count-min sketch (Cormode and
// Muthukrishnan, "An Improved Data Stream Summary", 2005). It has two rows of 128 m
// cells or more, with conservative update (Estan and Varghese, "New Directions in
// Traffic Measurement and Accounting", 2002). It never counts too little, and it
// decides who is admitted (as in Einziger, Friedman and Manes, "TinyLFU", 2017). A
// newcomer takes the slot of the target with the least share, if its own estimate
// is greater by an eighth and by the content of an average cell. While the least
// share doubles, a slot therefore changes hands about seven times at most. A target
// that loses its slot goes back into the sketch with its weight (as in Roy, Khan
// and Alonso, "Augmented Sketch", 2016). When it returns, it is not underestimated.
//
// A source is new to a target if their pair is not in a Bloom filter (Bloom,
// "Space/Time Trade-offs in Hash Coding with Allowable Errors", 1970). The filter
// begins anew with each period, and whenever it has taken 1,024 m pairs. Until then
// it misses 1 % of the new pairs, and 3 % of the last ones. Afterwards a pair can
// count again. A flood of pairs makes sources look more, never fewer.
//
// A target without a slot counts up to 2^32-1 events and as many sources. Other
// counts saturate at the largest uint64.
//
// Memory is 3.1 kB per slot, 3.2 MB at [DefaultSlots], where the number of slots is
// rounded up to a power of two.
//
// The zero HeavyHitters can only be decoded into; use [NewHeavyHitters]. It must
// not be copied after first use. Many goroutines may read it while none writes.
type HeavyHitters struct {
	cells   cells
	pairs   pairs
	tracked tracked
	total   Weight
	// Shares are compared by what these were when the total last had grown by a
	// quarter. Loose is what was not counted in a slot: it is in the cells.
	balance, loose Weight

	evictions uint64
	id        KeyID

	// Scratch of the block that is counted.
	fresh, maybe [heavyBlock]uint8
	looseEvents  [heavyBlock]looseEvent
}

// NewHeavyHitters returns an empty Heavy of that many slots, for hashes made by the key
// with the given id. The number is from [MinSlots] to [MaxSlots]; another one is
// an error that wraps [ErrOutOfRange].
func NewHeavyHitters(id KeyID, slots int) (*HeavyHitters, error) {
	if err := inRange("number of slots", slots, MinSlots, MaxSlots); err != nil {
		return nil, err
	}
	log := bits.Len(uint(slots - 1)) // rounded up to a power of two
	h := &HeavyHitters{cells: newCells(log), pairs: newPairs(log), tracked: newTracked(slots, log), id: id}
	h.rebalance()
	return h, nil
}

// KeyID returns the id of the key that made the hashes.
func (h *HeavyHitters) KeyID() KeyID { return h.id }

// Slots returns the number of slots.
func (h *HeavyHitters) Slots() int { return h.tracked.size }

// Len returns the number of tracked targets.
func (h *HeavyHitters) Len() int { return len(h.tracked.slots) }

// Total returns the weight of all targets together.
func (h *HeavyHitters) Total() Weight { return h.total }

// Evictions returns how often a slot changed hands.
func (h *HeavyHitters) Evictions() uint64 { return h.evictions }

// Lookup returns the slot of the target with that hash, or [Untracked].
func (h *HeavyHitters) Lookup(target uint64) int { return int(h.tracked.find(target)) }

// All walks the tracked targets in the order of their slots.
func (h *HeavyHitters) All() iter.Seq[HeavyHitter] {
	return func(yield func(HeavyHitter) bool) {
		for i, s := range h.tracked.slots {
			if !yield(HeavyHitter{i, h.tracked.hashes[i], s.most, s.least}) {
				return
			}
		}
	}
}

// rebalance compares shares by the present total from now on.
func (h *HeavyHitters) rebalance() {
	h.balance, h.loose = h.total, h.total
	for _, w := range h.tracked.slots {
		h.loose.Events -= min(w.least.Events, h.loose.Events)
		h.loose.Sources -= min(w.least.Sources, h.loose.Sources)
	}
	h.compare()
}

func (h *HeavyHitters) compare() {
	perCell := rows / float64(len(h.cells.cells))
	h.tracked.compare(h.balance, h.loose, perCell)
}

// unbalanced reports whether the total has grown too much since shares were last
// compared by it.
func (h *HeavyHitters) unbalanced(total Weight) bool {
	return total.Events-h.balance.Events > h.balance.Events/4 || total.Sources-h.balance.Sources > h.balance.Sources/4
}

// challenge gives a slot to a target of weight w if it is heavy enough.
func (h *HeavyHitters) challenge(target uint64, w weights) Place {
	t := &h.tracked
	w.most.Events = max(w.most.Events, w.least.Events) // a cell holds less
	if !t.full() {
		return Place{t.open(target, w), true}
	}
	if t.settle(); !t.limit.exceededBy(w.most) {
		return Place{Slot: Untracked}
	}
	slot, lightest, had := t.replace(target, w)
	h.cells.raise(lightest, had.most)
	h.evictions++
	return Place{slot, true}
}

// Age ends a period. It halves every weight, rounded down, and makes every source
// new to every target again. It takes time for what came in the period, at most one pass over
// the memory.
func (h *HeavyHitters) Age() {
	h.cells.halve()
	h.pairs.clear()
	h.tracked.halve()
	h.total.halve()
	h.rebalance()
}

func (w *Weight) add(v Weight) {
	w.Events = addSaturated(w.Events, v.Events)
	w.Sources = addSaturated(w.Sources, v.Sources)
}

// exceededBy reports whether v is greater in events or in sources.
func (w Weight) exceededBy(v Weight) bool { return v.Events > w.Events || v.Sources > w.Sources }

func (w *Weight) halve() { *w = Weight{w.Events / 2, w.Sources / 2} }
