package attribution

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// malformedEvidence is the table of bytes that are no evidence, with the place
// that the error of each names.
func malformedEvidence(t testing.TB) map[string]struct {
	data []byte
	want string
} {
	e, whole := mustProve(t, decoded(tallyOf(small, map[string]int{"RU": 2, "US": 1})), Terms{}, Majority("RU"))
	if err := e.Sign(testSigner(1)); err != nil {
		t.Fatal(err)
	}
	signed, _ := e.MarshalBinary()
	replace := func(old, new string) []byte {
		if !bytes.Contains(signed, []byte(old)) {
			t.Fatalf("no %s in %s", old, signed)
		}
		return bytes.Replace(signed, []byte(old), []byte(new), 1)
	}
	change := func(f func(body map[string]any)) []byte { return reseal(t, whole, f) }
	set := func(key string, v any) []byte { return change(func(b map[string]any) { b[key] = v }) }
	space := func(v any) []byte {
		return change(func(b map[string]any) { b["space"] = v; at(b, "digests")["space"] = "" })
	}
	return map[string]struct {
		data []byte
		want string
	}{
		"nothing":                 {nil, "$ at byte 0: the text ends"},
		"foreign":                 {[]byte("GET / HTTP/1.1\r\n"), "$ at byte 0: 'G'"},
		"a tally instead":         {e.encoded, "$ at byte 0: 'w'"},
		"a number":                {[]byte("1"), "$ at byte 0: 1, want an object"},
		"an empty object":         {[]byte("{}"), `$ at byte 0: no member "evidence"`},
		"foreign JSON":            {[]byte(`{"a":1}`), "$.a at byte 5: unknown key"},
		"empty evidence":          {[]byte(`{"evidence":{}}`), `$.evidence at byte 12: no member "claims"`},
		"evidence that is a list": {[]byte(`{"evidence":[]}`), "$.evidence at byte 12: [], want an object"},
		"half":                    {whole[:len(whole)/2], "at byte "},
		"a line feed behind":      {append(bytes.Clone(whole), '\n'), "1 bytes follow the value"},
		"white space":             {replace(`"method":1`, `"method": 1`), "$.evidence.method at byte "},
		"duplicate key":           {replace(`"method":1`, `"method":1,"method":1`), `key "method" for the second time`},
		"keys out of order":       {replace(`"method":1`, `"claims":1`), `key "claims" behind "digests"`},
		"needless escape":         {replace(`"claims":["R`, `"claims":["\u0052`), "$.evidence.claims[0] at byte "},
		"unknown key":             {set("author", "me"), "$.evidence.author at byte "},
		"unknown key in terms":    {change(func(b map[string]any) { at(b, "terms")["luck"] = 1 }), "$.evidence.terms.luck at byte "},
		"unknown digest":          {change(func(b map[string]any) { at(b, "digests")["method"] = "" }), "$.evidence.digests.method at byte "},
		"digest missing":          {change(func(b map[string]any) { delete(at(b, "digests"), "terms") }), `$.evidence.digests at byte`},
		"version 2":               {set("version", 2), "$.evidence.version at byte "},
		"version as text":         {set("version", "1"), "$.evidence.version at byte "},
		"method 0":                {set("method", 0), "$.evidence.method at byte "},
		"method 1.5":              {set("method", 1.5), "$.evidence.method at byte "},
		"method null":             {set("method", nil), "$.evidence.method at byte "},
		"claims null":             {set("claims", nil), "$.evidence.claims at byte "},
		"a claim of nothing":      {set("claims", []string{"invalid claim"}), "$.evidence.claims[0] at byte "},
		"a claim in other words":  {set("claims", []string{"majority RU"}), `$.evidence.claims[0] at byte 23: "majority RU", want "RU > 50% of sources"`},
		"a claim that is none":    {set("claims", []string{"RU > lots"}), "column 6 of"},
		"too many claims":         {set("claims", strings.Split(strings.Repeat("RU > 50% of sources;", 65), ";")[:65]), "$.evidence.claims at byte 22: more than 64 claims"},
		"terms null":              {set("terms", nil), "$.evidence.terms at byte "},
		"terms without defaults":  {set("terms", map[string]any{"confidence": .95}), "a default that is not written out"},
		"confidence in percent":   {change(func(b map[string]any) { at(b, "terms")["confidence"] = 95 }), "Terms.Confidence is 95"},
		"look -1":                 {change(func(b map[string]any) { at(b, "terms")["look"] = -1 }), "Terms.Look is -1"},
		"space null":              {space(nil), "$.evidence.space at byte "},
		"space of nothing":        {space(map[string]any{"ipv4": nil}), "ipv4: no shares"},
		"space of no country":     {space(map[string]any{"ipv4": map[string]any{"XX": .1}}), "$.evidence.space at byte "},
		"space above 1":           {space(map[string]any{"ipv4": map[string]any{"RU": 1.1}}), "a share of 1.1 for RU"},
		"routed of the reserved":  {space(map[string]any{"ipv4": map[string]any{}, "routed": map[string]any{"reserved": .1}}), "routed: a share of 0.1 for reserved"},
		"space that overflows":    {space(map[string]any{"ipv4": map[string]any{"RU": .7, "US": .7}}), "shares that sum to"},
		"space in small letters":  {space(map[string]any{"ipv4": map[string]any{"ru": .1}}), "$.evidence.space.ipv4"},
		"tally that is no string": {set("tally", 1), "$.evidence.tally at byte "},
		"tally that is no base64": {set("tally", "!"), "$.evidence.tally at byte "},
		"tally with loose bits":   {set("tally", "AB=="), "$.evidence.tally at byte "},
		"tally that is none": {change(func(b map[string]any) { b["tally"] = "AAAA"; at(b, "digests")["tally"] = digest([]byte{0, 0, 0}) }),
			"$.evidence.tally at byte "},
		"statement too long":   {replace(`"report":{`, `"report":{"a":"`+strings.Repeat("x", maxStatement)+`",`), "bytes beside the tally, at most 8388608"},
		"signature null":       {[]byte(strings.TrimSuffix(string(whole), "}") + `,"signature":null}`), "$.signature at byte "},
		"unknown algorithm":    {replace("ed25519", "ed448"), "$.signature.algorithm at byte "},
		"short public key":     {replace(`"public_key":"8a`, `"public_key":"`), "$.signature.public_key at byte "},
		"signature in capital": {replace(`"public_key":"8a`, `"public_key":"8A`), "$.signature.public_key at byte "},
		"unknown key beside the signature": {replace(`"algorithm":"ed25519",`, `"algorithm":"ed25519","key":1,`),
			"$.signature.key at byte "},
	}
}

