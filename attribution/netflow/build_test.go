package netflow

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"
)

var be = binary.BigEndian

// start is when the exporters of the tests send.
var start = time.Date(2026, 3, 1, 12, 0, 5, 0, time.UTC)

// uptime of the exporters of the tests, milliseconds: a wrap is not far.
const uptime = 600_000

func put(b []byte, fields ...any) []byte {
	for _, f := range fields {
		switch f := f.(type) {
		case uint8:
			b = append(b, f)
		case uint16:
			b = be.AppendUint16(b, f)
		case uint32:
			b = be.AppendUint32(b, f)
		case uint64:
			b = be.AppendUint64(b, f)
		case []byte:
			b = append(b, f...)
		case string:
			b = append(b, netip.MustParseAddr(f).AsSlice()...)
		default:
			panic(f)
		}
	}
	return b
}

// spec is a field of a template: the element, its length, its enterprise.
type spec struct {
	id, n uint16
	pen   uint32
}

// set puts bytes into a set, which is padded to 4 bytes.
func set(id uint16, body ...[]byte) []byte {
	b := slices.Concat(body...)
	pad := -len(b) & 3
	return append(put(nil, id, uint16(4+len(b)+pad)), append(b, make([]byte, pad)...)...)
}

func fieldsOf(specs []spec) (b []byte) {
	for _, f := range specs {
		if f.pen != 0 {
			b = put(b, f.id|0x8000, f.n, f.pen)
		} else {
			b = put(b, f.id, f.n)
		}
	}
	return b
}

// templateOf is one in a set.
func templateOf(id uint16, specs ...spec) []byte {
	return append(put(nil, id, uint16(len(specs))), fieldsOf(specs)...)
}

// options9 and options10 are options templates, whose first fields are scopes.
func options9(id uint16, scopes int, specs ...spec) []byte {
	return append(put(nil, id, uint16(4*scopes), uint16(4*(len(specs)-scopes))), fieldsOf(specs)...)
}

func options10(id uint16, scopes int, specs ...spec) []byte {
	return append(put(nil, id, uint16(len(specs)), uint16(scopes)), fieldsOf(specs)...)
}

// message9 is a datagram of NetFlow v9.
func message9(count uint16, number, domain uint32, sets ...[]byte) []byte {
	b := put(nil, uint16(9), count, uint32(uptime), uint32(start.Unix()), number, domain)
	return append(b, slices.Concat(sets...)...)
}

// message10 is a message of IPFIX.
func message10(number, domain uint32, sets ...[]byte) []byte {
	body := slices.Concat(sets...)
	b := put(nil, uint16(10), uint16(16+len(body)), uint32(start.Unix()), number, domain)
	return append(b, body...)
}

// usual is the template of most tests, and flowOf a record of it.
var usual = []spec{
	{8, 4, 0}, {12, 4, 0}, {7, 2, 0}, {11, 2, 0}, {4, 1, 0}, {6, 1, 0}, {2, 4, 0}, {1, 4, 0}, {22, 4, 0}, {21, 4, 0},
}

func flowOf(source string, packets uint32) []byte {
	return put(nil, source, "198.51.100.7", uint16(53), uint16(4000), uint8(udp), uint8(0), packets, 100*packets,
		uint32(uptime-2000), uint32(uptime-1000))
}

func manyFlows(n int) (b []byte) {
	for i := range n {
		b = append(b, flowOf(netip.AddrFrom4([4]byte{203, 0, 113, byte(i + 1)}).String(), uint32(i+1))...)
	}
	return b
}

// message5 is a datagram of NetFlow v5 with records of 1, 2 and more packets.
func message5(count int, number uint32, sampling uint16, records int) []byte {
	b := put(nil, uint16(5), uint16(count), uint32(uptime), uint32(start.Unix()), uint32(250_000_000), number,
		uint16(0x0102), sampling)
	for i := range records {
		b = append(b, record5(i, 48)...)
	}
	return b
}

// record5 is a record of NetFlow v1, v5 or v7.
func record5(i, size int) []byte {
	b := put(nil, netip.AddrFrom4([4]byte{203, 0, 113, byte(i + 1)}).String(), "198.51.100.7", "0.0.0.0", uint16(1),
		uint16(2),
		uint32(i+1), uint32(100*(i+1)), uint32(uptime-2000), uint32(uptime-1000), uint16(53), uint16(4000), uint8(0),
		uint8(0), uint8(udp), uint8(0))
	return append(b, make([]byte, size-len(b))...)
}

// frame4 is an Ethernet frame with an IPv4 UDP packet, cut to 64 bytes.
func frame4(source string) []byte {
	ip := put(nil, uint8(0x45), uint8(0), uint16(500), uint32(7), uint8(60), uint8(udp), uint16(0), source,
		"198.51.100.7",
		uint16(123), uint16(4000), uint16(480), uint16(0))
	b := append(make([]byte, 12), 8, 0)
	b = append(b, ip...)
	return append(b, make([]byte, 64-len(b))...)
}

// rawRecord is a record of sFlow with a sampled header.
func rawRecord(length uint32, header []byte) []byte {
	return put(nil, uint32(rawHeader), uint32(16+len(header)), uint32(1), length, uint32(4), uint32(len(header)), header)
}

// sampleOf is a flow sample of sFlow from an interface, with a rate.
func sampleOf(source, rate, in, out uint32, records ...[]byte) []byte {
	body := put(nil, uint32(9), source, rate, uint32(1000), uint32(0), in, out, uint32(len(records)))
	return lengthOf(flowSample, append(body, slices.Concat(records...)...))
}

func expandedSample(source, rate, in, out, count uint32, records ...[]byte) []byte {
	body := put(nil, uint32(9), uint32(0), source, rate, uint32(1000), uint32(0), uint32(0), in, uint32(0), out, count)
	return lengthOf(expandedFlowSample, append(body, slices.Concat(records...)...))
}

// lengthOf puts the format and the length before a body.
func lengthOf(format uint32, body []byte) []byte {
	return append(put(nil, format, uint32(len(body))), body...)
}

// messageS is a datagram of sFlow.
func messageS(number, samples uint32, parts ...[]byte) []byte {
	b := put(nil, uint32(5), uint32(1), "192.0.2.9", uint32(0), number, uint32(uptime), samples)
	return append(b, slices.Concat(parts...)...)
}
