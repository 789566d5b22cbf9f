package sketch

import "math"

// margin is by how much a newcomer must be heavier than the target that loses its slot.
const margin = 1. / 8

// tracked are the targets that have slots, and which of them is the lightest.
type tracked struct {
	slots  []weights // of those that have targets
	hashes []uint64
	index  []uint16 // slot + 1 by hash; open addressing, a power of two
	shift  uint8    // 64 - log2(len(index))
	size   int

	// A score is in events: a source is worth as many as come from one on
	// average.
	perSource float64
	// slack is the score of an average cell.
	slack float64
	// limit is what a newcomer must exceed. It is never more than what the true
	// lightest target demands.
	limit Weight
	// heap has the slot of the lowest mark on top, and the lower slot of equal
	// marks. A mark is the score when it was last computed; scores only grow.
	heap  []int32
	marks []float64
}

// weights are the weight of a target from above and from below.
type weights struct{ most, least Weight }

func (w *weights) add(v Weight) {
	w.most.add(v)
	w.least.add(v)
}

func newTracked(size, logSize int) tracked {
	return tracked{
		slots: make([]weights, 0, size), hashes: make([]uint64, 0, size), size: size,
		index: make([]uint16, 8<<logSize), shift: uint8(61 - logSize),
		heap: make([]int32, size), marks: make([]float64, size),
	}
}

func (t *tracked) home(hash uint64) int { return int((hash * spread) >> (t.shift & 63)) }

func (t *tracked) full() bool { return len(t.slots) == t.size }

// find returns the slot of a target, or Untracked.
func (t *tracked) find(hash uint64) int32 {
	mask := len(t.index) - 1
	for i := t.home(hash); ; i++ {
		slot := t.index[i&mask]
		if slot == 0 {
			return Untracked
		}
		if t.hashes[slot-1] == hash {
			return int32(slot - 1)
		}
	}
}

// findBatch puts what find returns into places, and returns how many targets have slots. It
// uses maybe as scratch.
func (t *tracked) findBatch(places []Place, hashes []uint64, maybe *[heavyBlock]uint8) (found int) {
	// Most targets have no slot, and the index is mostly empty: a first look,
	// without a branch, leaves few to search for.
	n := 0
	index := t.index
	for i, hash := range hashes {
		places[i] = Place{Slot: Untracked}
		maybe[n&(heavyBlock-1)] = uint8(i)
		if index[t.home(hash)&(len(index)-1)] != 0 {
			n++
		}
	}
	for _, i := range maybe[:n] {
		slot := t.find(hashes[i])
		places[i].Slot = slot
		found += 1 - int(uint32(slot)>>31)
	}
	return found
}

// add counts the events from number i on, before number j, of targets that have
// slots.
func (t *tracked) add(places []Place, e eventBlock, i, j int) {
	for ; i < j; i++ {
		if slot := places[i].Slot; slot != Untracked {
			t.slots[slot].add(e.weight(i))
		}
	}
}

// enter puts a slot into the index.
func (t *tracked) enter(slot int32) {
	mask := len(t.index) - 1
	i := t.home(t.hashes[slot]) & mask
	for t.index[i] != 0 {
		i = (i + 1) & mask
	}
	t.index[i] = uint16(slot + 1)
}

// leave takes a slot out of the index and moves later ones of the same run back.
func (t *tracked) leave(slot int32) {
	mask := len(t.index) - 1
	i := t.home(t.hashes[slot]) & mask
	for t.index[i] != uint16(slot+1) {
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; t.index[j] != 0; j = (j + 1) & mask {
		home := t.home(t.hashes[t.index[j]-1]) & mask
		if (j-home)&mask < (j-i)&mask {
			continue // it lies at or behind its home, which is after i
		}
		t.index[i] = t.index[j]
		i = j
	}
	t.index[i] = 0
}

// score orders weights by the greater of two shares.
func (t *tracked) score(w Weight) float64 {
	return max(float64(w.Events), t.perSource*float64(w.Sources))
}

// compare sets by which totals shares are compared, and what an average cell
// holds.
func (t *tracked) compare(total, loose Weight, perCell float64) {
	t.perSource = max(1, float64(total.Events)) / max(1, float64(total.Sources))
	t.slack = t.score(loose) * perCell
	t.order()
}

// order marks every slot anew.
func (t *tracked) order() {
	if !t.full() {
		t.limit = Weight{} // whoever comes gets a free slot
		return
	}
	for i := range t.slots {
		t.heap[i], t.marks[i] = int32(i), t.score(t.slots[i].most)
	}
	for i := t.size/2 - 1; i >= 0; i-- {
		t.sink(i)
	}
	t.setLimit()
}

func (t *tracked) setLimit() {
	// The conversion keeps the sum from being fused, which would round
	// otherwise on some processors.
	score := float64(t.marks[t.heap[0]]*(1+margin)) + t.slack
	t.limit = Weight{uint64(min(score, math.MaxUint32)), uint64(min(score/t.perSource, math.MaxUint32))}
}

func (t *tracked) lighter(a, b int32) bool {
	return t.marks[a] < t.marks[b] || t.marks[a] == t.marks[b] && a < b
}

// sink moves the slot at place i of the heap down to where it belongs.
func (t *tracked) sink(i int) {
	slot := t.heap[i]
	for {
		below := 2*i + 1
		if below >= len(t.heap) {
			break
		}
		if below+1 < len(t.heap) && t.lighter(t.heap[below+1], t.heap[below]) {
			below++
		}
		if !t.lighter(t.heap[below], slot) {
			break
		}
		t.heap[i] = t.heap[below]
		i = below
	}
	t.heap[i] = slot
}

// settle marks the lightest exactly, so that it is on top of the heap.
func (t *tracked) settle() {
	for {
		slot := t.heap[0]
		score := t.score(t.slots[slot].most)
		if score == t.marks[slot] {
			break
		}
		t.marks[slot] = score
		t.sink(0)
	}
	t.setLimit()
}

// open gives a free slot to a target.
func (t *tracked) open(hash uint64, w weights) (slot int32) {
	slot = int32(len(t.slots))
	t.slots = append(t.slots, w)
	t.hashes = append(t.hashes, hash)
	t.enter(slot)
	t.order()
	return slot
}

// replace gives the slot of the lightest to another target, and returns what it
// held.
func (t *tracked) replace(hash uint64, w weights) (slot int32, lightest uint64, had weights) {
	slot = t.heap[0]
	lightest, had = t.hashes[slot], t.slots[slot]
	t.leave(slot)
	t.hashes[slot], t.slots[slot] = hash, w
	t.enter(slot)
	t.settle()
	return slot, lightest, had
}

func (t *tracked) halve() {
	for i := range t.slots {
		t.slots[i].most.halve()
		t.slots[i].least.halve()
	}
}
