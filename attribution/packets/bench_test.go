package packets

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/whence-go/whence/internal/frame"
)

// BenchmarkReader measures a capture of connections from many sources. One operation is one
// packet, read from memory to its event.
func BenchmarkReader(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	var list []packet
	for range 1 << 10 {
		c := side{netip.AddrFrom4([4]byte{77, byte(r.Uint32()), byte(r.Uint32()), 1}), uint16(1024 + r.IntN(60000))}
		s := side{server, 443}
		list = append(list, at(tcp(c, s, "S", 7, 0, ""), 0), at(tcp(s, c, "SA", 100, 8, ""), 0),
			at(tcp(c, s, "A", 8, 101, ""), 0), at(tcp(c, s, "PA", 8, 101, "some question"), 0),
			at(udp(side{c.addr, 53}, s, r.IntN(1200)), 0))
	}
	blocks := slices.Concat(little.section(1, 0), little.iface(1, 0))
	for _, p := range list {
		blocks = append(blocks, little.packet(p, 0)...)
	}
	for _, c := range []struct {
		name string
		file []byte
	}{{"format=pcap", plainPcap(list...)}, {"format=pcapng", blocks}} {
		proven := 0
		events, _ := mustRead(b, c.file, Options{})
		for _, e := range events {
			if e.Handshake {
				proven++
			}
		}
		if len(events) != len(list) || proven != 2*1024 {
			b.Fatalf("%d events, %d of them proven", len(events), proven)
		}
		b.Run(c.name, func(b *testing.B) {
			for n := 0; n < b.N; {
				r, err := NewReader(bytes.NewReader(c.file), c.name, Options{})
				var e Event
				for ; err == nil && n < b.N; n++ {
					err = r.Next(&e)
				}
				if err != nil && err != io.EOF {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHeaders measures the headers of such packets alone. The parser of gopacket takes turns
// on the same packets; x-gopacket is its time over that of package frame.
func BenchmarkHeaders(b *testing.B) {
	r := traffic{rand.New(rand.NewPCG(7, 8))}
	var list [][]byte
	for range 1 << 10 {
		from, to := side{r.addr(!r.oneIn(10)), uint16(1024 + r.IntN(60000))}, side{server, 443}
		if from.addr.Is6() {
			to.addr = server6
		}
		if r.IntN(10) < 7 {
			list = append(list, tcp(from, to, "PA", r.Uint32(), r.Uint32(), "some data"))
		} else {
			list = append(list, udp(from, to, r.IntN(1200)))
		}
	}
	var p frame.Packet
	var g gopacketHeaders
	g.init()
	for _, data := range list {
		err := frame.Parse(&p, frame.LinkEthernet, data, false)
		if source, port := g.parse(data); err != nil || source != p.Source || port != p.SourcePort {
			b.Fatalf("%v: %+v, gopacket says %v, port %d", err, p, source, port)
		}
	}
	const block = 256
	var own, other time.Duration
	for n := 0; n < b.N; n += block {
		packets := list[n%len(list):][:block]
		begin := time.Now()
		for _, data := range packets {
			_ = frame.Parse(&p, frame.LinkEthernet, data, false)
		}
		turn := time.Now()
		for _, data := range packets {
			g.decode(data)
		}
		own, other = own+turn.Sub(begin), other+time.Since(turn)
	}
	blocks := float64((b.N + block - 1) / block)
	b.ReportMetric(float64(own.Nanoseconds())/blocks/block, "ns/packet")
	b.ReportMetric(float64(other)/float64(own), "x-gopacket")
	b.ReportMetric(0, "ns/op")
}

// gopacketHeaders is the fastest way that gopacket has.
type gopacketHeaders struct {
	ethernet layers.Ethernet
	ip4      layers.IPv4
	ip6      layers.IPv6
	tcp      layers.TCP
	udp      layers.UDP
	parser   *gopacket.DecodingLayerParser
	found    []gopacket.LayerType
}

func (g *gopacketHeaders) init() {
	g.parser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &g.ethernet, &g.ip4, &g.ip6, &g.tcp, &g.udp)
	g.parser.IgnoreUnsupported = true
}

func (g *gopacketHeaders) decode(data []byte) { _ = g.parser.DecodeLayers(data, &g.found) }

func (g *gopacketHeaders) parse(data []byte) (source netip.Addr, port uint16) {
	g.decode(data)
	for _, kind := range g.found {
		switch kind {
		case layers.LayerTypeIPv4:
			source, _ = netip.AddrFromSlice(g.ip4.SrcIP)
		case layers.LayerTypeIPv6:
			source, _ = netip.AddrFromSlice(g.ip6.SrcIP)
		case layers.LayerTypeTCP:
			port = uint16(g.tcp.SrcPort)
		case layers.LayerTypeUDP:
			port = uint16(g.udp.SrcPort)
		}
	}
	return source, port
}
