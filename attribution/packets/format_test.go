package packets

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"github.com/whence-go/whence/attribution"
)

// three are the packets of most files here, and what they say.
func three() ([]packet, []Event) {
	syn := tcp(side{client, 40000}, side{server, 443}, "S", 7, 0, "")
	question := udp(side{client6, 53}, side{server6, 5353}, 30)
	return []packet{at(syn, 0), at(arp(), time.Second), at(question, 2*time.Second)}, []Event{
		{Flow: attribution.Flow{Source: client, Events: 1, Bytes: uint64(len(syn)), Protocol: 6, SourcePort: 40000,
			TCPFlags: 2}, Time: noon, Target: server, TargetPort: 443, TTL: 57},
		{Flow: attribution.Flow{Source: client6, Events: 1, Bytes: uint64(len(question)), Protocol: 17, SourcePort: 53},
			Time: noon.Add(2 * time.Second), Target: server6, TargetPort: 5353, TTL: 57},
	}
}

const (
	ethernetHeader = 14
	sections       = ", sections" // the last packet of these files has no such header
)

// wanted are the events of a file of that name.
func wanted(name string) []Event {
	_, want := three()
	if strings.HasSuffix(name, sections) {
		want[1].Bytes -= ethernetHeader
	}
	return want
}

var little, big = ng{binary.LittleEndian}, ng{binary.BigEndian}

