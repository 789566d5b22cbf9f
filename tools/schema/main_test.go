package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

var root = filepath.Join("..", "..")

// strictly returns a definition that refuses unknown keys.
func strictly(t testing.TB, kind string) *jsonschema.Schema {
	t.Helper()
	s, err := load(root, true, kind)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fits fails the test if the JSON of v is not what a definition says.
func fits(t *testing.T, s *jsonschema.Schema, name string, v any) {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := validate(s, bytes.NewReader(data)); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func claims(t testing.TB, texts ...string) (all []attribution.Claim) {
	t.Helper()
	for _, text := range texts {
		all = append(all, world.Must(attribution.ParseClaim(text)))
	}
	return all
}

var allClaims = []string{
	"RU > 50%", "RU > 50% of events", "US,CN < 40% of bytes", "plurality RU", "plurality US of events",
	"outside FR,NC > 90%",
}

// stories are scenarios by name.
func stories() map[string]scenario.Builder {
	ru := world.Origin("RU")
	return map[string]scenario.Builder{
		"mail bomb":     scenario.MailBomb{},
		"botnet":        scenario.Botnet{Sources: 6_000, Origin: ru, Share: .52, Unlocated: .01, IPv6: .2},
		"loud":          scenario.Botnet{Sources: 900, Origin: ru, Share: .52, Repeat: 60},
		"spoofed flood": scenario.SpoofedFlood{Sources: 6_000, Origin: ru, Share: .52},
		"partly forged": scenario.SpoofedFlood{Sources: 6_000, Real: .8, Origin: ru, Share: .52},
		"reflection":    scenario.Reflection{},
		"single source": scenario.SingleSource{},
		"flash crowd":   scenario.FlashCrowd{},
		"quiet":         scenario.Quiet{},
	}
}

// Reports of every kind are as the schema says: exact and estimated, with and without addresses, of registers, of two
// databases, of several sampling rates, with an account.
func TestReports(t *testing.T) {
	report, breakdown := strictly(t, "Report"), strictly(t, "Breakdown")
	w := world.Real(t)
	small := attribution.Options{SampleSize: sketch.SmallSampleSize, Precision: 12}
	policies := []attribution.Policy{{}, {Confidence: .99, Joint: true, Population: true, Interim: 3}}
	for name, b := range stories() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			traffic := world.Must(b.Build(w.Population))
			for how, o := range map[string]attribution.Options{
				"exact": {AssumeHandshake: true}, "small": small,
				"sampled": {SampleSize: sketch.SmallSampleSize, Precision: 12, SamplingRate: 64},
			} {
				o.Key = world.Key(2)
				tally := world.Must(attribution.NewTally(w.Table, o))
				n := 0
				for e := range traffic.Events() {
					if n++; n > 50_000 {
						break
					}
					tally.ExtendSpan(e.Time, e.Time)
					tally.AddFlow(attribution.Flow{
						Source: e.Source, Events: e.Events, Bytes: e.Bytes,
						Handshake: e.Established, Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
					})
				}
				tally.AddFlow(attribution.Flow{Source: netip.MustParseAddr("10.1.2.3")})
				tally.AddFlow(attribution.Flow{Source: netip.MustParseAddr("9.1.2.3"), SamplingRate: 8})
				tally.AddLost(attribution.LostLate, 7)
				account := fullAccount()
				whole := tally.Snapshot()
				second := attribution.Enrichment{Databases: []*geo.Table{world.Must(routed.Table())}}
				snapshots := map[string]attribution.Snapshot{
					"": whole, ", no addresses": whole.WithoutAddresses(),
					", two databases": world.Must(whole.Enrich(second)),
					", sketches":      world.Must(attribution.FromSketches(w.Table, whole.KeyID(), whole.Sketches())),
				}
				tally.AddAccount(account)
				snapshots[", account"] = tally.Snapshot()
				for which, s := range snapshots {
					for i, p := range policies {
						r := world.Must(s.Report(p, claims(t, allClaims...)...))
						if which == ", account" {
							r.Account = &account
						}
						fits(t, report, fmt.Sprint(how, which, ", policy ", i), r)
					}
					if inside, err := network.NewBreakdown(s, claims(t, "RU > 50%")[0], 5); err == nil {
						fits(t, breakdown, how+which, inside)
					}
				}
				o.SamplingRate = 1
				usual := world.Must(attribution.NewTally(w.Table, o))
				usual.Add(netip.MustParseAddr("5.1.2.3"))
				fresh, err := baseline.Compare(tally.Snapshot(), usual.Snapshot(), attribution.Policy{}, claims(t, allClaims...)...)
				if err != nil {
					t.Fatal(err)
				}
				fits(t, strictly(t, "NewSources"), how, fresh)
			}
		})
	}
	fits(t, report, "nothing", world.Must(attribution.Snapshot{}.Report(attribution.Policy{}, claims(t, allClaims...)...)))
}

