package monitor

import "time"

// offsets finds out whether most events that are dated wrongly are off by the same
// multiple of 15 minutes. That is a mistake about time zones: all zones of the world lie
// so far apart.
type offsets struct {
	counts  [2*maxZones + 1]int // by the number of quarters, from -maxZones on
	noted   int                 // events that were off by half a quarter or more
	quarter int                 // the offset that was recognized, in quarters; 0: none
	last    int64               // time of the stream when the last such event came
}

const (
	quarter     = 15 * time.Minute
	maxZones    = 26 * 4      // quarters between the two zones that lie farthest apart
	zoneSlack   = time.Minute // by which an event of a zone may come out of order
	fewOff      = quorumPast  // events that are no pattern yet
	forgetAfter = 1024        // events, of which half are forgotten then
)

// forget begins anew.
func (o *offsets) forget() {
	if o.noted > 0 {
		*o = offsets{}
	}
}

// note takes by how much an event is off that is late, or too far ahead. now is the time of
// the stream.
func (o *offsets) note(by time.Duration, now int64) {
	n, exact := quarters(by)
	if n == 0 {
		return // merely late
	}
	o.noted++
	if exact {
		count := &o.counts[n+maxZones]
		*count++
		if *count >= fewOff && 4**count >= 3*o.noted {
			o.quarter = n
		}
		if o.quarter == n {
			o.last = now
		}
	}
	if o.noted >= forgetAfter {
		o.noted /= 2
		for i := range o.counts {
			o.counts[i] /= 2
		}
	}
}

// matches reports whether an event is off by what was recognized.
func (o *offsets) matches(by time.Duration) bool {
	n, exact := quarters(by)
	return n != 0 && exact && n == o.quarter
}

// quarters returns by how many quarters of an hour an event is off, and whether it is off
// by these alone, as by a zone.
func quarters(by time.Duration) (n int, exact bool) {
	n = int(by.Round(quarter) / quarter)
	rest := (by - by.Round(quarter)).Abs()
	return n, n >= -maxZones && n <= maxZones && rest <= zoneSlack
}

// offset is what was recognized, ahead of the stream or behind it.
func (o *offsets) offset() time.Duration { return time.Duration(o.quarter) * quarter }
