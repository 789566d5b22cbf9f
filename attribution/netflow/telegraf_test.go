package netflow

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
)

// expected is a record as telegraf's tests have it.
type expected map[string]string

var lineField = regexp.MustCompile(`([a-zA-Z0-9_]+)=("[^"]*"|[^, \n]+)`)

func (x expected) number(t *testing.T, name string) uint64 {
	t.Helper()
	text, base := strings.TrimSuffix(x[name], "u"), 10
	if hex, ok := strings.CutPrefix(text, "0x"); ok {
		text, base = hex, 16
	}
	if text == "" {
		return 0
	}
	v, err := strconv.ParseUint(text, base, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (x expected) first(t *testing.T, names ...string) uint64 {
	for _, name := range names {
		if x[name] != "" {
			return x.number(t, name)
		}
	}
	return 0
}

// record is what this package has of the same record.
type record struct {
	source, target  string
	protocol        uint8
	port            uint16
	flags           uint8
	packets, octets uint64
	rate            uint32
	first, last     int64 // milliseconds
}

var protocols = map[string]uint8{"tcp": 6, "udp": 17, "icmp": 1, "ipv6-icmp": 58, "hopopt": 0, "igmp": 2}

// records are the events of a line: none, one, or one for each direction.
func (x expected) records(t *testing.T, export int64) []record {
	source, err := netip.ParseAddr(x["src"])
	if err != nil || source.IsUnspecified() {
		return nil
	}
	protocol, ok := protocols[x["protocol"]]
	if !ok {
		t.Fatalf("protocol %q", x["protocol"])
	}
	r := record{
		source: source.String(), target: x["dst"], protocol: protocol,
		packets: x.first(t, "in_packets", "in_total_packets"), octets: x.first(t, "in_bytes", "in_total_bytes"),
		rate:  uint32(x.number(t, "sampling_interval")),
		first: int64(x.number(t, "flow_start_ms")), last: int64(x.number(t, "flow_end_ms")),
	}
	if x["l2_bytes"] != "" { // a sampled packet
		r.packets, r.octets = 1, x.number(t, "l2_bytes")
	}
	if up := x["sys_uptime"]; up != "" && x["first_switched"] != "" {
		uptime := int64(x.number(t, "sys_uptime"))
		r.first = export - uptime + int64(x.number(t, "first_switched"))
		r.last = export - uptime + int64(x.number(t, "last_switched"))
	}
	switch protocol {
	case udp:
		r.port = uint16(x.number(t, "src_port"))
	case tcp:
		for i, c := range x["tcp_flags"] {
			if c != '.' {
				r.flags |= 0x80 >> i
			}
		}
	}
	all := []record{r}
	if back := x.number(t, "type_29305_86"); back > 0 {
		r.source, r.target = r.target, r.source
		if r.packets, r.octets = back, x.number(t, "type_29305_85"); protocol == udp {
			r.port = uint16(x.number(t, "dst_port"))
		}
		all = append(all, r)
	}
	return all
}

func recordsOf(first, last []monitor.Event) (all []record) {
	for i, e := range first {
		r := record{
			source: e.Source.String(), target: e.Target.String(), protocol: e.Protocol, port: e.SourcePort, flags: e.TCPFlags,
			packets: e.Events, octets: e.Bytes, rate: e.SamplingRate,
		}
		if !e.Time.IsZero() {
			r.first, r.last = e.Time.UnixMilli(), last[i].Time.UnixMilli()
		}
		all = append(all, r)
	}
	return all
}

// Every record of telegraf's test cases is decoded as telegraf's expected output has it.
func TestTelegrafCases(t *testing.T) {
	root := testenv.CorpusPath(t, "flow-wire/telegraf/plugins/inputs/netflow/testcases")
	for _, tt := range []struct {
		name             string
		records, options int
		unread           string
	}{
		{"ipfix_example", 29, 2, ""},
		{"ipfix_options", 0, 126, ""},
		{"ipfix_pen_35632", 2, 0, ""},
		{"issue_13305", 2, 0, ""},
		{"issue_14370", 1, 0, "NO_SOURCE"},
		{"netflow_v5_example", 8, 0, ""},
		{"netflow_v9_example", 8, 0, ""},
		{"netflow_v9_options", 0, 8, ""},
		{"sflow_issue_15375", 0, 0, ""},
		{"sflow_issue_15918", 6, 0, ""},
		{"sflow_issue_18876", 0, 0, ""},
		{"sflow_v5_example", 0, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(root, tt.name)
			first, last := decoder(t, Options{Timing: FirstSwitched}), decoder(t, Options{Timing: LastSwitched})
			var firsts, lasts []monitor.Event
			export := int64(0)
			for _, path := range filesIn(t, dir, ".bin") {
				b := readFile(t, path)
				if b[1] == 5 {
					export = int64(binary.BigEndian.Uint32(b[8:]))*1000 + int64(binary.BigEndian.Uint32(b[12:]))/1_000_000
				}
				firsts = first.Decode(firsts, router, time.Time{}, b)
				lasts = last.Decode(lasts, router, time.Time{}, b)
			}
			var want []record
			for line := range strings.Lines(string(readFile(t, filepath.Join(dir, "expected.out")))) {
				if !strings.HasPrefix(line, "netflow,") {
					continue
				}
				x := expected{}
				for _, m := range lineField.FindAllStringSubmatch(line, -1) {
					x[m[1]] = strings.Trim(m[2], `"`)
				}
				want = append(want, x.records(t, export)...)
			}
			got := recordsOf(firsts, lasts)
			if tt.name == "issue_14370" { // without times telegraf has the time of arrival
				got[0].first, got[0].last = 0, 0
			}
			for i := range got {
				if got[i].target == "ff02::16" && got[i].protocol == 58 { // telegraf names the extension header before it
					got[i].protocol = 0
				}
			}
			byText := func(a, b record) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
			slices.SortFunc(got, byText)
			slices.SortFunc(want, byText)
			for i := range max(len(got), len(want)) {
				if i >= len(got) || i >= len(want) || got[i] != want[i] {
					t.Errorf("%d of %d and %d\n got %+v\nwant %+v", i, len(got), len(want), at(got, i), at(want, i))
				}
			}
			a := first.Account()
			if int(a.Records) != tt.records || int(notesOf(a)["OPTIONS"]) != tt.options {
				t.Errorf("%d records and %d options, want %d and %d", a.Records, notesOf(a)["OPTIONS"], tt.records, tt.options)
			}
			if codes := unreadOf(a); len(codes) > 1 || tt.unread == "" && len(codes) > 0 || codes[tt.unread] == 0 &&
				tt.unread != "" {
				t.Errorf("unread %v, want %q", codes, tt.unread)
			}
		})
	}
}

func at[T any](list []T, i int) (v T) {
	if i < len(list) {
		v = list[i]
	}
	return v
}
