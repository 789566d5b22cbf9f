package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hit is a request of the log that the tests of -burst read.
type hit struct {
	at     time.Time
	source netip.Addr
	path   string
}

// logBegin is when it begins.
var logBegin = time.Date(2024, 5, 21, 22, 0, 0, 0, time.UTC)

const (
	logInterval = 10 * time.Second
	logBurst    = 60 // interval in which 600 sources make 3,000 requests
)

// requests are 20 minutes of them: 40 in an interval, from usual sources to usual
// paths, and in one a burst on /login, half of whose sources are geolocated to RU by
// every database.
func requests(intervals int) (all []hit) {
	paths := []string{"/", "/news", "/mail", "/login"}
	for i := range intervals {
		begin := logBegin.Add(time.Duration(i) * logInterval)
		n := 40
		if i == logBurst {
			n += 3000
		}
		for j := range n {
			h := hit{begin.Add(logInterval * time.Duration(j) / time.Duration(n)),
				netip.AddrFrom4([4]byte{101, 101, byte(j), byte(i % 7)}), paths[(i+j)%4]}
			if j >= 40 {
				from := (j - 40) % 600
				h.path, h.source = "/login", netip.AddrFrom4([4]byte{77, 88, 55, byte(from)})
				if from >= 200 {
					h.source = netip.AddrFrom4([4]byte{8, 8, byte(from / 200), byte(from)})
				}
			}
			all = append(all, h)
		}
	}
	return all
}

func combinedLog(all []hit) string {
	var b strings.Builder
	for _, h := range all {
		fmt.Fprintf(&b, "%v - - [%s] \"GET %s?n=1 HTTP/1.1\" 200 100 \"-\" \"-\"\n", h.source,
			h.at.Format("02/Jan/2006:15:04:05 -0700"), h.path)
	}
	return b.String()
}

// found is a burst as -burst -json writes it.
type found struct {
	ID          uint64
	Target      string
	Onset, End  time.Time
	Final       bool
	Interim     int
	PeakEvents  uint64 `json:"peak_events"`
	PeakSources uint64 `json:"peak_sources"`
	Children    []struct {
		ID, Events uint64
		Target     string
		Final      bool
	}
	Report struct {
		Events  uint64
		Sources struct {
			Value uint64
			Exact bool
		}
		Verdicts []struct {
			Claim, Outcome string
			Opinions       []struct{ Outcome string }
		}
	}
}

func (f found) String() string {
	verdicts := ""
	for _, v := range f.Report.Verdicts {
		verdicts += " " + v.Claim + ": " + v.Outcome
	}
	for _, c := range f.Children {
		verdicts += fmt.Sprintf("; %d %q %d", c.ID, c.Target, c.Events)
	}
	return fmt.Sprintf("%d %q interim %d final %v, %s to %s, %d events (%d) from %d (%d) %v%s",
		f.ID, f.Target, f.Interim, f.Final, f.Onset.Format(time.TimeOnly), f.End.Format(time.TimeOnly),
		f.Report.Events, f.PeakEvents, f.Report.Sources.Value, f.PeakSources, f.Report.Sources.Exact, verdicts)
}

// bursts reads what -burst -json wrote.
func bursts(t *testing.T, stdout string) (all []found) {
	t.Helper()
	for line := range strings.Lines(stdout) {
		var f found
		if err := json.Unmarshal([]byte(line), &f); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%v in line %q", err, line)
		}
		all = append(all, f)
	}
	return all
}

func texts(all []found) (lines []string) {
	for _, f := range all {
		lines = append(lines, f.String())
	}
	return lines
}

