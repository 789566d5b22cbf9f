package frame

import (
	"bytes"
	"testing"
)

// tunnels are packets in packets from from4 or from6, with the inner one as what is wanted.
func tunnels() []sample {
	four, six := tunneled()
	in4, in6 := want4(tcp4).in(), want6(tcp6).in()
	frame := ether(typeVLAN, cat(u16(1, typeIPv4), four))
	over := func(protocol byte, parts ...[]byte) []byte { return ip4(protocol, cat(parts...)) }
	gre := func(flags, kind uint16, parts ...[]byte) []byte {
		return ip6(protoGRE, cat(u16(flags, kind), cat(parts...)))
	}
	vxlan := func(port uint16, head uint32, data []byte) []byte {
		return ip4(protoUDP, udp(port, cat(u32(head, 0x100), data)))
	}
	return []sample{
		{"IP in IP", LinkRaw, over(protoIPIP, four), in4},
		{"6in4", LinkRaw, over(protoIPv6, six), in6},
		{"4in6", LinkRaw, ip6(protoIPIP, four), in4},
		{"SRv6", LinkRaw, ip6(protoRouting, extension(protoIPv6, 2, six)), in6},
		{"SRv6, Ethernet", LinkRaw, ip6(protoRouting, extension(protoEthernet, 4, frame)), in4},
		{"GRE", LinkRaw, gre(0, typeIPv4, four), in4},
		{"GRE, all fields", LinkRaw, gre(greChecksum|greKey|greSequence, typeIPv6, zeros(12), six), in6},
		{"GRE, Ethernet", LinkRaw, gre(greKey, typeEthernet, zeros(4), frame), in4},
		{"GRE, MPLS", LinkRaw, gre(0, typeMPLS, u32(0x10140), four), in4},
		{"PPTP", LinkRaw, gre(greKey|greSequence|greAck|1, typePPP, zeros(12), u16(0xff03, 0x21), four), in4},
		{"ERSPAN", LinkRaw, gre(0, typeERSPAN, frame), in4},
		{"ERSPAN II", LinkRaw, gre(greSequence, typeERSPAN, zeros(12), frame), in4},
		{"ERSPAN III", LinkRaw, gre(greSequence, typeERSPAN3, zeros(16), frame), in4},
		{"ERSPAN III, subheader", LinkRaw, gre(greSequence, typeERSPAN3, zeros(15), []byte{1}, zeros(8), frame), in4},
		{"VXLAN", LinkEthernet, ether(typeIPv4, vxlan(portVXLAN, 8<<24, frame)), in4},
		{"VXLAN of old", LinkRaw, vxlan(portVXLANLinux, 8<<24, frame), in4},
		{"VXLAN-GPE", LinkRaw, vxlan(portVXLANGPE, 0xc<<24|2, six), in6},
		{"VXLAN-GPE, NSH", LinkRaw, vxlan(portVXLANGPE, 0xc<<24|4, cat([]byte{0, 2, 1, 3}, zeros(4), frame)), in4},
		{"Geneve", LinkRaw, vxlan(portGeneve, typeEthernet, frame), in4},
		{"Geneve, options", LinkRaw, vxlan(portGeneve, 2<<24|typeIPv6, cat(zeros(8), six)), in6},
		{"EtherIP", LinkRaw, over(protoEtherIP, []byte{0x30, 0}, frame), in4},
		{"MPLS in IP", LinkRaw, over(protoMPLS, u32(0x10140), six), in6},
		{"twice", LinkRaw, over(protoIPIP, ip4(protoIPv6, six)), in6},
	}
}

// A tunnel is entered if that is asked for, and only then.
func TestTunnels(t *testing.T) {
	for _, s := range tunnels() {
		var p Packet
		if err := Parse(&p, s.link, s.data, true); err != nil || p != s.want {
			t.Errorf("%s, inner: %v\n got %+v\nwant %+v", s.name, err, p, s.want)
		}
		err := Parse(&p, s.link, s.data, false)
		if (p.Source != from4 || p.Target != to4) && (p.Source != from6 || p.Target != to6) || p.TCPFlags != 0 {
			t.Errorf("%s, outer: %v, %+v", s.name, err, p)
		}
	}
}

// Where a tunnel has no IP packet that can be read, the outer one is what there is: at every cut,
// the packet is the outer or the inner one, and never a mixture.
func TestTunnelsWithoutPackets(t *testing.T) {
	for _, s := range tunnels() {
		var outer Packet
		if err := Parse(&outer, s.link, s.data, false); err != nil {
			t.Fatal(s.name, err)
		}
		entered := false
		for n := range len(s.data) {
			var p Packet
			switch err := Parse(&p, s.link, s.data[:n:n], true); {
			case err != nil && entered:
				t.Errorf("%s: %v of %d bytes", s.name, err, n)
			case err != nil:
			case p.Source == s.want.Source:
				entered = true
				if p.Target != s.want.Target || p.Length != s.want.Length {
					t.Errorf("%s: %d bytes of it are %+v", s.name, n, p)
				}
			case entered, p.Source != outer.Source, p.Target != outer.Target, p.TTL != outer.TTL:
				t.Errorf("%s: %d bytes of it are %+v", s.name, n, p)
			}
		}
		if !entered {
			t.Errorf("%s: never entered", s.name)
		}
	}
	for name, data := range map[string][]byte{
		"ARP in VXLAN":          ip4(protoUDP, udp(portVXLAN, cat(u32(8<<24, 0), ether(typeARP, zeros(40))))),
		"no identifier":         ip4(protoUDP, udp(portVXLAN, cat(u32(0, 0), ether(typeIPv4, ip4(protoTCP, tcp()))))),
		"Geneve of version 1":   ip4(protoUDP, udp(portGeneve, cat(u32(0x40<<24|typeIPv4, 0), ip4(protoTCP, tcp())))),
		"GRE of version 2":      ip4(protoGRE, cat(u16(2, typeIPv4), ip4(protoTCP, tcp()))),
		"GRE with a route":      ip4(protoGRE, cat(u16(greRouting, typeIPv4), ip4(protoTCP, tcp()))),
		"no packet in a tunnel": ip4(protoIPIP, zeros(40)),
		"AH without end":        ip4(protoIPIP, ip4(protoAH, bytes.Repeat([]byte{protoAH, 0, 0, 0, 0, 0, 0, 0}, 40))),
		"GRE that is cut":       ip4(protoGRE, u16(greKey)),
		"EtherIP that is cut":   ip4(protoEtherIP, zeros(1)),
		"VXLAN that is cut":     ip4(protoUDP, udp(portVXLAN, u32(8<<24))),
	} {
		var p, outer Packet
		if err := Parse(&outer, LinkRaw, data, false); err != nil {
			t.Fatal(name, err)
		}
		if err := Parse(&p, LinkRaw, data, true); err != nil || p != outer {
			t.Errorf("%s: %v, %+v", name, err, p)
		}
	}
}

// A tunnel in a tunnel in a tunnel is entered as far as the number of headers allows.
func TestManyTunnels(t *testing.T) {
	data := ip4(protoTCP, tcp())
	for range 200 {
		data = ip4(protoIPIP, data)
	}
	var p Packet
	if err := Parse(&p, LinkRaw, data, true); err != nil || p.Protocol != protoIPIP {
		t.Errorf("%v: %+v", err, p)
	}
	if want := uint32(len(data) - (maxHeaders-1)*size4); p.Length != want {
		t.Errorf("the innermost packet has %d bytes, want %d", p.Length, want)
	}
}
