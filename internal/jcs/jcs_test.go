package jcs

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestAppend(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{
		{map[string]any{"b": 1, "a": []any{}, "aa": map[string]any{}, "B": nil}, `{"B":null,"a":[],"aa":{},"b":1}`},
		{"RU > 50 % & <\"\\>", `"RU > 50 % & <\"\\>"`},
		{"\x00\b\t\n\v\f\r\x1f\u007f é\u2028", "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u007f é\u2028\""},
		{[]float64{0, math.Copysign(0, -1), 1, .1, 1e-6, 1e-7, 1e20, 1e21, 5e-324, math.MaxFloat64, 100},
			`[0,0,1,0.1,0.000001,1e-7,100000000000000000000,1e+21,5e-324,1.7976931348623157e+308,100]`},
		{[]any{uint64(math.MaxUint64), int64(math.MinInt64), true, false},
			`[18446744073709551615,-9223372036854775808,true,false]`},
		{json.RawMessage(`{"x": 1E2, "w": 1.50}`), `{"w":1.5,"x":100}`},
	} {
		got, err := Append([]byte("x"), c.v)
		if err != nil || string(got) != "x"+c.want {
			t.Errorf("%v: %s (%v), want %s", c.v, got, err, c.want)
		}
		if err := Check([]byte(c.want)); err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
	}
	for _, v := range []any{math.NaN(), map[string]int{"é": 1}, json.RawMessage("1e999")} {
		if b, err := Append([]byte("x"), v); err == nil || string(b) != "x" {
			t.Errorf("%v: %s (%v)", v, b, err)
		}
	}
}

var twentyArrays = strings.Repeat("[", 20) + strings.Repeat("]", 20)

// malformed is the table of texts that are not canonical, with the error of each.
var malformed = map[string]string{
	"":                   "$ at byte 0: the text ends, want a value",
	" 1":                 "$ at byte 0: ' ', want a value",
	"1\n":                "$ at byte 1: 1 bytes follow the value",
	"nul":                "$ at byte 0: 'n', want a value",
	`{"a":{"b":[1,2 ]}}`: "$.a.b at byte 14: ' ', want a comma or ']'",
	`{"a":1,"a":2}`:      `$ at byte 7: key "a" for the second time`,
	`{"b":1,"a":2}`:      `$ at byte 7: key "a" behind "b", want ascending order`,
	`{"a":1,}`:           "$ at byte 7: '}', want a key",
	`{"a" :1}`:           "$.a at byte 4: ' ', want a colon",
	`{"é":1}`:            `$ at byte 1: key "é"`,
	`{1:1}`:              "$ at byte 1: '1', want a key",
	`[1,]`:               "$[1] at byte 3: ']', want a value",
	`[1`:                 "$ at byte 2: the text ends, want a comma or ']'",
	`[[1],[2,[3.0]]]`:    `$[1][1][0] at byte 9: number "3.0" is not in its one form`,
	"01":                 `$ at byte 0: number "01" is not in its one form`,
	"-0":                 `$ at byte 0: number "-0" is not in its one form`,
	"1e5":                `$ at byte 0: number "1e5" is not in its one form`,
	"1E-7":               "$ at byte 1: 3 bytes follow the value",
	"0.1000":             `$ at byte 0: number "0.1000" is not in its one form`,
	"1e999":              `$ at byte 0: number "1e999" is not in its one form`,
	"-":                  `$ at byte 0: number "-" is not in its one form`,
	`"a`:                 "$ at byte 0: a string without end",
	`"\`:                 "$ at byte 0: a string without end",
	"\"\xff\"":           "$ at byte 0: a string with bytes that are no UTF-8, or escapes that need not be",
	`"\u0041"`:           "$ at byte 0: a string with bytes that are no UTF-8, or escapes that need not be",
	`"\/"`:               "$ at byte 0: a string with bytes that are no UTF-8, or escapes that need not be",
	`"\ud800"`:           "$ at byte 0: a string with bytes that are no UTF-8, or escapes that need not be",
	"\"\n\"":             `$ at byte 1: control character '\n' in a string`,
	twentyArrays:         "$" + strings.Repeat("[0]", 17) + " at byte 17: nested more than 16 deep",
}

func TestCheckNamesThePlace(t *testing.T) {
	for text, want := range malformed {
		err := Check([]byte(text))
		var place *Error
		if !errors.As(err, &place) || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct{ a, b, first, digits string }{
		{`{"a":[1,{"b":0.5}]}`, `{"a":[1,{"b":0.5}]}`, "", ""},
		{`{"a":[1,{"b":0.5}]}`, `{"a":[1,{"b":0.75}]}`, ".a[1].b 13 0.5 0.75", ""},
		{`{"a":[1,{"b":0.5}],"c":1}`, `{"a":[1,{"b":0.5000000001}],"c":2}`, ".c 23 1 2", ".a[1].b 13 0.5 0.5000000001"},
		{`[1]`, `[0.9999999999]`, "", "[0] 1 1 0.9999999999"},
		{`[1000000000000]`, `[1000000000001]`, "[0] 1 1000000000000 1000000000001", ""},
		{`[1,2]`, `[1]`, "[1] 3 2 ", ""},
		{`[1]`, `[1,2]`, "[1] 2  2", ""},
		{`{"a":1,"c":2}`, `{"a":1,"b":3,"c":2}`, ".b 11  3", ""},
		{`{"a":1}`, `{"a":1,"b":3}`, ".b 6  3", ""},
		{`{"a":1,"b":3,"c":2}`, `{"a":1,"c":2}`, ".b 11 3 ", ""},
		{`{"a":"}\"]"}`, `{"a":"}\"["}`, `.a 5 "}\"]" "}\"["`, ""},
		{`{"a":{}}`, `{"a":[]}`, `.a 5 {} []`, ""},
		{`"0.5"`, `"0.5000000001"`, ` 0 "0.5" "0.5000000001"`, ""},
	} {
		first, digits := Compare(Value{Raw: []byte(c.a)}, Value{Raw: []byte(c.b)}, 1e-9)
		if got := print(first); got != c.first {
			t.Errorf("%s and %s: %q, want %q", c.a, c.b, got, c.first)
		}
		if got := print(digits); got != c.digits {
			t.Errorf("%s and %s: %q, want %q by digits", c.a, c.b, got, c.digits)
		}
	}
}

func print(d *Difference) string {
	if d == nil {
		return ""
	}
	at, _ := json.Marshal(d.At)
	return d.Path + " " + string(at) + " " + string(d.A) + " " + string(d.B)
}

// What Check accepts is exactly what Append writes.
func FuzzCheck(f *testing.F) {
	for text := range malformed {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"a":[1,-2.5,"\n",true,null,{}],"b":18446744073709551615}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			if Check(data) == nil {
				t.Fatal("accepted what is no JSON")
			}
			return
		}
		b, err := Append(nil, json.RawMessage(data))
		if same := err == nil && bytes.Equal(b, data); same != (Check(data) == nil) && !tooDeep(data) {
			t.Errorf("%s: %v, canonical form %s", data, Check(data), b)
		}
		if Check(data) == nil {
			walk(Value{Raw: data})
		}
	})
}

func tooDeep(data []byte) bool {
	return bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > maxDepth
}

// walk steps through everything.
func walk(v Value) {
	for w := v.Walk(); ; {
		_, part, ok := w.Next()
		if !ok {
			return
		}
		walk(part)
	}
}
