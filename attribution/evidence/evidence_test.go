package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

func TestRoundTrip(t *testing.T) {
	for name, s := range snapshots() {
		for _, p := range []attribution.Policy{{}, {Confidence: .99, Population: true}, {Joint: true}, {Interim: 3}} {
			e, data := mustMake(t, s, p, someClaims...)
			v := mustVerify(t, data)
			if !v.OK() || v.Method != attribution.MethodVersion {
				t.Errorf("%s: %v", name, v.Difference)
				continue
			}
			if !bytes.Equal(marshal(v.Evidence), data) {
				t.Errorf("%s: what was verified is written otherwise", name)
			}
			if !reflect.DeepEqual(v.Evidence.Report(), e.Report()) || v.Evidence.Policy() != e.Policy() {
				t.Errorf("%s: another report or policy", name)
			}
			if !bytes.Equal(world.Must(v.Evidence.Snapshot().MarshalBinary()), world.Must(s.MarshalBinary())) {
				t.Errorf("%s: another snapshot", name)
			}
			sameButForDigits(t, name, e.Report(), world.Must(s.Report(p, someClaims...)))
		}
		if e, data := mustMake(t, s, attribution.Policy{}); !mustVerify(t, data).OK() || len(e.Report().Verdicts) != 0 {
			t.Errorf("%s, without a claim", name)
		}
	}
}

// sameButForDigits compares a report as stated with the one that it was made from.
func sameButForDigits(t *testing.T, name string, stated, own attribution.Report) {
	t.Helper()
	text := part{text: world.Must(canonical(stated))}
	p := own.Policy
	settle(reflect.ValueOf(&own).Elem(), text)
	own.Policy = p
	if d := differ(text, part{text: world.Must(canonical(own))}); d != nil {
		t.Errorf("%s: %v", name, d)
	}
}

// Equal contents give equal bytes, in whatever order they came.
func TestFilesAreCanonical(t *testing.T) {
	for _, n := range []int{50, 3000} {
		flows := mixed(n)
		whole := snapshotOf(small, flows)
		var parts []attribution.Snapshot
		for part := range slices.Chunk(flows, n/10) {
			tally := world.Must(attribution.NewTally(world.Table(), small))
			tally.AddFlows(part)
			parts = append(parts, tally.Snapshot())
		}
		slices.Reverse(parts)
		lost := world.Must(attribution.NewTally(world.Table(), small))
		lost.AddLost(attribution.LostLate, 3)
		lost.ExtendSpan(world.Built, world.Built.Add(time.Hour))
		merged := world.Must(attribution.Merge(append(parts, lost.Snapshot())...))
		_, a := mustMake(t, whole, attribution.Policy{}, someClaims...)
		_, b := mustMake(t, merged, attribution.Policy{}, someClaims...)
		if !bytes.Equal(a, b) {
			t.Errorf("%d: equal contents, other bytes", n)
		}
	}
}

// A second database is part of the snapshot, and so its opinion is proven.
func TestSecondDatabaseIsProven(t *testing.T) {
	_, data := mustMake(t, enriched(snapshotOf(small, mixed(600))), attribution.Policy{}, attribution.Majority("RU"))
	v := mustVerify(t, data)
	verdict := v.Evidence.Report().Verdicts[0]
	if !v.OK() || len(verdict.Opinions) != 2 || len(v.Evidence.Report().Databases) != 1 {
		t.Fatalf("%v %v", v.Difference, verdict)
	}
	forged := reseal(t, data, func(b map[string]any) {
		at(b, "report", "verdicts", 0, "opinions", 1)["outcome"] = "supported"
	})
	if v := mustVerify(t, forged); v.OK() || v.Difference.Path != "/evidence/report/verdicts/0/opinions/1/outcome" {
		t.Errorf("another opinion: %v", v.Difference)
	}
}

