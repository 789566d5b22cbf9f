package packets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// What the tests send: from clients to a server and back.
var (
	client  = netip.MustParseAddr("192.0.2.1")
	other   = netip.MustParseAddr("203.0.113.7")
	server  = netip.MustParseAddr("198.51.100.2")
	client6 = netip.MustParseAddr("2001:db8::1")
	server6 = netip.MustParseAddr("2001:db8:1::2")

	noon = time.Date(2026, 6, 1, 12, 0, 0, 123456000, time.UTC)
)

// serialize makes a packet of layers, with lengths and checksums.
func serialize(list ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	var network gopacket.NetworkLayer
	for _, l := range list {
		switch l := l.(type) {
		case gopacket.NetworkLayer:
			network = l
		case interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}:
			if err := l.SetNetworkLayerForChecksum(network); err != nil {
				panic(err)
			}
		}
	}
	o := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(b, o, list...); err != nil {
		panic(err)
	}
	return bytes.Clone(b.Bytes())
}

func ethernet(kind layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: kind}
}

func ip(from, to netip.Addr, protocol layers.IPProtocol) (layers.EthernetType, gopacket.SerializableLayer) {
	if from.Is4() {
		return layers.EthernetTypeIPv4, &layers.IPv4{Version: 4, TTL: 57, Id: 99, Protocol: protocol, SrcIP: from.AsSlice(),
			DstIP: to.AsSlice()}
	}
	return layers.EthernetTypeIPv6, &layers.IPv6{Version: 6, HopLimit: 57, NextHeader: protocol, SrcIP: from.AsSlice(),
		DstIP: to.AsSlice()}
}

type side struct {
	addr netip.Addr
	port uint16
}

// tcp is a segment, with the flags as in "SA".
func tcp(from, to side, flags string, seq, ack uint32, data string) []byte {
	kind, header := ip(from.addr, to.addr, layers.IPProtocolTCP)
	t := &layers.TCP{SrcPort: layers.TCPPort(from.port), DstPort: layers.TCPPort(to.port), Seq: seq, Ack: ack}
	for _, f := range flags {
		switch f {
		case 'S':
			t.SYN = true
		case 'A':
			t.ACK = true
		case 'P':
			t.PSH = true
		case 'R':
			t.RST = true
		case 'F':
			t.FIN = true
		}
	}
	return serialize(ethernet(kind), header, t, gopacket.Payload(data))
}

func udp(from, to side, size int) []byte {
	kind, header := ip(from.addr, to.addr, layers.IPProtocolUDP)
	u := &layers.UDP{SrcPort: layers.UDPPort(from.port), DstPort: layers.UDPPort(to.port)}
	return serialize(ethernet(kind), header, u, gopacket.Payload(make([]byte, size)))
}

func arp() []byte {
	return serialize(ethernet(layers.EthernetTypeARP), gopacket.Payload(make([]byte, 46)))
}

// packet is one of a file that a test writes by hand.
type packet struct {
	data   []byte
	at     time.Time
	length int // on the wire, that of data if it is 0
	index  int // of the interface
}

func (p packet) wire() uint32 { return uint32(max(p.length, len(p.data))) }

func at(data []byte, offset time.Duration) packet { return packet{data: data, at: noon.Add(offset)} }

// pcap writes a classic capture by hand.
func pcap(order binary.AppendByteOrder, nanoseconds bool, link, snap uint32, list ...packet) []byte {
	magic, unit := uint32(0xa1b2c3d4), time.Microsecond
	if nanoseconds {
		magic, unit = 0xa1b23c4d, time.Nanosecond
	}
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(order.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = order.AppendUint32(order.AppendUint32(b, snap), link)
	for _, p := range list {
		b = order.AppendUint32(b, uint32(p.at.Unix()))
		b = order.AppendUint32(b, uint32(time.Duration(p.at.Nanosecond())/unit))
		b = order.AppendUint32(order.AppendUint32(b, uint32(len(p.data))), p.wire())
		b = append(b, p.data...)
	}
	return b
}

// plainPcap is what most captures are.
func plainPcap(list ...packet) []byte { return pcap(binary.LittleEndian, false, 1, 262144, list...) }

// ng writes blocks of pcapng by hand.
type ng struct{ binary.AppendByteOrder }

func (n ng) block(kind uint32, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	body = append(body, make([]byte, -len(body)&3)...)
	size := uint32(12 + len(body))
	b := append(n.AppendUint32(n.AppendUint32(nil, kind), size), body...)
	return n.AppendUint32(b, size)
}

func (n ng) u16(list ...uint16) (b []byte) {
	for _, v := range list {
		b = n.AppendUint16(b, v)
	}
	return b
}

func (n ng) u32(list ...uint32) (b []byte) {
	for _, v := range list {
		b = n.AppendUint32(b, v)
	}
	return b
}

func (n ng) option(code uint16, value []byte) []byte {
	return slices.Concat(n.u16(code, uint16(len(value))), value, make([]byte, -len(value)&3))
}

func (n ng) section(major, minor uint16) []byte {
	return n.block(0x0a0d0d0a, n.u32(0x1a2b3c4d), n.u16(major, minor), n.u32(0xffffffff, 0xffffffff))
}

func (n ng) iface(link uint16, snap uint32, options ...[]byte) []byte {
	if len(options) > 0 {
		options = append(options, n.u32(0))
	}
	return n.block(1, n.u16(link, 0), n.u32(snap), slices.Concat(options...))
}

// packet has ticks of microseconds, unless the interface has others.
func (n ng) packet(p packet, ticks uint64, options ...[]byte) []byte {
	if ticks == 0 {
		ticks = uint64(p.at.UnixMicro())
	}
	return n.block(6, n.u32(uint32(p.index), uint32(ticks>>32), uint32(ticks), uint32(len(p.data)), p.wire()), p.data,
		make([]byte, -len(p.data)&3), slices.Concat(options...))
}

// readAll returns all events, and the error if it is another one than io.EOF.
func readAll(t testing.TB, file []byte, o Options) ([]Event, *Reader, error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), "test.pcap", o)
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
	var e Event
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		events = append(events, e)
	}
	if again := r.Next(&e); again != err {
		t.Errorf("after %v comes %v", err, again)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return events, r, err
}

// mustRead returns all events of a capture that is whole.
func mustRead(t testing.TB, file []byte, o Options) ([]Event, *Reader) {
	t.Helper()
	events, r, err := readAll(t, file, o)
	if err != nil {
		t.Fatal(err)
	}
	return events, r
}
