package container

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"
)

// texts are inputs with the lines, notes and, of the last line, the place that they give.
var texts = []struct {
	name, input string
	want        []string
	notes       string
	last        Place
}{
	{"empty", "", nil, "", Place{}},
	{"LF", "a\nb\n", []string{"a", "b"}, "", Place{Line: 2, Offset: 2}},
	{"no last end", "a\nb", []string{"a", "b"}, "", Place{Line: 2, Offset: 2}},
	{"CRLF", "a\r\nb\r\n", []string{"a", "b"}, "", Place{Line: 2, Offset: 3}},
	{"CRCRLF", "a\r\r\nb\r\r\n", []string{"a", "b"}, "", Place{Line: 2, Offset: 4}},
	{"LFCR", "a\n\rb\n\r", []string{"a", "b", ""}, "", Place{Line: 3, Offset: 5}},
	{"CR", "a\rb\r", []string{"a", "b"}, "CARRIAGE_RETURNS 1 0", Place{Line: 2, Offset: 2}},
	{"CR, no last end", "a\rb", []string{"a", "b"}, "CARRIAGE_RETURNS 1 0", Place{Line: 2, Offset: 2}},
	{"CR and blank lines", "a\r\rb", []string{"a", "", "b"}, "CARRIAGE_RETURNS 1 0", Place{Line: 3, Offset: 3}},
	{"CR in LF", "a\rb\nc\n", []string{"a\rb", "c"}, "INNER_RETURN 1 0", Place{Line: 2, Offset: 4}},
	{"blank lines", "\n\na\n\n", []string{"", "", "a", ""}, "", Place{Line: 4, Offset: 4}},
	{"mark", "\xef\xbb\xbfa\nb\n", []string{"a", "b"}, "BYTE_ORDER_MARK 1 3", Place{Line: 2, Offset: 5}},
	{"marks of two files", "\xef\xbb\xbfa\n\xef\xbb\xbfb\n", []string{"a", "b"}, "BYTE_ORDER_MARK 2 6",
		Place{Line: 2, Offset: 5}},
	{"mark alone", "\xef\xbb\xbf", []string{""}, "BYTE_ORDER_MARK 1 3", Place{Line: 1}},
	{"zeros at the head", "\x00\x00\x00a\nb\n", []string{"a", "b"}, "ZEROS 1 3", Place{Line: 2, Offset: 5}},
	{"zeros, then a mark", "\x00\x00\xef\xbb\xbfa\nb\n", []string{"a", "b"}, "BYTE_ORDER_MARK 1 3, ZEROS 1 2",
		Place{Line: 2, Offset: 7}},
	{"zeros in lines", "a\n\x00\x00b\x00\x00\nc\x00d\n", []string{"a", "b", "cd"}, "ZEROS 2 5", Place{Line: 3, Offset: 8}},
	{"zeros at the end", "abc\n\x00\x00", []string{"abc", ""}, "ZEROS 1 2", Place{Line: 2, Offset: 4}},
	{"colors", "\x1b[1;31ma\x1b[0m b\x1b[K\nc\n", []string{"a b", "c"}, "COLORS 1 14", Place{Line: 2, Offset: 18}},
	{"true colors", "\x1b[38:2::255:0:0ma\n", []string{"a"}, "COLORS 1 16", Place{Line: 1}},
	{"open colors", "a\x1b[31 b\x1b[\n\x1b]0;x\n\x1b", []string{"a\x1b[31 b\x1b[", "\x1b]0;x", "\x1b"}, "",
		Place{Line: 3, Offset: 16}},
	{"all at once", "\x00\xef\xbb\xbf\x1b[31ma\x00\x1b[0m\r\n", []string{"a"},
		"BYTE_ORDER_MARK 1 3, ZEROS 1 2, COLORS 1 9", Place{Line: 1}},
	{"too long", "a\n" + strings.Repeat("x", 65) + "\nb\n", []string{"a", "b"}, "LONG_LINE 1 65",
		Place{Line: 3, Offset: 68}},
	{"long enough", strings.Repeat("x", 64) + "\r\nb\n", []string{strings.Repeat("x", 64), "b"}, "",
		Place{Line: 2, Offset: 66}},
	{"far too long", strings.Repeat("x", 1000) + "\nb\n" + strings.Repeat("y", 500), []string{"b"}, "LONG_LINE 2 1500",
		Place{Line: 2, Offset: 1001}},
	{"long with zeros in it", "a" + strings.Repeat("\x00", 1000) + "b" + strings.Repeat("\x00", 1000) + "\nc\n",
		[]string{"ab", "c"}, "ZEROS 1 2000", Place{Line: 2, Offset: 2003}},
	{"CR behind a long head", strings.Repeat("abc\r", 100) + "d", append(slices.Repeat([]string{"abc"}, 100), "d"),
		"CARRIAGE_RETURNS 1 0", Place{Line: 101, Offset: 400}},
}

