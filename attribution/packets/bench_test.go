package packets

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
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
