package fleet

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/snapshot"
)

// Answer is what all nodes together counted of a target in some windows.
type Answer struct {
	// Snapshot is the union of what came, with LostRecords of it noted as
	// [attribution.LostUnread]: they may be of any country, so that verdicts allow for them.
	Snapshot attribution.Snapshot

	// Expected are the nodes that should have sent something, in the order of their names.
	// Missing are those of them that were not complete in one window or more.
	Expected []string
	Missing  []Missing

	// LostRecords is an estimate of the records that the missing ones did not send, see
	// [Missing].
	LostRecords uint64
}

// Missing is a node that was not complete.
type Missing struct {
	Node    string
	Windows int // in which it was not

	// LostRecords is an estimate: in each of these windows as many as the most that the node
	// had of this target in a window that is kept. If it had none, as many as the most of
	// any other node. What it did send of the window is taken off.
	LostRecords uint64
}

// Snapshot returns what was counted of a target, or of all traffic for the zero one, in the
// windows that begin from one time to before another. Windows of which nothing came from any
// node count as windows in which all are missing, if they lie between two others.
//
// The error wraps [attribution.ErrMismatch] if the snapshots have more than 64 databases
// together.
func (f *Fleet) Snapshot(t monitor.Target, from, to time.Time) (Answer, error) {
	parts, a := f.collect(t, from, to)
	whole := make([]attribution.Snapshot, len(parts))
	for i, packed := range parts {
		var e Envelope
		if err := e.Unpack(packed); err != nil {
			panic("fleet: " + err.Error()) // it was packed here
		}
		whole[i] = e.Snapshot
	}
	var err error
	if a.Snapshot, err = attribution.Merge(whole...); err != nil {
		return Answer{}, err
	}
	a.Snapshot = losing(a.Snapshot, a.LostRecords)
	return a, nil
}

// losing returns s with n more records that were not read. A snapshot that counted nothing
// stays as it is: it supports no claim anyway.
func losing(s attribution.Snapshot, n uint64) attribution.Snapshot {
	state := *snapshot.Unwrap(s)
	if n == 0 || state.IsZero() {
		return s
	}
	state.Lost[snapshot.Unread] = snapshot.AddSaturated(state.Lost[snapshot.Unread], n)
	return snapshot.Wrap(&state).(attribution.Snapshot)
}

func recordsOf(s attribution.Snapshot) uint64 { return snapshot.Unwrap(s).Records }

// collect returns the envelopes of a target, in the order of their places, and who is missing.
func (f *Fleet) collect(t monitor.Target, from, to time.Time) (parts [][]byte, a Answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	indexes := f.between(from, to)
	a.Expected = f.expected()
	usual, most := f.usual(t)
	lost := map[string]*Missing{}
	for k, i := range indexes {
		w := f.windows[i]
		gap := int64(0) // windows before this one of which nothing came
		if k > 0 {
			gap = i - indexes[k-1] - 1
		}
		for _, node := range slices.Sorted(maps.Keys(w.nodes)) {
			for s := range w.nodes[node].of(t) {
				parts = append(parts, s.packed)
			}
		}
		for _, node := range a.Expected {
			n, missing := cmp.Or(usual[node], most), gap
			sum := saturatedProduct(n, uint64(gap))
			if all := w.nodes[node]; !all.complete() {
				missing++
				sum = snapshot.AddSaturated(sum, n-min(n, all.records(t)))
			}
			if missing == 0 {
				continue
			}
			if lost[node] == nil {
				lost[node] = &Missing{Node: node}
			}
			lost[node].Windows += int(missing)
			lost[node].LostRecords = snapshot.AddSaturated(lost[node].LostRecords, sum)
		}
	}
	for _, node := range slices.Sorted(maps.Keys(lost)) {
		a.Missing = append(a.Missing, *lost[node])
		a.LostRecords = snapshot.AddSaturated(a.LostRecords, lost[node].LostRecords)
	}
	return parts, a
}

func saturatedProduct(a, b uint64) uint64 {
	if b != 0 && a > ^uint64(0)/b {
		return ^uint64(0)
	}
	return a * b
}

// between returns the windows that are kept and begin from one time to before another, in
// their order.
func (f *Fleet) between(from, to time.Time) (indexes []int64) {
	for i := range f.windows {
		if begin := f.begin(i); !begin.Before(from) && begin.Before(to) {
			indexes = append(indexes, i)
		}
	}
	slices.Sort(indexes)
	return indexes
}

func (f *Fleet) begin(index int64) time.Time {
	return time.Unix(0, index*int64(f.options.Window)).UTC()
}

// expected are the nodes of the options, or all that sent something that is kept.
func (f *Fleet) expected() []string {
	if len(f.options.Nodes) > 0 {
		return f.options.Nodes
	}
	seen := map[string]bool{}
	for _, w := range f.windows {
		for node := range w.nodes {
			seen[node] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// usual returns the most records of a target in a window, by node and of any.
func (f *Fleet) usual(t monitor.Target) (byNode map[string]uint64, most uint64) {
	byNode = map[string]uint64{}
	for _, w := range f.windows {
		for node, all := range w.nodes {
			n := all.records(t)
			byNode[node] = max(byNode[node], n)
			most = max(most, n)
		}
	}
	return byNode, most
}

// Windows returns when those that are kept begin, in their order.
func (f *Fleet) Windows() (begins []time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(f.windows)) {
		begins = append(begins, f.begin(i))
	}
	return begins
}

// keptFrom returns the number of the first window that is kept, from one number on, or -1.
func (f *Fleet) keptFrom(index int64) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := int64(-1)
	for i := range f.windows {
		if i >= index && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// Targets returns those of the window that begins at a time, in a fixed order.
func (f *Fleet) Targets(from time.Time) []monitor.Target {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w := f.at(from); w != nil {
		return w.targets()
	}
	return nil
}

// Complete reports whether all expected nodes have sent all that they counted of the window
// that begins at a time. See [Envelope].Targets.
func (f *Fleet) Complete(from time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	w, expected := f.at(from), f.expected()
	return w != nil && !slices.ContainsFunc(expected, func(node string) bool { return !w.nodes[node].complete() })
}

// at returns the window that begins at a time, or nil.
func (f *Fleet) at(from time.Time) *window {
	if !f.dates(from) || from.UnixNano()%int64(f.options.Window) != 0 {
		return nil
	}
	return f.windows[f.index(from)]
}
