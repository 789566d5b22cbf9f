package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// result is the JSON that the program writes. Programs depend on these keys:
// they may be added to, and never go away.
type result struct {
	Sources struct {
		Distinct, Low, High uint64
		Exact               bool
	}
	Events, Bytes, Skipped uint64
	Origins                []struct {
		Origin                 string
		Sources, Events, Bytes uint64
		Share                  share
	}
	Unlocated, Reserved struct{ Sources, Events uint64 }
	Database            struct{ Name, Built, SHA256, Credit string }
	Spoofing            struct {
		Finding              string
		Tested, Dark, Bogons uint64
		Forged               share
		Pairs24              uint64  `json:"pairs_24"`
		Pairs16              uint64  `json:"pairs_16"`
		Pairs24IfForged      float64 `json:"pairs_24_if_forged"`
		Pairs16IfForged      float64 `json:"pairs_16_if_forged"`
		MixDistance          float64 `json:"mix_distance"`
		MixNoise             float64 `json:"mix_noise"`
	}
	From, To time.Time
	Claims   []struct {
		Claim, Verdict string
		Share          share
		Margin         float64
		Confidence     float64 `json:"confidence"`
		Families       []struct {
			Family  string
			Sources uint64
			Share   share
		}
		GeolocationErrorTolerated float64 `json:"geolocation_error_tolerated"`
		Caveats                   []struct {
			Code, Text string
			Value      float64
		}
	}
	Comparison struct {
		Databases []struct {
			Database                struct{ Name, Built, SHA256, Credit string }
			Unlocated, Disagreement share
		}
		Origins []struct {
			Origin string
			Shares []share
		}
		Exact bool
	}
	Corroborations []struct {
		Claim, Verdict     string
		Confidence, Margin float64
		Share, Bounds      share
		Opinions           []struct {
			Database            struct{ Name, Built, SHA256, Credit string }
			Verdict             string
			Share               share
			ClaimedDisagreement share   `json:"claimed_disagreement"`
			StandardError       float64 `json:"standard_error"`
			DesignEffect        float64 `json:"design_effect"`
		}
		Caveats []struct {
			Code, Text string
			Value      float64
		}
	}
	Inside struct {
		Claim                       string
		Claimed                     uint64
		Exact                       bool
		IPv4, IPv6, Networks, Lists []struct {
			Name            string
			Sources, Events uint64
			Share, Claimed  share
			EventShare      float64 `json:"event_share"`
		}
		Caveats []struct {
			Code, Text string
			Value      float64
		}
	}
}

type share struct{ Value, Low, High float64 }

