package netflow

import (
	"errors"
	"slices"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

func isInvalid(err error) bool { return errors.Is(err, attribution.ErrInvalidOptions) }

// ratesOf are the rates of events.
func ratesOf(events []monitor.Event) (rates []uint32) {
	for _, e := range events {
		rates = append(rates, e.SamplingRate)
	}
	return rates
}

// The rate of a record is its own, else that of its sampler, else that of its domain.
func TestRates(t *testing.T) {
	plain := templateOf(300, spec{8, 4, 0}, spec{2, 4, 0})
	sampled := templateOf(301, spec{8, 4, 0}, spec{2, 4, 0}, spec{48, 2, 0})
	selected := templateOf(302, spec{8, 4, 0}, spec{2, 4, 0}, spec{302, 8, 0})
	own := templateOf(303, spec{8, 4, 0}, spec{2, 4, 0}, spec{48, 2, 0}, spec{34, 4, 0})
	bySampler := options10(400, 1, spec{48, 1, 0}, spec{50, 4, 0})
	byDomain := options10(401, 1, spec{149, 4, 0}, spec{305, 4, 0}, spec{306, 4, 0})
	templates := slices.Concat(set(2, plain, sampled, selected, own), set(3, bySampler, byDomain))
	record := put(nil, "203.0.113.1", uint32(1))
	for _, tt := range []struct {
		name string
		sets [][]byte
		want []uint32
	}{
		{"nothing is told", [][]byte{set(300, record), set(301, record, put(nil, uint16(1)))}, []uint32{0, 0}},
		{"the domain", [][]byte{set(401, put(nil, uint32(0), uint32(1), uint32(99))), set(300, record),
			set(301, record, put(nil, uint16(1)))}, []uint32{100, 100}},
		{"two samplers", [][]byte{set(400, put(nil, uint8(1), uint32(10), uint8(2), uint32(1000))), set(301, record,
			put(nil, uint16(1)),
			record, put(nil, uint16(2)), record, put(nil, uint16(3))), set(300, record)}, []uint32{10, 1000, 0, 0}},
		{"a selector", [][]byte{set(400, put(nil, uint8(7), uint32(70))), set(302, record, put(nil, uint64(7)))},
			[]uint32{70}},
		{"a sampler before the domain", [][]byte{set(401, put(nil, uint32(0), uint32(1), uint32(99))),
			set(400, put(nil, uint8(1), uint32(10))), set(301, record, put(nil, uint16(1)), record, put(nil, uint16(9)))},
			[]uint32{10, 100}},
		{"the record itself", [][]byte{set(400, put(nil, uint8(1), uint32(10))), set(303, record, put(nil, uint16(1),
			uint32(5)),
			record, put(nil, uint16(1), uint32(0)))}, []uint32{5, 10}},
		{"a rate that changes", [][]byte{set(400, put(nil, uint8(1), uint32(10))), set(301, record, put(nil, uint16(1))),
			set(400, put(nil, uint8(1), uint32(20))), set(301, record, put(nil, uint16(1)))}, []uint32{10, 20}},
	} {
		d := decoder(t, Options{})
		events := d.Decode(nil, router, start, message10(0, 1, append([][]byte{templates}, tt.sets...)...))
		if got := ratesOf(events); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %d, want %d; %+v", tt.name, got, tt.want, d.Account())
		}
		unknown := 0
		for _, rate := range tt.want {
			if rate == 0 {
				unknown++
			}
		}
		if n := notesOf(d.Account())["NO_RATE"]; int(n) != unknown {
			t.Errorf("%s: %d without a rate, want %d", tt.name, n, unknown)
		}
		d = decoder(t, Options{SamplingRate: 77})
		for _, e := range d.Decode(nil, router, start, message10(0, 1, append([][]byte{templates}, tt.sets...)...)) {
			if e.SamplingRate != 77 {
				t.Errorf("%s: %d in spite of the option", tt.name, e.SamplingRate)
			}
		}
		if n := notesOf(d.Account())["NO_RATE"]; n != 0 {
			t.Errorf("%s: %d without a rate in spite of the option", tt.name, n)
		}
	}
	// Options of another domain, and those of v9, whose kinds of scope are no elements.
	d := decoder(t, Options{})
	d.Decode(nil, router, start, message10(0, 1, templates, set(401, put(nil, uint32(0), uint32(1), uint32(99)))))
	if got := ratesOf(d.Decode(nil, router, start, message10(0, 2, templates, set(300, record)))); !slices.Equal(got,
		[]uint32{0}) {
		t.Errorf("another domain: %d", got)
	}
	v9 := message9(3, 1, 0, t256, set(1, options9(400, 1, spec{1, 4, 0}, spec{34, 4, 0}, spec{35, 1, 0})),
		set(400, put(nil, uint32(5), uint32(64), uint8(2))), d256)
	if got := ratesOf(d.Decode(nil, router, start, v9)); !slices.Equal(got, []uint32{64, 64}) {
		t.Errorf("v9: %d", got)
	}
	if got := ratesOf(d.Decode(nil, router, start, message5(1, 1, 1<<14|500, 1))); !slices.Equal(got, []uint32{500}) {
		t.Errorf("v5: %d", got)
	}
	if got := ratesOf(d.Decode(nil, router, start, messageS(1, 1, sample))); !slices.Equal(got, []uint32{512}) {
		t.Errorf("sFlow: %d", got)
	}
}

