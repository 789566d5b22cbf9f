package netflow

import (
	"encoding/binary"
	"net/netip"

	"github.com/whence-go/whence/internal/frame"
)

// flow is a record before it becomes events.
type flow struct {
	source, target         netip.Addr
	packets, octets        uint64
	first, last            int64 // by the exporter's clock; notTold
	rate                   uint32
	sourcePort, targetPort uint16
	protocol, flags        uint8
	handshake              bool
	counted, measured      bool // packets, octets are told
}

// isEmpty reports whether a flow had no packet, as its exporter says.
func (f *flow) isEmpty() bool { return f.counted && f.packets == 0 && f.octets == 0 }

const (
	tcp = 6
	udp = 17

	syn = 0x02
	rst = 0x04
	psh = 0x08
	ack = 0x10
)

func address4(b []byte, p place) netip.Addr {
	a := [4]byte(b[p.at:])
	if binary.BigEndian.Uint32(a[:]) == 0 {
		return netip.Addr{}
	}
	return netip.AddrFrom4(a)
}

func address6(b []byte, p place) netip.Addr {
	a := netip.AddrFrom16([16]byte(b[p.at:])).Unmap()
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// readRecord reads a record of b, whose fields are in these places.
func (e *exporter) readRecord(t *template, b []byte, p *places) {
	if t.options {
		e.ledger.notes[optionRecords]++
		e.option(t, b, p)
		return
	}
	e.ledger.told++
	f := &e.flow
	*f = flow{}
	if p[source4].n > 0 {
		f.source = address4(b, p[source4])
	}
	if p[source6].n > 0 && !f.source.IsValid() {
		f.source = address6(b, p[source6])
	}
	if p[target4].n > 0 && (f.source.Is4() || p[target6].n == 0) {
		f.target = address4(b, p[target4])
	}
	if p[target6].n > 0 && !f.target.IsValid() {
		f.target = address6(b, p[target6])
	}
	if p[packets].n > 0 {
		f.packets, f.counted = number(b, p[packets]), true
	}
	if p[octets].n > 0 {
		f.octets, f.measured = number(b, p[octets]), true
	}
	f.protocol = uint8(number(b, p[protocol]))
	f.sourcePort = uint16(number(b, p[sourcePort]))
	f.targetPort = uint16(number(b, p[targetPort]))
	f.flags = uint8(number(b, p[tcpFlags]))
	if t.framed && !f.source.IsValid() && !e.readFrame(b, p) {
		return
	}
	if !f.source.IsValid() {
		e.noSource(t, 1)
		return
	}
	if e.m.stream != nil && p[systemInit].n > 0 && !e.m.upAt {
		e.boots(b, p)
	}
	if t.ways && e.isSecond(b, p) {
		return
	}
	f.rate = e.rateOf(t, b, p)
	e.readTimes(t, b, p)
	if t.twoWay {
		e.readReverse(b, p)
		return
	}
	e.emit(f)
}

// readTimes finds the first pair of times that tells something. Where one of both is missing, the
// record is of one moment.
func (e *exporter) readTimes(t *template, b []byte, p *places) {
	f := &e.flow
	for _, s := range t.pairs[:t.timed] {
		f.first, f.last = notTold, notTold
		if p[s].n > 0 {
			f.first = e.m.moment(s, number(b, p[s]))
		}
		if p[s+1].n > 0 {
			f.last = e.m.moment(s+1, number(b, p[s+1]))
		}
		switch {
		case f.first == notTold && f.last == notTold:
			continue
		case f.first == notTold:
			f.first = f.last
		case f.last == notTold:
			f.last = f.first
		}
		return
	}
	f.first, f.last = notTold, notTold
}

// readFrame takes what is missing from a section of a sampled packet. It reports whether there is
// a source now; else the record is counted.
func (e *exporter) readFrame(b []byte, p *places) bool {
	section, link := p[frameSection], frame.LinkEthernet
	if section.n == 0 {
		section = p[layer2Section]
	}
	if section.n == 0 {
		section, link = p[ipSection], frame.LinkRaw
	}
	return e.readPacket(link, b[section.at:section.at+section.n])
}

func (e *exporter) readPacket(link frame.Link, b []byte) bool {
	switch err := frame.Parse(&e.packet, link, b, e.d.options.Inner); err {
	case nil:
	case frame.ErrNotIP:
		e.ledger.notes[notIP]++
		return false
	case frame.ErrTruncated:
		e.lose(truncated, 1)
		return false
	case frame.ErrLink:
		e.lose(unknownLink, 1)
		return false
	default:
		e.lose(malformed, 1)
		return false
	}
	f, k := &e.flow, &e.packet
	f.source, f.target = k.Source.Unmap(), k.Target.Unmap()
	f.protocol, f.sourcePort, f.targetPort, f.flags = k.Protocol, k.SourcePort, k.TargetPort, k.TCPFlags
	if !f.counted {
		f.packets, f.counted = 1, true
		if !f.measured {
			f.octets, f.measured = uint64(k.Length), true
		}
	}
	if f.source.IsUnspecified() {
		f.source = netip.Addr{}
		e.lose(noSource, 1)
		return false
	}
	if f.target.IsUnspecified() {
		f.target = netip.Addr{}
	}
	return true
}

// readReverse makes two events of a record with two directions, each if it has packets.
func (e *exporter) readReverse(b []byte, p *places) {
	f := &e.flow
	r := *f
	r.source, r.target, r.sourcePort, r.targetPort = f.target, f.source, f.targetPort, f.sourcePort
	r.packets, r.counted = number(b, p[reversePackets]), p[reversePackets].n > 0
	r.octets, r.measured = number(b, p[reverseOctets]), p[reverseOctets].n > 0
	r.flags = uint8(number(b, p[reverseFlags]))
	// Only who has received the SYN-ACK gets data from the server.
	const answered = syn | ack | psh
	f.handshake = f.protocol == tcp && r.flags&(answered|rst) == answered && f.flags&(ack|rst) == ack
	if r.packets+r.octets == 0 || !r.source.IsValid() {
		e.emit(f)
		return
	}
	e.ledger.notes[reverseFlows]++
	if f.isEmpty() {
		e.emit(&r)
		return
	}
	e.emit(f)
	e.append(&r)
}