// files are captures of three packets in every form.
func files(t testing.TB) map[string][]byte {
	list, _ := three()
	all := map[string][]byte{
		"pcap":             plainPcap(list...),
		"big-endian":       pcap(binary.BigEndian, false, 1, 65535, list...),
		"nanoseconds":      pcap(binary.LittleEndian, true, 1, 65535, list...),
		"both":             pcap(binary.BigEndian, true, 1, 65535, list...),
		"no snap length":   pcap(binary.LittleEndian, false, 1, 0, list...),
		"snap length of 8": pcap(binary.LittleEndian, false, 1, 8, list...),
		"checksums":        pcap(binary.LittleEndian, false, 1|0x2400<<16, 65535, list...),
	}
	for name, n := range map[string]ng{"pcapng": little, "pcapng, big-endian": big} {
		head := slices.Concat(n.section(1, 0), n.iface(1, 0))
		blocks := func(list []packet, ticks func(time.Time) uint64, options ...[]byte) (b []byte) {
			for _, p := range list {
				when := uint64(0)
				if ticks != nil {
					when = ticks(p.at)
				}
				b = append(b, n.packet(p, when, options...)...)
			}
			return b
		}
		all[name] = slices.Concat(head, blocks(list, nil))
		all[name+", version 1.2"] = slices.Concat(n.section(1, 2), n.iface(1, 0), blocks(list, nil))
		all[name+", snap length of 8"] = slices.Concat(n.section(1, 0), n.iface(1, 8), blocks(list, nil))
		all[name+", nanoseconds"] = slices.Concat(n.section(1, 0), n.iface(1, 0, n.option(9, []byte{9})),
			blocks(list, func(at time.Time) uint64 { return uint64(at.UnixNano()) }))
		all[name+", offset"] = slices.Concat(n.section(1, 0), n.iface(1, 0, n.option(14, n.AppendUint64(nil, 1000))),
			blocks(list, func(at time.Time) uint64 { return uint64(at.Add(-1000 * time.Second).UnixMicro()) }))
		all[name+", options"] = slices.Concat(head, blocks(list, nil, n.option(1, []byte("a comment")),
			n.option(2, n.u32(1)), n.u32(0)))
		all[name+", unknown blocks"] = slices.Concat(head, n.block(0x77, []byte("something")), blocks(list, nil),
			n.block(4, n.option(1, slices.Concat(client.AsSlice(), []byte("name\x00"))), n.u32(0)))
		// Each section has interfaces of its own, and one is of an unknown version.
		bare := list[2]
		bare.data, bare.index = bare.data[ethernetHeader:], 2
		all[name+sections] = slices.Concat(n.section(1, 0), n.iface(147, 0), n.iface(101, 0), head, n.iface(101, 0),
			blocks(list[:2], nil), n.section(9, 0), n.iface(1, 0), blocks(list, nil), n.section(1, 0), n.iface(147, 0),
			n.iface(228, 0), n.iface(229, 0), blocks([]packet{bare}, nil))
		all[name+", old blocks"] = slices.Concat(head, func() (b []byte) {
			for _, p := range list {
				ticks := uint64(p.at.UnixMicro())
				b = append(b, n.block(2, n.u16(0, 0), n.u32(uint32(ticks>>32), uint32(ticks), uint32(len(p.data)), p.wire()),
					p.data)...)
			}
			return b
		}())
	}
	var b, g, z bytes.Buffer
	w := pcapgo.NewWriterNanos(&b)
	must(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	for _, p := range list {
		must(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: p.at, CaptureLength: len(p.data), Length: len(p.data)}, p.data))
	}
	all["pcapgo"] = b.Bytes()
	gz := gzip.NewWriter(&g)
	_, err := gz.Write(all["pcapgo"])
	must(t, errors.Join(err, gz.Close()))
	all["pcapgo, gzip"] = g.Bytes()
	zw, _ := zstd.NewWriter(&z)
	_, err = zw.Write(all["pcapng"])
	must(t, errors.Join(err, zw.Close()))
	all["pcapng, zstd"] = z.Bytes()
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// However packets are written to a file, they are the same events.
func TestFormats(t *testing.T) {
	for name, file := range files(t) {
		want := wanted(name)
		events, r, err := readAll(t, file, Options{})
		if err != nil || !slices.Equal(events, want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, events, want)
		}
		a := r.Account()
		format := "PCAP"
		if bytes.Contains(file[:min(4, len(file))], []byte{0x0d}) || name == "pcapng, zstd" {
			format = "PCAPNG"
		}
		if a.Format != format || a.Records != 2 || len(a.Unread) > 0 || len(a.Notes) != 1 || a.Notes[0].Code != noteNotIP ||
			a.Notes[0].Value != 1 || !a.From.Equal(noon) || !a.To.Equal(noon.Add(2*time.Second)) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// Of times in binary fractions of a second, pcapgo loses up to a tenth of a second.
func TestBinaryTimes(t *testing.T) {
	list, _ := three()
	file := slices.Concat(little.section(1, 0), little.iface(1, 0, little.option(9, []byte{0x80 | 30})))
	file = append(file, little.packet(list[0], uint64(noon.Unix())<<30|uint64(noon.Nanosecond())<<30/1e9)...)
	events, _ := mustRead(t, file, Options{})
	if d := events[0].Time.Sub(noon).Abs(); d > time.Second/10 {
		t.Errorf("%v, want %v", events[0].Time, noon)
	}
}

// A simple packet has no time.
func TestSimplePackets(t *testing.T) {
	list, want := three()
	file := slices.Concat(little.section(1, 0), little.iface(1, 0))
	for _, p := range list {
		file = append(file, little.block(3, little.u32(p.wire()), p.data)...)
	}
	events, r := mustRead(t, file, Options{})
	for i := range want {
		want[i].Time = time.Time{}
	}
	if a := r.Account(); !slices.Equal(events, want) || a.Undated != 2 || !a.From.IsZero() {
		t.Errorf("%+v, %+v", events, a)
	}
}

// Of a file that breaks off, all whole packets are read, and the account says so.
func TestEveryCut(t *testing.T) {
	for name, file := range files(t) {
		want := wanted(name)
		for n := range len(file) {
			r, err := NewReader(bytes.NewReader(file[:n]), name, Options{})
			if err != nil {
				if !errors.Is(err, ErrFormat) {
					t.Errorf("%s: %d bytes: %v", name, n, err)
				}
				continue
			}
			var e Event
			count := 0
			for err = r.Next(&e); err == nil; err = r.Next(&e) {
				if count >= len(want) || e != want[count] {
					t.Fatalf("%s: %d bytes: event %d is %+v", name, n, count, e)
				}
				count++
			}
			a := r.Account()
			if err != io.EOF || a.Records != uint64(count) {
				t.Errorf("%s: %d bytes: %v, %+v", name, n, err, a)
			}
			cut := slices.ContainsFunc(a.Notes, func(n attribution.Note) bool { return n.Code == noteCutFile })
			if (a.Lost[attribution.LostUnread] == 1) != cut || r.Lost() > 1 {
				t.Errorf("%s: %d bytes: %+v", name, n, a)
			}
			if name == "pcap" && cut != (n != 24 && n != 24+16+len(tcp(side{client, 1}, side{server, 1}, "S", 0, 0, "")) &&
				n != len(file)-16-len(udp(side{client6, 1}, side{server6, 1}, 30))) {
				t.Errorf("%s: %d bytes: cut %v", name, n, cut)
			}
		}
	}
}

// An error of the input is one of its own, wherever it comes.
func TestInputErrors(t *testing.T) {
	broken := errors.New("broken")
	for name, file := range files(t) {
		for _, n := range []int{0, 3, 20, 60, len(file) - 1} {
			n = min(n, len(file))
			input := io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken))
			r, err := NewReader(input, name, Options{})
			for e := new(Event); err == nil; {
				err = r.Next(e)
			}
			if !errors.Is(err, broken) || errors.Is(err, ErrFormat) || errors.Is(err, ErrDamaged) {
				t.Errorf("%s: after %d bytes: %v", name, n, err)
			}
		}
	}
}
