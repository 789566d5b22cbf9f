package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/zstd"
)

func gzipped(t testing.TB, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t testing.TB, text string) string {
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rawZstd writes a frame (RFC 8878, section 3.1.1) of blocks that are not
// compressed and with a window of 1 KiB << exponent.
func rawZstd(text string, exponent byte) string {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3}
	for block := range slices.Chunk([]byte(text), 100_000) {
		b = append(b, byte(len(block)<<3), byte(len(block)>>5), byte(len(block)>>13))
		b = append(b, block...)
	}
	return string(append(b, 1, 0, 0)) // an empty last block
}

// manyAddresses is a text that does not compress into a single block.
func manyAddresses(lines int) string {
	return string(sampleText(lines, sampleTexts[0].line))
}

// attribute runs the program on a text as its standard input.
func attribute(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	status = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

func TestCompressed(t *testing.T) {
	text := manyAddresses(50_000)
	half := len(text) / 2
	for _, tt := range []struct{ name, input string }{
		{"plain", text},
		{"gzip", gzipped(t, text)},
		{"zstd", zstandard(t, text)},
		{"gzip in two members", gzipped(t, text[:half]) + gzipped(t, text[half:])},
		{"zstd in two frames", zstandard(t, text[:half]) + zstandard(t, text[half:])},
		{"zstd with the largest window", rawZstd(text, 15)},
	} {
		status, _, stderr := attribute(t, tt.input, "-")
		if status != exitOK || stderr != "attribute: standard input: read as addr, 50,000 used, 0 skipped\n" {
			t.Errorf("%s: exit status %d, %s", tt.name, status, stderr)
		}
	}
}

// What was read before the damage is kept, the place is named, and the line
// that it cut is not used.
func TestDamaged(t *testing.T) {
	text := manyAddresses(50_000)
	cut := func(s string) string { return s[:len(s)*3/4] }
	flip := func(s string) string {
		b := []byte(s)
		b[len(b)*3/4] ^= 0x55
		return string(b)
	}
	for _, tt := range []struct{ name, input, want string }{
		{"gzip cut", cut(gzipped(t, text)), "gzip data: unexpected EOF"},
		{"zstd cut", cut(zstandard(t, text)), "zstd data: unexpected EOF"},
		{"gzip cut behind the text", gzipped(t, "8.8.8.8\n")[:len(gzipped(t, "8.8.8.8\n"))-4], "gzip data: unexpected EOF"},
		{"gzip flipped", flip(gzipped(t, text)), "gzip: invalid checksum"},
		{"gzip with a tail", gzipped(t, text) + "192.0.2.1\n", "gzip: invalid header"},
		{"zstd with a tail", zstandard(t, text) + "192.0.2.1\n", "magic number mismatch"},
	} {
		status, stdout, stderr := attribute(t, tt.input, "-")
		if status != exitUnusable || stdout == "" || !strings.Contains(stderr, tt.want) ||
			!strings.Contains(stderr, "; what stands before is counted") {
			t.Errorf("%s: exit status %d, %d bytes of report, %s", tt.name, status, len(stdout), stderr)
		}
	}
}

func TestCutLineIsDropped(t *testing.T) {
	l := newLines(io.MultiReader(strings.NewReader("192.0.2.1\n192.0.2.2"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	line, err := l.next()
	if string(line) != "192.0.2.1" || err != nil {
		t.Fatalf("first line %q, %v", line, err)
	}
	if line, err = l.next(); err != io.ErrUnexpectedEOF || line != nil || l.n != 2 {
		t.Fatalf("cut line %q, %v, line number %d", line, err, l.n)
	}
}

func TestUnusable(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.log")
	if err := os.WriteFile(good, []byte("8.8.8.8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, input string
		args        []string
		want        string
	}{
		{"empty", "", nil, "standard input: empty"},
		{"blank", "\n\n", nil, "standard input: empty"},
		{"no addresses", "a\nb\n", nil,
			"read as addr, and not one record of 2 could be used: no address at the start of the line"},
		{"gzip header cut", "\x1f\x8b\x08", nil, "gzip data: unexpected EOF"},
		{"zstd header cut", "\x28\xb5\x2f\xfd", nil, "zstd data: unexpected EOF"},
		{"zstd window too large", rawZstd("192.0.2.1\n", 16), nil, "zstd data: window size exceeded"},
		{"xz", "\xfd7zXZ\x00\x00", nil, "this is xz"},
		{"UTF-16", "\xff\xfe1\x00", nil, "this is UTF-16"},
		{"no such field", "{\"a\":1}\n", []string{"-addr", "b"},
			`no address in field "b" of an object on each line; the first lines have the fields "a"`},
		{"no such column", "a,b\n1,2\n", []string{"-addr", "c"}, `header row: no column named "c"; there are: "a", "b"`},
		{"missing file", "", []string{filepath.Join(dir, "missing")}, "missing: no such file"},
		{"folder", "", []string{dir}, "is a directory"},
		{"missing database", "8.8.8.8\n", []string{"-db", filepath.Join(dir, "missing")}, "no such file"},
		{"database that is none", "8.8.8.8\n", []string{"-db", good}, "good.log"},
	} {
		args := tt.args
		if tt.input != "" || tt.args == nil {
			args = append(args, "-")
		}
		status, stdout, stderr := attribute(t, tt.input, args...)
		if status != exitUnusable || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit status %d, %d bytes of report, %swant %s", tt.name, status, len(stdout), stderr, tt.want)
		}
	}

	// One bad file of several leaves a report on the others.
	status, stdout, stderr := attribute(t, "", filepath.Join(dir, "missing"), good)
	if status != exitUnusable || stdout == "" || !strings.Contains(stderr, "good.log: read as addr, 1 used, 0 skipped") {
		t.Errorf("one of two files: exit status %d, %d bytes of report, %s", status, len(stdout), stderr)
	}
}

func TestProgress(t *testing.T) {
	var screen strings.Builder
	c := &console{w: &screen, terminal: true}
	clock := time.Unix(0, 0)
	p := &progress{Reader: strings.NewReader(strings.Repeat("x", 4e6)), console: c, name: "a.log", size: 8e6,
		text: &lines{n: 1_234_567}, now: func() time.Time { clock = clock.Add(150 * time.Millisecond); return clock }}
	for range 3 {
		if _, err := p.Read(make([]byte, 1e6)); err != nil {
			t.Fatal(err)
		}
	}
	c.say("done")
	const want = "\ra.log: 1,234,567 lines, 3 MB (37 %), 4,115,223 lines/s\x1b[K" + "\r\x1b[K" + "attribute: done\n"
	if screen.String() != want {
		t.Errorf("got %q, want %q", screen.String(), want)
	}
	if newConsole(&screen).terminal {
		t.Error("a buffer is taken for a terminal")
	}
}
