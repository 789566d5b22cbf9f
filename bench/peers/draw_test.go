package peers

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// dice draw datagrams that goflow2 reads as its formats have it.
type dice struct {
	*rand.Rand
	number uint32 // of the next datagram
}

// address draws one that is neither :: nor in ::ffff:0:0/96.
func (d *dice) address(v6 bool) string {
	if v6 {
		return netip.AddrFrom16([16]byte(put(nil, uint64(1+d.Uint64N(1<<63)), d.Uint64()))).String()
	}
	return netip.AddrFrom4([4]byte(put(nil, 1+d.Uint32N(1<<31)))).String()
}

func (d *dice) protocol() uint8 { return []uint8{1, 6, 17, 17, 50, 132}[d.IntN(6)] }

// positive draws a number that a field of n bytes can have, small ones as often as large ones.
func (d *dice) positive(n uint16) uint64 { return max(d.Uint64()>>(64-8*int(n)+d.IntN(8*int(n))), 1) }

func (d *dice) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(d.Uint32())
	}
	return b
}

// numberOf writes the low n bytes of a number.
func numberOf(v uint64, n uint16) []byte { return put(nil, v)[8-n:] }

func TestFlowsV5(t *testing.T) {
	d, two := dice{Rand: rand.New(rand.NewPCG(5, 1))}, newBoth(t)
	for range testenv.Trials(200, 1000, 20_000) {
		n := 1 + d.IntN(30)
		var records [][]byte
		for range n {
			records = append(records, record5(48, d.address(false), d.address(false), uint32(d.positive(4)),
				d.Uint32(), uint16(d.Uint32()), uint16(d.Uint32()), d.protocol()))
		}
		two.agree(t, message5(5, uint16(n), uint16(d.Uint32()), d.number, records...), n)
		d.number += uint32(n)
	}
}

// others are elements of which neither takes anything that is compared.
var others = []uint16{5, 9, 10, 13, 14, 15, 16, 17, 29, 30, 31, 32, 55, 58, 59, 89, 95, 136, 148, 234, 235, 239}

// A layout is a template, and how its records are drawn.
type layout struct {
	id     uint16
	fields []field
	v6     bool // the addresses that are not zero
}

func (d *dice) layout(id uint16, ipfix bool) layout {
	l := layout{id: id, v6: d.IntN(3) == 0}
	length := func(from, to int) uint16 { return uint16(from + d.IntN(to-from+1)) }
	v4, v6 := []field{{8, 4, 0}, {12, 4, 0}}, []field{{27, 16, 0}, {28, 16, 0}}
	two := d.IntN(4) == 0
	if !l.v6 || two {
		l.fields = append(l.fields, v4...)
	}
	if l.v6 || two {
		l.fields = append(l.fields, v6...)
	}
	for _, f := range []field{
		{1, length(1, 8), 0}, {2, length(1, 8), 0}, {4, 1, 0}, {6, 1, 0}, {7, length(2, 4), 0}, {11, length(2, 4), 0},
	} {
		if d.IntN(8) > 0 {
			l.fields = append(l.fields, f)
		}
	}
	if ipfix && d.IntN(2) == 0 {
		l.fields = append(l.fields, field{152, 8, 0}, field{153, 8, 0})
	} else if !ipfix {
		l.fields = append(l.fields, field{22, 4, 0}, field{21, 4, 0})
	}
	for _, i := range d.Perm(len(others))[:d.IntN(8)] {
		l.fields = append(l.fields, field{others[i], length(1, 8), 0})
	}
	if ipfix {
		for range d.IntN(3) { // elements that others have given the numbers of those that count
			l.fields = append(l.fields, field{1 + uint16(d.IntN(28)), length(0, 20), 9})
		}
		for range d.IntN(3) {
			l.fields = append(l.fields, field{[]uint16{82, 83, 371}[d.IntN(3)], ofAnyLength, uint32(d.IntN(2) * 35632)})
		}
	}
	d.Shuffle(len(l.fields), func(i, j int) { l.fields[i], l.fields[j] = l.fields[j], l.fields[i] })
	return l
}

func (d *dice) record(l *layout) (b []byte) {
	for _, f := range l.fields {
		switch {
		case f.n == ofAnyLength:
			n := d.IntN(40)
			if d.IntN(8) == 0 {
				n = 200 + d.IntN(200)
			}
			if n >= 255 || d.IntN(4) == 0 {
				b = put(b, uint8(255), uint16(n))
			} else {
				b = put(b, uint8(n))
			}
			b = append(b, d.bytes(n)...)
		case f.pen != 0:
			b = append(b, d.bytes(int(f.n))...)
		case f.id == 8 || f.id == 12 || f.id == 27 || f.id == 28:
			if six := f.n == 16; six == l.v6 {
				b = put(b, d.address(six))
			} else {
				b = append(b, make([]byte, f.n)...)
			}
		case f.id == 1 || f.id == 2:
			b = append(b, numberOf(d.positive(f.n), f.n)...)
		case f.id == 4:
			b = append(b, d.protocol())
		case f.id == 7 || f.id == 11:
			b = append(b, numberOf(uint64(d.Uint32N(1<<16)), f.n)...)
		default:
			b = append(b, d.bytes(int(f.n))...)
		}
	}
	return b
}

