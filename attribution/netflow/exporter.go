package netflow

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"sync"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/frame"
)

// key is a template of one version and domain, or such a domain with an id of 0.
type key struct {
	version uint8
	id      uint16
	domain  uint64
}

// exporter is what is known of one sender.
type exporter struct {
	d    *Decoder
	addr netip.Addr

	mu        sync.Mutex
	gone      bool  // it was forgotten: look it up anew
	last      int64 // when a datagram came, Unix nanoseconds
	memory    int64 // bytes that are reserved
	ledger    ledger
	offsets   offsets
	recent    [recentDatagrams]uint64 // hashes of datagrams
	streams   map[key]*stream
	templates templates
	kept      kept
	ingress   interfaces
	sees      bool   // has told packets at ingress
	rate      uint32 // told last

	m        message // the one that is read
	events   []monitor.Event
	older    []monitor.Event // of earlier intervals
	compiler compiler
	scratch  places
	flow     flow
	packet   frame.Packet
}

const (
	exporterMemory  = 4 << 20 // bytes of one exporter at most
	recentDatagrams = 64
	maxStreams      = 256
	streamCost      = 256
	mostOlder       = 4096 // events in scratch that is kept
)

func newExporter(d *Decoder, addr netip.Addr) *exporter {
	return &exporter{d: d, addr: addr, last: d.now.Load(), streams: map[key]*stream{}}
}

// reserve takes memory, and reports whether there was enough.
func (e *exporter) reserve(n int64) bool {
	if e.memory+n > exporterMemory || !e.d.reserve(n) {
		e.ledger.notes[noRoom]++
		return false
	}
	e.memory += n
	return true
}

func (e *exporter) release(n int64) {
	e.memory -= n
	e.d.memory.Add(-n)
}

// forget gives all memory back. What waits is lost.
func (e *exporter) forget() {
	e.gone = true
	for len(e.kept.sets()) > 0 {
		e.dropOldest()
	}
	for k, s := range e.streams {
		e.miss(&e.ledger, k, &s.sequence)
	}
	e.release(e.memory)
	e.streams, e.templates = nil, templates{}
}

// decode reads a datagram, unless the exporter was forgotten.
func (e *exporter) decode(events []monitor.Event, now int64, b []byte) (_ []monitor.Event, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.gone {
		return events, false
	}
	e.last = max(e.last, now)
	e.ledger.received++
	if e.isDuplicate(b) {
		return events, true
	}
	older := e.d.older.Get().(*[]monitor.Event)
	e.events, e.older = events, (*older)[:0]
	e.read(b, now)
	events = append(e.events, e.older...)
	if *older = e.older; cap(e.older) <= mostOlder {
		e.d.older.Put(older)
	}
	e.events, e.older = nil, nil
	return events, true
}

// isDuplicate reports whether a datagram has come lately, byte for byte: each has a time or a
// number of its own.
func (e *exporter) isDuplicate(b []byte) bool {
	hash := maphash.Bytes(e.d.seed, b) | 1 // 0: none
	at := &e.recent[hash>>32%recentDatagrams]
	if *at == hash {
		e.ledger.notes[duplicates]++
		return true
	}
	*at = hash
	return false
}

func (e *exporter) read(b []byte, now int64) {
	e.m = message{received: now}
	if len(b) < 4 {
		e.lose(incomplete, 1)
		return
	}
	switch v := binary.BigEndian.Uint16(b); v {
	case 0:
		switch binary.BigEndian.Uint32(b) {
		case 5:
			e.readSFlow(b)
		case 2, 4:
			e.lose(oldSFlow, 1)
		default:
			e.lose(unknownVersion, 1)
		}
	case 1:
		e.readFixed(b, v1)
	case 5:
		e.readFixed(b, v5)
	case 7:
		e.readFixed(b, v7)
	case 8:
		e.lose(netflow8, 1)
	case 9:
		e.readV9(b)
	case 10:
		e.readIPFIX(b)
	default:
		e.lose(unknownVersion, 1)
	}
	e.expire(now)
}

// lose counts records that cannot be read.
func (e *exporter) lose(why fault, n uint64) { e.loseAt(why, n, e.ledger.received) }

// loseAt counts records of the datagram with a number.
func (e *exporter) loseAt(why fault, n, number uint64) {
	if n == 0 {
		return
	}
	if e.ledger.lost[why] == 0 {
		e.ledger.first[why] = origin{e.addr, number}
	}
	e.ledger.lost[why] += n
}

// current is the ledger with what waits and what is missing now.
func (e *exporter) current() ledger {
	l := e.ledger
	if n := e.kept.records; n > 0 {
		if l.lost[noTemplate] == 0 {
			l.first[noTemplate] = origin{e.addr, e.kept.sets()[0].number}
		}
		l.lost[noTemplate] += n
		l.notes[waiting] += n
	}
	for k, s := range e.streams {
		e.miss(&l, k, &s.sequence)
	}
	return l
}

// miss counts what went missing on the way. Where datagrams are counted, their records are
// estimated by those of the others.
func (e *exporter) miss(l *ledger, k key, s *sequence) {
	if s.missing == 0 {
		return
	}
	if s.counts(k.version) == records {
		l.notes[missingRecords] += s.missing
		l.shed += s.missing
		return
	}
	l.notes[missingDatagrams] += s.missing
	l.shed += uint64(float64(s.missing)*float64(e.ledger.told)/float64(max(e.ledger.received, 1)) + 0.5)
}

// stream is what is known of an observation domain, an engine or an agent.
type stream struct {
	sequence sequence
	rates    rates
	boot     int64 // when the exporter started, Unix nanoseconds; 0: not told
	uptime   uint32
	started  bool // uptime is known
}

// stream returns that of the message, or nil if there is no room.
func (e *exporter) stream(version uint8, domain uint64) *stream {
	k := key{version: version, domain: domain}
	if s := e.streams[k]; s != nil {
		return s
	}
	if len(e.streams) >= maxStreams {
		for old, s := range e.streams { // any one
			e.miss(&e.ledger, old, &s.sequence)
			e.release(streamCost + s.rates.cost())
			delete(e.streams, old)
			break
		}
	}
	if !e.reserve(streamCost) {
		return nil
	}
	s := new(stream)
	e.streams[k] = s
	return s
}

// restarted compares an uptime with that of the datagram before, in milliseconds.
func (e *exporter) restarted(s *stream, uptime uint32) {
	const back = 60_000
	if s.started && int32(uptime-s.uptime) < -back {
		e.ledger.notes[restarts]++
		s.sequence.begin()
	}
	s.started, s.uptime = true, uptime
}
