package packets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// Every packet of a capture is an event, or the account says why it is none.
func TestAccount(t *testing.T) {
	web := tcp(side{client, 40000}, side{server, 443}, "SP", 1, 0, "data of some length")
	nobody := udp(side{netip.IPv4Unspecified(), 68}, side{netip.MustParseAddr("255.255.255.255"), 67}, 40)
	mapped := udp(side{netip.MustParseAddr("::ffff:192.0.2.1"), 68}, side{server6, 67}, 40)
	wrong := bytes.Clone(web)
	wrong[ethernetHeader] = 0x41 // a header of 4 bytes
	const v4, v6 = 14 + 20, 14 + 40
	file := slices.Concat(little.section(1, 0), little.iface(1, 0), little.iface(147, 0))
	for _, p := range []packet{
		at(arp(), 0), at(nobody, 0), at(web, time.Second), at(wrong, 0), {data: web, at: noon, index: 1},
		{data: web[:v4-1], at: noon, length: len(web)}, {data: web[:v4], at: noon, length: len(web)},
		{data: web[:v4+4], at: noon, length: len(web)}, {data: web[:v4+14], at: noon, length: len(web)},
		at(mapped, 0), at(nil, 0), at(arp(), 0),
	} {
		file = append(file, little.packet(p, 0)...)
	}
	events, r := mustRead(t, file, Options{})
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprintf("%v:%d>%v:%d %d bytes, flags %#x", e.Source, e.SourcePort, e.Target, e.TargetPort,
			e.Bytes, e.TCPFlags))
	}
	if want := []string{
		"192.0.2.1:40000>198.51.100.2:443 73 bytes, flags 0xa", "192.0.2.1:0>198.51.100.2:0 73 bytes, flags 0x0",
		"192.0.2.1:40000>198.51.100.2:443 73 bytes, flags 0x0", "192.0.2.1:40000>198.51.100.2:443 73 bytes, flags 0xa",
	}; !slices.Equal(got, want) {
		t.Errorf("events %q\nwant %q", got, want)
	}
	want := attribution.Account{
		Format: "PCAPNG", Records: 4, From: noon, To: noon.Add(time.Second),
		Lost:  map[attribution.Loss]uint64{attribution.LostUnread: 6},
		First: map[attribution.Loss]string{attribution.LostUnread: "packet 2"},
		Unread: []attribution.Unread{
			{Code: "TRUNCATED", Records: 2, First: "packet 6"}, {Code: "NO_SOURCE", Records: 2, First: "packet 2"},
			{Code: "MALFORMED", Records: 1, First: "packet 4"}, {Code: "UNKNOWN_LINK", Records: 1, First: "packet 5"},
		},
		Notes: []attribution.Note{
			{Code: "NOT_IP", Value: 2}, {Code: "SNAPPED", Value: 3}, {Code: "NO_TRANSPORT", Value: 2},
		},
	}
	if a := r.Account(); fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", want) {
		t.Errorf("account\n got %+v\nwant %+v", a, want)
	}
}

// Lost says how many packets were lost before each event.
func TestLost(t *testing.T) {
	good, bad := udp(side{client, 1}, side{server, 2}, 9), []byte{1}
	r, err := NewReader(bytes.NewReader(plainPcap(at(bad, 0), at(bad, 0), at(good, 0), at(good, 0), at(bad, 0))), "x",
		Options{})
	must(t, err)
	var got []uint64
	for e := new(Event); err == nil; {
		err = r.Next(e)
		got = append(got, r.Lost())
	}
	if err != io.EOF || !slices.Equal(got, []uint64{2, 2, 3}) {
		t.Errorf("%v: %d", err, got)
	}
}

// With Local, what goes to others is no event, but a SYN-ACK on its way out still counts.
func TestLocal(t *testing.T) {
	local, err := geo.ReadPrefixSet("local", strings.NewReader("198.51.100.0/24\n2001:db8:1::/48\n"))
	must(t, err)
	c, s := side{client, 40000}, side{server, 443}
	file := plainPcap(
		at(tcp(c, s, "S", 7, 0, ""), 0), at(tcp(s, c, "SA", 100, 8, ""), 0), at(tcp(c, s, "A", 8, 101, ""), 0),
		at(tcp(s, c, "PA", 101, 8, "banner"), 0), at(udp(side{server6, 5}, side{client6, 5}, 9), 0),
		at(udp(side{client6, 5}, side{server6, 5}, 9), 0),
	)
	events, r := mustRead(t, file, Options{Local: local})
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprint(e.Target, " ", e.Handshake))
	}
	if want := []string{"198.51.100.2 false", "198.51.100.2 true", "2001:db8:1::2 false"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if a := r.Account(); a.Records != 3 || fmt.Sprint(a.Notes) != "[{INBOUND_ONLY 3 }]" {
		t.Errorf("%+v", a)
	}
	if events, _ := mustRead(t, file, Options{}); len(events) != 6 {
		t.Errorf("%d events without the option", len(events))
	}
}

