package sketch

// heavyBlock is the number of events that AddBatch takes through each stage
// together: few enough to stay in the first-level cache.
const heavyBlock = 256

// eventBlock is a part of a batch. As in other hot paths, each stage is a loop of
// its own, so that the processor overlaps the cache misses of many events.
type eventBlock struct {
	targets, events []uint64
	fresh           []uint8 // 1: the source is new to the target
}

// part returns the events from number i on, before number j.
func (e eventBlock) part(i, j int) eventBlock {
	return eventBlock{e.targets[i:j], e.events[i:j], e.fresh[i:j]}
}

func (e eventBlock) weight(i int) Weight { return Weight{e.events[i], uint64(e.fresh[i])} }

// Add counts events from a source to a target, both given by their hashes, and
// returns where the target is tracked.
func (h *HeavyHitters) Add(target, source, events uint64) Place {
	var place [1]Place
	h.addBlock(place[:], []uint64{target}, []uint64{source}, []uint64{events})
	return place[0]
}

// AddBatch calls Add for targets[i], sources[i] and events[i], one i after the
// other, and puts what it returns into places[i]. It takes at most half the time.
// It panics if the four slices differ in length.
func (h *HeavyHitters) AddBatch(places []Place, targets, sources, events []uint64) {
	if len(places) != len(targets) || len(sources) != len(targets) || len(events) != len(targets) {
		panic("sketch: AddBatch of slices that differ in length")
	}
	for len(targets) > 0 {
		n := min(heavyBlock, len(targets))
		h.addBlock(places[:n], targets[:n], sources[:n], events[:n])
		places, targets, sources, events = places[n:], targets[n:], sources[n:], events[n:]
	}
}

func (h *HeavyHitters) addBlock(places []Place, targets, sources, events []uint64) {
	e := eventBlock{targets, events, h.fresh[:len(targets)]}
	h.pairs.add(e.fresh, targets, sources)
	h.addFresh(places, e)
}

// addFresh counts the events of a block when it is known which sources are new.
func (h *HeavyHitters) addFresh(places []Place, e eventBlock) {
	var sum Weight
	for i, n := range e.events {
		sum.Events = addSaturated(sum.Events, n)
		sum.Sources += uint64(e.fresh[i])
	}
	total := h.total
	total.add(sum)
	if h.unbalanced(total) {
		if n := len(places); n > 1 { // it matters at which event
			h.addFresh(places[:n/2], e.part(0, n/2))
			h.addFresh(places[n/2:], e.part(n/2, n))
			return
		}
		h.total = total
		h.rebalance()
	}
	h.total = total
	for len(places) > 0 {
		n := h.addRun(places, e)
		places, e = places[n:], e.part(n, len(places))
	}
}

// addRun counts the events up to the first that gives its target a slot, since
// that changes what later events find. It returns how many it counted. It does not
// add to the total.
func (h *HeavyHitters) addRun(places []Place, e eventBlock) int {
	var loose []looseEvent
	if h.tracked.findBatch(places, e.targets, &h.maybe) < len(places) {
		loose = h.collect(places, e)
		h.cells.touch(loose)
	}
	done := 0 // of those with slots
	for len(loose) > 0 {
		n, estimate := h.cells.add(loose, h.tracked.limit)
		if !h.tracked.limit.exceededBy(estimate) {
			break
		}
		i := int(loose[n-1].number)
		h.tracked.add(places, e, done, i)
		done, loose = i, loose[n:]
		if places[i] = h.challenge(e.targets[i], weights{estimate, e.weight(i)}); places[i].New {
			return i + 1
		}
	}
	h.tracked.add(places, e, done, len(places))
	return len(places)
}

// collect returns the events of targets without slots.
func (h *HeavyHitters) collect(places []Place, e eventBlock) []looseEvent {
	// Without a branch, since who has a slot cannot be predicted.
	loose, n := &h.looseEvents, 0
	targets, events, fresh := e.targets[:len(places)], e.events[:len(places)], e.fresh[:len(places)]
	for i, p := range places {
		l := &loose[n&(heavyBlock-1)]
		l.at = h.cells.at(targets[i])
		l.events, l.sources = saturated32(events[i]), uint32(fresh[i])
		l.number = uint8(i)
		n += int(uint32(p.Slot) >> 31)
	}
	return loose[:n]
}
