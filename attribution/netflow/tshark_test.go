package netflow

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// tshark finds the same sources in the captures of logstash, where all records that they tell are used.
func TestTsharkFindsTheSameSources(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("there is no tshark")
	}
	dir := testenv.CorpusPath(t, "flow-wire/logstash")
	differs := map[string]string{
		"ipfix_test_yaf":                          "the other direction of a flow is an event of its own",
		"netflow9_test_cisco_asa_2":               "likewise",
		"netflow9_test_h3c_d,netflow9_test_h3c_t": "tshark 4.0 reads one of 16 records",
		"netflow9_test_invalid01":                 "tshark 4.0 reads nothing of a datagram that is cut",
	}
	var names []string
	var got [][]string
	file := captureHeader()
	for _, c := range logstashCaptures {
		if c.records != c.told || c.records == 0 || differs[c.prefix] != "" {
			continue
		}
		d := decoder(t, Options{Timing: Exported, BothDirections: true})
		var sources []string
		for _, path := range ofExporter(t, dir, c.prefix) {
			datagram := readFile(t, path)
			for _, e := range d.Decode(nil, router, noTimes, datagram) {
				sources = append(sources, e.Source.String())
			}
			file = appendDatagram(file, byte(len(names)), datagram)
		}
		slices.Sort(sources)
		names, got = append(names, c.prefix), append(got, sources)
	}
	path := filepath.Join(t.TempDir(), "exports.pcap")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tshark, "-n", "-r", path, "-d", "udp.port==2055,cflow", "-T", "fields", "-E", "aggregator=/s",
		"-e", "ip.src", "-e", "cflow.srcaddr", "-e", "cflow.srcaddrv6").Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	want := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		exporter, sources, _ := strings.Cut(line, "\t")
		for source := range strings.FieldsSeq(sources) {
			if source != "0.0.0.0" && source != "::" { // no sources
				want[exporter] = append(want[exporter], source)
			}
		}
	}
	for i, name := range names {
		exporter := addr4([4]byte{192, 0, 2, byte(i)}).String()
		slices.Sort(want[exporter])
		if !slices.Equal(got[i], want[exporter]) {
			t.Errorf("%s: %v\ntshark finds %v", name, got[i], want[exporter])
		}
	}
	t.Logf("%d captures", len(names))
}

// captureHeader begins a capture of Ethernet frames.
func captureHeader() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0)
	for _, field := range []uint32{0, 0, 1 << 18, 1} {
		b = binary.LittleEndian.AppendUint32(b, field)
	}
	return b
}

// appendDatagram adds a datagram of an exporter of 192.0.2.0/24 to port 2055.
func appendDatagram(b []byte, exporter byte, d []byte) []byte {
	const ethernet, ip, udp = 14, 20, 8
	size := uint32(ethernet + ip + udp + len(d))
	for _, field := range []uint32{uint32(start.Unix()), 0, size, size} {
		b = binary.LittleEndian.AppendUint32(b, field)
	}
	b = append(b, make([]byte, 12)...)
	b = append(b, 8, 0, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(ip+udp+len(d)))
	b = append(b, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, exporter, 198, 51, 100, 1)
	for _, field := range []uint16{5000, 2055, uint16(udp + len(d)), 0} {
		b = binary.BigEndian.AppendUint16(b, field)
	}
	return append(b, d...)
}
