package plausible

import (
	"math"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
)

func TestTransport(t *testing.T) {
	const fin, psh = 0x01, 0x08
	for _, c := range []struct {
		handshake bool
		protocol  uint8
		port      uint16
		flags     uint8
		facts     uint8
		common    uint16
	}{
		{facts: 0},
		{port: 53, flags: syn | ack, facts: 0}, // of what protocol?
		{protocol: 1, port: 53, facts: 0},      // ICMP has no ports
		{protocol: udp, facts: 0},              // a later fragment
		{protocol: udp, port: 53, facts: snapshot.Answered, common: 53},
		{protocol: udp, port: 500, facts: snapshot.Answered, common: 500},
		{protocol: udp, port: 4500, facts: snapshot.Answered, common: 4500},
		{protocol: udp, port: 47808, facts: snapshot.Answered, common: 47808},
		{protocol: udp, port: 443, facts: snapshot.Answered, common: 443}, // no client of QUIC sends from it
		{protocol: udp, port: 40000, facts: snapshot.Asked, common: 40000},
		{protocol: udp, port: 65535, facts: snapshot.Asked, common: 65535},
		{handshake: true, protocol: udp, port: 53, facts: snapshot.Handshake},
		{protocol: tcp, port: 53, facts: 0},
		{protocol: tcp, flags: syn, facts: snapshot.Asked},
		{protocol: tcp, flags: ack, facts: snapshot.Asked},
		{protocol: tcp, flags: syn | ack, facts: snapshot.Answered},
		{protocol: tcp, flags: rst, facts: snapshot.Answered},
		{protocol: tcp, flags: rst | ack, facts: snapshot.Answered},
		{protocol: tcp, flags: syn | rst, facts: snapshot.Asked},             // a scanner gives up
		{protocol: tcp, flags: syn | ack | psh | fin, facts: snapshot.Asked}, // all of a connection
		{protocol: tcp, flags: rst | ack | psh, facts: snapshot.Asked},       // the end of one
		{handshake: true, protocol: tcp, flags: rst, facts: snapshot.Handshake},
	} {
		facts, common := Transport(c.handshake, c.protocol, c.port, c.flags)
		if facts != c.facts || common != c.common {
			t.Errorf("%+v: facts %d, port %d", c, facts, common)
		}
	}
}

// The ports of services are few of those that a client may have, and all that the published
// tables have in common.
func TestPortsOfServices(t *testing.T) {
	n := 0
	for port := 1024; port <= math.MaxUint16; port++ {
		if answersFrom(uint16(port)) {
			n++
		}
	}
	if n < 30 || n > 64 {
		t.Errorf("%d ports of services from 1024 on, want about 1 in 1,000", n)
	}
	for _, port := range []uint16{
		17, 19, 53, 69, 111, 123, 137, 161, 389, 427, 500, 520, 1194, 1434, 1604, 1701, 1900, 3283, 3389, 3478, 3702,
		4500, 5093, 5353, 5683, 6881, 10001, 10074, 11211, 27015, 27960, 32414, 33848, 37810, 47808,
	} {
		if !answersFrom(port) {
			t.Errorf("port %d is missing", port)
		}
	}
}

// from are n sources, each with the events of the given ports.
func from(n, first int, ports ...uint16) (records []record) {
	for i := range n {
		for _, port := range ports {
			e := block.Event{Events: 1}
			e.Facts, e.Port = Transport(false, udp, port, 0)
			records = append(records, record{world.IP("RU", (first+i)<<8), e})
		}
	}
	return records
}

