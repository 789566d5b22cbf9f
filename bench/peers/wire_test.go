package peers

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/whence-go/whence/bench/internal/exports"
)

// uptime of the exporters of the tests, milliseconds.
const uptime = 600_000

// put appends fields to a datagram. A string is an address.
func put(b []byte, fields ...any) []byte {
	be := binary.BigEndian
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

// A field of a template: the element, its length, its enterprise.
type field struct {
	id, n uint16
	pen   uint32
}

// ofAnyLength is the length of a field whose records tell it.
const ofAnyLength = 65535

// set is padded to 4 bytes.
func set(id uint16, body ...[]byte) []byte {
	b := slices.Concat(body...)
	pad := -len(b) & 3
	return append(put(nil, id, uint16(4+len(b)+pad)), append(b, make([]byte, pad)...)...)
}

func fieldsOf(fields []field) (b []byte) {
	for _, f := range fields {
		if f.pen != 0 {
			b = put(b, f.id|0x8000, f.n, f.pen)
		} else {
			b = put(b, f.id, f.n)
		}
	}
	return b
}

func templateOf(id uint16, fields ...field) []byte {
	return append(put(nil, id, uint16(len(fields))), fieldsOf(fields)...)
}

// Options templates, whose first fields are scopes.
func options9(id uint16, scopes int, fields ...field) []byte {
	return append(put(nil, id, uint16(4*scopes), uint16(4*(len(fields)-scopes))), fieldsOf(fields)...)
}

func options10(id uint16, scopes int, fields ...field) []byte {
	return append(put(nil, id, uint16(len(fields)), uint16(scopes)), fieldsOf(fields)...)
}

func message9(count uint16, number, domain uint32, sets ...[]byte) []byte {
	b := put(nil, uint16(9), count, uint32(uptime), uint32(exports.Sent.Unix()), number, domain)
	return append(b, slices.Concat(sets...)...)
}

func message10(number, domain uint32, sets ...[]byte) []byte {
	body := slices.Concat(sets...)
	b := put(nil, uint16(10), uint16(16+len(body)), uint32(exports.Sent.Unix()), number, domain)
	return append(b, body...)
}

// message5 is NetFlow v5, and with another version those that resemble it.
func message5(version, count, sampling uint16, number uint32, records ...[]byte) []byte {
	b := put(nil, version, count, uint32(uptime), uint32(exports.Sent.Unix()), uint32(0), number, uint16(0), sampling)
	return append(b, slices.Concat(records...)...)
}

// record5 is a record of NetFlow v5, v7 (of 52 bytes) or v1.
func record5(size int, source, target string, packets, octets uint32, from, to uint16, protocol uint8) []byte {
	b := put(nil, source, target, "0.0.0.0", uint16(1), uint16(2), packets, octets, uint32(uptime-2000),
		uint32(uptime-1000), from, to, uint16(0), protocol, uint8(0))
	return append(b, make([]byte, size-len(b))...)
}

func messageSFlow(number uint32, samples ...[]byte) []byte {
	b := put(nil, uint32(5), uint32(1), "10.0.0.1", uint32(0), number, uint32(uptime), uint32(len(samples)))
	return append(b, slices.Concat(samples...)...)
}

// chunk is a sample or a record of sFlow.
func chunk(format uint32, body ...[]byte) []byte {
	b := slices.Concat(body...)
	return put(nil, format, uint32(len(b)), b)
}

// sampleOf is a sample of a packet, expanded or not.
func sampleOf(expanded bool, rate uint32, records ...[]byte) []byte {
	counts := put(nil, rate, uint32(9), uint32(0))
	n, rest := uint32(len(records)), slices.Concat(records...)
	if expanded {
		source := put(nil, uint32(1), uint32(0), uint32(3))
		return chunk(3, source, counts, put(nil, uint32(0), uint32(3), uint32(0), uint32(4), n), rest)
	}
	return chunk(1, put(nil, uint32(1), uint32(3), counts, uint32(3), uint32(4), n), rest)
}

// header is the record of the first bytes of a packet, of a link by sFlow's number.
func header(link, length uint32, frame []byte) []byte {
	pad := -len(frame) & 3
	return chunk(1, put(nil, link, length, uint32(4), uint32(len(frame)), frame), make([]byte, pad))
}

func ethernet(kind uint16, rest ...[]byte) []byte {
	return put(make([]byte, 12), kind, slices.Concat(rest...))
}

// ipv4 is a header with the words of options, and whatever follows; place is that of a fragment.
func ipv4(source, target string, protocol uint8, place uint16, options []byte, rest ...[]byte) []byte {
	return put(nil, uint8(0x45+len(options)/4), uint8(0), uint16(500), uint16(7), place, uint8(60), protocol, uint16(0),
		source, target, options, slices.Concat(rest...))
}

func ipv6(source, target string, next uint8, rest ...[]byte) []byte {
	return put(nil, uint32(6<<28), uint16(460), next, uint8(60), source, target, slices.Concat(rest...))
}

func ports(from, to uint16) []byte { return append(put(nil, from, to, uint32(0)), make([]byte, 16)...) }
