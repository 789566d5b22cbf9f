package netflow

import (
	"encoding/binary"
	"net/netip"

	"github.com/whence-go/whence/internal/frame"
)

// Formats of samples and records of sFlow, of the enterprise 0.
const (
	flowSample         = 1
	counterSample      = 2
	expandedFlowSample = 3
	expandedCounters   = 4
	discardedPacket    = 5

	rawHeader   = 1
	sampledIPv4 = 3
	sampledIPv6 = 4
)

// sampledLinks are the links of raw headers by sFlow's number.
var sampledLinks = [...]frame.Link{
	1: frame.LinkEthernet, 3: frame.LinkTokenRing, 4: frame.LinkFDDI, 5: frame.LinkFrame, 7: frame.LinkPPP,
	11: frame.LinkRaw, 12: frame.LinkRaw, 13: frame.LinkMPLS, 14: frame.LinkPPP,
}

// cursor reads numbers of XDR, one after the other. Beyond the end they are 0, and it is short.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) number() uint32 {
	if len(c.b) < 4 {
		c.b, c.short = nil, true
		return 0
	}
	v := binary.BigEndian.Uint32(c.b)
	c.b = c.b[4:]
	return v
}

// bytes returns the next n, or what is left of them.
func (c *cursor) bytes(n uint32) []byte {
	if uint64(n) > uint64(len(c.b)) {
		c.short = true
		n = uint32(len(c.b))
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

// readSFlow reads a datagram of sFlow version 5. Samples and records of other formats are passed
// over by their length.
func (e *exporter) readSFlow(b []byte) {
	e.ledger.datagrams[sflow]++
	m := &e.m
	m.version = sflow
	e.sent(0)
	c := cursor{b: b[4:]}
	agent := uint64(0)
	switch c.number() {
	case 1:
		agent = hashAgent(c.bytes(4))
	case 2:
		agent = hashAgent(c.bytes(16))
	default:
		e.lose(badLength, 1)
		return
	}
	sub, number, uptime, samples := c.number(), c.number(), c.number(), c.number()
	if c.short {
		e.lose(incomplete, 1)
		return
	}
	m.domain = agent<<32 | uint64(sub)
	for ; samples > 0 && len(c.b) > 0; samples-- {
		format, length := c.number(), c.number()
		body := c.bytes(length)
		e.readSample(format, body, c.short)
		if c.short {
			break
		}
	}
	if samples > 0 && !c.short {
		e.lose(incomplete, 1) // how many there are nobody knows: the count may be anything
	}
	if s := e.stream(sflow, m.domain); s != nil {
		e.restarted(s, uptime)
		if s.sequence.see(sflow, number, uint32(m.sequenced)) {
			e.ledger.notes[restarts]++
		}
	}
}

// hashAgent tells the agents behind one address apart.
func hashAgent(b []byte) uint64 {
	h := uint64(2166136261)
	for _, c := range b {
		h = (h ^ uint64(c)) * 16777619 & 0xffffffff
	}
	return h
}

func (e *exporter) readSample(format uint32, b []byte, short bool) {
	c := cursor{b: b}
	var class, index, in, out, outFormat uint32
	switch format {
	case flowSample, expandedFlowSample:
	case counterSample, expandedCounters, discardedPacket:
		return
	default:
		e.ledger.notes[unknownSamples]++
		return
	}
	c.number() // number of the sample
	if format == expandedFlowSample {
		class, index = c.number(), c.number()
	} else {
		source := c.number()
		class, index = source>>24, source&0xffffff
	}
	e.m.rate = c.number()
	c.number() // packets that might have been sampled
	c.number() // samples that were dropped
	if format == expandedFlowSample {
		inFormat := c.number()
		in = c.number()
		outFormat, out = c.number(), c.number()
		if inFormat != 0 {
			in = 0
		}
	} else {
		const bits30 = 1<<30 - 1
		in, out = c.number(), c.number()
		outFormat, out = out>>30, out&bits30
		if in > bits30 {
			in = 0
		}
	}
	n := c.number()
	if c.short {
		e.lose(incomplete, 1)
		return
	}
	e.ledger.told++
	e.m.sequenced++
	if class == 0 && outFormat == 0 && index != 0 && in != out {
		isOut := index == out
		if isOut || index == in {
			if e.isEgressOf(e.interfaceOf(in), isOut) {
				return
			}
		}
	}
	e.readSampled(&c, n, short)
}

// interfaceOf tells interfaces of several agents apart.
func (e *exporter) interfaceOf(in uint32) uint64 {
	if in == 0 {
		return 0
	}
	return e.m.domain>>32<<32 | uint64(in)
}

// readSampled makes an event of the first record of a sample that has addresses.
func (e *exporter) readSampled(c *cursor, n uint32, short bool) {
	for ; n > 0 && len(c.b) > 0; n-- {
		format, length := c.number(), c.number()
		b := c.bytes(length)
		if c.short {
			short = true
			break
		}
		switch format {
		case rawHeader:
			e.readRawHeader(b)
			return
		case sampledIPv4, sampledIPv6:
			e.readSampledIP(b, format == sampledIPv6)
			return
		}
	}
	if short {
		e.lose(incomplete, 1)
	} else {
		e.ledger.notes[otherRecords]++
	}
}

func (e *exporter) readRawHeader(b []byte) {
	c := cursor{b: b}
	link, length := c.number(), c.number()
	c.number() // bytes that were stripped
	header := c.bytes(c.number())
	switch {
	case len(header) == 0:
		e.lose(incomplete, 1)
		return
	case int(link) >= len(sampledLinks) || sampledLinks[link] == 0:
		e.lose(unknownLink, 1)
		return
	}
	e.flow = flow{
		packets: 1, counted: true, octets: uint64(length), measured: true, rate: e.m.rate, first: notTold, last: notTold,
	}
	if e.readPacket(sampledLinks[link], header) {
		e.emit(&e.flow)
	}
}

// readSampledIP reads what an agent tells of the IP header without its bytes.
func (e *exporter) readSampledIP(b []byte, v6 bool) {
	c := cursor{b: b}
	length, proto := c.number(), c.number()
	f := &e.flow
	*f = flow{
		packets: 1, counted: true, octets: uint64(length), measured: true, rate: e.m.rate, first: notTold, last: notTold,
		protocol: uint8(proto),
	}
	n := uint32(4)
	if v6 {
		n = 16
	}
	source, okSource := netip.AddrFromSlice(c.bytes(n))
	target, okTarget := netip.AddrFromSlice(c.bytes(n))
	f.sourcePort, f.targetPort, f.flags = uint16(c.number()), uint16(c.number()), uint8(c.number())
	switch {
	case c.short || !okSource || !okTarget:
		e.lose(incomplete, 1)
		return
	case source.IsUnspecified():
		e.lose(noSource, 1)
		return
	}
	f.source = source.Unmap()
	if !target.IsUnspecified() {
		f.target = target.Unmap()
	}
	e.emit(f)
}
