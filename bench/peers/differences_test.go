package peers

import (
	"fmt"
	"testing"

	"github.com/whence-go/whence/bench/internal/exports"
)

// Addresses of the cases, and what is made of them.
const (
	from4, to4 = "203.0.113.1", "198.51.100.7"
	from6, to6 = "2001:db8::1", "2001:db8::7"

	oneTold = "203.0.113.1>198.51.100.7 17/53 1p 500B"
	three   = "203.0.113.1>198.51.100.7 17/53 3p 300B"
	one     = oneTold + " 1:100"
	one6    = "2001:db8::1>2001:db8::7 17/53 1p 500B 1:100"
	zero    = "?>? 0/0 1p 0B"
)

// usual are the fields of a record by usualRecord, which may have others behind.
var usual = []field{{8, 4, 0}, {12, 4, 0}, {4, 1, 0}, {7, 2, 0}, {2, 4, 0}, {1, 4, 0}}

func usualAnd(fields ...field) []byte { return templateOf(256, append(usual[:6:6], fields...)...) }

func usualRecord(more ...any) []byte {
	return put(put(nil, from4, to4, uint8(17), uint16(53), uint32(3), uint32(300)), more...)
}

// addressed are the fields of a record by addressedRecord: what else there is, is not told as usual.
func addressed(fields ...field) []byte { return templateOf(256, append(usual[:4:4], fields...)...) }

func addressedRecord(more ...any) []byte {
	return put(put(nil, from4, to4, uint8(17), uint16(53)), more...)
}

// framed is a datagram of sFlow with a sample of a packet of 500 bytes.
func framed(link uint32, frame []byte) [][]byte {
	return [][]byte{messageSFlow(1, sampleOf(false, 100, header(link, 500, frame)))}
}

// ipfixOf is a message with a template and a record.
func ipfixOf(template, record []byte) [][]byte {
	return [][]byte{message10(1, 1, set(2, template), set(256, record))}
}

