package ingest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// exported are the flows that nfcapd is sent: the source and its packets.
var exported = map[string]uint64{"77.88.8.8": 7, "77.88.8.1": 1, "114.114.114.114": 1500, "9.9.9.9": 5}

// netFlow5 is a datagram of NetFlow version 5.
func netFlow5(now time.Time) []byte {
	be := binary.BigEndian
	b := be.AppendUint16(nil, 5)
	b = be.AppendUint16(b, uint16(len(exported)))
	b = be.AppendUint32(b, 100_000) // milliseconds since the start
	b = be.AppendUint32(b, uint32(now.Unix()))
	b = append(b, make([]byte, 12)...)
	for source, packets := range exported {
		for _, a := range []string{source, "198.51.100.9", "0.0.0.0"} {
			ip := netip.MustParseAddr(a).As4()
			b = append(b, ip[:]...)
		}
		b = append(b, 0, 1, 0, 2) // interfaces
		b = be.AppendUint32(b, uint32(packets))
		b = be.AppendUint32(b, uint32(60*packets))
		b = be.AppendUint32(b, 90_000)
		b = be.AppendUint32(b, 95_000)
		b = append(b, 0x0f, 0xa0, 1, 0xbb, 0, 0x1b, 6, 0) // ports 4000 and 443, flags, TCP
		b = append(b, make([]byte, 8)...)
	}
	return b
}

func TestNfdump(t *testing.T) {
	nfdump, nfcapd := installed(t, "nfdump"), installed(t, "nfcapd")
	r := prepare(t)
	r.start(nfcapd, "-w", r.dir, "-b", "127.0.0.1", "-p", fmt.Sprint(r.port), "-t", "3600")
	time.Sleep(500 * time.Millisecond)
	c, err := net.Dial("udp4", fmt.Sprintf("127.0.0.1:%d", r.port))
	if err != nil {
		t.Skip(err)
	}
	defer c.Close()
	if _, err := c.Write(netFlow5(time.Now())); err != nil {
		t.Skip(err)
	}
	time.Sleep(500 * time.Millisecond)
	r.stop()
	files, _ := filepath.Glob(filepath.Join(r.dir, "nfcapd.2*"))
	if len(files) != 1 {
		t.Skip("nfcapd has written no file: ", files)
	}
	for _, args := range [][]string{{"-o", "line"}, {"-o", "long"}, {"-o", "extended"}, {"-o", "line6"}, {"-o", "biline"},
		{"-o", "csv"}, {"-o", "pipe"}, {"-o", "json"}, {"-s", "srcip/packets"}, {"-A", "srcip"}} {
		out, err := exec.Command(nfdump, append(args, "-r", files[0])...).Output()
		if err != nil {
			t.Logf("%v: %v", args, err) // of another version
			continue
		}
		events, a, err := readAll(string(out), Options{})
		if err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
			continue
		}
		got := map[string]uint64{}
		for _, e := range events {
			got[e.Source.String()] += e.Events
			if time.Since(e.Time).Abs() > 26*time.Hour {
				t.Errorf("%v: time %v", args, e.Time)
			}
		}
		if !maps.Equal(got, exported) || a.Format != "NFDUMP" || len(a.Unread) > 0 {
			t.Errorf("%v: %s: %v, lost %v; want %v\n%s", args, a.Format, got, a.Unread, exported, out)
		}
	}
}
