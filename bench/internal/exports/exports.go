// Package exports writes datagrams of flow exports, for the benchmarks of attribution/netflow: of many sources, as
// routers fill them.
package exports

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/whence-go/whence/bench/internal/load"
)

// Exports are datagrams of one exporter. They may be sent again and again, if Number is called before.
type Exports struct {
	Templates []byte // to be sent first; nil if there are none
	Datagrams [][]byte
	Records   int // in one datagram
	Packets   uint64
	Bytes     uint64 // of all records together

	number  int // place of the sequence number
	step    uint32
	next    uint32
	sampled bool // a record is a packet
}

// Number gives a datagram the sequence number that comes next, and returns it.
func (e *Exports) Number(i int) []byte {
	b := e.Datagrams[i%len(e.Datagrams)]
	binary.BigEndian.PutUint32(b[e.number:], e.next)
	e.next += e.step
	return b
}

// Sent is when all datagrams are sent.
var Sent = time.Date(2026, 6, 1, 12, 0, 5, 0, time.UTC)

const (
	uptime = 900_000 // milliseconds
	many   = 512     // datagrams
)

var be = binary.BigEndian

// Formats are the exports by name. Those with templates have 18 fields, as routers send by default.
var Formats = map[string]func() *Exports{"v5": netflow5, "v9": netflow9, "ipfix": ipfix, "sflow": sflow}

// record is what one record says.
type record struct {
	source, target uint32
	packets, bytes uint32
	first, last    uint32 // uptime
	port           uint16
	flags, proto   uint8
}

// draw makes datagrams whose records write puts behind a header.
func (e *Exports) draw(header func() []byte, write func(b []byte, r *record) []byte) *Exports {
	rng := rand.New(rand.NewPCG(31, 32))
	for range many {
		b := header()
		for range e.Records {
			r := record{
				source: load.DrawV4(rng), target: 10<<24 | rng.Uint32N(1<<16), packets: 1 + rng.Uint32N(40),
				port: uint16(1024 + rng.IntN(60_000)), proto: 17, last: uptime - rng.Uint32N(4_000),
			}
			if rng.IntN(3) > 0 {
				r.proto, r.flags = 6, 0x1b
			}
			r.first, r.bytes = r.last-rng.Uint32N(60_000), r.packets*(40+rng.Uint32N(1400))
			if e.sampled {
				r.packets = 1
			}
			e.Packets += uint64(r.packets)
			e.Bytes += uint64(r.bytes)
			b = write(b, &r)
		}
		e.Datagrams = append(e.Datagrams, b)
	}
	return e
}

func netflow5() *Exports {
	e := &Exports{Records: 30, number: 16, step: 30}
	return e.draw(func() []byte {
		b := be.AppendUint16(nil, 5)
		b = be.AppendUint16(b, uint16(e.Records))
		b = be.AppendUint32(b, uptime)
		b = be.AppendUint32(b, uint32(Sent.Unix()))
		return append(b, make([]byte, 12)...)
	}, func(b []byte, r *record) []byte {
		b = be.AppendUint32(be.AppendUint32(b, r.source), r.target)
		b = append(b, 10, 0, 0, 1, 0, 3, 0, 4)
		b = be.AppendUint32(be.AppendUint32(b, r.packets), r.bytes)
		b = be.AppendUint32(be.AppendUint32(b, r.first), r.last)
		b = be.AppendUint16(be.AppendUint16(b, r.port), 443)
		return append(b, 0, r.flags, r.proto, 0, 0, 1, 0, 2, 24, 24, 0, 0)
	})
}

// fields are the elements of a template and their lengths. The two before the last are the times.
func fields(times ...uint16) (specs []uint16) {
	return append([]uint16{
		8, 4, 12, 4, 15, 4, 10, 4, 14, 4, 2, 4, 1, 4, 7, 2, 11, 2, 6, 1, 4, 1, 5, 1, 16, 4, 17, 4, 9, 1, 13, 1,
	}, times...)
}

func set(id uint16, body []byte) []byte {
	pad := -len(body) & 3
	b := be.AppendUint16(be.AppendUint16(nil, id), uint16(4+len(body)+pad))
	return append(append(b, body...), make([]byte, pad)...)
}

func template(setID uint16, specs []uint16) []byte {
	b := be.AppendUint16(be.AppendUint16(nil, 256), uint16(len(specs)/2))
	for _, v := range specs {
		b = be.AppendUint16(b, v)
	}
	return set(setID, b)
}

// common writes what records of v9 and IPFIX have before their times.
func common(b []byte, r *record) []byte {
	b = be.AppendUint32(be.AppendUint32(b, r.source), r.target)
	b = append(b, 10, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 4)
	b = be.AppendUint32(be.AppendUint32(b, r.packets), r.bytes)
	b = be.AppendUint16(be.AppendUint16(b, r.port), 443)
	return append(b, r.flags, r.proto, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 24)
}

func netflow9() *Exports {
	e := &Exports{Records: 24, number: 12, step: 1}
	header := func(count int) []byte {
		b := be.AppendUint16(be.AppendUint16(nil, 9), uint16(count))
		b = be.AppendUint32(be.AppendUint32(b, uptime), uint32(Sent.Unix()))
		return append(b, make([]byte, 8)...)
	}
	e.Templates = append(header(1), template(0, fields(22, 4, 21, 4))...)
	size := 4 + 24*(47+8)
	return e.draw(func() []byte {
		return be.AppendUint16(be.AppendUint16(header(e.Records), 256), uint16(size))
	}, func(b []byte, r *record) []byte {
		return be.AppendUint32(be.AppendUint32(common(b, r), r.first), r.last)
	})
}

func ipfix() *Exports {
	e := &Exports{Records: 22, number: 8, step: 22}
	header := func(length int) []byte {
		b := be.AppendUint16(be.AppendUint16(nil, 10), uint16(length))
		return append(be.AppendUint32(b, uint32(Sent.Unix())), make([]byte, 8)...)
	}
	t := template(2, fields(152, 8, 153, 8))
	e.Templates = append(header(16+len(t)), t...)
	size := 4 + 22*(47+16)
	at := func(up uint32) uint64 { return uint64(Sent.UnixMilli()) - uptime + uint64(up) }
	return e.draw(func() []byte {
		return be.AppendUint16(be.AppendUint16(header(16+size), 256), uint16(size))
	}, func(b []byte, r *record) []byte {
		return be.AppendUint64(be.AppendUint64(common(b, r), at(r.first)), at(r.last))
	})
}

// sflow has samples of packets whose first 128 bytes are there.
func sflow() *Exports {
	e := &Exports{Records: 6, number: 16, step: 1, sampled: true}
	return e.draw(func() []byte {
		b := []byte{0, 0, 0, 5, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}
		return be.AppendUint32(be.AppendUint32(b, uptime), uint32(e.Records))
	}, func(b []byte, r *record) []byte {
		for _, v := range []uint32{1, 32 + 8 + 16 + 128, 7, 3, 512, 1000, 0, 3, 4, 1, 1, 16 + 128, 1, r.bytes, 4, 128} {
			b = be.AppendUint32(b, v)
		}
		n := len(b)
		b = append(append(b, make([]byte, 12)...), 8, 0, 0x45, 0, 0x05, 0xdc, 0, 0, 0, 0, 60, r.proto, 0, 0)
		b = be.AppendUint32(be.AppendUint32(b, r.source), r.target)
		b = be.AppendUint16(be.AppendUint16(b, r.port), 443)
		b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, r.flags)
		return append(b, make([]byte, n+128-len(b))...)
	})
}