// Templates and options before the data, in several domains; templates change now and then.
func testTemplates(t *testing.T, ipfix bool) {
	for seed := range testenv.Trials(20, 100, 2000) {
		d, two := dice{Rand: rand.New(rand.NewPCG(9, uint64(seed)))}, newBoth(t)
		templateSet, optionSet := uint16(0), uint16(1)
		options := options9
		if ipfix {
			templateSet, optionSet, options = 2, 3, options10
		}
		send := func(domain uint32, records int, sets ...[]byte) {
			t.Helper()
			if ipfix {
				two.agree(t, message10(d.number, domain, sets...), records)
			} else {
				two.agree(t, message9(uint16(len(sets)+records), d.number, domain, sets...), records)
			}
			d.number += 1 + d.Uint32N(2)*uint32(records)
		}
		const domains, templates = 3, 3
		var layouts [domains][templates]layout
		for range 60 {
			domain := d.IntN(domains)
			var sets [][]byte
			if d.IntN(8) == 0 { // the rate, of which goflow2 knows one for a domain
				f := field{[]uint16{34, 50, 305}[d.IntN(3)], 4, 0}
				sets = append(sets, set(optionSet, options(400, 1, field{1, 4, 0}, f)),
					set(400, put(nil, d.Uint32(), 1+d.Uint32N(5000))))
			}
			records := 0
			for i := range layouts[domain] {
				l := &layouts[domain][i]
				if l.id == 0 || d.IntN(16) == 0 {
					*l = d.layout(uint16(256+i), ipfix)
					sets = append(sets, set(templateSet, templateOf(l.id, l.fields...)))
				}
				var body [][]byte
				for range d.IntN(5) {
					body = append(body, d.record(l))
				}
				if len(body) > 0 {
					sets = append(sets, set(l.id, body...))
				}
				records += len(body)
			}
			send(uint32(domain), records, sets...)
		}
	}
}

func TestFlowsV9(t *testing.T)    { testTemplates(t, false) }
func TestFlowsIPFIX(t *testing.T) { testTemplates(t, true) }

// frame draws an Ethernet frame with tags, labels and an IP packet.
func (d *dice) frame() []byte {
	protocol, transport := d.protocol(), ports(uint16(d.Uint32()), uint16(d.Uint32()))
	kind, packet := uint16(0x0800), []byte(nil)
	if v6 := d.IntN(3) == 0; v6 {
		if protocol == 50 {
			protocol = 58
		}
		kind, packet = 0x86dd, ipv6(d.address(v6), d.address(v6), protocol, transport)
	} else {
		packet = ipv4(d.address(v6), d.address(v6), protocol, uint16(d.IntN(2))<<14, nil, transport)
	}
	if labels := d.IntN(8); labels < 4 && labels > 0 {
		kind = 0x8847
		for i := range labels {
			label := (16+d.Uint32N(1<<19))<<12 | 64
			if i == 0 {
				label |= 1 << 8 // the last of them
			}
			packet = put(nil, label, packet)
		}
	}
	for range max(d.IntN(5)-2, 0) {
		packet = put(nil, uint16(d.Uint32()), kind, packet)
		kind = 0x8100
	}
	return ethernet(kind, packet)
}

// beside draws records that tell nothing of what is compared.
func (d *dice) beside() []byte {
	switch d.IntN(4) {
	case 0: // switch
		return chunk(1001, put(nil, uint32(1), uint32(0), uint32(2), uint32(0)))
	case 1: // router
		return chunk(1002, put(nil, uint32(1), "10.0.0.9", uint32(24), uint32(24)))
	case 2: // gateway
		return chunk(1003, put(nil, uint32(1), "10.0.0.9", uint32(1), uint32(2), uint32(3), uint32(1), uint32(2), uint32(2),
			uint32(64500), uint32(64501), uint32(0), uint32(100)))
	}
	return chunk(9<<12|d.Uint32N(8), d.bytes(4*d.IntN(10)))
}

func TestFlowsSFlow(t *testing.T) {
	d, two := dice{Rand: rand.New(rand.NewPCG(6, 1))}, newBoth(t)
	for range testenv.Trials(400, 2000, 20_000) {
		var samples [][]byte
		flows := 0
		for range 1 + d.IntN(8) {
			if d.IntN(5) == 0 { // counters of a port
				samples = append(samples, chunk(2, put(nil, uint32(1), uint32(3), uint32(1)), chunk(1, d.bytes(88))))
				continue
			}
			var records [][]byte
			for range d.IntN(3) {
				records = append(records, d.beside())
			}
			v6 := d.IntN(2) == 0
			facts := put(nil, 40+d.Uint32N(1500), uint32(d.protocol()), d.address(v6), d.address(v6), d.Uint32N(1<<16),
				d.Uint32N(1<<16), d.Uint32N(64), uint32(0))
			switch {
			case d.IntN(3) > 0:
				records = append(records, header(1, 60+d.Uint32N(1500), d.frame()))
			case v6:
				records = append(records, chunk(4, facts))
			default:
				records = append(records, chunk(3, facts))
			}
			for range d.IntN(3) {
				records = append(records, d.beside())
			}
			samples = append(samples, sampleOf(d.IntN(2) == 0, 1+d.Uint32N(1<<16), slices.Clone(records)...))
			flows++
		}
		two.agree(t, messageSFlow(d.number, samples...), flows)
		d.number++
	}
}
