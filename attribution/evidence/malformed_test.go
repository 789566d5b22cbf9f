package evidence

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

type malformedFile struct {
	data []byte
	want string // what the error says
}

// malformed is the table of bytes that are no evidence, with the place that the error names.
func malformed(t testing.TB) map[string]malformedFile {
	e, _ := mustMake(t, few(), attribution.Policy{}, attribution.Majority("RU"))
	whole := marshal(world.Must(e.WithAccount(someAccount())))
	replace := func(old, new string) []byte {
		if !bytes.Contains(whole, []byte(old)) {
			t.Fatalf("no %s in %s", old, whole)
		}
		return bytes.Replace(whole, []byte(old), []byte(new), 1)
	}
	change := func(f func(b map[string]any)) []byte { return reseal(t, whole, f) }
	set := func(name string, v any) []byte { return change(func(b map[string]any) { b[name] = v }) }
	policy := func(name string, v any) []byte { return change(func(b map[string]any) { at(b, "policy")[name] = v }) }
	claims := func(texts ...string) []byte { return set("claims", append([]string{}, texts...)) }
	encoded := base64.StdEncoding.EncodeToString(e.encoded)
	deep := strings.Repeat("[", 14) + strings.Repeat("]", 14)
	return map[string]malformedFile{
		"nothing":            {nil, "at byte 0: unexpected EOF"},
		"foreign":            {[]byte("GET / HTTP/1.1\r\n"), "at byte 0: invalid character 'G'"},
		"a snapshot instead": {e.encoded, "at byte 0: invalid character 'w'"},
		"a number":           {[]byte("1"), "at byte 0: 1, want an object"},
		"an empty object":    {[]byte("{}"), `at byte 0: no member "evidence"`},
		"foreign JSON":       {[]byte(`{"a":1}`), "/a at byte 5: unknown name"},
		"empty evidence":     {[]byte(`{"evidence":{}}`), `/evidence at byte 12: no member "claims"`},
		"a list":             {[]byte(`{"evidence":[]}`), "/evidence at byte 12: [], want an object"},
		"half":               {whole[:len(whole)/2], "unexpected EOF"},
		"a line feed behind": {append(bytes.Clone(whole), '\n'), "not in canonical form"},
		"white space":        {replace(`"method":2,`, `"method": 2,`), "/evidence/method at byte "},
		"a name twice":       {replace(`"method":2,`, `"method":2,"method":2,`), "duplicate object member name"},
		"out of order":       {replace(`"method":2,`, `"claims":2,`), "duplicate object member name"},
		"needless escape":    {replace(`"claims":["R`, `"claims":["\u0052`), "/evidence/claims/0 at byte "},
		"unknown name":       {set("author", "me"), "/evidence/author at byte "},
		"signed as before":   {replace(`{"evidence"`, `{"a":0,"evidence"`), "/a at byte 5: unknown name"},
		"too deep":           {replace(`"report":{`, `"report":{"a":`+deep+`,`), "nested more than 16 deep"},
		"too long": {replace(`"report":{`, `"report":{"a":"`+strings.Repeat("x", maxStatement)+`",`),
			"bytes beside the snapshot, at most 8388608"},

		"digest unknown": {change(func(b map[string]any) { at(b, "digests")["method"] = "" }),
			"/evidence/digests/method at byte "},
		"digest missing": {change(func(b map[string]any) { delete(at(b, "digests"), "policy") }), `no member "policy"`},
		"digest short": {replace(`"digests":{"account":"`, `"digests":{"account":"a`),
			"/evidence/digests/account at byte "},
		"digests null": {set("digests", nil), "/evidence/digests at byte "},

		"format 1": {set("format", 1), `"evidence" has version 1, this program reads version 2`},
		"format 3": {[]byte(`{"evidence":{"format":3,"novelty":true}}`),
			"has version 3, this program reads version 2"},
		"format as text": {set("format", "2"), `/evidence/format at byte `},
		"method 0":       {set("method", 0), "method 0, want 1 or more"},
		"method 1.5":     {set("method", 1.5), "/evidence/method at byte "},
		"method null":    {set("method", nil), "/evidence/method at byte "},

		"claims null":            {set("claims", nil), "/evidence/claims at byte "},
		"claims with names":      {set("claims", map[string]any{"a": "RU > 50% of sources"}), "want a list"},
		"a claim of nothing":     {claims("invalid claim"), "/evidence/claims/0 at byte "},
		"a claim in other words": {claims("majority RU"), `"majority RU", want "RU > 50% of sources"`},
		"a claim that is none":   {claims("RU > lots"), "column 6 of"},
		"too many claims": {claims(strings.Split(strings.Repeat("RU > 50% of sources;", 65), ";")[:65]...),
			"/evidence/claims/64 at byte "},

		"policy null":             {set("policy", nil), "/evidence/policy at byte "},
		"policy without defaults": {policy("confidence", 0), "a default that is not written out"},
		"policy half": {change(func(b map[string]any) { delete(at(b, "policy"), "joint") }),
			"/evidence/policy/joint at byte "},
		"policy unknown":        {policy("luck", 1), "/evidence/policy/luck at byte "},
		"confidence in percent": {policy("confidence", 95), "Confidence is 95"},
		"confidence too large": {replace(`"confidence":0.95`, `"confidence":1e999`),
			"/evidence/policy/confidence at byte "},
		"look -1": {policy("interim", -1), "Interim is -1"},

		"account null": {set("account", nil), "/evidence/account at byte "},
		"account unknown": {change(func(b map[string]any) { at(b, "account")["author"] = "me" }),
			"/evidence/account/author at byte "},
		"account of -1": {change(func(b map[string]any) { at(b, "account")["records"] = -1 }),
			"/evidence/account at byte "},
		"account that prints ill": {change(func(b map[string]any) { at(b, "account")["format"] = "a\u2028b" }),
			`/evidence/account/format at byte `},

		"snapshot that is no string": {set("snapshot", 1), "/evidence/snapshot at byte "},
		"snapshot null":              {set("snapshot", nil), "/evidence/snapshot at byte "},
		"snapshot that is no base64": {set("snapshot", "!"), "illegal base64"},
		"snapshot with loose bits":   {set("snapshot", "AB=="), "illegal base64"},
		"snapshot with line breaks":  {replace(encoded, encoded[:4]+"\n"+encoded[4:]), "line breaks in base64"},
		"snapshot of nothing":        {set("snapshot", ""), "/evidence/snapshot at byte "},
		"snapshot that is none":      {set("snapshot", "AAAA"), "/evidence/snapshot at byte "},
		"snapshot of another version": {set("snapshot", base64.StdEncoding.EncodeToString([]byte("wht1"))),
			`"wht" has version 1, this program reads version 2`},
	}
}