// Whose networks the sources are in is part of the snapshot, and so are claims about that proven.
func TestNetworksAreProven(t *testing.T) {
	claims := []attribution.Claim{
		attribution.MoreThan(10).InAS(64500), attribution.LessThan(90).OnList("a \"vpn\"", "hosting").Of(attribution.Events),
		attribution.Majority().InAS(64500).Outside(), attribution.Majority().OnList("no such list"),
	}
	more := attribution.Enrichment{
		ASNs: world.ASNs(t, map[string]uint32{"5.0.0.0/9": 64500, "3.0.0.0/8": 64501, "2a02::/16": 64502}),
		Lists: []*geo.PrefixSet{
			world.Must(geo.ReadPrefixSet("hosting", strings.NewReader("5.0.0.0/8"))),
			world.Must(geo.ReadPrefixSet(`a "vpn"`, strings.NewReader("2a02::/17\n3.0.0.0/10"))),
		},
	}
	for _, n := range []int{300, 3000} {
		s := world.Must(snapshotOf(small, mixed(n)).Enrich(more))
		e, data := mustMake(t, s, attribution.Policy{}, claims...)
		v := mustVerify(t, data)
		if !v.OK() {
			t.Fatalf("%d: %v", n, v.Difference)
		}
		sameButForDigits(t, "networks", e.Report(), world.Must(s.Report(attribution.Policy{}, claims...)))
		r := v.Evidence.Report()
		if r.Verdicts[0].Claim != claims[0] || r.Verdicts[3].Reason != caveat.NotLookedUp || len(r.Networks.Systems) != 3 {
			t.Errorf("%d: %+v", n, r)
		}
		for _, c := range []struct {
			place []any
			value any
		}{
			{[]any{"networks", "systems", 0, "number"}, 1},
			{[]any{"networks", "lists", 1, "name"}, "tor"},
			{[]any{"networks", "hosted", "low"}, 1},
			{[]any{"networks", "no_list", "event_share", "low"}, .123},
			{[]any{"verdicts", 1, "outcome"}, "refuted"},
		} {
			last := len(c.place) - 1
			v := mustVerify(t, reseal(t, data, func(b map[string]any) {
				at(b["report"], c.place[:last]...)[c.place[last].(string)] = c.value
			}))
			path := "/evidence/report"
			for _, step := range c.place {
				path += fmt.Sprint("/", step)
			}
			if v.OK() || v.Difference.Path != path {
				t.Errorf("%d, %s: %+v", n, path, v.Difference)
			}
		}
	}
}