// differences are all that are known of what goflow2 v2.2.6 makes of a datagram that can be read. The captures have
// others of the same kinds.
var differences = []struct {
	why          string // of goflow2
	datagrams    [][]byte
	ours, theirs []string
}{
	{
		"the count of the v9 header is taken for that of sets: the third is not read",
		[][]byte{message9(2, 1, 1, set(0, usualAnd()), set(0, templateOf(257, usual...)), set(256, usualRecord()))},
		[]string{three}, nil,
	}, {
		"a v5 count beyond the bytes makes records of zeros",
		[][]byte{message5(5, 3, 0, 1, record5(48, from4, to4, 3, 300, 53, 443, 17))},
		[]string{three}, []string{three, zero, zero},
	}, {
		"no NetFlow v7", [][]byte{message5(7, 1, 0, 1, record5(52, from4, to4, 3, 300, 53, 443, 17))},
		[]string{three}, nil,
	}, {
		"an unknown format of sFlow samples loses its datagram",
		[][]byte{messageSFlow(1, chunk(9<<12|1, make([]byte, 20)),
			sampleOf(false, 100, header(1, 500, ethernet(0x800, ipv4(from4, to4, 17, 0, nil, ports(53, 443))))))},
		[]string{one}, nil,
	}, {
		"a set whose template is not known loses its datagram, and is not read when the template comes",
		[][]byte{message9(2, 1, 1, set(256, usualRecord())), message9(1, 2, 1, set(0, usualAnd()))},
		[]string{three}, nil,
	}, {
		"the rate of a record itself is not read",
		[][]byte{message9(2, 1, 1, set(0, usualAnd(field{34, 4, 0})), set(256, usualRecord(uint32(10))))},
		[]string{three + " 1:10"}, []string{three},
	}, {
		"one rate for a domain: samplers (IE 48) are not told apart",
		[][]byte{message9(5, 1, 1, set(1, options9(400, 1, field{1, 4, 0}, field{48, 1, 0}, field{34, 4, 0})),
			set(400, put(nil, uint32(0), uint8(1), uint32(10)), put(nil, uint32(0), uint8(2), uint32(20))),
			set(0, usualAnd(field{48, 1, 0})), set(256, usualRecord(uint8(1)), usualRecord(uint8(2))))},
		[]string{three + " 1:10", three + " 1:20"}, []string{three + " 1:10", three + " 1:10"},
	}, {
		"the space between sampled packets (IE 306) is not read",
		[][]byte{message10(1, 1, set(3, options10(400, 1, field{149, 4, 0}, field{305, 4, 0}, field{306, 4, 0})),
			set(400, put(nil, uint32(1), uint32(1), uint32(99))), set(2, usualAnd()), set(256, usualRecord()))},
		[]string{three + " 1:100"}, []string{three + " 1:1"},
	}, {
		"a rate of two bytes in options loses its datagram",
		[][]byte{message9(4, 1, 1, set(1, options9(400, 1, field{1, 4, 0}, field{34, 2, 0})),
			set(400, put(nil, uint32(1), uint16(10))), set(0, usualAnd()), set(256, usualRecord()))},
		[]string{three + " 1:10"}, nil,
	}, {
		"totals (IE 85 and 86) are not read",
		ipfixOf(addressed(field{86, 4, 0}, field{85, 4, 0}), addressedRecord(uint32(3), uint32(300))),
		[]string{three}, []string{"203.0.113.1>198.51.100.7 17/53 1p 0B"},
	}, {
		"counters of initiator and responder are not read, nor their two directions",
		ipfixOf(addressed(field{298, 4, 0}, field{231, 4, 0}, field{299, 4, 0}, field{232, 4, 0}),
			addressedRecord(uint32(3), uint32(300), uint32(2), uint32(200))),
		[]string{three, "198.51.100.7>203.0.113.1 17/0 2p 200B"}, []string{"203.0.113.1>198.51.100.7 17/53 1p 0B"},
	}, {
		"the other direction (RFC 5103) is not read",
		ipfixOf(usualAnd(field{2, 4, 29305}, field{1, 4, 29305}), usualRecord(uint32(2), uint32(200))),
		[]string{three, "198.51.100.7>203.0.113.1 17/0 2p 200B"}, []string{three},
	}, {
		"counters of IE 23 and 24 replace those of 1 and 2",
		ipfixOf(usualAnd(field{24, 4, 0}, field{23, 4, 0}), usualRecord(uint32(0), uint32(0))),
		[]string{three}, []string{"203.0.113.1>198.51.100.7 17/53 1p 0B"},
	}, {
		"a message for a record of no packets", ipfixOf(usualAnd(),
			put(nil, from4, to4, uint8(17), uint16(53), uint32(0), uint32(0))),
		nil, []string{"203.0.113.1>198.51.100.7 17/53 1p 0B"},
	}, {
		"a message for a record without a source", ipfixOf(usualAnd(),
			put(nil, "0.0.0.0", to4, uint8(17), uint16(53), uint32(3), uint32(300))),
		nil, []string{"?>198.51.100.7 17/53 3p 300B"},
	}, {
		"a counter of nine bytes loses its datagram",
		ipfixOf(addressed(field{2, 9, 0}, field{1, 4, 0}), addressedRecord(uint8(0), uint64(3), uint32(300))),
		[]string{three}, nil,
	}, {
		"of a frame in IPFIX the bytes are those of the section (IE 315)",
		ipfixOf(templateOf(256, field{315, 58, 0}),
			ethernet(0x800, ipv4(from4, to4, 17, 0, nil, ports(53, 443)))),
		[]string{oneTold}, []string{"203.0.113.1>198.51.100.7 17/53 1p 58B"},
	}, {
		"no IP packets in IPFIX (IE 313)",
		ipfixOf(templateOf(256, field{313, 44, 0}), ipv4(from4, to4, 17, 0, nil, ports(53, 443))),
		[]string{oneTold}, []string{zero},
	}, {
		"a template of nothing but fields of variable length loses its datagram",
		ipfixOf(templateOf(256, field{313, ofAnyLength, 0}),
			put(nil, uint8(44), ipv4(from4, to4, 17, 0, nil, ports(53, 443)))),
		[]string{oneTold}, nil,
	}, {
		"options of IPv4 are taken for ports",
		framed(1, ethernet(0x800, ipv4(from4, to4, 17, 0, []byte{1, 1, 1, 0}, ports(53, 443)))),
		[]string{one}, []string{"203.0.113.1>198.51.100.7 17/257 1p 500B 1:100"},
	}, {
		"later fragments have ports",
		framed(1, ethernet(0x800, ipv4(from4, to4, 17, 64, nil, ports(7777, 443)))),
		[]string{"203.0.113.1>198.51.100.7 17/0 1p 500B 1:100"},
		[]string{"203.0.113.1>198.51.100.7 17/7777 1p 500B 1:100"},
	}, {
		"the protocol of IPv6 is the header that comes next",
		framed(1, ethernet(0x86dd, ipv6(from6, to6, 0, []byte{17, 0, 1, 4, 0, 0, 0, 0}, ports(53, 443)))),
		[]string{one6}, []string{"2001:db8::1>2001:db8::7 0/0 1p 500B 1:100"},
	}, {
		"no provider's tags (802.1ad)",
		framed(1, ethernet(0x88a8, put(nil, uint16(5), uint16(0x800), ipv4(from4, to4, 17, 0, nil, ports(53, 443))))),
		[]string{one}, []string{"?>? 0/0 1p 500B 1:100"},
	}, {
		"no PPPoE", framed(1, ethernet(0x8864, put(nil, uint16(0x1100), uint16(1), uint16(502), uint16(0x21),
			ipv4(from4, to4, 17, 0, nil, ports(53, 443))))),
		[]string{one}, []string{"?>? 0/0 1p 500B 1:100"},
	}, {
		"no headers of sFlow but those of Ethernet",
		framed(11, ipv4(from4, to4, 17, 0, nil, ports(53, 443))),
		[]string{one}, []string{"?>? 0/0 1p 500B 1:100"},
	}, {
		"a message for a sampled frame that is not IP", framed(1, ethernet(0x806, make([]byte, 46))),
		nil, []string{"?>? 0/0 1p 500B 1:100"},
	},
}

