package netflow

import (
	"slices"
	"testing"
)

// A case is what comes from one exporter, and what is read of it.
type testCase struct {
	name      string
	datagrams [][]byte
	packets   []uint64 // of the events, in their order
	unread    map[string]uint64
	notes     map[string]uint64 // those that are looked at
}

type codes = map[string]uint64

var (
	t256   = set(0, templateOf(256, usual...))
	d256   = set(256, manyFlows(2))
	t256x  = set(2, templateOf(256, usual...))
	sample = sampleOf(3, 512, 3, 4, rawRecord(1400, frame4("203.0.113.1")))
)

func datagramsOf(d ...[]byte) [][]byte { return d }

// with returns a copy of b with a 16-bit number at a place.
func with(b []byte, at int, v uint16) []byte {
	b = slices.Clone(b)
	be.PutUint16(b[at:], v)
	return b
}

// cases are the odd and the malformed ones. They seed the fuzz targets.
var cases = []testCase{
	{"nothing", datagramsOf(nil), nil, codes{"INCOMPLETE": 1}, nil},
	{"a byte", datagramsOf([]byte{0}), nil, codes{"INCOMPLETE": 1}, nil},
	{"an unknown version", datagramsOf(put(nil, uint16(6), uint16(1), make([]byte, 60))), nil,
		codes{"UNKNOWN_VERSION": 1}, nil},
	{"version 8", datagramsOf(put(nil, uint16(8), uint16(1), make([]byte, 60))), nil, codes{"NETFLOW_V8": 1}, nil},
	{"sFlow version 4", datagramsOf(put(nil, uint32(4), make([]byte, 60))), nil, codes{"SFLOW_V4": 1}, nil},

	{"v1", datagramsOf(append(put(nil, uint16(1), uint16(2), uint32(uptime), uint32(start.Unix()), uint32(0)),
		slices.Concat(record5(0, 52), record5(1, 52))...)), []uint64{1, 2}, nil, codes{"NO_RATE": 2}},
	{"v1 with short records", datagramsOf(append(put(nil, uint16(1), uint16(2), uint32(uptime), uint32(start.Unix()),
		uint32(0)), slices.Concat(record5(0, 48), record5(1, 48))...)), []uint64{1, 2}, nil, nil},
	{"v5", datagramsOf(message5(3, 7, 0x4000|1000, 3)), []uint64{1, 2, 3}, nil, codes{"NO_RATE": 0}},
	{"v5 with too high a count", datagramsOf(message5(30, 7, 0, 2)), []uint64{1, 2}, codes{"INCOMPLETE": 28}, nil},
	{"v5 with an absurd count", datagramsOf(message5(65535, 7, 0, 2)), []uint64{1, 2}, codes{"INCOMPLETE": 1}, nil},
	{"v5 with too low a count", datagramsOf(message5(1, 7, 0, 2)), []uint64{1}, nil, nil},
	{"v5 cut in a record", datagramsOf(message5(2, 7, 0, 2)[:24+48+20]), []uint64{1}, codes{"INCOMPLETE": 1}, nil},
	{"v5 cut in its header", datagramsOf(message5(2, 7, 0, 2)[:20]), nil, codes{"INCOMPLETE": 1}, nil},
	{"v7", datagramsOf(append(put(nil, uint16(7), uint16(2), uint32(uptime), uint32(start.Unix()), uint32(0), uint32(3),
		uint32(0)),
		slices.Concat(record5(0, 52), record5(1, 52))...)), []uint64{1, 2}, nil, nil},

	{"v9", datagramsOf(message9(3, 1, 0, t256, d256)), []uint64{1, 2}, nil, codes{"NO_RATE": 2, "EXPORT_TIME": 0}},
	{"v9 with more sets than its count", datagramsOf(message9(2, 1, 0, t256, set(256, manyFlows(1)), set(256,
		manyFlows(2)),
		set(256, manyFlows(3)))), []uint64{1, 1, 2, 1, 2, 3}, nil, nil},
	{"v9 with the template behind the data", datagramsOf(message9(3, 1, 0, d256, t256)), []uint64{1, 2}, nil,
		codes{"WAITING": 0}},
	{"v9 with the template in the next datagram", datagramsOf(message9(2, 1, 0, d256), message9(1, 2, 0, t256)),
		[]uint64{1, 2},
		nil, codes{"WAITING": 0}},
	{"v9 without the template", datagramsOf(message9(2, 1, 0, d256)), nil, codes{"NO_TEMPLATE": 2}, codes{"WAITING": 2}},
	{"v9 with a lying count", datagramsOf(message9(60000, 1, 0, d256)), nil, codes{"NO_TEMPLATE": 1},
		codes{"WAITING": 1}},
	{"v9 with the template in another domain", datagramsOf(message9(1, 1, 5, t256), message9(2, 1, 6, d256)), nil,
		codes{"NO_TEMPLATE": 2}, nil},
	{"v9 padded with zeros", datagramsOf(append(message9(3, 1, 0, t256, d256), make([]byte, 1000)...)), []uint64{1, 2},
		nil, nil},
	{"v9 with a set longer than the datagram", datagramsOf(with(message9(3, 1, 0, t256, d256), 20+len(t256)+2, 4+5*30)),
		[]uint64{1, 2}, codes{"INCOMPLETE": 3}, nil},
	{"v9 cut in a record", datagramsOf(cutBy(message9(3, 1, 0, t256, d256), 12)), []uint64{1}, codes{"INCOMPLETE": 1},
		nil},
	{"v9 with a set length of 3", datagramsOf(with(message9(3, 1, 0, t256, d256, d256), 20+len(t256)+len(d256)+2, 3)),
		[]uint64{1, 2}, codes{"BAD_LENGTH": 1}, nil},
	{"v9 with an unknown set", datagramsOf(message9(3, 1, 0, t256, set(77, make([]byte, 8)), d256)), []uint64{1, 2},
		codes{"UNKNOWN_SET": 1}, nil},
	{"v9 cut in its header", datagramsOf(message9(3, 1, 0)[:19]), nil, codes{"INCOMPLETE": 1}, nil},

	{"a template without length", datagramsOf(message9(2, 1, 0, set(0, templateOf(256, spec{8, 0, 0})), set(256,
		make([]byte, 40)))),
		nil, codes{"NO_TEMPLATE": 1}, codes{"REFUSED_TEMPLATES": 1}},
	{"a template without fields", datagramsOf(message9(2, 1, 0, set(0, templateOf(256)), set(256, make([]byte, 40)))),
		nil,
		codes{"NO_TEMPLATE": 1}, codes{"REFUSED_TEMPLATES": 1}},
	{"a template with the id of a set", datagramsOf(message9(1, 1, 0, set(0, templateOf(255, usual...), templateOf(256,
		usual...)),
		d256)), []uint64{1, 2}, nil, codes{"REFUSED_TEMPLATES": 1}},
	{"a template that is cut", datagramsOf(cutBy(message9(1, 1, 0, t256), 8)), nil, nil, codes{"REFUSED_TEMPLATES": 1}},
	{"a template of too many fields", datagramsOf(message9(1, 1, 0, set(0, templateOf(256, slices.Repeat([]spec{{99, 1,
		0}}, 2000)...),
		templateOf(257, usual...)), set(257, manyFlows(1)))), []uint64{1}, nil, codes{"REFUSED_TEMPLATES": 1}},
	{"a record longer than a datagram", datagramsOf(message9(1, 1, 0, set(0, templateOf(256, spec{99, 60000, 0},
		spec{98, 60000, 0},
		spec{8, 4, 0})))), nil, nil, codes{"REFUSED_TEMPLATES": 1}},
	{"a template that changes", datagramsOf(message9(3, 1, 0, t256, d256), message9(2, 2, 0,
		set(0, templateOf(256, spec{2, 2, 0}, spec{8, 4, 0})), set(256, put(nil, uint16(9), "203.0.113.9")))),
		[]uint64{1, 2, 9}, nil, nil},
	{"a template that becomes one of options", datagramsOf(message9(3, 1, 0, t256, d256), message9(2, 2, 0,
		set(1, options9(256, 1, spec{1, 4, 0}, spec{34, 4, 0})), set(256, put(nil, uint32(0), uint32(50)))), message5(1, 1,
		0, 1)),
		[]uint64{1, 2, 1}, nil, codes{"OPTIONS": 1}},

	{"IPFIX", datagramsOf(message10(0, 1, t256x, d256)), []uint64{1, 2}, nil, codes{"EXPORT_TIME": 2}},
	{"IPFIX over its datagram", datagramsOf(with(message10(0, 1, t256x, d256), 2, 500)), []uint64{1, 2},
		codes{"INCOMPLETE": 1}, nil},
	{"IPFIX under its datagram", datagramsOf(append(message10(0, 1, t256x, d256), d256...)), []uint64{1, 2},
		codes{"BAD_LENGTH": 1}, nil},
	{"IPFIX with zeros behind it", datagramsOf(append(message10(0, 1, t256x, d256), 0, 0, 0)), []uint64{1, 2}, nil, nil},
	{"IPFIX of 15 bytes", datagramsOf(with(message10(0, 1, t256x, d256), 2, 15)), nil, codes{"BAD_LENGTH": 1}, nil},
	{"IPFIX that withdraws a template", datagramsOf(message10(0, 1, t256x, d256), message10(2, 1, set(2, put(nil,
		uint16(256), uint16(0))),
		d256)), []uint64{1, 2}, codes{"NO_TEMPLATE": 1}, nil},
	{"IPFIX that withdraws all templates", datagramsOf(message10(0, 1, t256x, d256), message10(2, 1, set(2, put(nil,
		uint16(2), uint16(0))),
		d256)), []uint64{1, 2}, codes{"NO_TEMPLATE": 1}, nil},
	{"IPFIX that withdraws options", datagramsOf(message10(0, 1, t256x, d256), message10(2, 1, set(3, put(nil,
		uint16(3), uint16(0))),
		set(256, manyFlows(1)))), []uint64{1, 2, 1}, nil, nil},
	{"IPFIX with more scopes than fields", datagramsOf(message10(0, 1, set(3, options10(257, 3, spec{34, 4, 0},
		spec{305, 4, 0})), t256x,
		d256)), []uint64{1, 2}, nil, codes{"REFUSED_TEMPLATES": 1}},
	{"IPFIX options of an enterprise", datagramsOf(message10(0, 1, set(3, options10(257, 1, spec{5, 4, 9}, spec{305, 4,
		0}, spec{306, 4, 0})),
		t256x, set(257, put(nil, uint32(1), uint32(1), uint32(99))), d256)), []uint64{1, 2}, nil, codes{"OPTIONS": 1,
		"NO_RATE": 0}},

	{"lengths that vary", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{82, varies, 0}, spec{8, 4, 0},
		spec{94, varies, 9},
		spec{2, varies, 0})), set(300, put(nil, uint8(3), []byte("eth"), "203.0.113.1", uint8(255), uint16(300),
		make([]byte, 300),
		uint8(8), uint64(7)), put(nil, uint8(0), "203.0.113.2", uint8(0), uint8(2), uint16(8))))), []uint64{7, 8}, nil,
		nil},
	{"only lengths that vary", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, varies, 0}, spec{86, varies,
		0})),
		set(300, put(nil, uint8(4), "203.0.113.1", uint8(1), uint8(5))))), []uint64{5}, nil, nil},
	{"a length that goes beyond the set", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{82,
		varies, 0})),
		set(300, put(nil, "203.0.113.1", uint8(0), "203.0.113.2", uint8(200), uint16(1))))), []uint64{1},
		codes{"INCOMPLETE": 1}, nil},
	{"a counter of 9 bytes", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{2, 9, 0})),
		set(300, put(nil, "203.0.113.1", uint8(0), uint64(6)), put(nil, "203.0.113.2", uint8(1), uint64(6))))),
		[]uint64{6, 1<<64 - 1}, nil, nil},
	{"counters of 3 and 7 bytes", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{2, 3, 0},
		spec{1, 7, 0})),
		set(300, put(nil, "203.0.113.1", uint8(1), uint16(0), uint8(1), uint16(0), uint32(5))))), []uint64{65536}, nil,
		nil},
	{"an address of 3 bytes", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 3, 0}, spec{2, 4, 0})),
		set(300, put(nil, uint8(1), uint16(2), uint32(6))))), nil, codes{"NO_SOURCE": 1}, nil},
	{"a source of zeros", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{2, 4, 0})),
		set(300, put(nil, uint32(0), uint32(6)), put(nil, "203.0.113.1", uint32(7))))), []uint64{7}, codes{"NO_SOURCE": 1},
		nil},
	{"both families", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{27, 16, 0}, spec{2, 4, 0})),
		set(300, put(nil, uint32(0), "2001:db8::1", uint32(6)), put(nil, "203.0.113.1", "::", uint32(7)),
			put(nil, uint32(0), "::", uint32(8))))), []uint64{6, 7}, codes{"NO_SOURCE": 1}, nil},
	{"no address and no counter", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{233, 1, 0}, spec{225, 4, 0})),
		set(300, make([]byte, 10)))), nil, nil, codes{"OTHER_RECORDS": 2}},
	{"no address", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{56, 6, 0}, spec{2, 4, 0})),
		set(300, make([]byte, 20)))), nil, codes{"NO_SOURCE": 2}, nil},
	{"no packets", datagramsOf(message10(0, 1, t256x, set(256, flowOf("203.0.113.1", 0)))), nil, nil,
		codes{"NO_PACKETS": 1}},
	{"no counter", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0})), set(300, put(nil,
		"203.0.113.1")))),
		[]uint64{1}, nil, codes{"NO_COUNT": 1, "NO_BYTES": 1}},
	{"initiator and responder", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{12, 4, 0},
		spec{298, 4, 0}, spec{299, 4, 0},
		spec{231, 4, 0}, spec{232, 4, 0})), set(300, put(nil, "203.0.113.1", "198.51.100.7", uint32(3), uint32(4),
		uint32(300), uint32(400))))),
		[]uint64{3, 4}, nil, codes{"REVERSE": 1}},
	{"reverse counters", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{8, 4, 0}, spec{12, 4, 0}, spec{2, 4,
		0}, spec{2, 4, reversed})),
		set(300, put(nil, "203.0.113.1", "198.51.100.7", uint32(3), uint32(0)), put(nil, "203.0.113.1", "198.51.100.7",
			uint32(0), uint32(5)))),
	), []uint64{3, 5}, nil, codes{"REVERSE": 1}},
	{"a frame", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{315, 64, 0}, spec{305, 4, 0}, spec{306, 4, 0})),
		set(300, put(nil, frame4("203.0.113.1"), uint32(1), uint32(999))))), []uint64{1}, nil, codes{"NO_RATE": 0,
		"NO_BYTES": 0}},
	{"a frame of layer 2 whose length varies", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{104, varies, 0})),
		set(300, put(nil, uint8(64), frame4("203.0.113.1"))))), []uint64{1}, nil, nil},
	{"an IP section", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{313, 50, 0})),
		set(300, frame4("203.0.113.1")[14:]))), []uint64{1}, nil, nil},
	{"a frame that is not IP", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{315, 64, 0})),
		set(300, with(frame4("203.0.113.1"), 12, 0x0806)))), nil, nil, codes{"NOT_IP": 1}},
	{"a frame that is cut", datagramsOf(message10(0, 1, set(2, templateOf(300, spec{315, 20, 0})),
		set(300, frame4("203.0.113.1")[:20]))), nil, codes{"TRUNCATED": 1}, nil},

	{"sFlow", datagramsOf(messageS(1, 1, sample)), []uint64{1}, nil, codes{"NO_RATE": 0}},
	{"sFlow with unknown samples", datagramsOf(messageS(1, 4, lengthOf(77, make([]byte, 20)), sample, lengthOf(9<<12|1,
		make([]byte, 8)),
		sample)), []uint64{1, 1}, nil, codes{"UNKNOWN_SAMPLES": 2}},
	{"sFlow counters", datagramsOf(messageS(1, 2, lengthOf(counterSample, make([]byte, 40)), sample)), []uint64{1}, nil,
		nil},
	{"sFlow with unknown records", datagramsOf(messageS(1, 1, sampleOf(3, 1, 3, 4, lengthOf(1001, make([]byte, 16)),
		rawRecord(99, frame4("203.0.113.1")), lengthOf(4242, make([]byte, 4))))), []uint64{1}, nil, nil},
	{"an expanded sample", datagramsOf(messageS(1, 1, expandedSample(3, 7, 3, 4, 1, rawRecord(99,
		frame4("203.0.113.1"))))), []uint64{1}, nil, nil},
	{"an expanded sample with an absurd count", datagramsOf(messageS(1, 1, expandedSample(3, 7, 3, 4, 1<<32-1))), nil,
		nil, codes{"OTHER_RECORDS": 1}},
	{"sFlow with an absurd count", datagramsOf(messageS(1, 1<<32-1, sample)), []uint64{1}, codes{"INCOMPLETE": 1}, nil},
	{"a sample longer than the datagram", datagramsOf(messageS(1, 2, sample, cutBy(sample, 70))), []uint64{1},
		codes{"INCOMPLETE": 1}, nil},
	{"a record longer than its sample", datagramsOf(messageS(1, 1, sampleOf(3, 1, 3, 4, cutBy(rawRecord(99,
		frame4("203.0.113.1")), 8)))), nil,
		codes{"INCOMPLETE": 1}, nil},
	{"a sampled IPv4 header", datagramsOf(messageS(1, 1, sampleOf(3, 1, 3, 4, lengthOf(sampledIPv4, put(nil, uint32(60),
		uint32(6), "203.0.113.1",
		"198.51.100.7", uint32(1), uint32(2), uint32(2), uint32(0)))))), []uint64{1}, nil, nil},
	{"sFlow of ARP", datagramsOf(messageS(1, 1, sampleOf(3, 1, 3, 4, rawRecord(64, with(frame4("203.0.113.1"), 12,
		0x0806))))), nil, nil,
		codes{"NOT_IP": 1}},
	{"sFlow cut in its header", datagramsOf(messageS(1, 1)[:20]), nil, codes{"INCOMPLETE": 1}, nil},
	{"sFlow of an unknown agent", datagramsOf(with(messageS(1, 1), 6, 9)), nil, codes{"BAD_LENGTH": 1}, nil},

	{"a datagram that comes twice", datagramsOf(message5(2, 7, 0, 2), message5(2, 7, 0, 2)), []uint64{1, 2}, nil,
		codes{"DUPLICATES": 1}},
	{"v5 and v9 of one exporter", datagramsOf(message5(2, 7, 0, 2), message9(3, 1, 0, t256, d256)), []uint64{1, 2, 1,
		2}, nil, nil},
	{"ingress and egress", datagramsOf(message9(3, 1, 0, ways, set(257, wayOf(0, 5, 11), wayOf(1, 5, 12), wayOf(1, 6,
		13), wayOf(1, 0, 14)))),
		[]uint64{11, 13, 14}, nil, codes{"EGRESS": 1, "EGRESS_COUNTED": 1}},
	{"egress alone", datagramsOf(message9(3, 1, 0, ways, set(257, wayOf(1, 5, 12), wayOf(1, 0, 14)))), []uint64{12, 14},
		nil,
		codes{"EGRESS": 0, "EGRESS_COUNTED": 0}},
	{"sFlow of ingress and egress", datagramsOf(messageS(1, 3, sampleOf(3, 1, 3, 4, rawRecord(1, frame4("203.0.113.1"))),
		sampleOf(4, 1, 3, 4, rawRecord(2, frame4("203.0.113.1"))), sampleOf(4, 1, 5, 4, rawRecord(3,
			frame4("203.0.113.1"))))),
		[]uint64{1, 1}, nil, codes{"EGRESS": 1}},
}

