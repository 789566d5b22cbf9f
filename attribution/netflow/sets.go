package netflow

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"time"
)

const (
	v9Header    = 20
	ipfixHeader = 16
	setHeader   = 4
)

// readV9 reads a datagram of NetFlow v9. Its sets go on to the end: the count of its header is
// that of records, and some exporters count otherwise.
func (e *exporter) readV9(b []byte) {
	e.ledger.datagrams[v9]++
	if len(b) < v9Header {
		e.lose(incomplete, 1)
		return
	}
	count, number := binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[12:])
	m := &e.m
	m.version, m.domain = v9, uint64(binary.BigEndian.Uint32(b[16:]))
	m.uptime, m.upAt = binary.BigEndian.Uint32(b[4:]), true
	m.stream = e.stream(v9, m.domain)
	e.sent(int64(binary.BigEndian.Uint32(b[8:])) * int64(time.Second))
	if m.stream != nil {
		e.restarted(m.stream, m.uptime)
	}
	e.readSets(b[v9Header:], 0)
	e.countUnread(uint64(count))
	e.follow(number)
	if m.defined {
		e.readKept()
	}
}

// readIPFIX reads a message of IPFIX. What stands in a datagram behind its message is not read.
func (e *exporter) readIPFIX(b []byte) {
	e.ledger.datagrams[ipfix]++
	if len(b) < ipfixHeader {
		e.lose(incomplete, 1)
		return
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length < ipfixHeader {
		e.lose(badLength, 1)
		return
	}
	if len(b) > length && !isZero(b[length:]) {
		e.lose(badLength, 1)
	}
	m := &e.m
	m.version, m.domain = ipfix, uint64(binary.BigEndian.Uint32(b[12:]))
	m.stream = e.stream(ipfix, m.domain)
	e.sent(int64(binary.BigEndian.Uint32(b[4:])) * int64(time.Second))
	e.readSets(b[ipfixHeader:min(length, len(b))], max(length-len(b), 0))
	e.follow(binary.BigEndian.Uint32(b[8:]))
	if m.defined {
		e.readKept()
	}
}

// follow takes the sequence number of the message.
func (e *exporter) follow(number uint32) {
	m := &e.m
	if m.stream == nil {
		return
	}
	s := &m.stream.sequence
	if s.see(m.version, number, uint32(m.sequenced)) {
		e.ledger.notes[restarts]++
	}
	if m.unread > 0 && s.counts(m.version) == records {
		s.begin() // nobody knows how many were in the set
	}
}

// readSets reads sets to the end. Of the last one so many bytes may be missing.
func (e *exporter) readSets(b []byte, lacks int) {
	m := &e.m
	templateSet, optionsSet := uint16(0), uint16(1)
	if m.version == ipfix {
		templateSet, optionsSet = 2, 3
	}
	for len(b) >= setHeader {
		id, length := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if length < setHeader {
			if !isZero(b) { // zeros are padding
				e.lose(badLength, 1)
			}
			return
		}
		cut := max(length-len(b), 0)
		body := b[setHeader:min(length, len(b))]
		b = b[min(length, len(b)):]
		switch {
		case id == templateSet:
			e.readTemplates(body, false, cut)
		case id == optionsSet:
			e.readTemplates(body, true, cut)
		case id >= firstTemplate:
			k := key{m.version, id, m.domain}
			if t := e.find(k); t != nil {
				e.readRecords(t, body, cut)
			} else if len(body)+cut > 0 {
				e.keep(k, body, cut)
			}
		default:
			e.lose(unknownSet, 1)
		}
		if cut > 0 {
			return
		}
	}
	if lacks > 0 || len(b) > 0 && !isZero(b) {
		e.lose(incomplete, 1)
	}
}

// readTemplates reads a set of templates.
func (e *exporter) readTemplates(b []byte, options bool, cut int) {
	m := &e.m
	for len(b) >= 4 {
		k := key{m.version, binary.BigEndian.Uint16(b), m.domain}
		if k.id == 0 {
			break // padding
		}
		count := int(binary.BigEndian.Uint16(b[2:]))
		head, scopes, ok := 4, 0, true
		switch {
		case m.version == ipfix && count == 0:
			e.withdraw(k, options)
			b = b[4:]
			continue
		case options && len(b) < 6:
			e.ledger.notes[refusedTemplates]++
			return
		case options && m.version == ipfix:
			head, scopes = 6, int(binary.BigEndian.Uint16(b[4:]))
			ok = scopes > 0 && scopes <= count
		case options: // v9 tells lengths in bytes
			rest := int(binary.BigEndian.Uint16(b[4:]))
			ok = count%4 == 0 && rest%4 == 0
			head, scopes, count = 6, count/4, (count+rest)/4
		}
		n := e.fieldsLength(b[head:], count)
		if n < 0 { // nobody knows where the next one begins
			e.ledger.notes[refusedTemplates]++
			return
		}
		definition := maphash.Bytes(e.d.seed, b[:head+n])
		fields := b[head : head+n]
		b = b[head+n:]
		m.read++
		if e.known(k, definition) && options == e.templates.byKey[k].options {
			continue
		}
		if ok && k.id >= firstTemplate && count <= maxFields {
			e.define(k, e.compile(fields, options, scopes), definition)
		} else {
			e.define(k, nil, definition)
		}
	}
	if cut > 0 {
		e.ledger.notes[refusedTemplates]++
	}
}

// fieldsLength returns how many bytes so many fields take, or -1 if b ends before.
func (e *exporter) fieldsLength(b []byte, count int) int {
	n := 0
	for range count {
		if len(b)-n < 4 {
			return -1
		}
		if e.m.version == ipfix && b[n]&0x80 != 0 {
			n += 4
		}
		n += 4
	}
	if n > len(b) {
		return -1
	}
	return n
}

func (e *exporter) compile(b []byte, options bool, scopes int) *template {
	c := &e.compiler
	c.begin(options)
	for i := 0; len(b) >= 4; i++ {
		f := field{id: binary.BigEndian.Uint16(b), n: binary.BigEndian.Uint16(b[2:]), scope: i < scopes}
		b = b[4:]
		if e.m.version == ipfix && f.id&0x8000 != 0 {
			f.id, f.enterprise = f.id&0x7fff, binary.BigEndian.Uint32(b)
			b = b[4:]
		}
		c.add(f, e.m.version)
	}
	return c.end()
}

// readRecords reads the records of a set, of which so many bytes are missing at the end.
func (e *exporter) readRecords(t *template, b []byte, cut int) {
	whole, n := len(b)+cut, uint64(0)
	if t.steps == nil {
		n = e.readFixedRecords(t, b)
		const least = 16 // bytes of a record that is traffic
		e.lose(incomplete, min(uint64(whole/t.size)-n, uint64(cut/least)+1))
	} else {
		for len(b) >= t.size && (len(b) >= 4 || !isZero(b)) {
			size := t.walk(b, &e.scratch)
			if size == 0 {
				if !isZero(b) && cut == 0 {
					e.lose(incomplete, 1)
				}
				break
			}
			e.readRecord(t, b[:size], &e.scratch)
			b = b[size:]
			n++
		}
		if len(b)+cut >= t.size && cut > 0 {
			e.lose(incomplete, 1)
		}
	}
	e.m.read += n
	e.m.sequenced += n
}

// readFixedRecords reads records of one length, and returns how many there are.
func (e *exporter) readFixedRecords(t *template, b []byte) uint64 {
	n := len(b) / t.size
	switch {
	case t.options && !t.rated && t.places[systemInit].n == 0:
		e.ledger.notes[optionRecords] += uint64(n)
	case !t.options && !t.flows:
		e.ledger.told += uint64(n)
		e.noSource(t, uint64(n))
	default:
		for range n {
			e.readRecord(t, b[:t.size], &t.places)
			b = b[t.size:]
		}
	}
	return uint64(n)
}

// noSource counts records whose template has no address. Those with counters are traffic of
// somebody.
func (e *exporter) noSource(t *template, n uint64) {
	if t.counts || t.framed {
		e.lose(noSource, n)
	} else {
		e.ledger.notes[otherRecords] += n
	}
}

func isZero(b []byte) bool {
	return len(bytes.TrimLeft(b, "\x00")) == 0
}