// readers give the same bytes in several ways.
func readers(text string) map[string]io.Reader {
	return map[string]io.Reader{
		"whole": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text)),
		"half": iotest.HalfReader(strings.NewReader(text)), "with the end": iotest.DataErrReader(strings.NewReader(text)),
	}
}

func TestLines(t *testing.T) {
	for _, tt := range texts {
		for how, r := range readers(tt.input) {
			for _, buffer := range []int{16, 0} {
				got := readAll(r, Options{MaxLine: 64, buffer: buffer})
				r = strings.NewReader(tt.input)
				if got.err != nil || !slices.Equal(got.lines, tt.want) || got.codes() != tt.notes || !got.balanced() ||
					got.stats.Bytes != int64(len(tt.input)) || got.faults != int(got.notes[LongLine].Count) {
					t.Errorf("%s, %s, buffer %d: %q, %v, notes %q, %+v", tt.name, how, buffer, got.lines, got.err, got.codes(),
						got.stats)
				} else if n := len(got.places); n > 0 && got.places[n-1] != tt.last {
					t.Errorf("%s, %s, buffer %d: last at %+v", tt.name, how, buffer, got.places[n-1])
				}
			}
		}
	}
}

func TestPlacesOfNotes(t *testing.T) {
	got := readAll(strings.NewReader(tarred(t, member{name: "a", text: "x\n"},
		member{name: "b", text: "x\n\x00y\nz\x1b[0m\rz\n" + strings.Repeat("l", 99) + "\n"})), Options{MaxLine: 64})
	for code, want := range map[Code]Place{
		Zeros: {"b", 2, 2}, Colors: {"b", 3, 5}, InnerReturn: {"b", 3, 5}, LongLine: {"b", 4, 13},
	} {
		if got.notes[code].First != want {
			t.Errorf("%v: %+v, want %+v", code, got.notes[code], want)
		}
	}
}

func TestUTF16(t *testing.T) {
	const text = "8.8.8.8 naïve \U0001f600\r\n1.1.1.1\r\n"
	want := []string{"8.8.8.8 naïve \U0001f600", "1.1.1.1"}
	for name, e := range map[string]unicode.Endianness{"LE": unicode.LittleEndian, "BE": unicode.BigEndian} {
		for mark, policy := range map[string]unicode.BOMPolicy{"with": unicode.UseBOM, "without": unicode.IgnoreBOM} {
			packed, err := unicode.UTF16(e, policy).NewEncoder().String(text)
			must(t, err)
			for how, r := range readers(packed) {
				got := readAll(r, Options{})
				notes := "UTF16 1 0"
				if policy == unicode.UseBOM {
					notes = "BYTE_ORDER_MARK 1 3, UTF16 1 0"
				}
				if got.err != nil || !slices.Equal(got.lines, want) || got.codes() != notes || !got.balanced() {
					t.Errorf("%s %s mark, %s: %q, %v, notes %q", name, mark, how, got.lines, got.err, got.codes())
				}
			}
		}
	}
	if got := readAll(strings.NewReader("a\x00b\x00"), Options{}); len(got.lines) != 1 || got.lines[0] != "ab" {
		t.Errorf("too short to tell: %q", got.lines)
	}
}

// The small inputs that users of other tools reported.
func TestReportedInputs(t *testing.T) {
	for _, tt := range []struct {
		name    string
		records int
		notes   string
	}{
		{"k10.tar.gz", 5, ""},
		{"k16.log.gz", 5, "ZEROS 1 3000000"},
		{"k16b.log", 3, "ZEROS 1 64"},
		{"k17.log.zst", 3, "SKIPPABLE_FRAMES 1 0"},
		{"k22.log.gz", 3, "PADDING 1 512"},
		{"k25.log", 3, "CARRIAGE_RETURNS 1 0"},
	} {
		got := readAll(strings.NewReader(shared(t, tt.name)), Options{})
		if got.err != nil || len(got.lines) != tt.records || got.codes() != tt.notes || !got.balanced() {
			t.Errorf("%s: %d lines, %v, notes %q", tt.name, len(got.lines), got.err, got.codes())
		}
		for _, line := range got.lines {
			if !strings.Contains(line, "/May/2024:07:11:") || strings.ContainsAny(line, "\x00\r") {
				t.Errorf("%s: %q", tt.name, line)
			}
		}
	}
}