func TestRatios(t *testing.T) {
	const most = 1<<32 - 1
	specs := []spec{{8, 4, 0}, {310, 8, 0}, {309, 8, 0}, {305, 8, 0}, {306, 8, 0}, {34, 8, 0}, {50, 8, 0}}
	for _, tt := range []struct {
		v    [6]uint64
		want uint32
	}{
		{[6]uint64{1000, 1}, 1000}, {[6]uint64{1000, 3}, 333}, {[6]uint64{1001, 2}, 501}, {[6]uint64{5, 10}, 0},
		{[6]uint64{1 << 63, 1}, most}, {[6]uint64{1<<64 - 1, 1<<64 - 1}, 1}, {[6]uint64{1000, 0, 10, 990}, 100},
		{[6]uint64{0, 0, 1<<64 - 1, 1<<64 - 1}, most}, {[6]uint64{0, 0, 250}, 250}, {[6]uint64{0, 0, 250, 0, 34}, 34},
		{[6]uint64{0, 0, 250, 0, 0, 50}, 50}, {[6]uint64{}, 0}, {[6]uint64{0, 0, 0, 0, 1}, 1},
	} {
		var values []byte
		for _, v := range tt.v {
			values = put(values, v)
		}
		events := decoder(t, Options{}).Decode(nil, router, start, message10(0, 1, set(2, templateOf(300, specs...)),
			set(300, put(nil, "203.0.113.1"), values)))
		if len(events) != 1 || events[0].SamplingRate != tt.want {
			t.Errorf("%d: %d, want %d", tt.v, ratesOf(events), tt.want)
		}
	}
}

// What the transport says of a source is conservative.
func TestTransport(t *testing.T) {
	specs := []spec{{8, 4, 0}, {12, 4, 0}, {7, 2, 0}, {11, 2, 0}, {4, 1, 0}, {6, 2, 0}, {2, 4, 0}, {2, 4, reversed}, {6,
		1, reversed}}
	type sent struct {
		port, to       uint16
		protocol       uint8
		flags          uint16
		packets, backs uint32
		backFlags      uint8
		wantPort       uint16
		wantFlags      uint8
		handshake      bool
	}
	for _, tt := range []sent{
		{port: 53, to: 4000, protocol: udp, packets: 3, wantPort: 53},
		{port: 443, to: 4000, protocol: tcp, flags: 0x12, packets: 1, wantFlags: 0x12},
		{port: 443, to: 4000, protocol: tcp, flags: 0x12, packets: 5, wantFlags: 0x12},
		{port: 4000, to: 443, protocol: tcp, flags: 0x12, packets: 2},                   // a client that sent no data
		{port: 4000, to: 4001, protocol: tcp, flags: 0x12, packets: 2},                  // who knows
		{port: 4000, to: 443, protocol: tcp, flags: 0x11b, packets: 9, wantFlags: 0x1b}, // one direction proves nothing
		{port: 4000, to: 443, protocol: tcp, flags: 0x1b, packets: 9, backs: 8, backFlags: 0x1b, wantFlags: 0x1b,
			handshake: true},
		{port: 4000, to: 443, protocol: tcp, flags: 0x1b, packets: 9, backs: 8, backFlags: 0x12, wantFlags: 0x1b},
		{port: 4000, to: 443, protocol: tcp, flags: 0x1b, packets: 9, backs: 8, backFlags: 0x1e, wantFlags: 0x1b},
		{port: 8, to: 0, protocol: 1, packets: 1},
	} {
		events := decoder(t, Options{}).Decode(nil, router, start, message10(0, 1, set(2, templateOf(300, specs...)),
			set(300, put(nil, "203.0.113.1", "198.51.100.7", tt.port, tt.to, tt.protocol, tt.flags, tt.packets, tt.backs,
				tt.backFlags))))
		if e := events[0]; e.SourcePort != tt.wantPort || e.TCPFlags != tt.wantFlags || e.Handshake != tt.handshake ||
			e.Protocol != tt.protocol {
			t.Errorf("%+v: %+v", tt, e)
		}
		if len(events) > 1 {
			back := events[1]
			if back.Source != events[0].Target.Addr() || back.Target.Addr() != events[0].Source || back.Handshake ||
				back.Events != uint64(tt.backs) || back.TCPFlags != tt.backFlags && tt.backFlags != 0x12 {
				t.Errorf("%+v: back %+v", tt, back)
			}
		}
	}
}