// attributeJSON runs the program with -json.
func attributeJSON(t *testing.T, stdin string, args ...string) (r result, status int, stderr string) {
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
	for _, want := range []string{"Simulated", "RU", "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0\n\nrefuted: ", "geolocated to"} {
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
	if len(r.Claims) != 2 || r.Claims[0].Verdict != "refuted" || r.Claims[0].Share.High >= 0.5 || r.Claims[1].Verdict != "supported" {
		t.Errorf("claims %+v", r.Claims)
	}
	if len(r.Origins) == 0 || r.Origins[0].Origin != "RU" || r.Events+r.Reserved.Events != 95_000 || r.Sources.Distinct != 6000 {
		t.Errorf("%d events from %d sources, origins %+v", r.Events, r.Sources.Distinct, r.Origins)
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
	want := result{Events: 5, Bytes: 1500, Skipped: 5,
		From: time.Date(2015, 5, 17, 10, 5, 3, 0, time.UTC), To: time.Date(2015, 5, 17, 11, 5, 3, 0, time.UTC)}
	if status != exitOK || r.Sources.Distinct != 2 || !r.Sources.Exact || r.Events != want.Events || r.Bytes != want.Bytes ||
		r.Skipped != want.Skipped || r.Reserved.Sources != 1 || !r.From.Equal(want.From) || !r.To.Equal(want.To) {
		t.Errorf("exit status %d, %+v", status, r)
	}
	if len(r.Claims) != 2 || r.Claims[0].Verdict != "supported" || r.Claims[1].Verdict != "refuted" {
		t.Errorf("claims %+v", r.Claims)
	}
	wantErr := "attribute: DIR/a.log.gz: read as combined, 2 used, 0 skipped\n" +
		`attribute: DIR/b.csv:3: skipped: no address in its column: "25,-"` + "\n" +
		`attribute: DIR/b.csv:4: skipped: no address in its column: "25,"` + "\n" +
		`attribute: DIR/b.csv:5: skipped: no address in its column: "25,?"` + "\n" +
		"attribute: DIR/b.csv: read as csv, 1 used, 4 skipped\n" +
		"attribute: DIR/c.json: read as json, 1 used, 0 skipped\n" +
		`attribute: standard input:3: skipped: no address at the start of the line: "x"` + "\n" +
		"attribute: standard input: read as addr, 2 used, 1 skipped\n"
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
		if r.Sources.Distinct != tt.want {
			t.Errorf("%v: %d sources, want %d", tt.args, r.Sources.Distinct, tt.want)
		}
	}
}

// Without a claim there is no verdict, and the list is there all the same.
func TestNoClaim(t *testing.T) {
	_, stdout, _ := attribute(t, "8.8.8.8\n", "-json", "-")
	if !strings.Contains(stdout, `"claims": []`) {
		t.Errorf("no empty list of claims in %s", stdout)
	}
}

func TestTimes(t *testing.T) {
	const text = "ip,when\n8.8.8.8,1716329586\n8.8.4.4,soon\n"
	r, status, stderr := attributeJSON(t, text, "-time", "when", "-")
	if status != exitOK || r.Sources.Distinct != 2 || !r.From.Equal(time.Unix(1716329586, 0)) || !strings.Contains(stderr, "1 of them without a readable time") {
		t.Errorf("exit status %d, %d sources from %v, %s", status, r.Sources.Distinct, r.From, stderr)
	}
}

func TestUsage(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"-nonsense", "flag provided but not defined"},
		{"-format xml", `-format "xml": there are auto, addr, combined, csv, json`},
		{"-format addr -addr ip", "-addr and -time name columns and fields"},
		{"-format combined -time t", "-addr and -time name columns and fields"},
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
	status, _, stderr := attribute(t, "", "-h")
	if status != exitOK || !strings.Contains(stderr, "usage: attribute") {
		t.Errorf("-h: exit status %d, %s", status, stderr)
	}
}

// An interrupt ends the reading; what was counted is reported.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &cancelling{text: strings.NewReader(manyAddresses(50_000)), cancel: cancel}
	var stdout, stderr strings.Builder
	status := run(ctx, []string{"-"}, r, &stdout, &stderr)
	if status != exitUnusable || stdout.Len() == 0 || !strings.Contains(stderr.String(), "interrupted; what stands before is counted") {
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

// Whoever got an answer was there: access logs say so of their clients, but not of
// a client that a forwarder names. Of other records the flag says it.
func TestHandshake(t *testing.T) {
	for _, c := range []struct {
		line string
		want bool
	}{
		{`77.88.8.1 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 5`, true},
		{`77.88.8.1, 10.0.0.1 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 5`, false},
	} {
		r := new(record)
		if why := parseCombined([]byte(c.line), r); why != "" || r.flow().Handshake != c.want {
			t.Errorf("%s: %q, handshake %v, want %v", c.line, why, r.flow().Handshake, c.want)
		}
	}
}

func TestSampling(t *testing.T) {
	status, stdout, _ := attribute(t, "77.88.8.1\n77.88.8.2\n", "-sampling", "1000", "-claim", "majority RU", "-")
	if status != exitOK || !strings.Contains(stdout, "Only 1 in 1,000 packets or flows was looked at") || !strings.Contains(stdout, "inadmissible: RU > 50% of sources") {
		t.Errorf("status %d:\n%s", status, stdout)
	}
	if status, _, stderr := attribute(t, "", "-sampling", "0"); status != exitUsage || !strings.Contains(stderr, "-sampling 0") {
		t.Errorf("status %d: %s", status, stderr)
	}
	_, proven, _ := attribute(t, "", "-handshake", "-json")
	if strings.Contains(proven, `"spoofing"`) {
		t.Error("sources that completed a handshake were tested for being forged")
	}
}
