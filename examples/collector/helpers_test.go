package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

var be = binary.BigEndian

// record is a flow of TCP as the exporters of the tests tell it.
type record struct {
	from, to       netip.Addr
	packets, bytes uint32
	at             time.Time
}

// v9 is a datagram of NetFlow v9: the template and the rate, and then the records.
func v9(sent, boot time.Time, number, rate uint32, records []record) []byte {
	b := be.AppendUint16(nil, 9)
	b = be.AppendUint16(b, uint16(len(records)+3))
	b = be.AppendUint32(b, uint32(sent.Sub(boot).Milliseconds()))
	b = be.AppendUint32(b, uint32(sent.Unix()))
	b = be.AppendUint32(b, number)
	b = be.AppendUint32(b, 0)
	fields := []uint16{8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 6, 1, 2, 4, 1, 4, 22, 4, 21, 4}
	b = append(b, set(0, words(append([]uint16{256, uint16(len(fields) / 2)}, fields...)...))...)
	b = append(b, set(1, words(400, 4, 4, 1, 4, 34, 4))...)
	b = append(b, set(400, be.AppendUint32(make([]byte, 4), rate))...)
	var body []byte
	for _, r := range records {
		body = append(append(body, r.from.AsSlice()...), r.to.AsSlice()...)
		body = append(body, words(40_000, 25)...)
		body = append(body, 6, 0x1b)
		up := uint32(r.at.Sub(boot).Milliseconds())
		for _, n := range []uint32{r.packets, r.bytes, up, up} {
			body = be.AppendUint32(body, n)
		}
	}
	return append(b, set(256, body)...)
}

func words(list ...uint16) (b []byte) {
	for _, w := range list {
		b = be.AppendUint16(b, w)
	}
	return b
}

// set puts bytes into a set, which is padded to 4 bytes.
func set(id uint16, body []byte) []byte {
	pad := -len(body) & 3
	return slices.Concat(words(id, uint16(4+len(body)+pad)), body, make([]byte, pad))
}

var begin = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// flows are some records at a time, n of them.
func flows(at time.Time, n int) (list []record) {
	for i := range n {
		list = append(list, record{netip.AddrFrom4([4]byte{77, 88, byte(i >> 8), byte(i)}),
			netip.MustParseAddr("198.51.100.7"), 3, 180, at})
	}
	return list
}

// pcapOf is a capture of datagrams from exporters, a second apart, each of which the link may cut into
// fragments of 1,400 bytes.
func pcapOf(t *testing.T, port uint16, fragment bool, datagrams ...[]byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriterNanos(&file)
	must(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	for i, d := range datagrams {
		ip := &layers.IPv4{Version: 4, IHL: 5, TTL: 50, Id: uint16(i + 1), Protocol: layers.IPProtocolUDP,
			SrcIP: net.IPv4(192, 0, 2, byte(1+i%2)).To4(), DstIP: net.IPv4(192, 0, 2, 200).To4()}
		udp := &layers.UDP{SrcPort: 5000, DstPort: layers.UDPPort(port)}
		must(t, udp.SetNetworkLayerForChecksum(ip))
		options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
		b := gopacket.NewSerializeBuffer()
		must(t, gopacket.SerializeLayers(b, options, udp, gopacket.Payload(d)))
		whole := slices.Clone(b.Bytes())
		const most = 1400
		for at := 0; at < len(whole); at += most {
			part := whole[at:]
			ip.FragOffset, ip.Flags = uint16(at/8), 0
			if fragment && len(part) > most {
				part, ip.Flags = part[:most], layers.IPv4MoreFragments
			}
			b := gopacket.NewSerializeBuffer()
			ethernet := &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4}
			must(t, gopacket.SerializeLayers(b, options, ethernet, ip, gopacket.Payload(part)))
			must(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: begin.Add(time.Duration(i) * time.Second),
				CaptureLength: len(b.Bytes()), Length: len(b.Bytes())}, b.Bytes()))
			if !fragment {
				break
			}
		}
	}
	return file.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fileOf(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

// replayed runs -replay on a file.
func replayed(t *testing.T, file string, args ...string) (a answer, status int, stderr string) {
	t.Helper()
	var out, console bytes.Buffer
	status = run(t.Context(), append([]string{"-replay", file}, args...), nil, &out, &console)
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &a); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return a, status, console.String()
}

// safeBuffer may be written and read at once.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// runningServer is a server on ports of its own, whose clock the test may set.
type runningServer struct {
	*server
	t           testing.TB
	out, stderr safeBuffer
	clock       atomic.Int64 // 0 is the true time
	stop        func() error
	sent        uint64
}

// start runs a server until the end of the test, or until stop.
func start(t testing.TB, at time.Time, args ...string) *runningServer {
	t.Helper()
	r := prepare(t, at, args...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.serve(ctx) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { r.stop() })
	return r
}

// prepare returns a server whose sockets are open, and which does not read them yet.
func prepare(t testing.TB, at time.Time, args ...string) *runningServer {
	t.Helper()
	r := &runningServer{t: t}
	cfg, err := parse(append([]string{"-listen", "netflow://127.0.0.1:0"}, args...), &r.stderr)
	must(t, err)
	r.server, err = newServer(cfg, &r.out, &console{w: &r.stderr})
	must(t, err)
	if !at.IsZero() {
		r.clock.Store(at.UnixNano())
	}
	r.now = func() time.Time {
		if n := r.clock.Load(); n != 0 {
			return time.Unix(0, n)
		}
		return time.Now()
	}
	return r
}

// exporter is a socket of a sender, at an address of its own where the system has more than one.
func (r *runningServer) exporter(address string) *net.UDPConn {
	r.t.Helper()
	to := r.sockets[0].conn.LocalAddr().(*net.UDPAddr)
	conn, err := net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP(address)}, to)
	if err != nil {
		r.t.Skipf("this system has no %s: %v", address, err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return conn
}

func (r *runningServer) send(conn *net.UDPConn, datagram []byte) {
	r.t.Helper()
	_, err := conn.Write(datagram)
	must(r.t, err)
	r.sent++
}

// settle waits until all that was sent is counted, or was dropped by the kernel.
func (r *runningServer) settle() {
	r.t.Helper()
	for r.datagrams.Load()+r.drops() < r.sent {
		time.Sleep(50 * time.Microsecond)
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%.4000s", part, text)
		}
	}
}