// repeated gives a block again and again, n bytes in all.
type repeated struct {
	block []byte
	n     int64
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p[:min(int64(len(p)), r.n)], r.block)
	if r.n -= int64(n); n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// A line of 1 GB, and a run of as many NUL bytes, need no more memory than the longest line.
func TestEndlessLine(t *testing.T) {
	const n = 1 << 30
	for _, c := range []byte{'x', 0} {
		endless := &repeated{bytes.Repeat([]byte{c}, 1<<16), n}
		in := Open(io.MultiReader(strings.NewReader("a\n"), endless, strings.NewReader("b\nc\n")), Options{})
		l, err := in.Next()
		must(t, err)
		var all []string
		for {
			line, err := l.Next()
			if err == io.EOF {
				break
			}
			if errors.Is(err, ErrLong) {
				line = []byte(ErrLong.Error())
			} else if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(line))
		}
		want, code := []string{"a", ErrLong.Error(), "c"}, LongLine
		if c == 0 {
			want[1], code = "b", Zeros
		}
		s := l.Stats()
		if !slices.Equal(all, want) || cap(l.buf) > 2<<20 || s.Bytes != s.Text+s.Ends+s.Taken+s.Lost {
			t.Errorf("%q: %.30q, buffer %d, %+v", c, all, cap(l.buf), s)
		}
		if notes := in.Notes(); len(notes) != 1 || notes[0].Code != code || notes[0].Count != 1 || notes[0].Bytes < n ||
			notes[0].First != (Place{"", 2, 2}) {
			t.Errorf("%q: %+v", c, notes)
		}
	}
}

func TestCutLine(t *testing.T) {
	got := readAll(io.MultiReader(strings.NewReader("192.0.2.1\n192.0.2.2"), iotest.ErrReader(io.ErrUnexpectedEOF)),
		Options{})
	if got.err != io.ErrUnexpectedEOF || !slices.Equal(got.lines, []string{"192.0.2.1"}) ||
		got.codes() != "CUT_LINE 1 9" || got.notes[CutLine].First.Line != 2 || !got.balanced() {
		t.Errorf("%q, %v, %q, %+v", got.lines, got.err, got.codes(), got.stats)
	}
	if got = readAll(iotest.ErrReader(io.ErrNoProgress), Options{}); got.err != io.ErrNoProgress || got.codes() != "" {
		t.Errorf("an error at once: %v, %q", got.err, got.codes())
	}
}

func TestWholeLines(t *testing.T) {
	got := readAll(strings.NewReader("a\nbc"), Options{WholeLines: true})
	if got.err != nil || !slices.Equal(got.lines, []string{"a"}) || got.codes() != "OPEN_LINE 1 2" || !got.balanced() {
		t.Errorf("%q, %v, %q, %+v", got.lines, got.err, got.codes(), got.stats)
	}
	if n := got.notes[OpenLine]; n.First != (Place{"", 2, 2}) || n.Code.Lost() {
		t.Errorf("%+v", n)
	}
}

// Reading goes on where it stopped, without the open line.
func TestSkip(t *testing.T) {
	const text = "a\n\x00b\r\nccc\nd\n"
	for stop := range 4 {
		for how, r := range readers(text) {
			l, err := Open(strings.NewReader(text), Options{}).Next()
			must(t, err)
			var want []string
			for range stop {
				line, err := l.Next()
				must(t, err)
				want = append(want, string(line))
			}
			at := l.Offset()
			l, err = Open(r, Options{buffer: 16}).Next()
			must(t, err)
			must(t, l.Skip(at))
			for {
				line, err := l.Next()
				if err != nil {
					break
				}
				want = append(want, string(line))
			}
			if s := l.Stats(); !slices.Equal(want, []string{"a", "b", "ccc", "d"}) ||
				s.Bytes != s.Text+s.Ends+s.Taken+s.Lost {
				t.Errorf("%s, after %d: %q, %+v", how, stop, want, s)
			}
		}
	}
	l, err := Open(strings.NewReader(text), Options{}).Next()
	must(t, err)
	if err := l.Skip(100); err != io.ErrUnexpectedEOF {
		t.Errorf("behind the end: %v", err)
	}
}