// fileOf puts a text into a file of its own.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The same bursts are found whatever they are written down as.
func TestBurstFormats(t *testing.T) {
	all := requests(120)
	var csv, objects, hosts strings.Builder
	csv.WriteString("when;ip;path\n")
	for _, h := range all {
		fmt.Fprintf(&csv, "%s;%v;\"%s\"\n", h.at.Format(time.RFC3339), h.source, h.path)
		fmt.Fprintf(&objects, "{\"ip\":%q,\"http\":{\"path\":%q},\"ts\":%d}\n", h.source, h.path, h.at.Unix())
		fmt.Fprintf(&hosts, "%s:443 %v - - [%s] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n", "host-"+h.path[1:], h.source,
			h.at.Format("02/Jan/2006:15:04:05 -0700"))
	}
	const final = `"" interim 0 final true, 22:10:00 to 22:10:10, 3040 events (3040) from 640 (640) true ` +
		`RU > 50% of events: refuted`
	want := func(target string) string {
		if target == "" {
			return "1 " + final
		}
		return fmt.Sprintf("2 %s; 1 %q 3010", final, target)
	}
	for _, tt := range []struct {
		name, text string
		args       []string
		want       string
	}{
		{"combined", combinedLog(all), nil, want("/login")},
		{"combined, compressed", gzipped(t, combinedLog(all)), nil, want("/login")},
		{"combined without target", combinedLog(all), []string{"-target", "none"}, want("")},
		{"combined with server", hosts.String(), nil, want("host-login")},
		{"combined, path of all servers", hosts.String(), []string{"-target", "path"}, "2 " + final + `; 1 "/" 3040`},
		{"csv", csv.String(), []string{"-time", "when", "-target", "path"}, want("/login")},
		{"csv without flags", csv.String(), []string{"-time", "when"}, want("/login")},
		{"csv without target", csv.String(), []string{"-time", "when", "-target", "none"}, want("")},
		{"json", objects.String(), []string{"-time", "ts", "-target", "http.path"}, want("/login")},
		{"json with a target that is missing", objects.String(), []string{"-time", "ts", "-target", "path"}, want("")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := fileOf(t, "a.log", tt.text)
			for _, input := range []string{path, "-"} {
				if testing.Short() && input == "-" {
					continue
				}
				status, stdout, stderr := attribute(t, tt.text, append(append([]string{"-burst", "-json", "-claim",
					"RU > 50% of events"}, tt.args...), input)...)
				got := texts(bursts(t, stdout))
				if n := len(got); status != exitOK || n == 0 || got[n-1] != tt.want || n > 1 != (input == "-") {
					t.Errorf("%s: exit status %d, got\n%s\nwant\n%s\n%s", input, status, strings.Join(got, "\n"), tt.want, stderr)
				}
				const summary = "attribute: 7,800 records: 0 late, 0 set aside, 0 undated; bursts: "
				if !strings.Contains(stderr, summary) {
					t.Errorf("%s: no %q in %s", input, summary, stderr)
				}
			}
		})
	}
}

