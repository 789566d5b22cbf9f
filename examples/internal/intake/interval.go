package intake

import (
	"slices"
	"time"

	"github.com/whence-go/whence/attribution/ingest"
)

// UsualInterval is that of bursts in what is not read as a file at once: how much will come is not known there.
const UsualInterval = 10 * time.Second

// Few is the number of records that quiet intervals should have. Fewest is how many intervals must have gone by before
// a burst can be told.
const (
	Few    = 20
	Fewest = 12
)

// usualIntervals are those that are proposed.
var usualIntervals = []time.Duration{time.Second, UsualInterval, 30 * time.Second, time.Minute, 2 * time.Minute,
	5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// LongerInterval returns the shortest usual interval in which enough records come, at a rate a second.
func LongerInterval(rate float64) time.Duration {
	for _, d := range usualIntervals {
		if rate*d.Seconds() >= Few {
			return d
		}
	}
	return time.Hour
}

const sampleSize = 1000 // records

// SampleTimes reads the times of the first records.
func SampleTimes(r *ingest.Reader) (times []time.Time) {
	e := new(ingest.Event)
	for len(times) < sampleSize && r.Next(e) == nil {
		if !e.Time.IsZero() {
			times = append(times, e.Time)
		}
	}
	return times
}

// ChooseInterval returns an interval for bursts in files, by samples of their times. It is so long that enough records
// come in it. A burst in hours of few records then shows, and reading takes as long as there are records and not as
// there is time. rate is the number of records a second, 0 if the samples do not tell.
func ChooseInterval(samples ...[]time.Time) (interval time.Duration, rate float64) {
	records, span, whole := 0, time.Duration(0), true
	for _, times := range samples {
		if len(times) == 0 {
			return UsualInterval, 0
		}
		from, to := slices.MinFunc(times, time.Time.Compare), slices.MaxFunc(times, time.Time.Compare)
		records, span = records+len(times), span+to.Sub(from)
		whole = whole && len(times) < sampleSize
	}
	if span <= 0 {
		return UsualInterval, 0
	}
	interval, rate = UsualInterval, float64(records)/span.Seconds()
	longer := LongerInterval(rate)
	for _, usual := range usualIntervals {
		if usual <= longer && (!whole || span/usual >= 3*Fewest) {
			interval = max(interval, usual)
		}
	}
	return interval, rate
}
