package monitor

import (
	"cmp"
	"slices"
	"time"
)

// group is an attack: one burst that is reported, and those that are part of it. A burst that
// nothing belongs to is an attack, too.
type group struct {
	head   uint64 // burst that is reported: the parent of the others
	parent uint64 // of the head: that of an attack which went on when its parent had ended; 0: none

	whole   bool  // the head is of all traffic
	resumed bool  // the head began when a stream came back that had stood still
	onset   int64 // of the head,
	slack   int64 // and how far the onset of another may lie from it

	children []child // in the order of their numbers
	more     int     // others that have ended
	due      int     // number of children at which the head is reported again
	makers   makers  // of the targets in it

	held  *account // last report of the head, which waits for the children
	since int64    // interval from which on it waits

	// Only while they are joined: how many sources it shares with one, and whether others can
	// find it by its own.
	stamp, hits int
	noted       bool
}

// child is what an attack knows of a burst that is part of it.
type child struct {
	id         uint64
	target     Target
	onset, end int64
	final      bool
	volume
}

func (b *burst) child() child {
	return child{id: b.id, target: b.target, onset: b.onset, end: b.end, final: b.final, volume: b.volume}
}

const (
	// maxChildren is how many children an attack has at most, unless more of them run.
	maxChildren = 1024

	onsetSlack    = 2  // intervals that the onsets of one attack may lie apart,
	maxOnsetSlack = 30 // or up to so many, for bursts that were found late

	// A burst of all traffic has a cause in targets that make this part of it.
	causePart = 1. / 3

	// A stream stood still when so many events were expected and none came.
	stoodStill = 20
)

// newAttack returns the attack of one burst, which has just been proven.
func (m *Monitor) newAttack(w *watch) *group {
	b := w.burst
	return &group{
		head: b.id, whole: w == m.whole, resumed: w.resumed(m.lookback), due: 1,
		onset: b.onset, slack: min(onsetSlack+(w.events.Next()-1-b.onset)/4, maxOnsetSlack),
	}
}

// resumed reports whether nothing came for long before the burst that runs.
func (w *watch) resumed(lookback int64) bool {
	b := w.burst
	before := w.events.Next() - lookback - 1
	if w.usual.full == nil && w.usual.filling == nil && (len(w.recent) == 0 || w.recent[0].index >= b.onset-1) {
		return false // nothing ever came
	}
	for i := range w.recent {
		c := &w.recent[i]
		if c.events == 0 {
			continue
		}
		if c.index > b.onset+1 {
			return false
		}
		if c.index >= b.onset-1 && float64(c.index-before-1)*b.expected >= stoodStill {
			return true
		}
		before = c.index
	}
	return false
}

// size is the number of children.
func (at *group) size() int { return len(at.children) + at.more }

// nextDue is the number of children at which the head is reported again.
func (at *group) nextDue() int { return max(2*at.size(), 1) }

// catchesUp reports whether another attack that began with this one is part of it, since all
// of it had stood still.
func (at *group) catchesUp(other *group) bool { return at.resumed && (at.whole || other.resumed) }

// agrees reports whether the onsets are the same as far as they are known.
func (at *group) agrees(other *group) bool {
	return max(at.onset-other.onset, other.onset-at.onset) <= max(at.slack, other.slack)
}

// find returns a child.
func (at *group) find(id uint64) *child {
	for i := range at.children {
		if at.children[i].id == id {
			return &at.children[i]
		}
	}
	return nil
}

// absorb makes another attack a part of this one.
func (at *group) absorb(other *group, head child) {
	for _, c := range append(other.children, head) {
		place, _ := slices.BinarySearchFunc(at.children, c.id, func(c child, id uint64) int { return cmp.Compare(c.id, id) })
		at.children = slices.Insert(at.children, place, c)
	}
	at.more += other.more
	for i := 0; len(at.children) > maxChildren && i < len(at.children); {
		if !at.children[i].final {
			i++
			continue
		}
		at.children = slices.Delete(at.children, i, i+1)
		at.more++
	}
	at.makers = at.makers.with(other.makers)
}

// excess is how much more came than was expected, in events or in sources.
func (b *burst) excess(events bool) float64 {
	p := &b.inSources
	if events {
		p = &b.inEvents
	}
	return max(p.Seen-p.Expected, 0)
}

// family is what a report says of other bursts. It never changes.
type family struct {
	parent   uint64
	children []child
	more     int
}

// with returns the account with what is known of other bursts. The rest is shared.
func (a *account) with(f family) *account {
	return &account{
		burst: a.burst, recent: a.recent, settled: a.settled, usual: a.usual, before: a.before, known: a.known,
		made: a.made, family: f,
	}
}

const childMemory = 120 // bytes, about

// Child is a burst that is part of an attack, in the report of its parent.
type Child struct {
	ID     uint64 `json:"id"`
	Target Target `json:"target,omitzero"`

	// Onset, End and Final are those of the burst, as it was when its parent was reported.
	Onset time.Time `json:"onset"`
	End   time.Time `json:"end"`
	Final bool      `json:"final"`

	// Events are all that came from the onset to the end. Peak, PeakEvents and PeakSources
	// are those of a [Burst].
	Events      uint64    `json:"events"`
	Peak        time.Time `json:"peak"`
	PeakEvents  uint64    `json:"peak_events"`
	PeakSources uint64    `json:"peak_sources"`
}

// list returns the children; nil if there are none.
func (f *family) list(interval int64) (all []Child) {
	begin := func(i int64) time.Time { return time.Unix(0, i*interval).UTC() }
	for i := range f.children {
		c := &f.children[i]
		all = append(all, Child{
			ID: c.id, Target: c.target, Onset: begin(c.onset), End: begin(c.end), Final: c.final,
			Events: c.events, Peak: begin(c.peak), PeakEvents: c.most, PeakSources: c.mostSources,
		})
	}
	return all
}
