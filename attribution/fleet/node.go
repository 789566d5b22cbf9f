package fleet

import (
	"crypto/sha256"
	"iter"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
)

// Node turns what the monitor of a collector has counted into envelopes. Make one with
// [NewNode]. It is for one goroutine.
type Node struct {
	name    string
	epoch   uint64
	monitor *monitor.Monitor
	window  time.Duration
	from    time.Time // of the first window that may have changed; zero: of all that are retained
	taken   map[placeInTime]taken
}

// placeInTime is a place of this run of the node.
type placeInTime struct {
	from   int64
	target monitor.Target
}

// taken is the last envelope of a place that the center has.
type taken struct {
	sequence uint64
	contents [sha256.Size]byte // of the envelope, as if it were the first
}

// again is how many closed windows are looked at again: records that come late are lost to
// them, and the center must know.
const again = 8

// NewNode returns the Node of a monitor whose Options.Interval is window. Name and epoch are
// those of [Envelope]. A collector that restores its monitor from a checkpoint keeps its epoch if
// nothing that it had counted is lost, else it takes a new one. The error wraps
// [ErrInvalidEnvelope].
func NewNode(m *monitor.Monitor, window time.Duration, name string, epoch uint64) (*Node, error) {
	e := Envelope{Node: name, Epoch: epoch, Sequence: 1, From: time.Unix(0, 0), Window: window}
	if err := e.Validate(); err != nil {
		return nil, err
	}
	return &Node{name: name, epoch: epoch, monitor: m, window: window, taken: map[placeInTime]taken{}}, nil
}

// Envelopes yields what the center does not have yet: of each window that has closed what came
// to tracked targets, and last all traffic. What has changed in the 8 windows before the last
// one is among it. An envelope is yielded each time until [Node.Taken] is told of it.
func (n *Node) Envelopes() iter.Seq[Envelope] {
	return func(yield func(Envelope) bool) {
		targets, clean := uint32(0), true
		from := n.from
		for in := range n.monitor.Intervals(n.from, time.Time{}) {
			e := Envelope{
				Node: n.name, Epoch: n.epoch, Sequence: 1,
				Target: in.Target, From: in.From, Window: n.window, Snapshot: in.Snapshot,
			}
			if targets++; in.Target.IsZero() {
				e.Final, e.Targets, targets = true, targets-1, 0
			}
			has := n.has(&e)
			if clean = clean && has; clean {
				from = in.From.Add(-again * n.window)
			}
			if has {
				continue
			}
			e.Sequence = n.taken[e.placeInTime()].sequence + 1
			if !yield(e) {
				return
			}
		}
		n.forget(from)
	}
}

func (e *Envelope) placeInTime() placeInTime { return placeInTime{e.From.UnixNano(), e.Target} }

// has reports whether the center has what is in an envelope with the first sequence.
func (n *Node) has(e *Envelope) bool {
	t, ok := n.taken[e.placeInTime()]
	return ok && t.contents == e.contents()
}

// contents is a digest of all but the sequence.
func (e Envelope) contents() [sha256.Size]byte {
	e.Sequence = 1
	b, _ := e.MarshalBinary() // it is valid, as NewNode has seen
	return sha256.Sum256(b)
}

// Taken notes that the center has an envelope: [Fleet.Put] returned no error.
func (n *Node) Taken(e Envelope) { n.taken[e.placeInTime()] = taken{e.Sequence, e.contents()} }

// forget drops what is known of windows before a time.
func (n *Node) forget(from time.Time) {
	if !from.After(n.from) {
		return
	}
	n.from = from
	for at := range n.taken {
		if at.from < from.UnixNano() {
			delete(n.taken, at)
		}
	}
}
