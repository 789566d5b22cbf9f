package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// accounted reads a text to its end. Every line is that of a record that was used or lost, or
// has no record.
func accounted(t *testing.T, text string, o Options) {
	t.Helper()
	r, err := NewReader(strings.NewReader(text), "test", o)
	if err != nil {
		return // nothing was read
	}
	defer r.Close()
	events := uint64(0)
	var e Event
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		if events++; !e.Source.IsValid() || e.Events == 0 {
			t.Fatalf("%q: event %+v", text, e)
		}
		if events > uint64(len(text)) { // ranges become up to 254 blocks, and no text as short as 2 bytes is an address
			break
		}
	}
	l := &r.ledger
	if l.usedLines+l.lostLines+l.noRecords != l.lines {
		t.Fatalf("%q: %d lines used, %d lost, %d without a record, of %d", text, l.usedLines, l.lostLines, l.noRecords,
			l.lines)
	}
	a := r.Account()
	if n := uint64(r.input.Stats().Lines); err == io.EOF && n != l.lines &&
		n > 0 { // text that is not made of lines has none there
		t.Fatalf("%q: %d lines of %d in the account: %+v", text, l.lines, n, a)
	}
	if a.Records != events {
		t.Fatalf("%q: %d records in the account, %d events", text, a.Records, events)
	}
	lost := uint64(0)
	for _, u := range a.Unread {
		lost += u.Records
	}
	for _, n := range a.Lost {
		lost -= n
	}
	if lost != 0 || len(a.Lost) != len(a.First) {
		t.Fatalf("%q: lost %v, first %v, unread %v", text, a.Lost, a.First, a.Unread)
	}
}

// seeds are all small inputs of the tests.
func seeds(add func(text string)) {
	files, _ := filepath.Glob("testdata/cases/*")
	for _, dir := range []string{"daemons", "events", "flows", "unsure"} {
		more, _ := filepath.Glob("testdata/" + dir + "/*")
		files = append(files, more...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil && len(text) < 1500 {
			add(string(text))
		}
	}
	for _, s := range servers {
		for _, f := range forgeries[:12] {
			add(s.line(&visit{source: netip.AddrFrom4([4]byte{192, 0, 2, 1}), user: f, agent: f, host: f, path: f}) + "\n")
		}
	}
	files, _ = filepath.Glob("testdata/web/*.log")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			add(string(text))
		}
	}
	for _, text := range slices.Concat(malformed, nearly) {
		add(text)
	}
	for _, text := range malformedRecords {
		add(text)
	}
}

var malformed = []string{
	"", "\n", "\n\n\n", " ", "\r", "\"", "{", "}", "[", "]", "[[", "{}", "[{}]", `{"Records":[`, `{"Records":[]}`,
	`{"Records":[{}]}x`,
	`{"ip":"192.0.2.1"}]`, `]{"ip":"192.0.2.1"}`, `[{"ip":"192.0.2.1"},`, `{"ip":"192.0.2.1"},{"ip":`,
	"{\"ip\":\"192.0.2.1\"}\n}",
	"ip,\"a\n192.0.2.1,\"b\n\"\n", "ip,a\n\"192.0.2.1\n\",b\n192.0.2.2,\"\"\"\n", "ip\n\"192.0.2.1\"x\n",
	"ip,,\n192.0.2.1,,\n",
	"192.0.2.1-192.0.2.0", "::-ffff::", "0.0.0.1-255.255.255.254", "1.2.3.4/33", "1.2.3.x", "x.x.x.x", "1.2.3.4,#",
	"5 1.2.3.4",
	`- - - [21/May/2024:07:11:23 +0000] "`, `[21/May/2024:07:11:23 +0000] "GET`, `192.0.2.1 - - [] "`,
	`192.0.2.1 - - [0123456789:] "`,
	"<1>1 2024-05-21T07:11:23Z a b c d [", "May 21 07:11:23 a b: 192.0.2.1", "a | 192.0.2.1\n", "\x00", "\x00\n\x00",
	"\xff\xfe1\x00",
	`{"log":"192.0.2.1 \u00","stream":"x","time":"2024-05-21T07:11:23Z"}`, "\"192.0.2.1\\", "1.2.3.4 \"5.6.7.8",
	"\x1f\x8b\b\x00000000200",
}