func TestVerifyRefusesMalformed(t *testing.T) {
	for name, c := range malformed(t) {
		v, err := Verify(c.data)
		switch {
		case v != (Verification{}) || !errors.Is(err, attribution.ErrInvalidEncoding):
			t.Errorf("%s: %+v, %v", name, v, err)
		case !strings.HasPrefix(err.Error(), "evidence: ") || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v, want %s", name, err, c.want)
		case len(err.Error()) > 700:
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
	}
	if _, err := Verify(make([]byte, MaxSize+1)); !errors.Is(err, attribution.ErrInvalidEncoding) {
		t.Errorf("too large: %v", err)
	}
	var other *sketch.VersionError
	if _, err := Verify(malformed(t)["format 3"].data); !errors.As(err, &other) || other.Version != 3 {
		t.Errorf("another format: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	for name, c := range malformed(f) {
		if name != "too long" { // which would only slow the search down
			f.Add(c.data)
		}
	}
	for _, s := range []attribution.Snapshot{few(), enriched(few()), {}} {
		_, data := mustMake(f, s, attribution.Policy{}, someClaims...)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Verify(data)
		if err != nil {
			if !errors.Is(err, attribution.ErrInvalidEncoding) {
				t.Error(err)
			}
			return
		}
		if v.OK() && !bytes.Equal(marshal(v.Evidence), data) {
			t.Error("what was reproduced would be written otherwise")
		}
		if v.OK() == (v.Difference != nil) {
			t.Errorf("%+v", v)
		}
	})
}

// Whatever a snapshot holds, evidence of it is reproduced.
func FuzzEvidenceOfSnapshot(f *testing.F) {
	packets, dropped := small, small
	packets.SamplingRate, dropped.DropAddresses = 100, true
	for _, s := range []attribution.Snapshot{ // small ones: large ones slow the search down
		{}, few(), enriched(snapshotOf(small, mixed(40))), snapshotOf(packets, mixed(40)), snapshotOf(dropped, mixed(40)),
	} {
		b := world.Must(s.MarshalBinary())
		b = b[:len(b)-4] // the checksum, which would stop the search
		f.Add(b, "plurality US", .99, 3)
		f.Add(b, "outside RU < 10% of bytes", .5, 1<<20)
	}
	f.Fuzz(func(t *testing.T, data []byte, text string, confidence float64, look int) {
		state, err := snapshot.Decode(wire.Seal(bytes.Clone(data), 0))
		claim, claimErr := attribution.ParseClaim(text)
		p := attribution.Policy{Confidence: confidence, Interim: look, Population: look&1 == 1, Joint: look&2 == 2}
		if err != nil || claimErr != nil || p.Validate() != nil {
			return
		}
		_, file := mustMake(t, snapshot.Wrap(state).(attribution.Snapshot), p, claim, attribution.Majority("US"))
		if v, err := Verify(file); err != nil || !v.OK() || !bytes.Equal(marshal(v.Evidence), file) {
			t.Errorf("%+v, %v", v.Difference, err)
		}
	})
}
