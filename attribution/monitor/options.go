package monitor

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// Options are the choices in making a [Monitor]. The zero value is what most
// programs want.
type Options struct {
	// Interval is the resolution in time: begin, end and reports are rounded to it.
	// It divides a day, from 1 second to 1 hour. 0 stands for 10 seconds. Choose it
	// so that there are 20 events in it in quiet times, better 100.
	Interval time.Duration

	// AllowedLateness is how long an interval waits for events that come out of
	// order, after the stream has gone beyond its end. It is at most 8 intervals. 0
	// stands for one interval, a negative value for none.
	AllowedLateness time.Duration

	// Retention is how far back snapshots reach, from 1 to 10,000 intervals. 0 stands
	// for 1 hour.
	Retention time.Duration

	// Targets is how many targets are tracked, of any number that there are: the
	// busiest ones. Each is counted and watched by itself. It is 16 to 16,384. 0
	// stands for [sketch.DefaultSlots] (1,024), a negative number for none.
	Targets int

	// Groups are the kinds of groups of targets that are targets too. As many groups are
	// tracked as targets, the busiest ones. 0 stands for [Networks], a negative number for
	// none.
	Groups Groups

	// FalseAlarms is how many bursts a month of 28 days may be none, about: of all traffic,
	// and as many of all targets. It is 1 to 30. 0 stands for 1. More of them find smaller
	// bursts, and large ones hardly sooner. It holds from the second week on; the first has up
	// to two more, since the week is learned from it. docs/ACCURACY.md has a table.
	FalseAlarms float64

	// Tally is how sources are counted in an interval. A sample size and a precision
	// of 0 stand for [sketch.SmallSampleSize] (4,096) and [sketch.MinPrecision] (12),
	// since hundreds of intervals are kept.
	//
	// A zero Key stands for the random one of this process. Such a monitor writes no
	// checkpoint, since no other process could read it.
	Tally attribution.Options

	// Claims are decided for every burst. If there are none, the claim is that more
	// than half of its sources are geolocated to the country that has most of them.
	Claims []attribution.Claim

	// Policy is how claims are decided. The monitor sets its Interim: 1, 2 and so on
	// while a burst runs, and 0 when it has ended.
	Policy attribution.Policy

	// Enrichment is what else the sources of a burst are looked up in, before it is
	// reported. Further databases take part in its verdicts. It cannot be combined
	// with Tally.DropAddresses.
	Enrichment attribution.Enrichment

	// Notify is called for each attack: as soon as it is found, again whenever it or the
	// number of its targets has doubled, and when it has ended. It gets one burst, which
	// lists the others that are part of the attack: see [Burst.Children]. Calls come one
	// after the other, from a goroutine that observes. That goroutine waits for Notify; no
	// lock is held.
	Notify func(Burst)

	// NotifyChildren says that Notify is called for these others, too: for every burst as
	// if it were alone.
	NotifyChildren bool
}

const (
	defaultInterval  = 10 * time.Second
	defaultRetention = time.Hour
	day              = 24 * time.Hour
	maxOpen          = 8             // intervals of lateness
	mostOpen         = 2*maxOpen + 3 // intervals at once: of lateness, of what runs ahead, and the present
	maxRetained      = 10_000
	maxLookups       = 64 // further databases, lists

	fewestFalse, mostFalse = 1, 30 // a month
)

// ErrRandomKey is wrapped by the error about a checkpoint that nobody could restore,
// since the key of the monitor is random: Options.Tally.Key is zero.
var ErrRandomKey = errors.New("the key is random")

func invalid(format string, args ...any) error {
	return fmt.Errorf("monitor: %w: %w", attribution.ErrInvalidOptions, fmt.Errorf(format, args...))
}

