package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// The numbers of RFC 8785, Appendix B, but for the negative zero, which no file has.
func TestNumbersOfTheRFC(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555554: "333333333.33333325",
		0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334",
		0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		got, err := canonical(math.Float64frombits(bits))
		if err != nil || string(got) != want || checkCanonical([]byte(want)) != nil {
			t.Errorf("%016x: %s (%v, %v), want %s", bits, got, err, checkCanonical([]byte(want)), want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1)} {
		if text, err := canonical(v); err == nil {
			t.Errorf("%v: %s", v, text)
		}
	}
}

// The examples of RFC 8785, sections 3.2.2 and 3.2.3, and what is particular to files here.
func TestCanonicalForm(t *testing.T) {
	for _, c := range [][2]string{
		{
			`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
				`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		},
		{
			`{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
			  "\ud83d\ude00": "Emoji", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}`,
			`{"\r":"Carriage Return","1":"One",` + "\"\u0080\":" + `"Control","ö":"Latin Small Letter O With Diaeresis",` +
				`"€":"Euro Sign","` + "\U0001f600\":" + `"Emoji",` + "\"\ufb33\":" + `"Hebrew Letter Dalet With Dagesh"}`,
		},
		{`[18446744073709551615, -9223372036854775808]`, `[18446744073709551615,-9223372036854775808]`},
		{`"RU > 50 % & \u003c\u2028>"`, "\"RU > 50 % & <\u2028>\""},
	} {
		text, want := c[0], c[1]
		got, err := canonical(json.RawMessage(text))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
		if checkCanonical([]byte(text)) == nil || checkCanonical([]byte(want)) != nil {
			t.Errorf("%v; %v", checkCanonical([]byte(text)), checkCanonical([]byte(want)))
		}
	}
}

// notCanonical is the table of texts that are not canonical, with the place that is named.
var notCanonical = map[string]string{
	"":                   "at byte 0: unexpected EOF",
	" 1":                 "at byte 0: not in canonical form (RFC 8785)",
	"1\n":                "at byte 1: not in",
	"1 2":                "at byte 2: invalid character '2' after top-level value",
	"nul":                "at byte 3: unexpected EOF",
	"nulx":               "at byte 3: invalid character 'x' in literal null (expecting 'l')",
	`{"a":{"b":[1,2 ]}}`: "/a/b at byte 14: not in",
	`{"a":1,"a":2}`:      "/a at byte 7: duplicate object member name",
	`{"b":1,"a":2}`:      "/b at byte 2: not in",
	`{"a":1,}`:           "at byte 6: invalid character ','",
	`{"a" :1}`:           "/a at byte 4: not in",
	`{1:1}`:              "at byte 1: object member name must be a string",
	`[1,]`:               "at byte 2: invalid character ',' at start of value",
	`[1`:                 "at byte 2: unexpected EOF",
	`[[1],[2,[3.0]]]`:    "/1/1/0 at byte 10: not in",
	"01":                 "at byte 1: invalid character '1' after top-level value",
	"-0":                 "at byte 1: a negative zero",
	`{"a":[-0]}`:         "/a/0 at byte 7: a negative zero",
	"1e5":                "at byte 1: not in",
	"1E-7":               "at byte 1: not in",
	"0.1000":             "at byte 3: not in",
	"1e999":              "at byte 1: not in",
	"-":                  "at byte 0: unexpected EOF",
	`"a`:                 "at byte 2: unexpected EOF",
	"\"\xff\"":           "at byte 1: invalid UTF-8",
	`"\u0041"`:           "at byte 1: not in",
	`"\/"`:               "at byte 1: not in",
	`"\ud800"`:           "at byte 1: invalid surrogate pair",
	"\"\n\"":             "at byte 1: invalid character '\\n' in string",
	strings.Repeat("[", 20) + strings.Repeat("]", 20):              "at byte 16: nested more than 16 deep",
	strings.Repeat(`{"b":1,"a":`, 5000) + strings.Repeat("}", 9):   "nested more than 16 deep",
	"{\"x\u2028\\u001b\":[1 ]}":                                    `/x\u2028\u001b at byte 16: not in`,
	`["` + strings.Repeat("é", 200) + `",{"` + "\u202e" + `":1,}]`: "/1 at byte 412: invalid character ','",
}

func TestCheckCanonicalNamesThePlace(t *testing.T) {
	for text, want := range notCanonical {
		err := checkCanonical([]byte(text))
		if !errors.Is(err, attribution.ErrInvalidEncoding) || !strings.Contains(err.Error(), want) || len(err.Error()) > 400 {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

// What is accepted is exactly what is written.
func FuzzCheckCanonical(f *testing.F) {
	for text := range notCanonical {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"a":[1,-2.5,"\n",true,null,{}],"b":18446744073709551615}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if checkCanonical(data) != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatal("accepted what is no JSON")
		}
		if text, err := canonical(json.RawMessage(data)); err != nil || !bytes.Equal(text, data) {
			t.Errorf("%s: canonical form %s (%v)", data, text, err)
		}
		visit(part{text: data}, data, t)
	})
}

// visit steps through everything: each part is the text at its place.
func visit(p part, whole []byte, t *testing.T) {
	if !bytes.HasPrefix(whole[p.at:], p.text) || len(p.text) == 0 {
		t.Fatalf("%v is not %s", p, p.text)
	}
	for inner := range p.parts() {
		if !strings.HasPrefix(string(inner.path), string(p.path)+"/") {
			t.Fatalf("%v in %v", inner, p)
		}
		visit(inner, whole, t)
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range []struct{ stated, own, want string }{
		{`{"a":[1,{"b":0.5}]}`, `{"a":[1,{"b":0.5}]}`, ""},
		{`{"a":[1,{"b":0.5}]}`, `{"a":[1,{"b":0.75}]}`, "/a/1/b at byte 13: stated 0.5, recomputed 0.75"},
		{`[1,2]`, `[1]`, "/1 at byte 3: stated 2, recomputed nothing"},
		{`[1]`, `[1,2]`, "/1 at byte 2: stated nothing, recomputed 2"},
		{`[]`, `[1]`, "/0 at byte 1: stated nothing, recomputed 1"},
		{`{"a":1,"c":2}`, `{"a":1,"b":3,"c":2}`, "/b at byte 12: stated nothing, recomputed 3"},
		{`{"a":1,"b":3,"c":2}`, `{"a":1,"c":2}`, "/b at byte 11: stated 3, recomputed nothing"},
		{`{"a":"}\"]"}`, `{"a":"}\"["}`, `/a at byte 5: stated "}\"]", recomputed "}\"["`},
		{`{"a":{}}`, `{"a":[]}`, `/a at byte 5: stated {}, recomputed []`},
		{`{"a~/":true}`, `{"a~/":null}`, `/a~0~1 at byte 7: stated true, recomputed null`},
		{"{\"\u2028\":1}", `{}`, `/\u2028 at byte 7: stated 1, recomputed nothing`},
	} {
		got := ""
		if d := differ(part{text: []byte(c.stated)}, part{text: []byte(c.own)}); d != nil {
			got = d.String()
		}
		if got != c.want {
			t.Errorf("%s and %s: %q, want %q", c.stated, c.own, got, c.want)
		}
	}
}
