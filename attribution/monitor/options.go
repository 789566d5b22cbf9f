package monitor

import (
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
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

	// Retention is how far back reports reach, from 1 to 10,000 intervals. 0 stands
	// for 1 hour.
	Retention time.Duration

	// Targets is how many targets are tracked, of any number that there are: the
	// busiest ones. Each is counted and watched by itself. It is 16 to 16,384. 0
	// stands for sketch.DefaultHeavySize (1,024), a negative number for none.
	Targets int

	// Tally is how sources are counted in an interval. A sample size and a precision
	// of 0 stand for sketch.SmallSampleSize (4,096) and sketch.MinPrecision (12),
	// since hundreds of intervals are kept.
	//
	// A zero Key stands for a random one. Such a monitor writes no checkpoint, since
	// no other monitor could read it.
	Tally attribution.Options

	// Claims are checked on every burst. If there are none, the claim is that more
	// than half of its sources are geolocated to the country that has most of them.
	Claims []attribution.Claim

	// Terms are those on which claims are checked. The monitor sets their Look.
	Terms attribution.Terms

	// Notify is called for each burst: as soon as it is found, again whenever it has
	// doubled, and when it has ended. Calls come one after the other, from a
	// goroutine that observes. That goroutine waits for Notify; no lock is held.
	Notify func(Burst)
}

const (
	defaultInterval  = 10 * time.Second
	defaultRetention = time.Hour
	maxOpen          = 8 // intervals of lateness
	maxRetained      = 10_000
)

// Validate returns what is out of its range, or nil. The error wraps
// [ErrInvalidOptions]. The zero Options are valid.
func (o Options) Validate() error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("monitor: %w: %w", ErrInvalidOptions, fmt.Errorf(format, args...))
	}
	raw := o
	o = o.filled()
	switch {
	case o.Interval < time.Second || o.Interval > time.Hour || day%o.Interval != 0:
		return refuse("Interval is %v, want 1s to 1h, and a divisor of a day", raw.Interval)
	case o.AllowedLateness > maxOpen*o.Interval:
		return refuse("AllowedLateness is %v, want at most %d intervals of %v",
			raw.AllowedLateness, maxOpen, o.Interval)
	case o.Retention < o.Interval || o.Retention > maxRetained*o.Interval:
		return refuse("Retention is %v, want 1 to %d intervals of %v", raw.Retention, maxRetained, o.Interval)
	case o.Targets != 0 && (o.Targets < sketch.MinHeavySize || o.Targets > sketch.MaxHeavySize):
		return refuse("Targets is %d, want %d to %d", raw.Targets, sketch.MinHeavySize, sketch.MaxHeavySize)
	}
	for _, c := range []struct {
		name         string
		v, low, high int
	}{
		{"SampleSize", o.Tally.SampleSize, sketch.MinSampleSize, sketch.MaxSampleSize},
		{"Precision", o.Tally.Precision, sketch.MinPrecision, sketch.MaxPrecision},
		{"IPv6Prefix", o.Tally.IPv6Prefix, 32, 128},
	} {
		if c.v < c.low || c.v > c.high {
			return refuse("Tally.%s is %d, want %d to %d", c.name, c.v, c.low, c.high)
		}
	}
	for i, c := range o.Claims {
		if err := c.Err(); err != nil {
			return refuse("Claims[%d]: %w", i, err)
		}
	}
	if err := o.Terms.Err(); err != nil {
		return refuse("Terms: %w", err)
	}
	return nil
}

// filled returns o with all defaults filled in, but for the key.
func (o Options) filled() Options {
	if o.Interval == 0 {
		o.Interval = defaultInterval
	}
	if o.AllowedLateness == 0 {
		o.AllowedLateness = o.Interval
	}
	o.AllowedLateness = max(o.AllowedLateness, 0)
	if o.Retention == 0 {
		o.Retention = max(defaultRetention, o.Interval)
	}
	if o.Targets == 0 {
		o.Targets = sketch.DefaultHeavySize
	}
	o.Targets = max(o.Targets, 0)
	if o.Tally.SampleSize == 0 {
		o.Tally.SampleSize = sketch.SmallSampleSize
	}
	if o.Tally.Precision == 0 {
		o.Tally.Precision = sketch.MinPrecision
	}
	if o.Tally.IPv6Prefix == 0 {
		o.Tally.IPv6Prefix = 64
	}
	o.Tally.SamplingRate = max(o.Tally.SamplingRate, 1)
	return o
}
