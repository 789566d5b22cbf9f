package monitor

import (
	"math"
	"time"

	"github.com/whence-go/whence/attribution"
)

// interval is one that is open: events may still come into it.
type interval struct {
	index       int64
	whole       *attribution.Tally
	first, last int64 // times of its events; first > last: none came
}

func newInterval(index int64, whole *attribution.Tally) *interval {
	return &interval{index: index, whole: whole, first: math.MaxInt64, last: math.MinInt64}
}

// snapshot returns the tally of what came so far, with the span of its events.
func (iv *interval) snapshot() *attribution.Tally {
	if iv.first <= iv.last {
		iv.whole.Window(time.Unix(0, iv.first), time.Unix(0, iv.last))
	}
	return iv.whole
}

// openIntervals are few, and in no particular order.
type openIntervals []*interval

func (o openIntervals) find(index int64) *interval {
	for _, iv := range o {
		if iv.index == index {
			return iv
		}
	}
	return nil
}
