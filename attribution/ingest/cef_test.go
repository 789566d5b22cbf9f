package ingest

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

func TestKeyed(t *testing.T) {
	for _, g := range []golden{
		{file: "cef1.log", format: "CEF", want: "77.88.8.8 114.114.114.114 x2 2001:db8::7", window: "07:11:23 07:11:25",
			idle: 1,
			lost: 1, events: 15, targets: "9.9.9.9  9.9.9.9 "},
		{file: "cef2.log", format: "CEF", want: "77.88.8.8 77.88.8.1", window: "07:11:23 07:11:24", idle: 1},
		{file: "cef3.log", format: "CEF", want: "77.88.8.8 77.88.8.2", window: "07:11:23 07:11:26", lost: 2},
		{file: "leef1.log", format: "LEEF", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:24", idle: 1, lost: 1},
		{file: "leef2.log", format: "LEEF", want: "77.88.8.8 77.88.8.1", window: "07:11:23 07:11:24", events: 12,
			targets: "9.9.9.9 9.9.9.9"},
		{file: "leef3.log", format: "LEEF", want: "77.88.8.8 77.88.8.1 77.88.8.2", window: "07:11:23 07:11:25"},
	} {
		g.blind = true
		g.run(t, "events")
	}
}

// Writers that escape what clients say, and writers that do not.
func TestClientsOfKeyedDecideNothing(t *testing.T) {
	start := time.Date(2024, 5, 21, 7, 11, 0, 0, time.UTC)
	escape := strings.NewReplacer(`\`, `\\`, "=", `\=`, "\n", `\n`)
	plain := strings.NewReplacer("\n", " ")
	noTab := strings.NewReplacer("\n", " ", "\t", " ")
	for _, w := range []struct {
		name, line string
		said       *strings.Replacer
		lossy      bool
	}{
		{"CEF", "CEF:0|A|B|1|2|x|3|src=%[2]s dst=9.9.9.9 rt=%[1]d cnt=1 in=5 request=/%[3]s suser=%[3]s", escape, false},
		{"CEF, not escaped", "CEF:0|A|B|1|2|x|3|src=%[2]s dst=9.9.9.9 rt=%[1]d cnt=1 in=5 request=/%[3]s suser=%[3]s", plain,
			false},
		{"CEF, clients first", "CEF:0|A|B|1|2|x|3|request=/%[3]s src=%[2]s dst=9.9.9.9 rt=%[1]d cnt=1 in=5 suser=%[3]s",
			escape,
			false},
		{"CEF, clients first and not escaped",
			"CEF:0|A|B|1|2|x|3|request=/%[3]s src=%[2]s dst=9.9.9.9 rt=%[1]d cnt=1 in=5 suser=%[3]s", plain, true},
		{"LEEF", "LEEF:1.0|A|B|1|2|usrName=%[3]s\tsrc=%[2]s\tdst=9.9.9.9\tdevTime=%[1]d\tsrcPackets=1\tsrcBytes=5", noTab,
			false},
		{"LEEF, with " +
			"tabs", "LEEF:1.0|A|B|1|2|src=%[2]s\tdst=9.9.9.9\tdevTime=%[1]d\tsrcPackets=1\tsrcBytes=5\tusrName=%[3]s", plain,
			false},
	} {
		var text strings.Builder
		var all []string
		all = append(append(all, forgeries...), daemonForgeries...)
		for i, said := range all {
			at := start.Add(time.Duration(i) * time.Second)
			fmt.Fprintf(&text, w.line+"\n", at.UnixMilli(), netip.AddrFrom4([4]byte{77, 88, 8, byte(i)}), w.said.Replace(said))
		}
		events, a, err := readAll(text.String(), Options{})
		if err != nil {
			t.Errorf("%s: %v", w.name, err)
			continue
		}
		lost := int(a.Lost[attribution.LostUnread])
		if len(events)+lost != len(all) || !w.lossy && lost > 0 || lost > 6 {
			t.Errorf("%s: %d records are %d events, %v", w.name, len(all), len(events), a.Unread)
		}
		for _, e := range events {
			b := e.Source.As4()
			want := start.Add(time.Duration(b[3]) * time.Second)
			if b[0] != 77 || !e.Time.Equal(want) || e.Events != 1 || e.Bytes != 5 ||
				string(e.Target) != "9.9.9.9" && (!w.lossy || len(e.Target) > 0) {
				t.Errorf("%s: %v at %v, want %v; %d events, %d bytes, target %q", w.name, e.Source, e.Time, want, e.Events, e.Bytes,
					e.Target)
				break
			}
		}
	}
}

func TestKeyedDoNotAllocate(t *testing.T) {
	noAllocs(t, "CEF", "", "CEF:0|A|B|1|2|x|3|src=77.88.8.8 dst=9.9.9.9 rt=1716275483000 cnt=3 in=5 request=/a b suser=x")
	noAllocs(t, "LEEF", "", "LEEF:2.0|A|B|1|2|^|src=77.88.8.8^dst=9.9.9.9^devTime=1716275483000^srcBytes=5^usrName=x")
}
