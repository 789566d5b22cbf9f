package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

var server = netip.MustParseAddr("198.51.100.1")

// attack is a capture of a quarter of an hour: 20 visitors in every 10 seconds, which the server answers,
// and a minute in which 600 sources flood it.
func attack(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriterNanos(&file)
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(w.WriteFileHeader(65535, layers.LinkTypeRaw))
	packet := func(at time.Time, from, to netip.Addr) {
		b := gopacket.NewSerializeBuffer()
		ip := &layers.IPv4{Version: 4, TTL: 50, Protocol: layers.IPProtocolTCP, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
		tcp := &layers.TCP{SrcPort: 4444, DstPort: 443, ACK: true}
		check(tcp.SetNetworkLayerForChecksum(ip))
		check(gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, tcp,
			gopacket.Payload(make([]byte, 60))))
		check(w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(b.Bytes()), Length: len(b.Bytes())},
			b.Bytes()))
	}
	begin := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for tick := range 80 {
		at := begin.Add(time.Duration(tick) * 10 * time.Second)
		for i := range 20 {
			visitor := netip.AddrFrom4([4]byte{193, 0, byte(i), byte(1 + tick%7)})
			packet(at, visitor, server)
			packet(at, server, visitor)
		}
		if tick >= 30 && tick < 36 {
			for i := range 1200 {
				from := netip.AddrFrom4([4]byte{77, 88, byte(i % 60), byte(1 + i%10)})
				packet(at.Add(time.Duration(i)*time.Millisecond), from, server)
			}
		}
	}
	return file.Bytes()
}

func write(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "attack.pcap")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func capture(t *testing.T, stdin []byte, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, console bytes.Buffer
	status = run(t.Context(), args, bytes.NewReader(stdin), &out, &console)
	return status, out.String(), console.String()
}

// The report, the verdict and the burst of an attack are printed.
func TestAttack(t *testing.T) {
	file := attack(t)
	status, out, console := capture(t, nil, "-claim", "RU > 50% of events", "-local", "198.51.100.0/24", write(t, file))
	if status != 0 || console != "" {
		t.Errorf("exit status %d: %s", status, console)
	}
	for _, want := range []string{
		"read as \"PCAP\"", "8,800 records were used", "RU Russia", ": RU > 50% of events", "Burst 2",
		"From 2026-06-01 12:05:00 to 2026-06-01 12:06:00 UTC", "198.51.100.1",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

// The same from standard input as JSON, with both directions.
func TestJSON(t *testing.T) {
	status, out, _ := capture(t, attack(t), "-json", "-")
	var got struct {
		Report struct {
			Events  uint64
			Account struct{ Format string }
		}
		Bursts []struct{ Onset time.Time }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || status != 0 {
		t.Fatal(err, status)
	}
	if got.Report.Account.Format != "PCAP" || len(got.Bursts) == 0 || got.Bursts[0].Onset.Minute() != 5 {
		t.Errorf("%+v", got)
	}
}

// What can be read is reported, and the exit status says that it is not all.
func TestUnusable(t *testing.T) {
	file := attack(t)
	damaged := write(t, append(file[:len(file)/2:len(file)/2], bytes.Repeat([]byte{0xff}, 4000)...))
	for name, c := range map[string]struct {
		args   []string
		status int
		out    string
		says   string
	}{
		"no file":   {nil, 2, "", "usage"},
		"no flag":   {[]string{"-x", "a"}, 2, "", "-x"},
		"help":      {[]string{"-h"}, 0, "", "-claim"},
		"network":   {[]string{"-local", "x", "a"}, 2, "", "-local"},
		"claim":     {[]string{"-claim", "x", "a"}, 2, "", "claim"},
		"interval":  {[]string{"-interval", "7s", "a"}, 2, "", "7s"},
		"database":  {[]string{"-db", "none.mmdb", "a"}, 1, "", "none.mmdb"},
		"missing":   {[]string{"none.pcap"}, 1, "", "none.pcap"},
		"a log":     {[]string{write(t, []byte("192.0.2.1 - - ["))}, 1, "", "not a capture"},
		"damaged":   {[]string{damaged}, 1, "records were used", "damaged"},
		"and whole": {[]string{"none.pcap", write(t, file)}, 1, "10,400", "none.pcap"},
	} {
		status, out, console := capture(t, nil, c.args...)
		if status != c.status || !strings.Contains(out, c.out) || !strings.Contains(console, c.says) {
			t.Errorf("%s: exit status %d, %q\n%s", name, status, console, out)
		}
	}
}

// A signal ends the reading of what has no end. What came until then is reported, and so is a capture that ends by the
// same signal.
func TestInterrupted(t *testing.T) {
	file := attack(t)
	for _, ends := range []bool{false, true} {
		r, w := io.Pipe()
		ctx, signal := context.WithCancel(t.Context())
		go func() {
			w.Write(file)
			w.Write(nil) // returns when all before was passed on
			signal()
			if ends {
				w.Close()
			}
		}()
		var out, console bytes.Buffer
		status := run(ctx, []string{"-", "next.pcap"}, r, &out, &console)
		w.Close()
		if status == 0 || !strings.Contains(out.String(), "10,400 records were used") ||
			strings.Contains(console.String(), `"-": interrupted; what came before is counted`) == ends ||
			strings.Contains(console.String(), "next.pcap") != ends {
			t.Errorf("ends %v: exit status %d, %s\n%s", ends, status, console.String(), out.String())
		}
	}
}

// Nor does it wait for a first packet.
func TestInterruptedEarly(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, signal := context.WithCancel(t.Context())
	signal()
	var out, console bytes.Buffer
	if status := run(ctx, []string{"-json", "-"}, r, &out, &console); status != 1 || !json.Valid(out.Bytes()) ||
		!strings.Contains(console.String(), "interrupted") {
		t.Errorf("exit status %d, %s, %s", status, console.String(), out.String())
	}
}
