package packets

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// traffic draws packets with headers of all kinds.
type traffic struct{ *rand.Rand }

func (r traffic) oneIn(n int) bool { return r.IntN(n) == 0 }

func (r traffic) addr(is4 bool) netip.Addr {
	if is4 {
		return netip.AddrFrom4([4]byte{byte(1 + r.IntN(120)), byte(r.Uint32()), byte(r.Uint32()), byte(1 + r.IntN(254))})
	}
	b := client6.As16()
	binary.BigEndian.PutUint64(b[8:], r.Uint64())
	return netip.AddrFrom16(b)
}

// ip draws an IP packet and what is in it. Depth is that of tunnels which it may enter.
func (r traffic) ip(depth int) (layers.EthernetType, []gopacket.SerializableLayer) {
	is4 := !r.oneIn(3)
	port := func() uint16 { return uint16(40000 + r.IntN(9000)) }
	var protocol layers.IPProtocol
	var inside []gopacket.SerializableLayer
	switch n := r.IntN(9); {
	case depth > 0 && n == 0:
		kind, packet := r.ip(depth - 1)
		protocol = layers.IPProtocolIPv4
		if kind == layers.EthernetTypeIPv6 {
			protocol = layers.IPProtocolIPv6
		}
		inside = packet
	case depth > 0 && n == 1:
		kind, packet := r.ip(depth - 1)
		protocol = layers.IPProtocolGRE
		inside = append(inside, &layers.GRE{Protocol: kind, KeyPresent: r.oneIn(2), Key: 7, SeqPresent: r.oneIn(2)})
		inside = append(inside, packet...)
	case depth > 0 && n == 2:
		protocol = layers.IPProtocolUDP
		inside = append(inside, &layers.UDP{SrcPort: layers.UDPPort(port()), DstPort: 4789},
			&layers.VXLAN{ValidIDFlag: true, VNI: 7})
		inside = append(inside, r.ethernet(depth-1)...)
	case n < 6:
		protocol = layers.IPProtocolTCP
		inside = append(inside, &layers.TCP{SrcPort: layers.TCPPort(port()), DstPort: layers.TCPPort(port()),
			Seq: r.Uint32(), Ack: r.Uint32(), SYN: r.oneIn(3), ACK: !r.oneIn(3), PSH: r.oneIn(2), RST: r.oneIn(9)})
	case n < 8:
		protocol = layers.IPProtocolUDP
		inside = append(inside, &layers.UDP{SrcPort: layers.UDPPort(port()), DstPort: layers.UDPPort(port())})
	default:
		protocol = layers.IPProtocolSCTP
		inside = append(inside, &layers.SCTP{SrcPort: layers.SCTPPort(port()), DstPort: layers.SCTPPort(port())})
	}
	kind, header := ip(r.addr(is4), r.addr(is4), protocol)
	if h, ok := header.(*layers.IPv4); ok && r.oneIn(9) {
		h.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}}
	}
	return kind, append([]gopacket.SerializableLayer{header}, inside...)
}

// ethernet draws a frame with tags, labels or a session.
func (r traffic) ethernet(depth int) (list []gopacket.SerializableLayer) {
	kind, packet := r.ip(depth)
	e := ethernet(kind)
	list = append(list, e)
	for range r.IntN(3) {
		list = append(list, &layers.Dot1Q{VLANIdentifier: 7, Type: kind})
		e.EthernetType = layers.EthernetTypeDot1Q
	}
	if tags := list[1:]; len(tags) == 2 {
		tags[0].(*layers.Dot1Q).Type = layers.EthernetTypeDot1Q
	}
	last := func(to layers.EthernetType) {
		if len(list) > 1 {
			list[len(list)-1].(*layers.Dot1Q).Type = to
		} else {
			e.EthernetType = to
		}
	}
	switch r.IntN(6) {
	case 0:
		last(layers.EthernetTypeMPLSUnicast)
		list = append(list, &layers.MPLS{Label: 20, TTL: 9}, &layers.MPLS{Label: 21, TTL: 9, StackBottom: true})
	case 1:
		last(layers.EthernetTypePPPoESession)
		of := layers.PPPTypeIPv4
		if kind == layers.EthernetTypeIPv6 {
			of = layers.PPPTypeIPv6
		}
		list = append(list, &layers.PPPoE{Version: 1, Type: 1, SessionId: 3}, &layers.PPP{PPPType: of})
	}
	return append(list, packet...)
}

