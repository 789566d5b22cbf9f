package netflow

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
)

// The captures of logstash's codec, each exporter's templates first. The counts are those of three other
// decoders: nfcapd 1.7, tshark 4.0 and a script of 70 lines. Where these differ, the script counts.
var logstashCaptures = []struct {
	prefix        string
	told, options uint64 // data records and options
	records       uint64 // that are used
	unread        string
}{
	{"ipfix.", 6, 1, 6, "BAD_LENGTH"},                              // two messages in one file
	{"ipfix_test_barracuda_d,ipfix_test_barracuda_t", 8, 0, 4, ""}, // four without new packets
	{"ipfix_test_barracuda_extended", 2, 0, 0, ""},                 // as these
	{"ipfix_test_ixia", 3, 0, 2, ""},                               // one without packets
	{"ipfix_test_juniper", 0, 1, 0, ""},
	{"ipfix_test_mikrotik", 46, 0, 46, ""},
	{"ipfix_test_netscaler", 3, 0, 3, "NO_TEMPLATE"},
	{"ipfix_test_nokia", 1, 0, 1, ""},
	{"ipfix_test_openbsd", 26, 0, 26, ""},
	{"ipfix_test_procera", 8, 0, 8, ""},
	{"ipfix_test_viptela", 1, 0, 1, ""},
	{"ipfix_test_vmware", 5, 0, 5, ""},
	{"ipfix_test_yaf", 2, 1, 2, ""},
	{"netflow5.", 2, 0, 2, ""},
	{"netflow5_test_invalid01", 30, 0, 30, "INCOMPLETE"},
	{"netflow5_test_invalid02", 30, 0, 30, "INCOMPLETE"},
	{"netflow5_test_juniper", 29, 0, 29, ""},
	{"netflow5_test_microtik", 30, 0, 30, ""},
	{"netflow9_cisco_asr1001x", 25, 0, 25, ""},
	{"netflow9_test_0length", 10, 0, 2, ""}, // four at egress too, four without packets
	{"netflow9_test_cisco_1941", 29, 0, 29, ""},
	{"netflow9_test_cisco_aci", 3, 0, 3, ""},
	{"netflow9_test_cisco_asa_1", 14, 0, 14, ""},
	{"netflow9_test_cisco_asa_2", 19, 0, 19, ""},
	{"netflow9_test_cisco_asr9k", 21, 19, 21, ""},
	{"netflow9_test_cisco_nbar", 5, 15, 5, ""},
	{"netflow9_test_cisco_wlc_8510", 0, 0, 0, ""},
	{"netflow9_test_cisco_wlc_d,netflow9_test_cisco_wlc_t", 19, 0, 0, "NO_SOURCE"}, // stations by MAC address
	{"netflow9_test_field", 1, 0, 1, ""},
	{"netflow9_test_fortigate_fortios_521", 1, 1, 1, ""},
	{"netflow9_test_fortigate_fortios_542", 17, 0, 17, ""},
	{"netflow9_test_h3c_d,netflow9_test_h3c_t", 16, 0, 16, ""},
	{"netflow9_test_h3c_netstream", 1, 0, 1, ""},
	{"netflow9_test_huawei", 1, 0, 1, ""},
	{"netflow9_test_invalid01", 2, 1, 2, ""},
	{"netflow9_test_iptnetflow", 12, 0, 12, "NO_TEMPLATE"},
	{"netflow9_test_juniper_srx", 0, 1, 0, ""},
	{"netflow9_test_macaddr", 29, 1, 29, ""},
	{"netflow9_test_nprobe", 2, 1, 1, "NO_SOURCE"},
	{"netflow9_test_paloalto_81", 1, 0, 1, ""},
	{"netflow9_test_paloalto_panos", 8, 0, 8, ""},
	{"netflow9_test_softflowd", 7, 0, 7, ""},
	{"netflow9_test_streamcore", 4, 0, 4, ""},
	{"netflow9_test_ubnt", 16, 0, 16, ""},
	{"netflow9_test_unknown", 2, 0, 2, ""},
	{"netflow9_test_valid01", 7, 0, 7, ""},
}

// All of them are read as these decoders do.
func TestLogstashCaptures(t *testing.T) {
	dir := testenv.CorpusPath(t, "flow-wire/logstash")
	read := map[string]bool{}
	for _, c := range logstashCaptures {
		t.Run(c.prefix, func(t *testing.T) {
			d := decoder(t, Options{})
			files := ofExporter(t, dir, c.prefix)
			for _, path := range files {
				d.Decode(nil, router, noTimes, readFile(t, path))
				read[filepath.Base(path)] = true
			}
			a, told := d.Account(), d.Exporters()[0].Told
			if told != c.told || notesOf(a)["OPTIONS"] != c.options || a.Records != c.records {
				t.Errorf("%d records told, %d options, %d used, want %d, %d, %d; %+v", told, notesOf(a)["OPTIONS"], a.Records,
					c.told, c.options, c.records, a)
			}
			if codes := unreadOf(a); len(codes) > 1 || (c.unread == "") != (len(codes) == 0) || c.unread != "" &&
				codes[c.unread] == 0 {
				t.Errorf("unread %v, want %q", codes, c.unread)
			}
		})
	}
	for _, path := range filesIn(t, dir, ".dat") {
		if !read[filepath.Base(path)] {
			t.Errorf("%s was not read", filepath.Base(path))
		}
	}
}

// ofExporter are the files that begin with one of the prefixes, those with templates first.
func ofExporter(t *testing.T, dir, prefixes string) (files []string) {
	t.Helper()
	for _, path := range filesIn(t, dir, ".dat") {
		for prefix := range strings.SplitSeq(prefixes, ",") {
			if strings.HasPrefix(filepath.Base(path), prefix) {
				files = append(files, path)
			}
		}
	}
	late := func(path string) int {
		if strings.Contains(path, "tpl") {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(files, func(a, b string) int { return late(a) - late(b) })
	if len(files) == 0 {
		t.Fatal("no files")
	}
	return files
}