// ways is a template with directions, and wayOf a record of it.
var ways = set(0, templateOf(257, spec{8, 4, 0}, spec{61, 1, 0}, spec{10, 2, 0}, spec{2, 4, 0}))

func wayOf(direction uint8, in uint16, packets uint32) []byte {
	return put(nil, "203.0.113.1", direction, in, packets)
}

func cutBy(b []byte, n int) []byte { return b[:len(b)-n] }

func TestCases(t *testing.T) {
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			d := decoder(t, Options{})
			var packets []uint64
			for _, b := range tt.datagrams {
				for _, e := range d.Decode(nil, router, start, b) {
					packets = append(packets, e.Events)
					if !e.Source.IsValid() || e.Source.IsUnspecified() {
						t.Errorf("an event without a source: %+v", e)
					}
				}
			}
			a := d.Account()
			if !slices.Equal(packets, tt.packets) {
				t.Errorf("events of %d packets, want %d; %+v", packets, tt.packets, a)
			}
			unread := unreadOf(a)
			if len(unread) != len(tt.unread) {
				t.Errorf("unread %v, want %v", unread, tt.unread)
			}
			for code, n := range tt.unread {
				if unread[code] != n {
					t.Errorf("unread %v, want %v", unread, tt.unread)
				}
			}
			for code, n := range tt.notes {
				if notesOf(a)[code] != n {
					t.Errorf("notes %v, want %v", notesOf(a), tt.notes)
				}
			}
		})
	}
}
