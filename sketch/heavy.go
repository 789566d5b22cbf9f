package sketch

import (
	"fmt"
	"iter"
	"math/bits"
)

// Numbers of slots that a Heavy may have.
const (
	MinHeavySize     = 16
	DefaultHeavySize = 1024
	MaxHeavySize     = 1 << 14
)

// Weight is what a target weighs, or all of them together: this period's events
// and distinct sources, plus half of what the period before it left, and so on.
type Weight struct {
	Events  uint64
	Sources uint64 // distinct within each period
}

// Place says where an event's target is tracked.
type Place struct {
	// Slot is the slot of the target, from 0 on, or [Untracked].
	Slot int32
	// New says that the target got the slot with this very event. Whatever had
	// the slot before has lost it.
	New bool
}

// Untracked is the Slot of a target that has none.
const Untracked = -1

// HeavyItem is a target that a Heavy tracks.
type HeavyItem struct {
	Slot int
	Hash uint64 // keyed hash of the target
	// Most is never below the target's weight by events, and exceeds it by no more
	// than other targets hid it before it got its slot.
	Most Weight
	// Least is what was counted since the target got its slot.
	Least Weight
}

// Heavy finds the heavy ones among any number of targets, by events and by
// distinct sources, in memory that its number of slots alone decides. A target
// that is tracked has a slot, a small number that it keeps while it is tracked,
// so that the caller can hold what it likes per slot.
//
// # Guarantee
//
// With m slots, a target with more than 3/m of the weight of all targets, by
// events or by distinct sources, is tracked from its next event on, whatever the
// others do: at most m/3 targets can have as much. Below that, a target is hidden
// only by m targets that are heavier by 8/9 of its weight each, so hiding a
// target of n events costs about n*m events. Targets that come once, however
// many, hide nothing of more than 4 + n/(32m) events, n being their number.
//
// The probability that this fails is over the secret key, and small: an
// estimate exceeds the truth by more than t/(64m) of the total with probability
// t^-3 at most. An adversary who does not know the key can neither make a target
// look light nor choose whom a target collides with.
//
// # Method
//
// Targets without a slot are counted in a count-min sketch (Cormode and
// Muthukrishnan, 2005) of 3 rows of at least 64 m cells, updated conservatively (Estan and
// Varghese, 2002), which never counts too little. It stands before the slots as
// an admission filter (as in TinyLFU: Einziger, Friedman and Manes, 2017): a
// target gets the slot of the lightest only if its estimate is greater by an
// eighth and by what an average cell holds. Hence slots change hands at most
// about 6 m times while the lightest weight doubles. Whoever loses a slot is put
// back into the sketch with its weight (as in the augmented sketch: Roy, Khan and
// Alonso, 2016). Light is who has the lesser share, a target's share being that
// of events or that of sources, whichever is greater.
//
// Distinct sources are (target, source) pairs not yet in a Bloom filter (Bloom,
// 1970), which begins anew with each period and whenever it holds 1024 m pairs:
// up to 3 % of the pairs go uncounted while it fills, and a pair can count once
// for each time that it began anew.
//
// Memory is 2.6 kB per slot, 2.7 MB at [DefaultHeavySize]. The zero Heavy is
// invalid; use [NewHeavy]. It must not be copied after first use and is not safe
// for concurrent use while it is written.
type Heavy struct {
	cells   cells
	pairs   pairs
	tracked tracked
	total   Weight
	// Shares are compared by what these were when the total last had grown by a
	// quarter. What was not counted in a slot is loose: it is in the cells.
	balance, loose Weight

	evictions uint64
	id        KeyID

	// Of the block on its way.
	fresh, maybe [heavyBlock]uint8
	looseEvents  [heavyBlock]looseEvent
}

// NewHeavy returns an empty Heavy of that many slots, for hashes made by the key
// with the given id. It panics if slots is not within [MinHeavySize] and
// [MaxHeavySize].
func NewHeavy(id KeyID, slots int) *Heavy {
	if slots < MinHeavySize || slots > MaxHeavySize {
		panic(fmt.Sprintf("sketch: heavy of %d slots, want %d to %d", slots, MinHeavySize, MaxHeavySize))
	}
	log := bits.Len(uint(slots - 1)) // rounded up to a power of two
	h := &Heavy{cells: newCells(log), pairs: newPairs(log), tracked: newTracked(slots, log), id: id}
	h.rebalance()
	return h
}

// KeyID returns the id of the key that made the hashes.
func (h *Heavy) KeyID() KeyID { return h.id }

// Size returns the number of slots.
func (h *Heavy) Size() int { return h.tracked.size }

// Len returns the number of slots that targets have.
func (h *Heavy) Len() int { return len(h.tracked.slots) }

// Total returns the weight of all targets together.
func (h *Heavy) Total() Weight { return h.total }

// Evictions returns how often a slot changed hands.
func (h *Heavy) Evictions() uint64 { return h.evictions }

// Lookup returns the slot of the target with that hash, or [Untracked].
func (h *Heavy) Lookup(target uint64) int { return int(h.tracked.find(target)) }

// All walks the tracked targets in the order of their slots.
func (h *Heavy) All() iter.Seq[HeavyItem] {
	return func(yield func(HeavyItem) bool) {
		for i, s := range h.tracked.slots {
			if !yield(HeavyItem{i, h.tracked.hashes[i], s.most, s.least}) {
				return
			}
		}
	}
}

// rebalance compares shares by the present total from now on.
func (h *Heavy) rebalance() {
	h.balance, h.loose = h.total, h.total
	for _, w := range h.tracked.slots {
		h.loose.Events -= min(w.least.Events, h.loose.Events)
		h.loose.Sources -= min(w.least.Sources, h.loose.Sources)
	}
	h.compare()
}

func (h *Heavy) compare() {
	perCell := rows / float64(len(h.cells.cells))
	h.tracked.compare(h.balance, h.loose, perCell)
}

// unbalanced reports whether the total has grown too much since shares were last
// compared by it.
func (h *Heavy) unbalanced(total Weight) bool {
	return total.Events-h.balance.Events > h.balance.Events/4 || total.Sources-h.balance.Sources > h.balance.Sources/4
}

// challenge gives a target of weight w a slot, if it is heavy enough.
func (h *Heavy) challenge(target uint64, w weights) Place {
	t := &h.tracked
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

// Age ends a period: every weight is halved, and every source is new to every
// target again. Its cost is one pass over the memory.
func (h *Heavy) Age() {
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
