package fleet

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/snapshot"
)

// window has the envelopes of one window.
type window struct {
	nodes map[string]runs
	slots int
	bytes int64
}

// runs are those of a node, by epoch. All of them count.
type runs map[uint64]*run

// run is what one run of a node sent of a window.
type run struct {
	whole   slot // of all traffic
	targets map[monitor.Target]slot
	final   bool
	told    uint32 // number of targets, as the envelope of all traffic says
}

// slot is what is kept in one place.
type slot struct {
	sequence uint64 // 0: nothing
	records  uint64
	packed   []byte // the whole envelope
}

// slotBytes is about what a slot takes beside its envelope and its names.
const slotBytes = 200

func (s *slot) size(e *Envelope) int64 {
	return int64(len(s.packed)+len(e.Node)+len(e.Target.Name())) + slotBytes
}

// at returns the slot of a target, and whether it is filled. r may be nil.
func (r *run) at(t monitor.Target) (s slot, filled bool) {
	switch {
	case r == nil:
	case t.IsZero():
		s = r.whole
	default:
		s = r.targets[t]
	}
	return s, s.sequence > 0
}

// put fills the place of an envelope.
func (w *window) put(e *Envelope, s slot) {
	if w.nodes[e.Node] == nil {
		w.nodes[e.Node] = runs{}
	}
	r := w.nodes[e.Node][e.Epoch]
	if r == nil {
		r = &run{targets: map[monitor.Target]slot{}}
		w.nodes[e.Node][e.Epoch] = r
	}
	if e.Target.IsZero() {
		r.whole, r.final, r.told = s, e.Final, e.Targets
	} else {
		r.targets[e.Target] = s
	}
}

// complete reports whether every run of a node has sent all that it counted.
func (all runs) complete() bool {
	for _, r := range all {
		if !r.final || len(r.targets) < int(r.told) {
			return false
		}
	}
	return len(all) > 0
}

// of yields the slots of a target, in the order of the epochs.
func (all runs) of(t monitor.Target) iter.Seq[slot] {
	return func(yield func(slot) bool) {
		for _, epoch := range slices.Sorted(maps.Keys(all)) {
			if s, filled := all[epoch].at(t); filled && !yield(s) {
				return
			}
		}
	}
}

// records returns how many of a target all runs of a node have sent.
func (all runs) records(t monitor.Target) (n uint64) {
	for s := range all.of(t) {
		n = snapshot.AddSaturated(n, s.records)
	}
	return n
}

// targets returns those of a window, in a fixed order; all traffic is none.
func (w *window) targets() []monitor.Target {
	seen := map[monitor.Target]bool{}
	for _, all := range w.nodes {
		for _, r := range all {
			for t := range r.targets {
				seen[t] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b monitor.Target) int {
		return cmp.Or(cmp.Compare(a.Group(), b.Group()), cmp.Compare(a.String(), b.String()))
	})
}