// What a reader knows of the input is part of the snapshot, and so what it rules out is proven.
func TestLimitsAreProven(t *testing.T) {
	tally := world.Must(attribution.NewTally(world.Table(), small))
	tally.AddFlows(mixed(600))
	tally.AddAccount(attribution.Account{
		NotTaken: map[string]string{"count": "hits"},
		Notes:    []attribution.Note{{Code: attribution.NoteCutIPv4, Value: 500, Subject: "/24"}},
	})
	_, data := mustMake(t, tally.Snapshot(), attribution.Policy{}, attribution.Majority("RU"))
	v := mustVerify(t, data)
	r := v.Evidence.Report()
	if !v.OK() || r.Verdicts[0].Reason != caveat.CutAddresses ||
		!reflect.DeepEqual(r.Limits, &attribution.Limits{EventsUnknown: true, IPv4Cut: 8}) {
		t.Fatalf("%v %v %+v", v.Difference, r.Verdicts[0], r.Limits)
	}
	for path, change := range map[string]func(b map[string]any){
		"/evidence/report/limits":          func(b map[string]any) { delete(at(b, "report"), "limits") },
		"/evidence/report/limits/ipv4_cut": func(b map[string]any) { at(b, "report", "limits")["ipv4_cut"] = 1 },
		"/evidence/report/verdicts/0/outcome": func(b map[string]any) {
			at(b, "report", "verdicts", 0)["outcome"] = "supported"
		},
	} {
		if v := mustVerify(t, reseal(t, data, change)); v.OK() || v.Difference.Path != path {
			t.Errorf("%s: %v", path, v.Difference)
		}
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	for name, c := range map[string]struct {
		policy attribution.Policy
		claims []attribution.Claim
		want   error
	}{
		"zero claim":       {claims: []attribution.Claim{{}}, want: attribution.ErrInvalidClaim},
		"no country":       {claims: []attribution.Claim{attribution.Majority("??")}, want: attribution.ErrInvalidClaim},
		"too many claims":  {claims: slices.Repeat(someClaims, 22), want: attribution.ErrInvalidClaim},
		"confidence of 95": {policy: attribution.Policy{Confidence: 95}, want: attribution.ErrInvalidPolicy},
	} {
		if e, err := New(few(), c.policy, c.claims...); e != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func someAccount() attribution.Account {
	return attribution.Account{
		Format: "csv", Fields: map[string]string{"source": "client ip", "time": "when"}, Records: 4,
		Lost:  map[attribution.Loss]uint64{attribution.LostLate: 3},
		First: map[attribution.Loss]string{attribution.LostLate: "line 17"},
	}
}

func TestAccountIsCarried(t *testing.T) {
	e, plain := mustMake(t, few(), attribution.Policy{}, someClaims...)
	with, err := e.WithAccount(someAccount())
	if err != nil {
		t.Fatal(err)
	}
	if e.Report().Account != nil || !bytes.Equal(marshal(e), plain) {
		t.Error("WithAccount changed what it was called on")
	}
	data := marshal(with)
	v := mustVerify(t, data)
	if !v.OK() || !bytes.Equal(marshal(v.Evidence), data) {
		t.Fatal(v.Difference)
	}
	if a := v.Evidence.Report().Account; !reflect.DeepEqual(*a, someAccount()) {
		t.Errorf("read %+v", a)
	}
	if body := data[len(`{"evidence":`):]; !bytes.HasPrefix(body, []byte(`{"account":{"fields"`)) {
		t.Errorf("the file begins %s", clip(body))
	}
	changed := bytes.Replace(data, []byte("line 17"), []byte("line 18"), 1)
	if !isAt(changed, "/evidence/digests/account") {
		t.Error("a changed account was not noticed")
	}
	// Text that another program printed may not pass for a line of the verifier.
	a := someAccount()
	a.Format, a.Fields["time"] = "x\u2028verified", strings.Repeat("y", 2000)
	a.First[attribution.LostLate] = "\x1b[2J"
	a.Instead = map[string]string{"source": "\x1b"}
	a.NotTaken = map[string]string{"count": "n\x00"}
	a.Unread = []attribution.Unread{{Code: "A\n", Records: 5, First: "\tline 1"}}
	a.Notes = []attribution.Note{{Code: "B\r", Value: 6, Subject: "\u202e"}}
	cleaned := world.Must(e.WithAccount(a)).Report().Account
	first := cleaned.First[attribution.LostLate]
	if cleaned.Format != "xverified" || len(cleaned.Fields["time"]) != 1024 || first != "[2J" {
		t.Errorf("%+v", cleaned)
	}
	if cleaned.Instead["source"] != "" || cleaned.NotTaken["count"] != "n" ||
		cleaned.Unread[0] != (attribution.Unread{Code: "A", Records: 5, First: "line 1"}) ||
		cleaned.Notes[0] != (attribution.Note{Code: "B", Value: 6}) || a.Notes[0].Code != "B\r" {
		t.Errorf("%+v", cleaned)
	}
	for i := range 9000 {
		a.Fields[strconv.Itoa(i)] = strings.Repeat("z", 1000)
	}
	if _, err := e.WithAccount(a); !errors.Is(err, attribution.ErrInvalidEncoding) {
		t.Errorf("an account of 9 MB: %v", err)
	}
}

// isAt reports whether the difference of a file is at a path.
func isAt(data []byte, path string) bool {
	v, err := Verify(data)
	return err == nil && !v.OK() && v.Difference.Path == path
}

// There is no prose in a file, so that rewording a sentence changes no proof: the only
// strings with a blank are claims and names that were given.
func TestNoSentences(t *testing.T) {
	given := []string{"client ip", "line 17", "AS64500 Example Transit", "Example Transit"}
	for name, s := range snapshots() {
		e, _ := mustMake(t, s, attribution.Policy{}, someClaims...)
		var tree any
		if err := json.Unmarshal(marshal(world.Must(e.WithAccount(someAccount()))), &tree); err != nil {
			t.Fatal(err)
		}
		blanks := 0
		walk(tree, func(text string) {
			if !strings.Contains(text, " ") || slices.Contains(given, text) {
				return
			}
			if c, err := attribution.ParseClaim(text); err != nil || c.String() != text {
				t.Errorf("%s: %q", name, text)
			}
			blanks++
		})
		if want := 2 * len(someClaims); blanks < want {
			t.Errorf("%s: found %d claims, want %d", name, blanks, want)
		}
	}
}

func walk(v any, f func(text string)) {
	switch v := v.(type) {
	case string:
		f(v)
	case []any:
		for _, e := range v {
			walk(e, f)
		}
	case map[string]any:
		for name, e := range v {
			f(name)
			walk(e, f)
		}
	}
}

// All that a caveat says is its code, a number and a name.
func TestCaveatsAreCodes(t *testing.T) {
	known := slices.Collect(caveat.Codes())
	for name, s := range snapshots() {
		e, _ := mustMake(t, s, attribution.Policy{}, someClaims...)
		for _, v := range e.Report().Verdicts {
			for _, c := range v.Caveats {
				if !slices.Contains(known, c.Code) {
					t.Errorf("%s: code %q", name, c.Code)
				}
			}
		}
	}
}