// fullAccount has something in each field.
func fullAccount() attribution.Account {
	return attribution.Account{
		Format: "csv", Fields: map[string]string{"source": "ip\x1b[2J"}, Records: 900,
		Lost:  map[attribution.Loss]uint64{attribution.LostUnread: 3},
		First: map[attribution.Loss]string{attribution.LostUnread: "line 7"}, Instead: map[string]string{"source": "x"},
		NotTaken: map[string]string{"count": "n"},
		Unread:   []attribution.Unread{{Code: "NO_SOURCE", Records: 3, First: "line 7"}},
		Notes:    []attribution.Note{{Code: attribution.NoteCutIPv4, Value: 9, Subject: "/24"}},
		Lines:    99, NoRecords: 1, Excluded: 2, Undated: 1, From: world.Built, To: world.Built.Add(time.Hour),
	}
}

// Every burst that a monitor reports of an attack amid everyday traffic is as the schema says.
func TestBursts(t *testing.T) {
	burst := strictly(t, "Burst")
	w := world.Real(t)
	traffic := world.Must(scenario.Overlay{
		Quiet:  scenario.Quiet{Rate: 8, Noise: 0.15, Targets: 60},
		Bursts: []scenario.Part{{Builder: scenario.MailBomb{}, After: time.Hour}},
	}.Build(w.Population))
	n := 0
	m := world.Must(monitor.New(w.Table, monitor.Options{
		Tally: attribution.Options{Key: world.Key(3)}, Claims: claims(t, allClaims...), NotifyChildren: true,
		Notify: func(b monitor.Burst) {
			n++
			fits(t, burst, b.String(), b)
		},
	}))
	end := traffic.Bursts()[0].End.Add(10 * time.Minute)
	for e := range traffic.Events() {
		if e.Time.After(end) {
			break
		}
		m.Observe(monitor.Event{Time: e.Time, Target: monitor.ParseTarget(e.Target), Flow: attribution.Flow{
			Source: e.Source, Events: e.Events, Bytes: e.Bytes, Handshake: e.Established,
		}})
	}
	m.Advance(end)
	if n < 3 {
		t.Errorf("%d bursts were reported, want some of one target and of all traffic", n)
	}
}

// The briefs of the showcases are as the schema says.
func TestBriefs(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root, "attribution", "brief", "testdata", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no briefs: ", err)
	}
	s := strictly(t, "Brief")
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(s, bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// What the program prints is as the schema says: of its incident, of bursts, of real traffic.
func TestProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "attribute")
	build := exec.Command("go", "build", "-o", program, "./examples/attribute")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, tt := range []struct {
		name, kind string
		args       []string
		corpus     string
	}{
		{name: "incident", kind: "Answer"},
		{
			name: "claims", kind: "Answer",
			args: []string{"-claim", "RU > 50% of events", "-claim", "plurality US", "-second", "routed"},
		},
		{name: "burst", kind: "Burst", args: []string{"-burst"}},
		{name: "web-ddos", kind: "Answer", corpus: "web-ddos/2025-01-14.csv"},
		{
			name: "wikiticker", kind: "Answer", args: []string{"-addr", "user"},
			corpus: "wikiticker/wikiticker-2015-09-12-sampled.json.gz",
		},
		{name: "apache", kind: "Answer", corpus: "apache-access/apache_logs.gz"},
		{name: "apache bursts", kind: "Burst", args: []string{"-burst"}, corpus: "apache-access/apache_logs.gz"},
		{name: "proxies", kind: "Answer", args: []string{"-addr", "host"}, corpus: "open-proxies/proxies.json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"-json"}, tt.args...)
			if tt.corpus != "" {
				args = append(args, testenv.CorpusPath(t, tt.corpus))
			}
			var stdout, stderr bytes.Buffer
			run := exec.Command(program, args...)
			run.Stdout, run.Stderr = &stdout, &stderr
			if err := run.Run(); err != nil && stdout.Len() == 0 {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			if stdout.Len() == 0 {
				t.Skip("prints nothing: ", stderr.String())
			}
			if err := validate(strictly(t, tt.kind), &stdout); err != nil {
				t.Error(err)
			}
		})
	}
}

// The schema itself refuses what must not be: the test would be worth nothing if it accepted everything.
func TestSchemaRefuses(t *testing.T) {
	report := world.Must(attribution.Snapshot{}.Report(attribution.Policy{}, claims(t, "RU > 50%")...))
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	s := strictly(t, "")
	if err := validate(s, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"schema":1`, `"schema":"1"`}, {`"schema":1,`, ``}, {`"records":0`, `"records":-1`},
		{`"outcome":"inadmissible"`, `"outcome":"guilty"`}, {`"records":0`, `"records":0,"attackers":3`},
		{`"origin":"reserved"`, `"origin":"Russia"`}, {`"confidence":0.95`, `"confidence":95`},
		{`"code":"NOTHING_COUNTED"`, `"code":"nothing was counted"`}, {`"verdicts":[`, `"verdicts":[null,`},
	} {
		changed := strings.Replace(string(data), change[0], change[1], 1)
		if changed == string(data) {
			t.Errorf("no %s in %s", change[0], data)
		}
		if err := validate(s, strings.NewReader(changed)); err == nil {
			t.Errorf("%s instead of %s is accepted", change[1], change[0])
		}
	}
	for _, text := range []string{"", "{}", "[]", "null", "7", `{"schema":1}`} {
		if err := validate(s, strings.NewReader(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