// Validate returns what is out of its range, or nil. The error wraps
// [attribution.ErrInvalidOptions]. About a claim or the policy it also wraps
// [attribution.ErrInvalidClaim] or [attribution.ErrInvalidPolicy]. The zero Options are
// valid.
func (o Options) Validate() error {
	raw := o
	o = o.filled()
	switch {
	case o.Interval < time.Second || o.Interval > time.Hour || day%o.Interval != 0:
		return invalid("Interval is %v, want 1s to 1h, and a divisor of a day", raw.Interval)
	case o.AllowedLateness > maxOpen*o.Interval:
		return invalid("AllowedLateness is %v, want at most %d intervals of %v", raw.AllowedLateness, maxOpen, o.Interval)
	case o.Retention < o.Interval || o.Retention > maxRetained*o.Interval:
		return invalid("Retention is %v, want 1 to %d intervals of %v", raw.Retention, maxRetained, o.Interval)
	case o.Targets != 0 && (o.Targets < sketch.MinSlots || o.Targets > sketch.MaxSlots):
		return invalid("Targets is %d, want %d to %d", raw.Targets, sketch.MinSlots, sketch.MaxSlots)
	case !(o.FalseAlarms >= fewestFalse && o.FalseAlarms <= mostFalse):
		return invalid("FalseAlarms is %v, want %v to %v a month", raw.FalseAlarms, fewestFalse, mostFalse)
	case raw.Groups > allGroups:
		return invalid("Groups is %d, want kinds of groups, at most %d together", raw.Groups, allGroups)
	}
	if err := o.Tally.Validate(); err != nil {
		return invalid("Tally: %w", err)
	}
	for i, c := range o.Claims {
		if err := c.Validate(); err != nil {
			return invalid("Claims[%d]: %w", i, err)
		}
	}
	if err := o.Policy.Validate(); err != nil {
		return invalid("Policy: %w", err)
	}
	return o.validateEnrichment()
}

func (o Options) validateEnrichment() error {
	switch e := o.Enrichment; {
	case slices.Contains(e.Databases, nil) || slices.Contains(e.Lists, nil):
		return invalid("Enrichment has a nil table or list")
	case max(len(e.Databases), len(e.Lists)) > maxLookups:
		return invalid("Enrichment has more than %d databases or lists", maxLookups)
	case o.Tally.DropAddresses && o.enriches():
		return invalid("Enrichment with Tally.DropAddresses: %w", attribution.ErrNoAddresses)
	}
	return nil
}

// enriches reports whether there is anything to look sources up in.
func (o Options) enriches() bool {
	e := o.Enrichment
	return len(e.Databases) > 0 || e.ASNs != nil || len(e.Lists) > 0
}

// filled returns o with all defaults filled in, but for the key.
func (o Options) filled() Options {
	o.Interval = cmp.Or(o.Interval, defaultInterval)
	o.AllowedLateness = max(cmp.Or(o.AllowedLateness, o.Interval), 0)
	o.Retention = cmp.Or(o.Retention, max(defaultRetention, o.Interval))
	o.Targets = max(cmp.Or(o.Targets, sketch.DefaultSlots), 0)
	if o.Groups = max(cmp.Or(o.Groups, Networks), 0); o.Targets == 0 {
		o.Groups = 0
	}
	o.FalseAlarms = cmp.Or(o.FalseAlarms, 1)
	o.Tally.SampleSize = cmp.Or(o.Tally.SampleSize, sketch.SmallSampleSize)
	o.Tally.Precision = cmp.Or(o.Tally.Precision, sketch.MinPrecision)
	o.Tally.IPv6PrefixLen = cmp.Or(o.Tally.IPv6PrefixLen, 64)
	o.Tally.SamplingRate = max(o.Tally.SamplingRate, 1)
	return o
}

// counting is what the tallies of a monitor are made with. All defaults and the key are
// filled in.
func (o Options) counting() tally.Options {
	t := o.Tally
	c := tally.Options{
		Key: t.Key, SampleSize: t.SampleSize, Precision: t.Precision, IPv6PrefixLen: t.IPv6PrefixLen,
		DropAddresses: t.DropAddresses, SamplingRate: t.SamplingRate,
	}
	if t.AssumeHandshake {
		c.Facts = snapshot.Handshake
	}
	return c
}