// FuzzReader lets the reader decide, and each format read what it is not meant for.
func FuzzReader(f *testing.F) {
	seeds(func(text string) {
		f.Add(text, uint8(len(formats))) // the reader decides
		f.Add(text, uint8(len(text)%len(formats)))
	})
	f.Fuzz(func(t *testing.T, text string, format uint8) {
		o := Options{Source: []string{"", "1", "ip"}[int(format)/(len(formats)+1)%3]}
		if i := int(format) % (len(formats) + 1); i < len(formats) {
			o.Format = formats[i].name
		}
		accounted(t, text, o)
	})
}

// A record that goes over the end of a window, or is longer than one, is accounted for too.
func TestLongLines(t *testing.T) {
	long := strings.Repeat("x", maxRecord+5)
	rows := strings.Repeat("192.0.2.1,abc\n", 20_000)
	for name, text := range map[string]string{
		"log":          combined("192.0.2.1") + long + "\n" + combined("192.0.2.2") + long,
		"CSV":          "ip,text\n" + rows + "192.0.2.9," + long + "\n" + rows + "192.0.2.8,\"" + long + "\n" + rows,
		"quoted lines": "ip,text\n192.0.2.1,\"" + strings.Repeat("y\n", maxRecord) + "x\"\n192.0.2.2,y\n",
		"JSON": `{"ip":"192.0.2.1"}` + "\n" + `{"ip":"192.0.2.1","x":"` + long + "\"}\n" + `{"ip":"192.0.2.2"}` +
			"\n{\"x\":[" +
			strings.Repeat("1,\n", maxRecord) + "\n" + `{"ip":"192.0.2.2"}`,
		"JSON array":   "[" + strings.Repeat(`{"ip":"192.0.2.1"},`, 200_000) + `{"ip":"192.0.2.1"}]`,
		"many on one":  strings.Repeat("192.0.2.1 ", 60_000),
		"deeply":       "{\"ip\":\"192.0.2.1\"}\n" + strings.Repeat("{\"a\":\n", 5_000) + "{\"ip\":\"192.0.2.1\"}\n",
		"deeply nosed": strings.Repeat("[", maxRecord),
	} {
		t.Run(name, func(t *testing.T) { accounted(t, text, Options{}) })
	}
}

// A JSON array on one line is read, however long it is.
func TestLongArray(t *testing.T) {
	const n = 200_000
	text := `{"Records":[` + strings.Repeat(`{"ip":"192.0.2.1"},`, n-1) + `{"ip":"192.0.2.1"}]}`
	events, a, err := readAll(text, Options{})
	if err != nil || len(events) != n || len(a.Unread) > 0 {
		t.Errorf("%d events, %v, %v", len(events), a.Unread, err)
	}
}

// failing is a text whose end cannot be read.
type failing struct{ io.Reader }

var errBroken = errors.New("broken")

func (f failing) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if err == io.EOF {
		err = errBroken
	}
	return n, err
}

