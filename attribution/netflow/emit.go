package netflow

import (
	"cmp"
	"math/bits"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/snapshot"
)

// emit makes the events of a flow, and counts the record.
func (e *exporter) emit(f *flow) {
	l := &e.ledger
	if f.isEmpty() {
		l.notes[noPackets]++
		return
	}
	l.records++
	if !f.counted {
		l.notes[noCount]++
	}
	if !f.measured {
		l.notes[noBytes]++
	}
	if f.rate == 0 && e.d.options.SamplingRate == 0 {
		l.notes[noRate]++
	}
	if e.m.wrong {
		l.notes[clockOffset]++
	}
	e.append(f)
}

// append makes the events of a flow whose record is counted.
func (e *exporter) append(f *flow) {
	l := &e.ledger
	rate := f.rate
	if r := e.d.options.SamplingRate; r > 0 {
		rate = r
	}
	if rate > 0 {
		e.rate = rate
	}
	packets := max(f.packets, 1)
	l.packets = snapshot.AddSaturated(l.packets, packets)
	l.bytes = snapshot.AddSaturated(l.bytes, f.octets)
	v := e.grow()
	v.Target = monitor.TargetAddr(f.target)
	v.Flow = attribution.Flow{
		Source: f.source, Events: packets, Bytes: f.octets, SamplingRate: rate, Handshake: f.handshake,
		Protocol: f.protocol,
	}
	switch f.protocol {
	case tcp:
		if !isAmbiguous(f, packets) {
			v.TCPFlags = f.flags
		}
	case udp:
		v.SourcePort = f.sourcePort
	}
	e.date(v, f)
}

// grow appends an event whose fields are to be set, all of them.
func (e *exporter) grow() *monitor.Event {
	n := len(e.events)
	if n < cap(e.events) {
		e.events = e.events[:n+1]
	} else {
		e.events = append(e.events, monitor.Event{})
	}
	return &e.events[n]
}

// isAmbiguous reports whether flags of several packets may be those of a client that has sent SYN
// and then ACK, as well as those of a server that has sent SYN-ACK several times. A server has
// the port of a service.
func isAmbiguous(f *flow, packets uint64) bool {
	const ports = 1024
	return packets > 1 && f.flags == syn|ack && (f.sourcePort >= ports || f.targetPort < ports)
}

// date sets the time of the event, and divides it where a flow is spread.
func (e *exporter) date(v *monitor.Event, f *flow) {
	m, l := &e.m, &e.ledger
	first, last, flat := f.first, f.last, false
	switch {
	case m.export == 0 && m.received == 0: // sFlow without a time of arrival
		l.undated++
		v.Time = time.Time{}
		return
	case last == notTold:
		flat = true
		if m.version != sflow {
			l.notes[exportTime]++
		}
	case last > m.export+ahead || last < m.export-before || first > last+ahead:
		l.notes[badTime]++
		flat = m.received != 0 // else the exporter's clock is all that there is
	}
	if flat {
		first, last = m.now, m.now
	} else {
		last += m.shift
		if m.received != 0 {
			last = min(last, m.received) // the clock of who gets the events must not run ahead
		}
		first = min(first+m.shift, last)
	}
	switch e.d.options.Timing {
	case Spread:
		e.spread(v, first, last)
	case FirstSwitched:
		e.at(v, first)
	case LastSwitched:
		e.at(v, last)
	case Exported:
		e.at(v, m.now)
	case Received:
		e.at(v, cmp.Or(m.received, m.now))
	}
}

// at sets a time.
func (e *exporter) at(v *monitor.Event, ns int64) {
	ns = max(ns, 0)
	l := &e.ledger
	if l.to == 0 {
		l.from, l.to = ns, max(ns, 1)
	} else if ns < l.from {
		l.from = ns
	} else if ns > l.to {
		l.to = ns
	}
	l.events++
	v.Time = time.Unix(ns/int64(time.Second), ns%int64(time.Second)).UTC()
}

// spread divides the event over the intervals from first to last, as far as they may still be
// counted. Each piece has the time of its end. Those of earlier intervals are collected, since a
// monitor is faster with events of one interval after the other.
func (e *exporter) spread(v *monitor.Event, first, last int64) {
	m := &e.m
	if first < m.floor {
		e.ledger.notes[longFlows]++
	}
	first, last = min(max(first, m.floor), m.ceiling), min(max(last, m.floor), m.ceiling)
	if first >= m.current {
		e.at(v, last)
		return
	}
	whole, interval := uint64(last-first), e.d.interval
	var events, octets uint64 // that are out
	for end := first - first%interval + interval; ; end += interval {
		until := min(end-1, last)
		n, b := v.Events, v.Bytes
		if until < last {
			n, b = share(n, uint64(until-first), whole), share(b, uint64(until-first), whole)
		}
		if n == events {
			continue // bytes wait for the next piece that has a packet
		}
		if until >= m.current { // the last one
			v.Events, v.Bytes = n-events, b-octets
			e.at(v, until)
			return
		}
		e.older = append(e.older, *v)
		piece := &e.older[len(e.older)-1]
		piece.Events, piece.Bytes = n-events, b-octets
		e.at(piece, until)
		if events, octets = n, b; until == last {
			e.events = e.events[:len(e.events)-1] // v is of no later interval
			return
		}
	}
}

// share is n * part / whole, rounded down; part is at most whole, which is above 0.
func share(n, part, whole uint64) uint64 {
	hi, lo := bits.Mul64(n, part)
	q, _ := bits.Div64(hi, lo, whole)
	return q
}
