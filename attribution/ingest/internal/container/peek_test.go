package container

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// head makes a Head readable.
func (h Head) String() string { return fmt.Sprintf("%q %q %v", h.Lines, h.Rest, h.Whole) }

func TestPeek(t *testing.T) {
	long := strings.Repeat("12345678\n", 20)
	for _, tt := range []struct {
		input       string
		lines, size int
		want        string
		atLeast     int // lines, if not all of want are peeked at
	}{
		{"", 9, 64, `[] "" true`, 0},
		{"a", 9, 64, `[] "a" true`, 0},
		{"a\nb\n", 9, 64, `["a" "b"] "" true`, 0},
		{"a\nb\nc", 9, 64, `["a" "b"] "c" true`, 0},
		{"a\nb\nc", 1, 64, `["a"] "" false`, 0},
		{"\x00\xef\xbb\xbfa\r\n\x1b[1mb\n\x00c", 9, 64, `["a" "b"] "c" true`, 0},
		{"a\rb\rc", 9, 64, `["a" "b"] "c" true`, 0},
		{"[{\x00", 9, 64, `[] "[{" true`, 0},
		{strings.Repeat("x", 65) + "\nb\n", 9, 64, `["b"]`, 1},
		{strings.Repeat("\x00", 500) + "a\nb\n", 9, 64, `["a" "b"] "" true`, 0},
		{long, 4, 64, "", 4},
		{long, 99, 40, "", 4},
		{long, 99, 999, "", 7},
	} {
		for how, r := range readers(tt.input) {
			in := Open(r, Options{MaxLine: 64, buffer: 16})
			l, err := in.Next()
			must(t, err)
			h, err := l.Peek(tt.lines, tt.size)
			must(t, err)
			if got := h.String(); got != tt.want && tt.atLeast == 0 || len(h.Lines) > tt.lines {
				t.Errorf("%q, %s: %s, want %s", tt.input, how, got, tt.want)
			}
			if tt.input == long && (len(h.Lines) < tt.atLeast || string(h.Lines[3]) != "12345678" || h.Whole) {
				t.Errorf("%s: %v", how, h)
			}
			// Nothing was taken.
			want := readAll(strings.NewReader(tt.input), Options{MaxLine: 64, buffer: 16})
			var rest []string
			for {
				line, err := l.Next()
				if err == io.EOF {
					break
				}
				if err == nil {
					rest = append(rest, string(line))
				}
			}
			if s := l.Stats(); !slices.Equal(rest, want.lines) || s != want.stats {
				t.Errorf("%q, %s: then %q, %+v; want %q, %+v", tt.input, how, rest, s, want.lines, want.stats)
			}
		}
	}
}

func TestPeekInTheMiddle(t *testing.T) {
	l, err := Open(strings.NewReader("a\rb\rc\rd\r"), Options{buffer: 16}).Next()
	must(t, err)
	if _, err := l.Next(); err != nil {
		t.Fatal(err)
	}
	h, err := l.Peek(2, 99)
	if err != nil || h.String() != `["b" "c"] "" false` {
		t.Errorf("%v, %v", h, err)
	}
	if line, err := l.Next(); string(line) != "b" || err != nil || l.Place().Line != 2 {
		t.Errorf("%q, %v, %+v", line, err, l.Place())
	}
}

// A stream that pauses behind its first line is looked at and read at once.
func TestPeekLive(t *testing.T) {
	for _, first := range []string{"8.8.8.8\n", "8.8.8.8 - -\n1.1", gzipped(t, "8.8.8.8\n")} {
		r, w := io.Pipe()
		l := make(chan string)
		go func() {
			lines, err := Open(r, Options{Live: true}).Next()
			if err != nil {
				l <- err.Error()
				return
			}
			h, err := lines.Peek(1000, 64<<10)
			l <- fmt.Sprint(len(h.Lines), err)
			line, err := lines.Next()
			l <- fmt.Sprintf("%.7s %v", line, err)
			line, err = lines.Next()
			l <- fmt.Sprintf("%s %v", line, err)
		}()
		_, err := io.WriteString(w, first)
		must(t, err)
		if got := <-l; got != "1 <nil>" {
			t.Errorf("%q: %s", first, got)
		}
		if got := <-l; got != "8.8.8.8 <nil>" {
			t.Errorf("%q: %s", first, got)
		}
		if first[0] == 0x1f {
			w.Close()
			if got := <-l; got != " EOF" {
				t.Errorf("%q: %s", first, got)
			}
			continue
		}
		_, err = io.WriteString(w, ".1.1\n")
		must(t, err)
		if got, want := <-l, strings.TrimPrefix(first+".1.1 <nil>", first[:strings.Index(first, "\n")+1]); got != want {
			t.Errorf("%q: %q, want %q", first, got, want)
		}
		w.Close()
	}
}

