package netflow

import (
	"math"
	"slices"
	"time"
)

// offsets are the differences of the exporter's clock from ours, of the last datagrams. Most of
// them decide, so that no single datagram makes a clock wrong.
type offsets struct {
	last [offsetsKept]int64 // time of export less time of arrival, nanoseconds
	n    uint
}

const (
	offsetsKept = 32
	// clockTolerance is how far an exporter's clock may be off: export times have a
	// resolution of one second, and datagrams wait.
	clockTolerance = int64(5 * time.Second)
)

func (o *offsets) add(by int64) {
	o.last[o.n%offsetsKept] = by
	o.n++
}

// median is by how much the clock is ahead of ours.
func (o *offsets) median() time.Duration {
	n := min(o.n, offsetsKept)
	if n == 0 {
		return 0
	}
	sorted := o.last
	slices.Sort(sorted[:n])
	return time.Duration(sorted[n/2])
}

// message is what the records of one datagram share.
type message struct {
	received int64 // Unix nanoseconds; 0: not known
	export   int64 // by the exporter's clock; 0: not told
	shift    int64 // from the exporter's clock to that of the events
	now      int64 // when it was sent, by the clock of the events; 0: not known
	floor    int64 // the earliest and the latest that a spread record may be
	ceiling  int64
	current  int64 // begin of the interval that the ceiling is in
	wrong    bool  // the clock is off

	version uint8
	uptime  uint32 // milliseconds
	upAt    bool   // uptime is told
	stream  *stream
	domain  uint64
	rate    uint32 // of the header, or of a sample

	read        uint64 // records of all kinds, and templates
	sequenced   uint64 // records of all kinds
	unread      int    // sets without a template
	unreadBytes int
	defined     bool    // a template that sets wait for
	withdrawn   [2]bool // all templates, all those of options
}

// sent sets the time of export, and what follows from it.
func (e *exporter) sent(export int64) {
	m := &e.m
	m.export = export
	if m.received != 0 && export != 0 {
		by := export - m.received
		e.offsets.add(by)
		if by > clockTolerance || by < -clockTolerance {
			m.shift, m.wrong = -by, true
		}
	}
	if m.now = export + m.shift; export == 0 {
		m.now = m.received
	}
	if m.ceiling = m.received; m.ceiling == 0 {
		m.ceiling = export + int64(time.Second) - 1 // its resolution is one second
	}
	m.now = min(m.now, m.ceiling)
	m.floor = max(m.ceiling-e.d.reach, 0)
	m.current = m.ceiling - m.ceiling%e.d.interval
}

// ago returns the time of an uptime, by the exporter's clock. Uptimes wrap after 49 days.
func (m *message) ago(uptime uint32) int64 {
	return m.export - int64(int32(m.uptime-uptime))*int64(time.Millisecond)
}

const (
	ahead    = int64(time.Minute)          // a record that ends later than this after its export is dated wrongly
	before   = int64(365 * 24 * time.Hour) // as is one that ended so long before
	notTold  = math.MinInt64
	ntpEpoch = 2208988800 // seconds from 1900 to 1970
)

// moment reads one of the pairs of times, as Unix nanoseconds.
func (m *message) moment(s slot, v uint64) int64 {
	switch s {
	case firstMilli, lastMilli:
		if v == 0 || v > math.MaxInt64/uint64(time.Millisecond) {
			return notTold
		}
		return int64(v) * int64(time.Millisecond)
	case firstSecond, lastSecond:
		if v == 0 || v > math.MaxUint32 {
			return notTold
		}
		return int64(v) * int64(time.Second)
	case firstMicro, lastMicro, firstNano, lastNano: // as NTP has it, RFC 7011, 6.1.9
		if v == 0 {
			return notTold
		}
		seconds := uint32(v>>32) - (ntpEpoch & math.MaxUint32)
		return int64(seconds)*int64(time.Second) + int64(v&math.MaxUint32*uint64(time.Second)>>32)
	}
	if m.upAt { // uptimes
		return m.ago(uint32(v))
	}
	if m.stream != nil && m.stream.boot > 0 {
		return m.stream.boot + int64(uint32(v))*int64(time.Millisecond)
	}
	return notTold
}