func TestVerifyRefusesMalformed(t *testing.T) {
	for name, c := range malformedEvidence(t) {
		v, err := Verify(c.data)
		if v != nil || !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "attribution: invalid encoding: evidence: $") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v\nwant %s", name, v, err, c.want)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
	}
	if _, err := Verify(make([]byte, MaxEvidence+1)); !errors.Is(err, ErrInvalid) {
		t.Errorf("too large: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	for name, c := range malformedEvidence(f) {
		if name != "statement too long" { // which would only slow the search down
			f.Add(c.data)
		}
	}
	for _, tally := range []*Tally{tallyOf(small, map[string]int{"RU": 2}), full(1)} {
		e, data := mustProve(f, tally, Terms{}, someClaims...)
		f.Add(data)
		if err := e.Sign(testSigner(1)); err != nil {
			f.Fatal(err)
		}
		data, _ = e.MarshalBinary()
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Verify(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Error(err)
			}
			return
		}
		_ = v.String()
		if v.Difference == nil && v.Rounding == nil {
			if again, _ := v.Evidence.MarshalBinary(); !bytes.Equal(again, data) {
				t.Error("what was reproduced bit for bit would be written otherwise")
			}
		}
	})
}

// Whatever a tally holds, evidence of it is reproduced bit for bit.
func FuzzEvidenceOfTally(f *testing.F) {
	for _, data := range malformed() {
		f.Add(data, "RU > 50% of sources", .95, 0)
	}
	for _, tally := range evidenceTallies() {
		b, _ := tally.MarshalBinary()
		f.Add(b, "plurality US", .99, 3)
		f.Add(b, "outside RU < 10% of bytes", .5, 1<<40)
	}
	f.Fuzz(func(t *testing.T, data []byte, text string, confidence float64, look int) {
		tally, claim, terms := new(Tally), Claim{}, Terms{Confidence: confidence, Look: look, Population: look&1 == 1, Combined: look&2 == 2}
		if tally.UnmarshalBinary(data) != nil || claim.UnmarshalText([]byte(text)) != nil || claim.Err() != nil || terms.Err() != nil {
			return
		}
		e, err := NewEvidence(tally, terms, claim)
		if err != nil {
			t.Fatal(err)
		}
		file, _ := e.MarshalBinary()
		if v, err := Verify(file); err != nil || !v.OK() || v.Rounding != nil {
			t.Errorf("%v, %v", v, err)
		}
	})
}
