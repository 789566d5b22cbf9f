package peers

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

// differing are the captures of which not both read the same, with the records that only one has. All others agree
// in every record.
var differing = map[string]struct {
	ours, theirs int
	why          string // of goflow2
}{
	"ipfix": {6, 0, "a sampling interval (305) of two bytes loses its datagram"},
	"ipfix_example": {56, 29, "no counters of IE 85 and 86, no directions of RFC 5103: 29 records without packets, " +
		"and 27 of the other way"},
	"ipfix_test_barracuda":                  {0, 4, "a message for records whose counters are 0"},
	"ipfix_test_barracuda_extended_uniflow": {0, 2, "a message for records whose counters are 0"},
	"ipfix_test_ixia":                       {0, 1, "a message for records whose counters are 0"},
	"ipfix_test_netscaler":                  {3, 0, "a set without its template loses its datagram"},
	"ipfix_test_yaf":                        {4, 2, "no counters of IE 85 and 86, no directions of RFC 5103"},
	"issue_14370":                           {0, 1, "a message for a record without a source"},
	"netflow5_test_invalid01":               {0, 55_552, "records of zeros up to a count that is beyond the bytes"},
	"netflow5_test_invalid02":               {0, 133, "records of zeros up to a count that is beyond the bytes"},
	"netflow9_test_0length_fields": {0, 8, "IE 23 and 24 instead of 1 and 2: packets at egress count, those at " +
		"ingress are 0; and a message for each record without packets"},
	"netflow9_test_cisco_asa_1": {14, 14, "no counters of IE 85"},
	"netflow9_test_cisco_asa_2": {30, 15, "no counters of initiator and responder (IE 231, 232), so no second direction"},
	"netflow9_test_cisco_wlc":   {0, 19, "messages for records without a source"},
	"netflow9_test_fortigate_fortios_521": {1, 1, "the last of IE 1, 2, 23 and 24 counts: here those of the other way, " +
		"which are 0"},
	"netflow9_test_invalid01":                        {2, 0, "a count of 2 is taken for that of sets: all data is lost"},
	"netflow9_test_iptnetflow_reduced_size_encoding": {12, 0, "a set without its template loses its datagram"},
	"netflow9_test_nprobe_dpi":                       {0, 1, "a message for a record without a source"},
	"sflow_issue_15918":                              {1, 1, "the protocol of IPv6 is its next header: hop-by-hop"},
}

// captures are the datagrams of the corpora, by exporter.
func captures(t *testing.T) map[string][]string {
	t.Helper()
	root := testenv.CorpusPath(t, "flow-wire")
	c := map[string][]string{}
	kind := regexp.MustCompile(`_(opt)?(tpl|data).*|\.dat$`)
	for _, pattern := range []string{"logstash/*.dat", "telegraf/plugins/inputs/netflow/testcases/*/*.bin"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		slices.Sort(paths)
		for _, path := range paths {
			name := filepath.Base(filepath.Dir(path))
			if name == "logstash" {
				name = kind.ReplaceAllString(filepath.Base(path), "")
			}
			c[name] = append(c[name], path)
		}
	}
	for _, paths := range c { // templates first
		slices.SortStableFunc(paths, func(a, b string) int {
			return strings.Compare(fmt.Sprint(!strings.Contains(a, "tpl")), fmt.Sprint(!strings.Contains(b, "tpl")))
		})
	}
	return c
}

// without returns what is left of flows, where others are taken out.
func without(flows, others []flow) (left []flow) {
	n := map[flow]int{}
	for _, f := range others {
		n[f]++
	}
	for _, f := range flows {
		if n[f]--; n[f] < 0 {
			left = append(left, f)
		}
	}
	return left
}

// Captures of many exporters: both read the same records, or it is known why not.
func TestFlowsOfCorpora(t *testing.T) {
	all := captures(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			two := newBoth(t)
			var ours, theirs []flow
			var wrong []error
			for _, path := range all[name] {
				datagram, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				o, g, err := two.decode(time.Time{}, datagram)
				ours, theirs = append(ours, o...), append(theirs, g...)
				if err != nil {
					wrong = append(wrong, err)
				}
			}
			alone, left := without(ours, theirs), without(theirs, ours)
			if want := differing[name]; len(alone) != want.ours || len(left) != want.theirs {
				t.Errorf("%d flows of %d only of ours, %d of %d only of goflow2, want %d and %d\n ours %v\ntheirs %v\n%v",
					len(alone), len(ours), len(left), len(theirs), want.ours, want.theirs, alone, left, wrong)
			}
		})
	}
	for name := range differing {
		if all[name] == nil {
			t.Errorf("no capture %s", name)
		}
	}
}
