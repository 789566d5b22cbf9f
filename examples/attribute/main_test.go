package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

// attributeJSON runs the program with -json.
func attributeJSON(t *testing.T, stdin string, args ...string) (r answered, status int, stderr string) {
	t.Helper()
	status, stdout, stderr := attribute(t, stdin, append([]string{"-json"}, args...)...)
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatalf("%v in %s%s", err, stdout, stderr)
	}
	return r, status, stderr
}

func TestIncident(t *testing.T) {
	status, stdout, stderr := attribute(t, "")
	if status != exitOK || stderr != "" {
		t.Fatalf("exit status %d, %s", status, stderr)
	}
	for _, want := range []string{"Simulated", "RU Russia",
		"Credit: \"IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0\"\n\nrefuted: ", "geolocated to"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, "from Russia") {
		t.Errorf("says more than an address can tell:\n%s", stdout)
	}

	r, status, stderr := attributeJSON(t, "", "-claim", "majority RU", "-claim", "RU > 50% of events")
	if status != exitOK || !strings.Contains(stderr, "Simulated") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
	// The story: most attempts, and by far not most sources.
	v := r.Verdicts
	if len(v) != 2 || v[0].Outcome != attribution.Refuted || v[0].Share.High >= 0.5 ||
		v[1].Outcome != attribution.Supported {
		t.Errorf("verdicts %v", v)
	}
	if len(r.Countries) == 0 || r.Countries[0].Origin.String() != "RU" || r.Events+r.Reserved.Events != 95_000 ||
		r.Sources.Value != 6000 || r.Account != nil {
		t.Errorf("%d events from %d sources, countries %+v", r.Events, r.Sources.Value, r.Countries)
	}
}

func TestMixedInput(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// 77.88.55.60 and 5.255.255.70 are geolocated to RU by every database.
	r, status, stderr := attributeJSON(t, "77.88.55.60\n10.0.0.1\nx\n", "-claim", "majority RU", "-claim", "majority US",
		write("a.log.gz", gzipped(t, `77.88.55.60 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1000`+"\n"+
			`5.255.255.70 - - [17/May/2015:11:05:03 +0000] "GET / HTTP/1.1" 200 500`+"\n")),
		write("b.csv", "port,Client_IP\n25,5.255.255.70\n25,-\n25,\n25,?\n25,!\n"),
		write("c.json", `{"ip":"::ffff:77.88.55.60"}`+"\n"),
		"-")
	from, to := time.Date(2015, 5, 17, 10, 5, 3, 0, time.UTC), time.Date(2015, 5, 17, 11, 5, 3, 0, time.UTC)
	if status != exitOK || r.Sources.Value != 2 || !r.Sources.Exact || r.Events != 5 || r.Bytes != 1500 ||
		r.Reserved.Sources != 1 || !r.From.Equal(from) || !r.To.Equal(to) {
		t.Errorf("exit status %d, %+v", status, r)
	}
	// Two sources decide nothing.
	for _, v := range r.Verdicts {
		if v.Outcome != attribution.Undecided || v.Reason != caveat.FewSources {
			t.Errorf("%v", v)
		}
	}
	place := strconv.Quote(filepath.Join(dir, "b.csv")) + ": line 3, byte 31"
	a := r.Account
	if a.Format != "COMMON, CSV, JSON, ADDR" || a.Records != 6 || a.Lost[attribution.LostUnread] != 5 ||
		a.First[attribution.LostUnread] != place || r.Lost[attribution.LostUnread] != 5 || len(r.Verdicts) != 2 {
		t.Errorf("account %+v, lost %v, %d verdicts", *a, r.Lost, len(r.Verdicts))
	}
	wantErr := `attribute: "DIR/a.log.gz": read as COMMON, 2 used, 0 lost
attribute: "DIR/b.csv": read as CSV, 1 used, 4 lost (3 NO_ADDRESS, first at line 3, byte 31; ` +
		`1 EMPTY_FIELD, first at line 4, byte 36)
attribute: "DIR/c.json": read as JSON, 1 used, 0 lost
attribute: "standard input": read as ADDR, 2 used, 1 lost (1 NO_ADDRESS, first at line 3, byte 21)
`
	if got := strings.ReplaceAll(stderr, dir+string(filepath.Separator), "DIR/"); got != wantErr {
		t.Errorf("got\n%swant\n%s", got, wantErr)
	}
}

func TestIPv6Prefix(t *testing.T) {
	const text = "2a00::1\n2a00::2\n2a00:0:0:1::1\n2a00:0:1::1\n"
	for _, tt := range []struct {
		args []string
		want uint64
	}{{nil, 3}, {[]string{"-v6", "128"}, 4}, {[]string{"-v6", "48"}, 2}} {
		r, _, _ := attributeJSON(t, text, append(tt.args, "-")...)
		if r.Sources.Value != tt.want {
			t.Errorf("%v: %d sources, want %d", tt.args, r.Sources.Value, tt.want)
		}
	}
}

// Without a claim there is no verdict, and the list is there all the same.
func TestNoClaim(t *testing.T) {
	_, stdout, _ := attribute(t, "8.8.8.8\n", "-json", "-")
	if !strings.Contains(stdout, `"verdicts": []`) {
		t.Errorf("no empty list of verdicts in %s", stdout)
	}
}

