package fleet

import (
	"errors"
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// Errors of this package. Those of encodings and of what does not fit together are
// [attribution.ErrInvalidEncoding] and [attribution.ErrMismatch].
var (
	ErrInvalidEnvelope = errors.New("invalid envelope") // a place that no snapshot can have
	ErrConflict        = errors.New("two snapshots in one place")
	ErrLate            = errors.New("the window is no longer kept")
	ErrEarly           = errors.New("the window has not begun")
	ErrUnknownNode     = errors.New("unknown node")
	ErrFull            = errors.New("no room")
)

// Envelope is a snapshot and its place: what a node sends to the center.
//
// A node counts a window in one Tally per target, and sends all that it has counted so far, as
// often as it likes. What comes later replaces what came before: the counts of events are not
// idempotent, and must never be added twice.
type Envelope struct {
	// Node is the name of the collector: 1 to 64 letters, digits, and any of "._-:".
	Node string

	// Epoch tells the runs of a node apart, such as the time at which it started in Unix
	// nanoseconds. A node that restarts without its counts takes a new one, and what it had
	// sent before stays and is added.
	Epoch uint64

	// Sequence is 1 or more, and higher for each envelope that replaces another one of its place. It
	// must survive a restart that keeps the epoch. That of a [Node] says how much was counted.
	Sequence uint64

	// Target is what the traffic was aimed at, or the zero Target for all traffic.
	Target monitor.Target

	// Final says that this run of the node counts nothing more in the window, and Targets how
	// many targets it has sent of it. Both belong into the envelope of all traffic. The node is
	// complete there once all its runs are final and so many targets have come. A run that
	// broke off is never complete: nobody knows what it had counted since it last sent.
	Final   bool
	Targets uint32

	// From is the begin of the window, a multiple of Window since 1970. Window is its
	// length, at least a second.
	From   time.Time
	Window time.Duration

	// Snapshot is what was counted.
	Snapshot attribution.Snapshot
}

const (
	maxNodeName = 64
	maxTargets  = 1 << 20 // of a node in a window
	minWindow   = time.Second
	maxWindow   = 24 * time.Hour
	lastSecond  = 1 << 33 // the year 2242
)

// Validate returns what is out of its range, or nil. The error wraps [ErrInvalidEnvelope].
func (e *Envelope) Validate() error {
	switch seconds := e.From.Unix(); {
	case !validNode(e.Node):
		return invalid("node %.80q, want 1 to %d letters, digits, or any of \"._-:\"", e.Node, maxNodeName)
	case e.Sequence == 0:
		return invalid("sequence 0, want 1 or more")
	case e.Targets > maxTargets:
		return invalid("%d targets, want at most %d", e.Targets, maxTargets)
	case (e.Final || e.Targets > 0) && !e.Target.IsZero():
		return invalid("Final or Targets in the envelope of a target")
	case e.Window < minWindow || e.Window > maxWindow:
		return invalid("a window of %v, want %v to %v", e.Window, minWindow, maxWindow)
	case seconds < 0 || seconds > lastSecond || e.From.UnixNano()%int64(e.Window) != 0:
		return invalid("a window from %v, want a multiple of %v since 1970", e.From.UTC(), e.Window)
	}
	return nil
}

func validNode(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-', c == ':':
		default:
			return false
		}
	}
	return len(name) > 0 && len(name) <= maxNodeName
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("fleet: %w: %w", ErrInvalidEnvelope, fmt.Errorf(format, args...))
}