func joined(lists ...[]record) (all []record) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// Nearly all sources share one port by no chance. Which port it is does not matter, nor what
// came without one.
func TestOnePortForAll(t *testing.T) {
	unknown := one(several(1000, func(i int) netip.Addr { return world.IP("US", i<<8) }))
	for _, c := range []struct {
		name    string
		records []record
		want    float64 // of the sources
	}{
		{"one port", from(30, 0, 40000), 1},
		{"too few to tell", from(29, 0, 40000), 0},
		{"95 of 100", joined(from(95, 0, 40000), from(5, 95, 50000)), .95},
		{"94 of 100", joined(from(94, 0, 40000), from(6, 94, 50000)), 0},
		{"94 of 100, the others first", joined(from(6, 94, 50000), from(94, 0, 40000)), 0},
		{"95 of 100, six of them from two", joined(from(95, 0, 40000), from(6, 0, 50000), from(5, 95, 50000)), 0},
		{"fragments come with it", joined(from(40, 0, 40000), from(40, 0, 0)), 1},
		{"each from two", from(100, 0, 40000, 50000), 0},
		{"each from the last port", from(100, 0, 65535), 0}, // which stands for several
		{"most without a port", joined(from(100, 0, 40000), unknown), 100. / 1100},
		{"a service's port", from(29, 0, 53), 1},
		{"two services", from(29, 0, 53, 123), 1},
		{"a service's port and others", from(29, 0, 40000, 53, 50000), 0}, // ever new ports
		{"no port", unknown, 0},
	} {
		for _, size := range []int{1 << 16, 1024} {
			o := options()
			o.SampleSize = size
			got := Examine(viewOf(world.Table(), o, c.records)).Reflected(Sources)
			if size == 1<<16 && math.Abs(got-c.want) > 1e-12 || math.Abs(got-c.want) > .02 {
				t.Errorf("%s: %v are reflectors, want %v", c.name, got, c.want)
			}
		}
	}
	reserved := from(100, 0, 40000)
	for i := range reserved {
		reserved[i].source = world.IP("reserved", i)
	}
	f := Examine(viewOf(world.Table(), options(), joined(reserved, from(29, 0, 40000))))
	if got := f.Reflected(Sources); got != 0 {
		t.Errorf("reserved sources are taken for public ones: %v", got)
	}
}

// A source is a reflector by TCP if answers are all that it sends.
func TestAnswersAlone(t *testing.T) {
	for _, c := range []struct {
		name  string
		flags []uint8
		want  float64
	}{
		{"SYN-ACKs", []uint8{0x12, 0x12}, 1},
		{"RSTs", []uint8{0x14, 0x04}, 1},
		{"a server that gave up", []uint8{0x12, 0x04}, 1},
		{"the packets of a client", []uint8{0x02, 0x10, 0x18, 0x14}, 0},
		{"the end of a connection", []uint8{0x10, 0x14}, 0},
		{"flows of a client", []uint8{0x12, 0x1b}, 0},
		{"nothing known", []uint8{0}, 0},
	} {
		var records []record
		for i := range 50 {
			for _, flags := range c.flags {
				e := block.Event{Events: 1}
				e.Facts, e.Port = Transport(false, tcp, 443, flags)
				records = append(records, record{world.IP("RU", i<<8), e})
			}
		}
		f := Examine(viewOf(world.Table(), options(), records))
		if got := f.Reflected(Sources); got != c.want {
			t.Errorf("%s: %v are reflectors, want %v", c.name, got, c.want)
		}
		if got := f.ReflectionUntested(); (got == 1) != (c.flags[0] == 0) || got != 0 && got != 1 {
			t.Errorf("%s: %v are untested", c.name, got)
		}
	}
}

// Untested is of what nothing is known, neither a handshake nor the transport.
func TestReflectionUntested(t *testing.T) {
	records := joined(from(10, 0, 53), from(10, 10, 40000), from(10, 20, 0))
	for i := range 10 {
		records = append(records, record{world.IP("RU", (30+i)<<8), with(snapshot.Handshake)})
		records = append(records, record{world.IP("reserved", i), block.Event{Events: 1}})
	}
	if got := Examine(viewOf(world.Table(), options(), records)).ReflectionUntested(); got != .25 {
		t.Errorf("%v, want 10 of 40", got)
	}
	if got := Examine(viewOf(world.Table(), options(), nil)).ReflectionUntested(); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
