package netflow

import (
	"cmp"
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// Timing says which time the events of a record have.
type Timing uint8

// The times.
const (
	// Spread divides a record over the intervals from its first packet to its last. What
	// began earlier than Options.Lateness allows is divided over what is left of them, so
	// that a monitor drops nothing as late.
	Spread Timing = iota

	FirstSwitched // when the first packet of the record was seen, however long ago
	LastSwitched  // when the last one was seen
	Exported      // when the exporter sent the datagram
	Received      // when the datagram was received
)

var timingNames = [...]string{"spread", "first", "last", "exported", "received"}

// String returns the time in one word, such as "spread".
func (t Timing) String() string {
	if int(t) >= len(timingNames) {
		return fmt.Sprintf("Timing(%d)", t)
	}
	return timingNames[t]
}

// Options are the choices in making a [Decoder]. The zero value is what most programs want,
// but for Exporters.
type Options struct {
	// Exporters are the senders whose datagrams are read. Those of all others are counted
	// and dropped. Nil stands for all: then anybody who can send UDP can add records.
	Exporters *geo.PrefixSet

	// Timing says which time the events have.
	Timing Timing

	// Interval and Lateness are for Spread: the Interval of the monitor that gets the
	// events, from 1 second to 1 hour, and its AllowedLateness, at most 64 intervals. 0
	// stands for 10 seconds, and for one interval. The default loses no packet, whatever
	// the active timeout of the exporters is. To see a flow of five minutes in the minutes
	// that it has lasted, give decoder and monitor an interval of a minute and a lateness of
	// six.
	Interval, Lateness time.Duration

	// SamplingRate is the rate of all exporters, instead of what they tell: one in so many
	// packets was looked at. 0 stands for what they tell.
	SamplingRate uint32

	// Inner takes the addresses inside of tunnels (GRE, IP in IP, VXLAN and others) from
	// sampled packets, instead of those of the tunnel.
	Inner bool

	// BothDirections counts a record of egress even if the exporter has told the same
	// packets at ingress. See the package documentation.
	BothDirections bool
}

const (
	defaultInterval = 10 * time.Second
	mostIntervals   = 64 // of lateness
	slack           = time.Second
)

func (o Options) filled() Options {
	o.Interval = cmp.Or(o.Interval, defaultInterval)
	o.Lateness = cmp.Or(o.Lateness, o.Interval)
	return o
}

// Validate returns what is out of its range, or nil. The error wraps
// [attribution.ErrInvalidOptions]. The zero Options are valid.
func (o Options) Validate() error {
	raw := o
	o = o.filled()
	invalid := func(format string, args ...any) error {
		return fmt.Errorf("netflow: %w: %w", attribution.ErrInvalidOptions, fmt.Errorf(format, args...))
	}
	switch {
	case int(o.Timing) >= len(timingNames):
		return invalid("Timing is %d, want at most %d", o.Timing, len(timingNames)-1)
	case o.Interval < time.Second || o.Interval > time.Hour:
		return invalid("Interval is %v, want 1s to 1h", raw.Interval)
	case o.Lateness < 0 || o.Lateness > mostIntervals*o.Interval:
		return invalid("Lateness is %v, want at most %d intervals of %v", raw.Lateness, mostIntervals, o.Interval)
	}
	return nil
}

// reach is how far before its arrival a record has events. The monitor's clock may be a little
// ahead of a datagram, as several goroutines observe.
func (o Options) reach() time.Duration { return o.Lateness - min(slack, o.Lateness/2) }
