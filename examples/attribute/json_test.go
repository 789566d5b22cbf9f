package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

var jsonTests = []formatTest{
	{name: "plain", text: `{"ip":"192.0.2.1"}` + "\n" + `{"ip":"2001:db8::1"}`,
		want: []string{"192.0.2.1", "2001:db8::1"}},
	{name: "blanks", text: " { \"a\" : [ 1 , -2.5e+3 , true , false , null , [ ] , { } ] , \"ip\" : \"192.0.2.1\" } " +
		"\r\n\n", want: []string{"192.0.2.1"}},
	{name: "case of the name", text: `{"Src_IP":"192.0.2.1"}`, want: []string{"192.0.2.1"}},
	{name: "escapes", text: `{"t":"\"ip\":\"198.51.100.1\"\\","\u0069p":"192\u002e0.2.1"}`, want: []string{"192.0.2.1"}},
	{name: "last of equal names", text: `{"ip":"198.51.100.1","ip":"192.0.2.1"}`, want: []string{"192.0.2.1"}},
	{name: "not the nested one", text: `{"a":{"ip":"198.51.100.1"},"b":["ip","x"],"ip":"192.0.2.1"}`,
		want: []string{"192.0.2.1"}},
	{name: "usual name with no address in it", text: `{"host":"192.0.2.1","source":"web"}`, want: []string{"192.0.2.1"}},
	{name: "dotted path", text: `{"c":{"ip":"192.0.2.1","x":{"ip":"198.51.100.1"}},"ip":"198.51.100.1"}`,
		cfg: config{addr: "c.ip"}, want: []string{"192.0.2.1"}},
	{name: "name with a dot", text: `{"c.ip":"192.0.2.1"}` + "\n" + `{"a":{"b.c":"192.0.2.2"}}`,
		cfg: config{addr: "c.ip"}, want: []string{"192.0.2.1", "2: no such field"}},
	{name: "path into something else", text: `{"c":"192.0.2.1"}` + "\n" + `{"c":["192.0.2.2"]}`,
		cfg: config{addr: "c.ip"}, want: []string{"1: no such field", "2: no such field"}},
	{name: "wrong types", text: `{"ip":"192.0.2.1"}
{"ip":null}
{"ip":3221225985}
{"ip":["192.0.2.1"]}
{"ip":{"v4":"192.0.2.1"}}
{"ip":"-"}
{}
"192.0.2.1"
[]
192.0.2.1
`, want: []string{"192.0.2.1", "2: its field holds no string", "3: its field holds no string",
		"4: its field holds no string", "5: its field holds no string",
		"6: no address in its field", "7: no such field", "8: no JSON object", "9: no JSON object", "10: no JSON object"}},
	{name: "bad grammar", text: `{"ip":"192.0.2.1"}
{"ip":"192.0.2.1"
{"ip":"192.0.2.1",}
{"ip":"192.0.2.1"}}
{"ip":"192.0.2.1"} {}
{"ip" "192.0.2.1"}
{ip:"192.0.2.1"}
{"ip":"192.0.2.1","a":01}
{"ip":"192.0.2.1","a":.5}
{"ip":"192.0.2.1","a":1.}
{"ip":"192.0.2.1","a":1e}
{"ip":"192.0.2.1","a":-}
{"ip":"192.0.2.1","a":nul}
{"ip":"192.0.2.1","a":[1,]}
{"ip":"192.0.2.1","a":[1 2]}
{"ip":"192.0.2.1","a":"\x"}
{"ip":"192.0.2.1","a":"\u00g0"}
{"ip":"192.0.2.1","a":"\
{"ip":"192.0.2.1","a":"\u00
{"ip":"192.0.2.1","a":"` + "\x00" + `"}
{"ip":"192.0.2.
`, want: []string{"192.0.2.1", "2: no JSON object", "3: no JSON object", "4: more than a JSON object",
		"5: more than a JSON object", "6: no JSON object", "7: no JSON object",
		"8: no JSON object", "9: no JSON object", "10: no JSON object", "11: no JSON object", "12: no JSON object",
		"13: no JSON object", "14: no JSON object", "15: no JSON object",
		"16: no JSON object", "17: no JSON object", "18: no JSON object", "19: no JSON object", "20: no JSON object",
		"21: no JSON object"}},
	{name: "invalid UTF-8 elsewhere", text: "{\"ip\":\"192.0.2.1\",\"\xff\":\"\xff\xfe\"}", want: []string{"192.0.2.1"}},
	{name: "too deep", text: `{"ip":"192.0.2.1","a":` + strings.Repeat("[", 300_000) + strings.Repeat("]", 300_000) + `}`,
		cfg: config{addr: "ip"}, want: []string{"1: no JSON object"}},
	{name: "times", text: `{"ip":"192.0.2.1","t":"2024-05-21T22:13:05Z"}
{"t":1716329586.25,"ip":"192.0.2.2"}
{"ip":"192.0.2.3","t":1716329586250}
{"ip":"192.0.2.4","t":"21/May/2024:22:13:08 +0000"}
{"ip":"192.0.2.5","t":null}
{"ip":"192.0.2.6"}
`, cfg: config{time: "t"},
		want: []string{"192.0.2.1 22:13:05", "192.0.2.2 22:13:06", "192.0.2.3 22:13:06", "192.0.2.4 22:13:08",
			"192.0.2.5 bad time", "192.0.2.6 bad time"}},
	{name: "field that comes later", text: "{\"a\":1}\n{\"peer\":\"192.0.2.1\"}\n", cfg: config{addr: "peer"},
		want: []string{"1: no such field", "192.0.2.1"}},
	{name: "no usual name", text: `{"peer":{"ip":"192.0.2.1"},"n":1}`,
		err: `no field with a usual name for an address; give -addr with one of: "n", "peer.ip"`},
	{name: "array", text: `[{"ip":"192.0.2.1"}]`, err: "JSON array"},
}

func TestJSON(t *testing.T) { testFormat(t, "json", jsonTests) }

// FuzzParseJSON holds the scanner to encoding/json: the same lines are objects,
// and the same value is found.
func FuzzParseJSON(f *testing.F) {
	for _, tt := range jsonTests {
		for line := range strings.Lines(tt.text) {
			if len(line) < 1000 {
				f.Add(line)
			}
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		j := &jsonText{paths: jsonPaths{"ip", "c.ip"}}
		var r record
		why := j.parse([]byte(line), &r)
		if (why == "") != r.source.IsValid() {
			t.Fatalf("%q: fault %q, source %v", line, why, r.source)
		}
		valid := json.Valid([]byte(line)) && strings.HasPrefix(strings.TrimLeft(line, " \t\r\n"), "{")
		if grammatical := why != "no JSON object" && why != "more than a JSON object"; grammatical != valid {
			t.Fatalf("%q: fault %q, but encoding/json says valid: %v", line, why, valid)
		}
		if valid {
			if want := topLevel(line, "ip"); !bytes.Equal(bytes.TrimSpace(j.scan.found[0]), want) {
				t.Fatalf("%q: found %q, encoding/json says %q", line, j.scan.found[0], want)
			}
		}
	})
}

// topLevel finds the last member with the name by means of encoding/json.
func topLevel(line, name string) (value []byte) {
	d := json.NewDecoder(strings.NewReader(line))
	d.Token()
	for d.More() {
		token, _ := d.Token()
		var v json.RawMessage
		d.Decode(&v)
		if strings.EqualFold(token.(string), name) {
			value = v
		}
	}
	return value
}