func TestBurstText(t *testing.T) {
	status, stdout, stderr := attribute(t, "", "-burst", "-target", "none", "-claim",
		"RU > 50% of events", "-claim", "RU > 20% of events", fileOf(t, "a.log", combinedLog(requests(80))))
	// Whoever shows results of the database has to name it.
	if n := strings.Count(stdout, "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0"); status != exitOK || n != 1 {
		t.Errorf("exit status %d, the credit comes %d times in\n%s", status, n, stdout)
	}
	for _, want := range []string{
		"Burst 1 of all traffic", "It began at 2024-05-21 22:10:00 UTC", "last seen at 2024-05-21 22:10:10 UTC",
		"3,040 events from 640 sources", "\nrefuted: RU > 50% of events", "\nsupported: RU > 20% of events",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	const summary = `: read as COMBINED, 6,200 used, 0 lost
attribute: 6,200 records: 0 late, 0 set aside, 0 undated; bursts: 0 ended, 1 running
`
	if !strings.HasSuffix(stderr, summary) {
		t.Errorf("got\n%s\nwant\n%s", stderr, summary)
	}
}

// A burst is printed with the targets that it hits, once.
func TestBurstTextOfTargets(t *testing.T) {
	status, stdout, stderr := attribute(t, combinedLog(requests(120)), "-burst", "-claim", "RU > 50% of events", "-")
	if n := strings.Count(stdout, "  It hits 1 target:\n    \"/login\": 3,010 events"); status != exitOK || n != 2 ||
		strings.Count(stdout, "Burst ") != 3 || !strings.Contains(stderr, "bursts: 1 ended, 0 running") {
		t.Errorf("exit status %d, %d times in\n%s\n%s", status, n, stdout, stderr)
	}
}

// An attack that is spread over many pages, addresses or mailboxes is one of what they have
// in common.
func TestBurstOfAGroup(t *testing.T) {
	for target, group := range map[string]string{
		"/shop/item/%d":          `the directory "/shop/"`,
		"198.51.100.%d":          "the network 198.51.100.0/24",
		"user-%d@lagoon.example": `the mail domain "lagoon.example"`,
	} {
		var csv strings.Builder
		csv.WriteString("when,ip,target\n")
		for i, h := range requests(100) {
			if h.path == "/login" {
				h.path = fmt.Sprintf(target, i%200)
			}
			fmt.Fprintf(&csv, "%s,%v,%s\n", h.at.Format(time.RFC3339), h.source, h.path)
		}
		status, stdout, stderr := attribute(t, csv.String(), "-burst", "-time", "when", "-target", "target", "-")
		if status != exitOK || !strings.Contains(stdout, "  It hits 1 target:\n    "+group+": ") {
			t.Errorf("exit status %d, no burst of %s\n%s\n%s", status, group, stdout, stderr)
		}
	}
}

// Each claim about a burst gets one verdict by all databases.
func TestBurstOthers(t *testing.T) {
	country, _, _ := writeFiles(t)
	args := []string{"-burst", "-json", "-second", country, "-claim", "majority RU", "-claim", "US > 10%", "-"}
	status, stdout, stderr := attribute(t, combinedLog(requests(80)), args...)
	all := bursts(t, stdout)
	if status != exitOK || len(all) == 0 {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	for _, b := range all {
		v := b.Report.Verdicts
		if len(v) != 2 || len(v[0].Opinions) != 2 || len(v[1].Opinions) != 2 {
			t.Errorf("%+v", v)
		}
	}
}

// The built-in attack is found in what surrounds it.
func TestBurstIncident(t *testing.T) {
	status, stdout, stderr := attribute(t, "", "-burst", "-json")
	if status != exitOK || !strings.HasPrefix(stderr, "Simulated traffic: ") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	const target = "mailbox-400@lagoon.example"
	final := map[string]int{}
	for _, b := range bursts(t, stdout) {
		if !b.Final {
			continue
		}
		final[b.Target]++
		for _, c := range b.Children {
			if final[c.Target]++; c.Events < 94_000 {
				t.Errorf("%v", b)
			}
		}
		if v := b.Report.Verdicts; len(v) != 2 || v[0].Outcome != "refuted" || v[1].Outcome != "supported" {
			t.Errorf("%v", b)
		}
		// 95,000 in the burst; everyday traffic and private sources beside it.
		if b.PeakEvents < 95_000 || b.PeakEvents > 95_300 || b.Report.Sources.Value < 5700 || b.Report.Sources.Value > 6600 {
			t.Errorf("%v", b)
		}
	}
	if len(final) != 2 || final[""] != 1 || final[target] != 1 {
		t.Errorf("bursts that ended: %v", final)
	}
}

func TestBurstUsage(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"-target path x.log", "-target has no meaning without -burst"},
		{"-interval 1m x.log", "-interval has no meaning without -burst"},
		{"-lateness 1m x.log", "-lateness has no meaning without -burst"},
		{"-state s x.log", "-state has no meaning without -burst"},
		{"-burst -evidence e x.log", "-evidence has no meaning beside -burst"},
		{"-burst -asn a.mmdb x.log", "-asn has no meaning beside -burst"},
		{"-burst -list a=b x.log", "-list has no meaning beside -burst"},
		{"-burst -classes c.mmdb x.log", "-classes has no meaning beside -burst"},
		{"-burst -verify e", "-burst has no meaning beside -verify"},
		{"-burst -interval 7s -", "-interval: 7s is not from 1s to 1h and a divisor of a day"},
		{"-burst -interval 500ms -", "-interval: 500ms is not from 1s"},
		{"-burst -interval 2h -", "-interval: 2h0m0s is not from 1s"},
		{"-burst -interval soon -", "-interval: time: invalid duration"},
		{"-burst -lateness 81s -", "-lateness 1m21s: not from 0s to 8 intervals of 10s"},
		{"-burst -lateness -1s -", "-lateness -1s: not from 0s"},
		{"-burst -state s", "-state has no meaning without a file to read"},
	} {
		status, stdout, stderr := attribute(t, "", strings.Fields(tt.args)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit status %d, %s", tt.args, status, stderr)
		}
	}
}

// overwrite puts a text into a file that may exist.
func overwrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