// The outer header counts, unless the inner one is asked for.
func TestInner(t *testing.T) {
	kind, outer := ip(other, server, layers.IPProtocolUDP)
	file := plainPcap(at(serialize(ethernet(kind), outer, &layers.UDP{SrcPort: 7, DstPort: 4789},
		&layers.VXLAN{ValidIDFlag: true, VNI: 5}, gopacket.Payload(udp(side{client, 9}, side{server, 10}, 20))), 0))
	for inner, want := range map[bool]string{false: "203.0.113.7 7 4789", true: "192.0.2.1 9 10"} {
		events, _ := mustRead(t, file, Options{Inner: inner})
		if e := events[0]; fmt.Sprint(e.Source, e.SourcePort, e.TargetPort) != want {
			t.Errorf("inner %v: %+v", inner, e)
		}
	}
}

// What is no capture is refused at once, with its name.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ data, message string }{
		"nothing":      {"", "it has 0 bytes"},
		"short":        {"\xd4\xc3\xb2", "it has 3 bytes"},
		"a log":        {"192.0.2.1 - -", "it begins with 3139322e"},
		"a link":       {string(pcap(binary.LittleEndian, false, 147, 65535)), "type of link 147"},
		"a version":    {"\xd4\xc3\xb2\xa1\x01\x00\x04\x00" + strings.Repeat("\x00", 16), "version 1"},
		"half a head":  {string(plainPcap()[:23]), "unexpected EOF"},
		"bad gzip":     {"\x1f\x8bxxxxxxxxxxx", "gzip"},
		"bad zstd":     {"\x28\xb5\x2f\xfdxxxxxxxxxxx", ""},
		"a section":    {string(little.section(2, 0)), "no section of a known version"},
		"a byte order": {string(little.block(0x0a0d0d0a, little.u32(1, 2, 3, 4))), "byte order"},
	} {
		_, err := NewReader(strings.NewReader(c.data), name, Options{})
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.message) ||
			!strings.HasPrefix(err.Error(), `"`+name+`": `) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// damage are files that make no sense behind their first packets, of which there are so many.
func damage() map[string]struct {
	file []byte
	good int
} {
	p := at(udp(side{client, 1}, side{server, 2}, 9), 0)
	ngHead := slices.Concat(little.section(1, 0), little.iface(1, 0), little.packet(p, 0))
	huge := little.u32(0, 0, 0, 0x7fffffff, 0x7fffffff)
	return map[string]struct {
		file []byte
		good int
	}{
		"longer than on the wire": {append(plainPcap(p), plainPcap(packet{data: p.data})[24:36]...), 1},
		"captured beyond":         {append(plainPcap(p), little.u32(1, 1, 60, 30)...), 1},
		"huge packet":             {append(plainPcap(p), little.u32(1, 1, 1<<31, 1<<31)...), 1},
		"text":                    {append(plainPcap(p, p), bytes.Repeat([]byte("damaged "), 99)...), 2},
		"unknown interface":       {append(ngHead, little.packet(packet{data: p.data, index: 7}, 1)...), 1},
		"huge packet in pcapng":   {append(ngHead, little.block(6, huge)...), 1},
		"short block":             {append(slices.Clone(ngHead), little.u32(6, 4, 4)...), 1},
		"no interface":            {slices.Concat(little.section(1, 0), little.packet(p, 1)), 0},
		"resolution":              {slices.Concat(ngHead, little.iface(1, 0, little.option(9, []byte{99}))), 1},
		"byte order":              {append(slices.Clone(ngHead), little.u32(0x0a0d0d0a, 28, 1, 2, 3, 4, 5)...), 1},
		"statistics of nothing":   {append(slices.Clone(ngHead), little.block(5, little.u32(9, 0, 0))...), 1},
	}
}

// What comes before the damage is read, and the account is not silent about it.
func TestDamaged(t *testing.T) {
	for name, d := range damage() {
		events, r, err := readAll(t, d.file, Options{})
		if len(events) != d.good {
			t.Errorf("%s: %d events, want %d", name, len(events), d.good)
		}
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if a := r.Account(); a.Lost[attribution.LostUnread] == 0 {
			t.Errorf("%s: %v, %+v", name, err, a)
		}
	}
}

// Packets of the usual form allocate nothing.
func TestNoAllocations(t *testing.T) {
	const n = 4000
	var list []packet
	for i := range n {
		c, s := side{netip.AddrFrom4([4]byte{77, 1, byte(i / 250), byte(i % 250)}), uint16(1024 + i)}, side{server, 443}
		list = append(list, at(tcp(c, s, "A", 1, 2, "some data"), 0), at(udp(side{client6, 5}, side{server6, 6}, 70), 0))
	}
	blocks := slices.Concat(little.section(1, 0), little.iface(1, 0))
	for _, p := range list {
		blocks = append(blocks, little.packet(p, 0)...)
	}
	for name, file := range map[string][]byte{"pcap": plainPcap(list...), "pcapng": blocks} {
		r, err := NewReader(bytes.NewReader(file), name, Options{})
		must(t, err)
		var e Event
		if allocs := testing.AllocsPerRun(2*n-10, func() {
			if err := r.Next(&e); err != nil {
				t.Fatal(err)
			}
		}); allocs > 0 {
			t.Errorf("%s: %v allocations a packet", name, allocs)
		}
	}
}
