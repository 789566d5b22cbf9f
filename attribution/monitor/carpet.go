package monitor

import "github.com/whence-go/whence/attribution/monitor/internal/detect"

// An attack on a network may hit one of its addresses, or all of them alike: a carpet. A
// group has a burst in both cases. Only one of them is reported:
//
//   - Members that have a quarter of the burst or more each are reported by themselves. If
//     they have more than half of it together, they are what was hit, and the group is not
//     reported.
//   - Otherwise the group was hit. The burst of a member that has less than a quarter is
//     part of that of the group, and is not reported.
//
// The burst is what came beyond the expected, so that a busy member does not have the most of
// it by its everyday traffic. If it shows in the sources alone, it is all events.
const (
	largeShare = 1. / 4
	mostOfAll  = 1. / 2
)

// share is what came to one tracked member of a group since the onset of the group's burst.
type share struct {
	slot int
	detect.Proof
}

// noteShares counts what came to the members of a group, in the interval that has closed, if
// the group has a burst.
func (t *targets) noteShares(slot int, index int64) {
	b := t.watches[slot].burst
	if b == nil {
		return
	}
	i := 0
	for member := range t.membersOf(slot) {
		w := t.watches[member]
		w.catchUp(index + 1) // who gets nothing may be late
		for i < len(b.shares) && b.shares[i].slot < member {
			i++
		}
		if i < len(b.shares) && b.shares[i].slot == member {
			b.shares[i].Add(t.closing[member].events, w.expected)
			continue
		}
		b.shares = append(b.shares, share{})
		copy(b.shares[i+1:], b.shares[i:])
		b.shares[i] = share{member, w.cameSince(b.onset, index)}
	}
}

// cameSince returns what came in the intervals from one to another that are recent.
func (w *watch) cameSince(from, to int64) detect.Proof {
	events := 0.
	for i := range w.recent {
		if c := &w.recent[i]; c.index >= from {
			events += float64(c.events)
		}
	}
	return detect.NewProof(events, to-from+1, w.expected)
}

// forget drops the share of the member in a slot, which another target gets.
func (b *burst) forget(slot int) {
	for i := range b.shares {
		if b.shares[i].slot == slot {
			b.shares = append(b.shares[:i], b.shares[i+1:]...)
			return
		}
	}
}

// volumeOf returns how much of a burst of a group some counts are.
func (b *burst) volumeOf(p detect.Proof) float64 {
	if b.byEvents {
		return max(p.Seen-p.Expected, 0)
	}
	return p.Seen
}

// shareOf returns the share of a member in the burst of its group, 0 or more.
func (b *burst) shareOf(p detect.Proof) float64 {
	return b.volumeOf(p) / max(b.volumeOf(b.inEvents), 1)
}

// isOfMembers reports whether few members have most of the burst of a group.
func (b *burst) isOfMembers() bool {
	sum := 0.
	for i := range b.shares {
		if part := b.shareOf(b.shares[i].Proof); part >= largeShare {
			sum += part
		}
	}
	return sum > mostOfAll
}

// hasLarge reports whether the member in a slot has a large share of the burst of its group.
func (b *burst) hasLarge(slot int) bool {
	for i := range b.shares {
		if b.shares[i].slot == slot {
			return b.shareOf(b.shares[i].Proof) >= largeShare
		}
	}
	return false
}

// reportedElsewhere reports whether a burst that is not reported yet need not be: that of a
// group, since its members are; that of a member, since its group is. The latter holds until
// the member's burst has outlasted that of the group by the time in which an end is found.
func (m *Monitor) reportedElsewhere(w *watch, slot int) bool {
	t, b := m.targets, w.burst
	switch {
	case slot < 0:
		return false
	case slot >= t.single:
		return b.isOfMembers()
	}
	group := t.groupSlot(slot)
	if group < 0 || t.watches[group] == nil {
		return false
	}
	g, end := t.watches[group], t.watches[group].lastEnd
	if g.burst != nil && g.burst.id != 0 {
		b.within, end = !g.burst.hasLarge(slot), g.seen()
	}
	return b.within && w.seen() <= end+detect.Patience(m.options.Interval)
}
