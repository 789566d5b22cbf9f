package monitor

import (
	"math"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// interval is one that is open: events may still come into it.
type interval struct {
	index       int64
	table       *geo.Table
	whole       *attribution.Tally
	events      uint64
	first, last int64          // times of its events; first > last: none came
	targets     []*targetCount // by slot; nil without
}

func (m *Monitor) newInterval(index int64) *interval {
	iv := &interval{index: index, table: m.table, whole: m.newTally(), first: math.MaxInt64, last: math.MinInt64}
	if m.targets != nil {
		iv.targets = make([]*targetCount, len(m.targets.watches))
	}
	return iv
}

// tally returns what came so far, with the span of its events.
func (iv *interval) tally() *attribution.Tally {
	iv.mark(iv.whole)
	return iv.whole
}

// mark says when the events of the interval came.
func (iv *interval) mark(t *attribution.Tally) {
	if iv.first <= iv.last {
		t.Window(time.Unix(0, iv.first), time.Unix(0, iv.last))
	}
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