func TestPipeIsLive(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	defer w.Close()
	defer r.Close()
	_, err = io.WriteString(w, "8.8.8.8\n")
	must(t, err)
	l, err := Open(r, Options{}).Next()
	must(t, err)
	if h, err := l.Peek(9, 99); err != nil || len(h.Lines) != 1 {
		t.Errorf("%v, %v", h, err)
	}
}

func TestRead(t *testing.T) {
	const text = "\xef\xbb\xbf{\"Records\":[\n\x1b[1m{}\x00\x00,\r\n{}]}"
	want := strings.ReplaceAll(strings.TrimPrefix(text, "\xef\xbb\xbf"), "\x00", "")
	for how, r := range readers(text) {
		in := Open(r, Options{MaxLine: 64, buffer: 16})
		l, err := in.Next()
		must(t, err)
		if h, err := l.Peek(9, 99); err != nil || len(h.Lines) != 2 {
			t.Errorf("%s: %v, %v", how, h, err)
		}
		got, err := io.ReadAll(bufio.NewReaderSize(l, 16))
		s := l.Stats()
		if err != nil || string(got) != want || s.Bytes != int64(len(text)) || s.Bytes != s.Text+s.Ends+s.Taken+s.Lost {
			t.Errorf("%s: %q, %v, %+v", how, got, err, s)
		}
		if at := l.Place(); at != (Place{"", 3, int64(len(text))}) {
			t.Errorf("%s: ends at %+v", how, at)
		}
		if notes := in.Notes(); len(notes) != 2 || notes[0].Bytes != 3 || notes[1].Bytes != 2 {
			t.Errorf("%s: %+v", how, notes)
		}
	}
	endless, err := Open(&repeated{[]byte("{},"), 3 << 20}, Options{}).Next()
	must(t, err)
	if n, err := io.Copy(io.Discard, endless); n != 3<<20 || err != nil || cap(endless.buf) > 2<<20 {
		t.Errorf("%d bytes, %v, buffer %d", n, err, cap(endless.buf))
	}
}

// What is read after lines goes on behind them.
func TestReadAfterLines(t *testing.T) {
	l, err := Open(strings.NewReader("#x\n[\n1]\n"), Options{}).Next()
	must(t, err)
	if _, err := l.Next(); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 2)
	if n, err := l.Read(b); string(b[:n]) != "[\n" || err != nil || l.Place() != (Place{"", 3, 5}) {
		t.Errorf("%q, %v, %+v", b[:n], err, l.Place())
	}
}

func FuzzInput(f *testing.F) {
	a := member{name: "a.log", text: "8.8.8.8\n"}
	for _, text := range []string{"", two, gzipped(f, two) + "\x00\x00", zstandard(f, two), bzipped, xzed(f, two, 4096),
		"\x50\x2a\x4d\x18\x02\x00\x00\x00xx" + zstandard(f, two), "\x1f\x8b\x08", "\xfd7zXZ\x00", "BZh9", "PK\x03\x04",
		tarred(f, a, member{name: "b", text: zipped(f, a)}), tarred(f, a)[:600], zipped(f, a, a), zipped(f, a)[:40],
		tarred(f, member{name: "b.tar", text: tarred(f, a)}), "\xff\xfea\x00\n\x00", "\xfe\xff\x00a", "\xff\xfe\x00\x00",
		"7z\xbc\xaf\x27\x1c", "\x00\x01\x02\x03"} {
		f.Add([]byte(text))
	}
	for _, name := range []string{"k10.tar.gz", "k17.log.zst", "k22.log.gz", "k25.log"} {
		f.Add([]byte(shared(f, name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{MaxLine: 64, buffer: 16, Free: 1 << 16, Ratio: 64, MaxBuffered: 1 << 16}
		whole := readAll(pipe{strings.NewReader(string(data))}, o)
		if !whole.balanced() {
			t.Fatalf("%+v", whole.stats)
		}
		for _, n := range whole.notes {
			if n.Count < 1 || n.Bytes < 0 || n.Code.String() == "UNKNOWN" {
				t.Fatalf("%+v", n)
			}
		}
		if whole.err != nil && whole.err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
}
