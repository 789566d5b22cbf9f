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
	// Interval is the resolution in time: it is what begins, ends and reports are
	// rounded to. It divides a day, and is 1 second to 1 hour; 0 stands for 10
	// seconds. Choose it so that quiet times have 20 events in it, better 100.
	Interval time.Duration

	// Lateness is how long an interval waits for events that come out of order,
	// after the stream has gone beyond its end; at most 8 intervals. 0 stands for
	// one interval, a negative value for none.
	Lateness time.Duration

	// Retention is how far back reports reach; 1 interval to 10,000 intervals. 0
	// stands for 1 hour, or 1 interval if that is longer.
	Retention time.Duration

	// Tally is how sources are counted, per interval. Sample size and precision
	// that are 0 stand for sketch.SmallSampleSize (4,096) and
	// sketch.MinPrecision (12), since hundreds of intervals are kept.
	//
	// Without a Key the monitor makes a random one, and a checkpoint of it serves
	// nobody else.
	Tally attribution.Options

	// Targets is the number of targets that are tracked, of any number that there
	// are: those hit hardest. Each is counted and watched by itself. 16 to 16,384;
	// 0 stands for sketch.DefaultSlots (1,024), a negative number for none.
	Targets int

	// Claims are checked on every burst. If there are none, it is that most of its
	// sources are geolocated to the country that has most of them.
	Claims []attribution.Claim

	// Terms are those on which claims are checked. Their Look is set by the monitor.
	Terms attribution.Terms

	// Notify is called for each burst: as soon as it is found, again whenever it
	// has doubled, and when it has ended. Calls come one after the other, from a
	// goroutine that observes, which waits for it; no lock is held.
	Notify func(Burst)
}

const (
	defaultInterval  = 10 * time.Second
	defaultRetention = time.Hour
	maxOpen          = 8 // intervals of lateness
	maxRetained      = 10_000
)

// filled returns o with every default filled in. It panics on a value out of
// range, which is a mistake in the program; those of o.Tally are left to
// attribution.NewTally.
func (o Options) filled() Options {
	if o.Interval == 0 {
		o.Interval = defaultInterval
	}
	if o.Interval < time.Second || o.Interval > time.Hour || 24*time.Hour%o.Interval != 0 {
		panic(fmt.Sprintf("monitor: Options.Interval is %v, want 1s to 1h and a divisor of a day", o.Interval))
	}
	if o.Lateness == 0 {
		o.Lateness = o.Interval
	}
	o.Lateness = max(o.Lateness, 0)
	if o.Lateness > maxOpen*o.Interval {
		panic(fmt.Sprintf("monitor: Options.Lateness is %v, want at most %d intervals", o.Lateness, maxOpen))
	}
	if o.Retention == 0 {
		o.Retention = max(defaultRetention, o.Interval)
	}
	if o.Retention < o.Interval || o.Retention > maxRetained*o.Interval {
		panic(fmt.Sprintf("monitor: Options.Retention is %v, want 1 to %d intervals", o.Retention, maxRetained))
	}
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
	if o.Tally.Key.IsZero() {
		o.Tally.Key = sketch.NewKey()
	}
	switch {
	case o.Targets == 0:
		o.Targets = sketch.DefaultSlots
	case o.Targets < 0:
		o.Targets = 0
	case o.Targets < sketch.MinSlots || o.Targets > sketch.MaxSlots:
		panic(fmt.Sprintf("monitor: Options.Targets is %d, want %d to %d", o.Targets, sketch.MinSlots, sketch.MaxSlots))
	}
	if err := o.Terms.Err(); err != nil {
		panic("monitor: Options.Terms: " + err.Error())
	}
	return o
}
