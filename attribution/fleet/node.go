package fleet

import (
	"iter"
	"math"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/snapshot"
)

// Node turns what the monitor of a collector has counted into envelopes. Make one with
// [NewNode]. It is for one goroutine.
//
// The sequence of its envelopes says how much is in them: records first, counted and lost ones
// alike, then targets. It is a function of the contents, so that it survives a restart, and the
// fullest envelope of a place wins:
//
//   - What has closed changes by records, which only come. They raise the sequence.
//   - A monitor that was restored from an older checkpoint knows less than the center, until it has
//     counted as much. What it sends is stale meanwhile, and takes nothing away.
//   - A target that the monitor gave up, or whose sources it forgot, has the same records or fewer.
//     The center keeps what it has.
//   - What changes without a record, such as the limits of [monitor.Monitor.SetAccount], is not sent
//     again. After a restart it may be a conflict, in which the first one stays.
type Node struct {
	name    string
	epoch   uint64
	monitor *monitor.Monitor
	window  time.Duration
	from    time.Time // of the first window that may have changed; zero: of all that are retained
	setBack uint64    // how often the clock of the monitor was set back until then
	taken   map[placeInTime]uint64
}

// placeInTime is a place of this run of the node. The center has an envelope of it, of the sequence
// in Node.taken.
type placeInTime struct {
	from   int64
	target monitor.Target
}

// again is how many closed windows are looked at again: records that come late are lost to
// them, and the center must know.
const again = 8

// NewNode returns the Node of a monitor whose Options.Interval is window. Name and epoch are
// those of [Envelope]. The error wraps [ErrInvalidEnvelope].
//
// A collector that restores its monitor from a checkpoint keeps its epoch, which it may store as the
// position there: under a new one, what the monitor has counted before would count twice. What
// came after the checkpoint, and was not sent, is lost, and nobody knows of it, unless the
// collector reads it again from that position. A collector that begins with nothing takes a new
// epoch. Two collectors must never share a name and an epoch, since the fuller one would replace the
// other.
func NewNode(m *monitor.Monitor, window time.Duration, name string, epoch uint64) (*Node, error) {
	e := Envelope{Node: name, Epoch: epoch, Sequence: 1, From: time.Unix(0, 0), Window: window}
	if err := e.Validate(); err != nil {
		return nil, err
	}
	return &Node{name: name, epoch: epoch, monitor: m, window: window, taken: map[placeInTime]uint64{}}, nil
}

// Envelopes yields what the center does not have yet: of each window that has closed what came
// to tracked targets, and last all traffic. What has changed in the 8 windows before the last
// one is among it, and in all that the monitor retains if its clock was set back. An envelope is
// yielded each time until [Node.Taken] is told of it.
func (n *Node) Envelopes() iter.Seq[Envelope] {
	return func(yield func(Envelope) bool) {
		if s := n.monitor.Stats().SetBack; s != n.setBack {
			n.from, n.setBack = time.Time{}, s
		}
		targets, clean := uint32(0), true
		from := n.from
		for in := range n.monitor.Intervals(n.from, time.Time{}) {
			e := Envelope{
				Node: n.name, Epoch: n.epoch,
				Target: in.Target, From: in.From, Window: n.window, Snapshot: in.Snapshot,
			}
			if targets++; in.Target.IsZero() {
				e.Final, e.Targets, targets = true, targets-1, 0
			}
			e.Sequence = e.fullness()
			has := n.taken[e.placeInTime()] >= e.Sequence
			if clean = clean && has; clean {
				from = in.From.Add(-again * n.window)
			}
			if !has && !yield(e) {
				return
			}
		}
		n.forget(from)
	}
}

func (e *Envelope) placeInTime() placeInTime { return placeInTime{e.From.UnixNano(), e.Target} }

// fullness is the sequence of an envelope of a Node: records, and in the lowest bits targets.
func (e *Envelope) fullness() uint64 {
	const targetBits = 21 // for maxTargets
	s := snapshot.Unwrap(e.Snapshot)
	records := snapshot.AddSaturated(s.Records, s.LostRecords())
	return 1 + min(records, math.MaxUint64>>targetBits-1)<<targetBits + uint64(e.Targets)
}

// Taken notes that the center has an envelope: [Fleet.Put] returned no error.
func (n *Node) Taken(e Envelope) {
	at := e.placeInTime()
	n.taken[at] = max(n.taken[at], e.Sequence)
}

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
