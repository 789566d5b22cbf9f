package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// morsels hands a text out in pieces of a size, so that blocks are small.
type morsels struct {
	io.Reader
	size int
}

func (p morsels) Read(b []byte) (int, error) { return p.Reader.Read(b[:min(len(b), p.size)]) }

// session is all that a reader says about a text.
type session struct {
	events  []Event
	account attribution.Account
	err     string
	lines   [4]uint64
	ahead   bool // something was read ahead
}

// readWith reads with so many workers, which begin after so many records.
func readWith(text []byte, o Options, workers, alone, size int) (s session) {
	r, err := NewReader(morsels{bytes.NewReader(text), size}, "test", o)
	if err != nil {
		return session{err: err.Error()}
	}
	defer r.Close()
	r.workers, r.alone = workers, alone
	var e Event
	for err = r.Next(&e); err == nil; err = r.Next(&e) {
		s.ahead = s.ahead || r.crew != nil
		e.Target = bytes.Clone(e.Target)
		if s.events = append(s.events, e); len(s.events) > len(text) {
			break
		}
		r.alone = min(r.alone, alone)
	}
	if err != io.EOF {
		s.err = fmt.Sprint(err)
	}
	l := &r.ledger
	s.account, s.lines = r.Account(), [4]uint64{l.lines, l.usedLines, l.lostLines, uint64(r.input.Stats().Lines)}
	return s
}

// sameAhead reads a text alone and with workers, and compares what comes out.
func sameAhead(t *testing.T, name string, text []byte, o Options) (ahead bool) {
	t.Helper()
	want := readWith(text, o, 1, 0, 1<<20)
	for _, how := range []struct{ workers, alone, size int }{{2, 0, 1 << 20}, {2, 3, 700}, {4, 0, 100}, {1, 0, 100}} {
		got := readWith(text, o, how.workers, how.alone, how.size)
		ahead = ahead || got.ahead
		got.ahead = false
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s, %+v:\n%+v\nwant\n%+v", name, how, got, want)
		}
	}
	return ahead
}

// With workers the events and the account are the same.
func TestReadAhead(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || strings.HasSuffix(file, ".golden") {
			continue
		}
		sameAhead(t, file, text, Options{Year: 2024})
		many := bytes.Repeat(text, 1+min(50, 8_000/len(text)))
		sameAhead(t, file+" often", many, Options{Year: 2024})
	}
}

// What servers write about clients that try to change records is the same, and so is what stands
// between them.
func TestReadAheadOfForgeries(t *testing.T) {
	ahead := 0
	for _, s := range servers {
		var b bytes.Buffer
		for i := range 400 {
			v := &visit{source: mustAddr(fmt.Sprintf("77.1.%d.%d", i%7, i%250)), path: "a", agent: "probe/1",
				at: firstSecond.Add(seconds(i))}
			if f := forgeries[i%len(forgeries)]; i%3 == 0 || i > 200 && i < 300 {
				v.user, v.path, v.agent, v.host = f, f, f, f
			}
			b.WriteString(s.line(v))
			switch i % 50 {
			case 10:
				b.WriteString("\r")
			case 20:
				b.WriteString("\n\n#x\n\x00\x00y\x1b[31m")
			case 30:
				b.WriteString("\n192.0.2.7 - - [May 21 07:11:23.1234] \"GET / HTTP/1.1\" 200 5")
			}
			b.WriteString("\n")
		}
		if sameAhead(t, s.name, b.Bytes(), Options{Year: 2024}) {
			ahead++
		}
	}
	if ahead < len(servers)/4 {
		t.Errorf("only the logs of %d of %d servers were read ahead", ahead, len(servers))
	}
}

// An error of the input, and a line that is too long, end what is read ahead.
func TestReadAheadEnds(t *testing.T) {
	text := combined(slices.Repeat([]string{"192.0.2.1", "192.0.2.2"}, 3000)...)
	for name, input := range map[string]io.Reader{
		"broken": failing{strings.NewReader(text + "192.0.2.11")},
		"long":   strings.NewReader(text + strings.Repeat("x", maxRecord+9) + "\n" + text),
		"return": strings.NewReader(text + "192.0.2.1 \r\n\r\n" + text + "x"),
	} {
		r, err := NewReader(input, name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		r.workers, r.alone = 2, 0
		var e Event
		n, ahead := 0, false
		for err = r.Next(&e); err == nil; err = r.Next(&e) {
			n++
			ahead = ahead || r.crew != nil
		}
		want, wantErr := 12_000, io.EOF
		if name == "broken" {
			want, wantErr = 6_000, errBroken
		}
		if n != want || !errors.Is(err, wantErr) || !ahead || r.crew != nil {
			t.Errorf("%s: %d events, %v, ahead %v, at the end %v", name, n, err, ahead, r.crew != nil)
		}
		r.Close()
	}
}

// A file is read ahead, and Close ends that. An account may be asked for at any time.
func TestReadAheadOfFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(file, []byte(combined(slices.Repeat([]string{"192.0.2.1"}, 50_000)...)), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := NewReader(f, file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.workers = 2
	var e Event
	for n := range 10_000 {
		if err := r.Next(&e); err != nil {
			t.Fatal(err)
		}
		if a := r.Account(); a.Records != uint64(n+1) || a.Lines != a.Records {
			t.Fatalf("%d events, %+v", n+1, a)
		}
	}
	if r.crew == nil {
		t.Error("a file was read alone")
	}
	c := r.crew
	r.Close()
	c.running.Wait()
	if live, err := NewReader(f, file, Options{Live: true}); err == nil {
		if live.workers > 1 {
			t.Error("a live input has workers")
		}
		live.Close()
	}
}

// FuzzReadAhead reads any text in small pieces with workers.
func FuzzReadAhead(f *testing.F) {
	seeds(func(text string) { f.Add(text, uint8(len(formats)), uint8(40)) })
	f.Fuzz(func(t *testing.T, text string, format, size uint8) {
		o := Options{Year: 2024}
		if i := int(format) % (len(formats) + 1); i < len(formats) {
			o.Format = formats[i].name
		}
		want := readWith([]byte(text), o, 1, 0, 1+int(size))
		got := readWith([]byte(text), o, 2, 0, 1+int(size))
		if got.ahead = false; !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n%+v\nwant\n%+v", text, got, want)
		}
	})
}

// Each time without a zone counts, also where it is the same as that of the line before.
func TestZonelessTimesAreCounted(t *testing.T) {
	text := strings.Repeat("192.0.2.1 - - [21/May/2024:07:11:23] \"GET /a HTTP/1.1\" 200 5\n", 50)
	_, a, err := readAll(text, Options{})
	i := slices.IndexFunc(a.Notes, func(n attribution.Note) bool { return n.Code == noteZoneless })
	if err != nil || i < 0 || a.Notes[i].Value != 50 {
		t.Errorf("%v, %+v", err, a.Notes)
	}
	sameAhead(t, "no zone", []byte(text), Options{})
}