func TestMark(t *testing.T) {
	const text = "a\n\x00b\nc\r\nd\ne\n"
	for how, r := range readers(text) {
		in := Open(r, Options{MaxLine: 64, buffer: 16})
		l, err := in.Next()
		must(t, err)
		next := func() string {
			t.Helper()
			line, err := l.Next()
			if err != nil {
				return err.Error()
			}
			return string(line)
		}
		all := []string{next()}
		l.Rewind() // without a mark it does nothing
		l.Mark()
		first := []string{next(), next(), next()}
		l.Rewind()
		all = append(all, next(), next(), next())
		if !slices.Equal(all[1:], first) {
			t.Errorf("%s: %q, then %q", how, first, all[1:])
		}
		l.Mark()
		all = append(all, next(), next())
		l.Release()
		s := l.Stats()
		if !slices.Equal(all, []string{"a", "b", "c", "d", "e", "EOF"}) || l.Place() != (Place{"", 5, 10}) ||
			s.Lines != 5 || s.Bytes != s.Text+s.Ends+s.Taken+s.Lost {
			t.Errorf("%s: %q, %+v, %+v", how, all, l.Place(), s)
		}
		if notes := in.Notes(); len(notes) != 1 || notes[0].Count != 1 || notes[0].Bytes != 1 {
			t.Errorf("%s: %+v", how, notes)
		}
	}
}

// A mark keeps no more than fits in memory, and gives all of it back.
func TestSpan(t *testing.T) {
	l, err := Open(strings.NewReader(strings.Repeat("12345678\n", 100)), Options{MaxLine: 64, buffer: 16}).Next()
	must(t, err)
	_, err = l.Next()
	must(t, err)
	l.Mark()
	n := 0
	for err == nil {
		if _, err = l.Next(); err == nil {
			n++
		}
	}
	if err != ErrSpan || n < 7 || n > 10 {
		t.Fatalf("%d lines, %v", n, err)
	}
	l.Rewind()
	for n = 0; ; n++ {
		if _, err = l.Next(); err != nil {
			break
		}
	}
	if err != io.EOF || n != 99 {
		t.Errorf("%d lines, %v", n, err)
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	text := strings.Repeat("8.8.8.8 - - [21/May/2024:07:11:23 +0000] \"GET / HTTP/1.1\" 200 100\r\n", 100_000)
	l, err := Open(strings.NewReader(text), Options{}).Next()
	must(t, err)
	if n := testing.AllocsPerRun(50_000, func() {
		if _, err := l.Next(); err != nil {
			t.Fatal(err)
		}
		l.Place()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	odd := strings.Repeat("\x1b[1m8.8.8.8\x1b[0m\x00\n", 100_000)
	if l, err = Open(strings.NewReader(odd), Options{}).Next(); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(50_000, func() { l.Next() }); n != 0 {
		t.Errorf("%v allocations with colors", n)
	}
}

func FuzzLines(f *testing.F) {
	for _, tt := range texts {
		f.Add([]byte(tt.input))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := Open(nil, Options{MaxLine: 64, buffer: 16})
		cut := func(r io.Reader, buffer int) (all [][]byte, s Stats, n []Note) {
			in.o.buffer, in.notes, in.lines = buffer, notes{}, Lines{}
			in.begin(text, "", "", newBufio(r))
			l := &in.lines
			for {
				line, err := l.Next()
				if err == io.EOF {
					return all, l.Stats(), in.Notes()
				}
				if err != nil && err != ErrLong {
					t.Fatal(err)
				}
				if bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(line, '\n') >= 0 || len(line) > 64 {
					t.Fatalf("%q", line)
				}
				all = append(all, bytes.Clone(line))
			}
		}
		all, s, n := cut(bytes.NewReader(data), 4096)
		if s.Bytes != int64(len(data)) || s.Bytes != s.Text+s.Ends+s.Taken+s.Lost || s.Lines != int64(len(all)) {
			t.Fatalf("%q: %+v", data, s)
		}
		if bytes.IndexByte(data, '\n') >= 0 {
			want := bytes.Count(data, []byte("\n"))
			if data[len(data)-1] != '\n' {
				want++
			}
			if len(all) != want {
				t.Fatalf("%q: %d lines, want %d", data, len(all), want)
			}
		}
		again, s2, n2 := cut(iotest.HalfReader(bytes.NewReader(data)), 4096)
		if !slices.EqualFunc(all, again, bytes.Equal) || s != s2 || !slices.Equal(n, n2) {
			t.Fatalf("%q: %q and %q, %+v and %+v, %+v and %+v", data, all, again, s, s2, n, n2)
		}
		if _, s, _ := cut(iotest.OneByteReader(bytes.NewReader(data)), 16); s.Bytes != s.Text+s.Ends+s.Taken+s.Lost {
			t.Fatalf("%q: %+v", data, s)
		}
	})
}