func TestTimes(t *testing.T) {
	const text = "ip,when\n8.8.8.8,1716329586\n8.8.4.4,soon\n"
	r, status, stderr := attributeJSON(t, text, "-time", "when", "-")
	if status != exitOK || r.Sources.Value != 2 || !r.From.Equal(time.Unix(1716329586, 0)) ||
		!strings.Contains(stderr, "2 used, 0 lost, 1 without a time") {
		t.Errorf("exit status %d, %d sources from %v, %s", status, r.Sources.Value, r.From, stderr)
	}
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"-nonsense", "flag provided but not defined"},
		{"-format xml", `-format "xml": there are COMBINED, `},
		{"-zone Mars/Base", `-zone "Mars/Base": neither the name of a zone nor an offset`},
		{"-year 24", "-year 24: not from 1970 to 2200"},
		{"-trust 10.0.0.0/99", "neither addresses and prefixes nor a file with them"},
		{"-exclude nowhere.txt", "nowhere.txt: no such file"},
		{"-burst -state s -key k x.log", "-key has no meaning beside -state"},
		{"-sport p", "-sport has no meaning without -proto"},
		{"-v6 0", "-v6 0: not a prefix length"},
		{"-v6 129", "-v6 129: not a prefix length"},
		{"-v6 x", "invalid value"},
		{"-claim all", "invalid value"},
	} {
		status, stdout, stderr := attribute(t, "", strings.Fields(tt.args)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit status %d, %s", tt.args, status, stderr)
		}
	}
	status, stdout, stderr := attribute(t, "", "-h")
	if status != exitOK || !strings.Contains(stdout, "usage: attribute") {
		t.Errorf("-h: exit status %d, %s", status, stderr)
	}
}

// An interrupt ends the reading; what was counted is reported.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &cancelling{text: strings.NewReader(manyAddresses(50_000)), cancel: cancel}
	var stdout, stderr strings.Builder
	status := run(ctx, []string{"-"}, r, &stdout, &stderr)
	if status != exitUnusable || stdout.Len() == 0 || !strings.Contains(stderr.String(),
		"interrupted; what stands before is counted") {
		t.Errorf("exit status %d, %d bytes of report, %s", status, stdout.Len(), stderr.String())
	}
}

// cancelling cancels when the second half of a text begins to be read.
type cancelling struct {
	text   *strings.Reader
	cancel func()
}

func (c *cancelling) Read(b []byte) (int, error) {
	if c.text.Len() < int(c.text.Size()/2) {
		c.cancel()
	}
	return c.text.Read(b[:min(len(b), 4096)])
}

func TestSampling(t *testing.T) {
	status, stdout, _ := attribute(t, "77.88.8.1\n77.88.8.2\n", "-sampling", "1000", "-claim", "majority RU", "-")
	if status != exitOK || !strings.Contains(stdout, "Only 1 in 1,000 packets or flows was looked at") ||
		!strings.Contains(stdout, "inadmissible: RU > 50% of sources") {
		t.Errorf("status %d:\n%s", status, stdout)
	}
	if status, _, stderr := attribute(t, "", "-sampling", "0"); status != exitUsage ||
		!strings.Contains(stderr, "-sampling 0") {
		t.Errorf("status %d: %s", status, stderr)
	}
	_, proven, _ := attribute(t, "", "-handshake", "-json")
	if strings.Contains(proven, `"spoofing"`) {
		t.Error("sources that completed a handshake were tested for being forged")
	}
}

// A key makes runs give the same digits, also where not all sources fit.
func TestKey(t *testing.T) {
	key := fileOf(t, "key", "sixteen bytes of a secret\n")
	text := manyAddresses(200_000)
	first, status, stderr := attributeJSON(t, text, "-key", key, "-")
	again, _, _ := attributeJSON(t, text, "-key", key, "-")
	if status != exitOK || first.Sources.Exact || !reflect.DeepEqual(first, again) {
		t.Errorf("exit status %d, %+v and %+v, %s", status, first.Sources, again.Sources, stderr)
	}
	if other, _, _ := attributeJSON(t, text, "-"); reflect.DeepEqual(first.Sources, other.Sources) {
		t.Errorf("the same estimate %+v with another key", first.Sources)
	}
	short := fileOf(t, "short", "secret\n")
	if status, _, stderr := attribute(t, text, "-key", short, "-"); status != exitUnusable ||
		!strings.Contains(stderr, "need at least 16") {
		t.Errorf("exit status %d, %s", status, stderr)
	}
}

// Trusted proxies are passed over in lists, and sources that are excluded are in no count.
func TestTrustAndExclude(t *testing.T) {
	const rest = ` - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 5` + "\n"
	text := "8.8.8.8, 77.88.55.60, 10.0.0.1" + rest + "9.9.9.9, 77.88.55.61, 10.0.0.1" + rest +
		"1.1.1.1, 77.88.55.62, 10.0.0.1" + rest
	file := fileOf(t, "probes.txt", "# monitoring\n77.88.55.61\n")
	r, status, stderr := attributeJSON(t, text, "-trust", "10.0.0.0/8,192.0.2.1", "-exclude", file, "-exclude",
		"77.88.55.62", "-")
	if status != exitOK || r.Sources.Value != 1 || len(r.Countries) != 1 || r.Countries[0].Origin.String() != "RU" ||
		r.Account.Excluded != 2 {
		t.Errorf("exit status %d, %+v, account %+v, %s", status, r.Countries, r.Account, stderr)
	}
}

func TestZone(t *testing.T) {
	const text = "ip,time\n8.8.8.8,2024-05-21 07:11:23\n"
	for zone, want := range map[string]string{"UTC": "07:11:23", "Europe/Moscow": "04:11:23", "-05:00": "12:11:23"} {
		r, _, stderr := attributeJSON(t, text, "-zone", zone, "-")
		if got := r.From.UTC().Format(time.TimeOnly); got != want {
			t.Errorf("%s: %s, want %s; %s", zone, got, want, stderr)
		}
	}
}