// fields are what tshark says about each packet, of the outer headers or of the inner ones.
func fields(t *testing.T, file, occurrence string) (lines []string) {
	t.Helper()
	args := []string{"-n", "-r", file, "-T", "fields", "-E", "separator=|", "-E", "occurrence=" + occurrence,
		"-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"}
	for _, f := range []string{"frame.len", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport",
		"udp.srcport", "udp.dstport", "sctp.srcport", "sctp.dstport", "tcp.flags"} {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	out, err := cmd.Output()
	if err != nil {
		t.Skip("tshark: ", err)
	}
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// says reports whether tshark's words about a packet agree with an event. Where a packet has both
// families, their order is not told, so that either may be meant.
func says(line string, e Event) bool {
	f := strings.Split(line, "|")
	if len(f) != 12 || f[0] != fmt.Sprint(e.Bytes) {
		return false
	}
	addresses := f[1:3]
	if !e.Source.Is4() {
		addresses = f[3:5]
	}
	ports, flags := []string{"", ""}, ""
	switch e.Protocol {
	case 6:
		ports, flags = f[5:7], f[11]
	case 17:
		ports = f[7:9]
	case 132:
		ports = f[9:11]
	default:
		e.SourcePort, e.TargetPort = 0, 0
	}
	want := []string{e.Source.String(), e.Target.String()}
	if e.SourcePort != 0 {
		want = append(want, fmt.Sprint(e.SourcePort), fmt.Sprint(e.TargetPort))
	} else {
		want = append(want, "", "")
	}
	if e.Protocol == 6 {
		return slices.Equal(append(addresses, ports...), want) && flags == fmt.Sprintf("0x%04x", e.TCPFlags)
	}
	return slices.Equal(append(slices.Clone(addresses), ports...), want)
}

// Packets are read as tshark reads them.
func TestAgainstTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("needs tshark")
	}
	r := traffic{rand.New(rand.NewPCG(1, 2))}
	var frames, bare []packet
	for range 3000 {
		frames = append(frames, at(serialize(append(r.ethernet(2), gopacket.Payload(make([]byte, r.IntN(40))))...), 0))
		_, packet := r.ip(2)
		bare = append(bare, at(serialize(append(packet, gopacket.Payload(make([]byte, r.IntN(40))))...), 0))
	}
	cooked := func(list []packet) (out []packet) {
		for _, p := range list {
			kind := uint16(layers.EthernetTypeIPv4)
			if p.data[0]>>4 == 6 {
				kind = uint16(layers.EthernetTypeIPv6)
			}
			p.data = slices.Concat(big.u16(0, 1, 6, 0, 0, 0, 0, kind), p.data)
			out = append(out, p)
		}
		return out
	}
	blocks := slices.Concat(little.section(1, 0), little.iface(101, 0), little.iface(1, 0))
	for i, p := range frames {
		p.index = 1
		blocks = slices.Concat(blocks, little.packet(p, 0), little.packet(bare[i], 0))
	}
	for name, file := range map[string][]byte{
		"ethernet.pcap": plainPcap(frames...),
		"raw.pcap":      pcap(binary.BigEndian, true, 101, 65535, bare...),
		"sll.pcap":      pcap(binary.LittleEndian, true, 113, 65535, cooked(bare)...),
		"both.pcapng":   blocks,
	} {
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, file, 0o600))
		for occurrence, inner := range map[string]bool{"f": false, "l": true} {
			events, reader := mustRead(t, file, Options{Inner: inner})
			lines := fields(t, path, occurrence)
			if len(lines) != len(events) {
				t.Fatalf("%s: %d packets of tshark, %d events, %+v", name, len(lines), len(events), reader.Account())
			}
			differ := 0
			for i, e := range events {
				if !says(lines[i], e) {
					if differ++; differ < 5 {
						t.Errorf("%s, inner %v, packet %d: tshark says %s, not %+v", name, inner, i+1, lines[i], e)
					}
				}
			}
			if differ > 0 {
				t.Errorf("%s, inner %v: %d of %d differ", name, inner, differ, len(events))
			}
		}
	}
}
