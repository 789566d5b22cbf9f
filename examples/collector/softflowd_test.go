package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/netflow"
)

// traffic is a capture of packets, and what it comes to.
type traffic struct {
	file                  []byte
	flows, packets, bytes uint64
}

// trafficOf is a capture of so many conversations with UDP. In every second one the server answers.
func trafficOf(t *testing.T, conversations int) (x traffic) {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	must(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	at := time.Now().Add(-time.Minute).Truncate(time.Second)
	server := netip.MustParseAddr("198.51.100.1")
	packet := func(from, to netip.Addr, fromPort, toPort layers.UDPPort, size int) {
		b := gopacket.NewSerializeBuffer()
		ethernet := &layers.Ethernet{SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2},
			EthernetType: layers.EthernetTypeIPv4}
		ip := &layers.IPv4{Version: 4, TTL: 50, Protocol: layers.IPProtocolUDP, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
		udp := &layers.UDP{SrcPort: fromPort, DstPort: toPort}
		must(t, udp.SetNetworkLayerForChecksum(ip))
		must(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ethernet, ip,
			udp, gopacket.Payload(make([]byte, size))))
		at = at.Add(100 * time.Microsecond)
		must(t, w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(b.Bytes()), Length: len(b.Bytes())},
			b.Bytes()))
		x.packets++
		x.bytes += uint64(20 + 8 + size)
	}
	for i := range conversations {
		client := netip.AddrFrom4([4]byte{77, 88, byte(i >> 8), byte(i)})
		x.flows++
		for k := range 1 + i%5 {
			packet(client, server, layers.UDPPort(10_000+i), 53, 40+k)
		}
		if i%2 == 1 {
			x.flows++
			packet(server, client, 53, layers.UDPPort(10_000+i), 400)
		}
	}
	x.file = file.Bytes()
	return x
}

// installed returns the path of a program that not every system has.
func installed(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if program, err := exec.LookPath(path); err == nil {
			return program
		}
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// isAllOf fails unless the one exporter of a server has told exactly this traffic. Allow may take out
// what is known of it.
func (x *traffic) isAllOf(t *testing.T, s *runningServer, allow func(e *netflow.Exporter)) {
	t.Helper()
	list := s.decoder.Exporters()
	if len(list) != 1 {
		t.Fatalf("%d exporters", len(list))
	}
	e := list[0]
	t.Logf("%d datagrams: %d flows, %d packets, %d bytes", e.Datagrams, e.Records, e.Packets, e.Bytes)
	allow(&e)
	if e.Records != x.flows || e.Packets != x.packets || e.Bytes != x.bytes || len(e.Account.Lost) != 0 {
		t.Errorf("%d flows, %d packets, %d bytes; lost %v; want %d, %d, %d", e.Records, e.Packets, e.Bytes,
			e.Account.Lost, x.flows, x.packets, x.bytes)
	}
}

// What softflowd makes of a capture and sends comes to what the capture has: flows, packets and bytes, in
// all of its formats, from a quiet exporter and from a busy one.
func TestSoftflowd(t *testing.T) {
	program := installed(t, "softflowd")
	for _, conversations := range []int{1, 3, 2000} {
		x := trafficOf(t, conversations)
		capture := fileOf(t, "traffic.pcap", x.file)
		for _, version := range []string{"1", "5", "9", "10"} {
			t.Run(fmt.Sprintf("version=%s/conversations=%d", version, conversations), func(t *testing.T) {
				s := start(t, time.Time{}, "-workers", "2")
				to := s.sockets[0].conn.LocalAddr().String()
				out, err := exec.CommandContext(t.Context(), program, "-r", capture, "-n", to, "-v", version, "-d", "-c",
					"none", "-p", filepath.Join(t.TempDir(), "pid")).CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				must(t, s.stop()) // counts what the sockets hold
				if s.drops() > 0 {
					t.Skipf("the kernel has dropped %d datagrams", s.drops())
				}
				x.isAllOf(t, s, func(e *netflow.Exporter) {
					if lost := e.Account.Lost; version == "10" && lost[attribution.LostShed] <= options(e.Account.Notes) {
						// The sequence numbers of softflowd 1.1.0 leave out its records of options, which seem to be missing.
						delete(lost, attribution.LostShed)
					}
				})
				if st := s.monitor.Stats(); st.Late+st.Misdated+st.Undated != 0 {
					t.Errorf("%+v", st)
				}
			})
		}
	}
}

// options returns how many records of options there were.
func options(notes []attribution.Note) uint64 { return sumNotes(notes)["OPTIONS"] }

// sumNotes has one number for each code, whatever the notes are about.
func sumNotes(notes []attribution.Note) map[string]uint64 {
	sums := map[string]uint64{}
	for _, n := range notes {
		sums[n.Code] += n.Value
	}
	return sums
}
