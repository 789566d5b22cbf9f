package sketch

// heavyBlock is the number of events that AddBatch takes through each stage
// together: few enough to stay in the first-level cache.
const heavyBlock = 256

// AddBatch is Add for targets[i], sources[i] and events[i], one after the other,
// and puts what they return into places; all four are of one length, else it
// panics. It overlaps the cache misses of many events.
func (h *Heavy) AddBatch(places []Place, targets, sources, events []uint64) {
	if len(places) != len(targets) || len(sources) != len(targets) || len(events) != len(targets) {
		panic("sketch: AddBatch of slices that differ in length")
	}
	for len(targets) > 0 {
		n := min(heavyBlock, len(targets))
		h.addBlock(places[:n], targets[:n], sources[:n], events[:n])
		places, targets, sources, events = places[n:], targets[n:], sources[n:], events[n:]
	}
}

func (h *Heavy) addBlock(places []Place, targets, sources, events []uint64) {
	var fresh [heavyBlock]uint8
	total := h.total
	for i, target := range targets {
		w := Weight{events[i], h.pairs.add(target, sources[i])}
		fresh[i] = uint8(w.Sources)
		total.add(w)
	}
	if h.unbalanced(total) {
		// Shares are compared anew within this block, and it matters where.
		for i, target := range targets {
			places[i] = h.count(target, Weight{events[i], uint64(fresh[i])})
		}
		return
	}
	h.total = total
	for from := 0; from < len(targets); {
		from += h.addRun(places[from:], targets[from:], events[from:], fresh[from:])
	}
}

// addRun counts events up to the first that gives its target a slot, which
// changes what the others find, and returns how many it counted. The total is not
// its business.
func (h *Heavy) addRun(places []Place, targets, events []uint64, fresh []uint8) int {
	// Collected without a branch, since who has a slot cannot be predicted.
	var without [heavyBlock]uint8
	n := 0
	for i, target := range targets {
		slot := h.tracked.find(target)
		places[i] = Place{Slot: slot}
		without[n&(heavyBlock-1)] = uint8(i)
		n += int(uint32(slot) >> 31)
	}
	counted := 0 // events before it are, those of targets with slots too
	for _, i := range without[:n] {
		w := Weight{events[i], uint64(fresh[i])}
		estimate := h.cells.add(targets[i], w)
		if h.tracked.score(estimate) <= h.tracked.bar {
			continue
		}
		h.addTracked(places[counted:i], events[counted:i], fresh[counted:i])
		counted = int(i)
		if places[i] = h.challenge(targets[i], weights{estimate, w}); places[i].New {
			return int(i) + 1
		}
	}
	h.addTracked(places[counted:], events[counted:], fresh[counted:])
	return len(targets)
}

// addTracked counts the events of targets that have slots.
func (h *Heavy) addTracked(places []Place, events []uint64, fresh []uint8) {
	for i, p := range places {
		if p.Slot != Untracked {
			h.tracked.slots[p.Slot].add(Weight{events[i], uint64(fresh[i])})
		}
	}
}
