package netflow

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// fixedFormat is a version whose records have one form. Their first 36 bytes are alike.
type fixedFormat struct {
	header, record    int
	flags, protocol   int // places in a record
	numbered, sampled bool
}

var fixedFormats = [...]fixedFormat{
	v1: {header: 16, record: 52, flags: 40, protocol: 38},
	v5: {header: 24, record: 48, flags: 37, protocol: 38, numbered: true, sampled: true},
	v7: {header: 24, record: 52, flags: 37, protocol: 38, numbered: true},
}

// shortV1 is the size of records of v1 as softflowd writes them, without the last reserved bytes.
const shortV1 = 48

// mostFixed is how many records a datagram can have.
const mostFixed = 65_507 / 48

// readFixed reads a datagram of NetFlow v1, v5 or v7.
func (e *exporter) readFixed(b []byte, v uint8) {
	e.ledger.datagrams[v]++
	format := &fixedFormats[v]
	if len(b) < format.header {
		e.lose(incomplete, 1)
		return
	}
	m := &e.m
	m.version, m.uptime, m.upAt = v, binary.BigEndian.Uint32(b[4:]), true
	export := int64(binary.BigEndian.Uint32(b[8:])) * int64(time.Second)
	if rest := int64(binary.BigEndian.Uint32(b[12:])); rest < int64(time.Second) {
		export += rest
	}
	e.sent(export)
	if format.sampled {
		const low14 = 1<<14 - 1
		m.rate = uint32(binary.BigEndian.Uint16(b[22:]) & low14)
	}
	count := int(binary.BigEndian.Uint16(b[2:]))
	record := format.record
	if v == v1 && len(b) == format.header+shortV1*count {
		record = shortV1
	}
	if format.numbered {
		engine := uint64(0)
		if v == v5 {
			engine = uint64(binary.BigEndian.Uint16(b[20:]))
		}
		if s := e.stream(v, engine); s != nil {
			e.restarted(s, m.uptime)
			if s.sequence.see(v, binary.BigEndian.Uint32(b[16:]), uint32(count)) {
				e.ledger.notes[restarts]++
			}
		}
	}
	b = b[format.header:]
	fit := len(b) / record
	if lacks := count - fit; lacks > 0 {
		if count > mostFixed {
			lacks = 1 // nobody can have meant that
		}
		e.lose(incomplete, uint64(lacks))
	}
	for range min(count, fit) {
		e.readFixedRecord(b[:record], format)
		b = b[record:]
	}
}

func (e *exporter) readFixedRecord(b []byte, format *fixedFormat) {
	_ = b[47]
	e.ledger.told++
	source := [4]byte(b)
	if source == [4]byte{} {
		e.lose(noSource, 1)
		return
	}
	e.flow = flow{
		source: netip.AddrFrom4(source), target: address4(b, place{at: 4}), rate: e.m.rate,
		packets: uint64(binary.BigEndian.Uint32(b[16:])), counted: true,
		octets: uint64(binary.BigEndian.Uint32(b[20:])), measured: true,
		first: e.m.ago(binary.BigEndian.Uint32(b[24:])), last: e.m.ago(binary.BigEndian.Uint32(b[28:])),
		sourcePort: binary.BigEndian.Uint16(b[32:]), targetPort: binary.BigEndian.Uint16(b[34:]),
		flags: b[format.flags], protocol: b[format.protocol],
	}
	e.emit(&e.flow)
}
