package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/sketch"
)

// Options say which envelopes a [Fleet] takes. KeyID and Window are needed.
type Options struct {
	// KeyID names the secret that all nodes share, see [sketch.KeyFromFile]. The center
	// needs no key.
	KeyID sketch.KeyID

	// Precision and IPv6PrefixLen are those that the nodes count with. 0 stands for the
	// usual ones of [attribution.Options], 14 and 64. The monitors of nodes count with 12,
	// unless they are told otherwise.
	Precision, IPv6PrefixLen int

	// Window is the length of all windows, 1 second to a day. It must divide a day.
	Window time.Duration

	// Nodes are all that are expected, at most 10,000. An envelope of another node is
	// refused. If there are none, any node is taken, and those of lately are expected.
	Nodes []string

	// Windows is how many of the newest ones are kept, 1 to 100,000; 0 stands for 360.
	// Envelopes of older windows are refused.
	Windows int

	// MaxBytes bounds the envelopes that are kept, in bytes as they are kept: compressed.
	// 0 stands for 1 GiB. The oldest windows go first.
	MaxBytes int64
}

const (
	maxNodes        = 10_000
	maxWindows      = 100_000
	defaultWindows  = 360
	defaultMaxBytes = 1 << 30
	day             = 24 * time.Hour
)

// Validate returns what is out of its range, or nil. The error wraps
// [attribution.ErrInvalidOptions].
func (o Options) Validate() error {
	switch {
	case o.KeyID == 0:
		return invalidOptions("no KeyID")
	case o.Window < minWindow || o.Window > maxWindow || day%o.Window != 0:
		return invalidOptions("Window is %v, want a divisor of a day, at least %v", o.Window, minWindow)
	case len(o.Nodes) > maxNodes:
		return invalidOptions("%d Nodes, at most %d", len(o.Nodes), maxNodes)
	case o.Windows < 0 || o.Windows > maxWindows:
		return invalidOptions("Windows is %d, want 1 to %d", o.Windows, maxWindows)
	case o.MaxBytes < 0:
		return invalidOptions("MaxBytes is %d, want 0 or more", o.MaxBytes)
	}
	for i, name := range o.Nodes {
		if !validNode(name) {
			return invalidOptions("Nodes[%d] is %.80q, want 1 to %d letters, digits, or any of \"._-:\"", i, name, maxNodeName)
		}
	}
	tally := attribution.Options{Precision: o.Precision, IPv6PrefixLen: o.IPv6PrefixLen}
	if err := tally.Validate(); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	return nil
}

func (o Options) filled() Options {
	o.Precision = cmp.Or(o.Precision, sketch.DefaultPrecision)
	o.IPv6PrefixLen = cmp.Or(o.IPv6PrefixLen, 64)
	o.Windows = cmp.Or(o.Windows, defaultWindows)
	o.MaxBytes = cmp.Or(o.MaxBytes, defaultMaxBytes)
	o.Nodes = slices.Clone(o.Nodes)
	slices.Sort(o.Nodes)
	o.Nodes = slices.Compact(o.Nodes)
	return o
}

// shape is that of the snapshots that fit, whatever the size of their samples.
func (o *Options) shape() snapshot.Shape {
	return snapshot.Shape{
		Key: o.KeyID, SampleSize: sketch.SmallSampleSize, Precision: o.Precision, IPv6PrefixLen: o.IPv6PrefixLen,
	}
}

func invalidOptions(format string, args ...any) error {
	return fmt.Errorf("fleet: %w: %w", attribution.ErrInvalidOptions, fmt.Errorf(format, args...))
}