// An error of the input is the reader's, and the line that it has cut is no record.
func TestErrorOfTheInput(t *testing.T) {
	for _, text := range []string{combined("192.0.2.1") + "192.0.2.11", "ip,x\n192.0.2.1,x\n192.0.2.11,",
		"192.0.2.1\n192.0.2.1",
		"{\"ip\":\"192.0.2.1\"}\n{\"ip\":\"192.0.2.11\"}"} {
		r, err := NewReader(failing{strings.NewReader(text)}, "some\x1bfile", Options{})
		if err != nil {
			if !errors.Is(err, errBroken) || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		var e Event
		n := 0
		for err = r.Next(&e); err == nil; err = r.Next(&e) {
			n++
		}
		if n != 1 || !errors.Is(err, errBroken) || r.Next(&e) != err {
			t.Errorf("%q: %d events, then %v", text, n, err)
		}
	}
}

// FuzzScanner holds the scanner to encoding/json: the same texts are objects, and the same
// value is found.
func FuzzScanner(f *testing.F) {
	for _, text := range append(slices.Clone(malformed), `{"c":{"ip":"1"},"ip":2}`, `{"ip":1,"ip":[{}]}`,
		`{"\u0069p":"\ud83d\ude00"}`,
		`{"ip":"\ud83d x"}`, `{"a":-0.5e+3,"b":01}`, `{"ip":"\"ip\":1\\"}`, "{\"ip\":\"\x01\"}", `{"c.ip":1}`, `{"ip":tru}`) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "{")+strings.Count(text, "[") >= maxDepth {
			return
		}
		b := []byte(text)
		s := scanner{text: b, paths: &paths{"ip", "c.ip"}}
		s.space()
		ok := s.peek() == '{' && s.object(s.paths.all(), 0)
		if ok {
			s.space()
			ok = s.pos == len(b)
		}
		want := json.Valid(b) && bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("{"))
		if ok != want {
			t.Fatalf("%q: %v, encoding/json says %v", text, ok, want)
		}
		if !ok {
			return
		}
		value := lastMember(b, "ip")
		if !bytes.Equal(bytes.TrimSpace(s.found[0]), value) {
			t.Fatalf("%q: found %q, want %q", text, s.found[0], value)
		}
		var want2 string
		if json.Unmarshal(value, &want2) == nil && len(value) > 0 && value[0] == '"' {
			// Text that is not UTF-8 stays as it is here.
			if got := scalar(s.found[0]); string(bytes.ToValidUTF8(got,
				[]byte("\ufffd"))) != string(bytes.ToValidUTF8([]byte(want2),
				[]byte("\ufffd"))) && json.Valid(value) && bytes.Equal(value, bytes.ToValidUTF8(value, nil)) {
				t.Fatalf("%q: text %q, want %q", text, got, want2)
			}
		}
	})
}

// lastMember finds the last member with the name by means of encoding/json.
func lastMember(text []byte, name string) (value []byte) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.Token()
	for d.More() {
		token, _ := d.Token()
		var v json.RawMessage
		d.Decode(&v)
		if token.(string) == name {
			value = v
		}
	}
	return value
}

// FuzzLayout scans objects with the layout of those before. It must find what the scanner finds
// without one.
func FuzzLayout(f *testing.F) {
	for _, text := range []string{`{"ip":1,"c":{"ip":2}}`, `{"c":{"ip":2,"x":0},"ip":1}`, `{"c":{"x":1},"ip":"a"}`,
		`{"ip":1,"ip":2,"\u0069p":3}`, `{"a":1,"ip":1}`, `{"b":1,"ip":1}`, `{"c.ip":1,"c":{"d":{"ip":5}}}`, `{"ip" : 1}`,
		`{"ip":"\\","c":{}}`, `{"d":{"c":{"ip":7}},"c":8}`, `{"":1,"c":{"":{"ip":1},"ip":2}}`, `{"ip":1,`, `{}`} {
		f.Add(text, `{"c":{"ip":2},"ip":1}`, text)
		f.Add(`{"c":{"ip":3}}`, text, `{"ip":1}`)
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		p := &paths{"ip", "c.ip", "c", "d.c.ip"}
		var known layout
		for _, text := range []string{a, b, c, b, a} {
			plain := scanner{text: []byte(text), paths: p}
			same := scanner{text: []byte(text), paths: p, layout: &known}
			ok := plain.object(p.all(), 0)
			if got := same.object(p.all(), 0); got != ok {
				t.Fatalf("%q of %q: %v, want %v", text, []string{a, b, c}, got, ok)
			}
			if !ok {
				continue
			}
			for i := range plain.found {
				if want, got := plain.found[i], same.found[i]; string(want) != string(got) || string(same.scalar(i)) !=
					string(scalar(want)) {
					t.Fatalf("%q of %q: %d: %q, want %q", text, []string{a, b, c}, i, got, want)
				}
			}
		}
	})
}