func TestFlowsThatDiffer(t *testing.T) {
	for _, tt := range differences {
		t.Run(tt.why, func(t *testing.T) {
			two := newBoth(t)
			var ours, theirs []flow
			var wrong []error
			for _, datagram := range tt.datagrams {
				o, g, err := two.decode(exports.Sent, datagram)
				ours, theirs, wrong = append(ours, o...), append(theirs, g...), append(wrong, err)
			}
			for _, side := range []struct {
				name string
				got  []flow
				want []string
			}{{"ours", ours, tt.ours}, {"goflow2", theirs, tt.theirs}} {
				if fmt.Sprint(side.got) != fmt.Sprint(side.want) {
					t.Errorf("%s:\n got %v\nwant %v, errors %v", side.name, side.got, side.want, wrong)
				}
			}
		})
	}
}

// What would bring goflow2 down is not given to it. Ours reads what else is in the same datagram.
func TestFlowsUnsafe(t *testing.T) {
	packet := header(1, 500, ethernet(0x800, ipv4(from4, to4, 17, 0, nil, ports(53, 443))))
	counted := sampleOf(true, 100, packet)
	copy(counted[8+40:], put(nil, uint32(1<<30))) // records that it announces
	many := make([]field, 4000)
	many[0] = field{4, 1, 0}
	for i := range many[1:] {
		many[i+1] = field{5, 0, 0}
	}
	for name, tt := range map[string]struct {
		datagram []byte
		want     []string
	}{
		"a billion records in a sample": {messageSFlow(1, counted, sampleOf(false, 100, packet)), []string{one, one}},
		"records without a length": {message9(4, 1, 1, set(0, usualAnd(), templateOf(257, field{5, 0, 0})),
			set(257, make([]byte, 8)), set(256, usualRecord())), []string{three}},
		"a template withdrawn": {message10(1, 1, set(2, usualAnd(), templateOf(257)), set(257, make([]byte, 8)),
			set(256, usualRecord())), []string{three}},
		"thousands of fields in a byte": {message9(4, 1, 1, set(0, usualAnd(), templateOf(257, many...)),
			set(257, make([]byte, 4000)), set(256, usualRecord())), []string{three}},
	} {
		t.Run(name, func(t *testing.T) {
			two := newBoth(t)
			ours, theirs, err := two.decode(exports.Sent, tt.datagram)
			if fmt.Sprint(ours) != fmt.Sprint(tt.want) || len(theirs) > 0 || err == nil {
				t.Errorf("%v, want %v; goflow2 %v, error %v", ours, tt.want, theirs, err)
			}
		})
	}
}
