package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range lines {
		fmt.Fprintln(&b, netip.AddrFrom4([4]byte{32, byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())}))
	}
	return b.String()
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
		{"gzip with padding", gzipped(t, text) + strings.Repeat("\x00", 1000)},
	} {
		status, _, stderr := attribute(t, tt.input, "-")
		if status != exitOK || stderr != "attribute: \"standard input\": read as ADDR, 50,000 used, 0 lost\n" {
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
		{"gzip cut", cut(gzipped(t, text)), "unexpected EOF"},
		{"zstd cut", cut(zstandard(t, text)), "unexpected EOF"},
		{"gzip cut behind the text", gzipped(t, "8.8.8.8\n")[:len(gzipped(t, "8.8.8.8\n"))-4], "unexpected EOF"},
		{"gzip flipped", flip(gzipped(t, text)), "gzip"},
		{"gzip with a tail", gzipped(t, text) + "192.0.2.1\n", "gzip data: invalid header"},
		{"zstd with a tail", zstandard(t, text) + "192.0.2.1\n", "magic number mismatch"},
	} {
		status, stdout, stderr := attribute(t, tt.input, "-")
		if status != exitUnusable || stdout == "" || !strings.Contains(stderr, tt.want) ||
			!strings.Contains(stderr, "; what stands before line ") {
			t.Errorf("%s: exit status %d, %d bytes of report, %s", tt.name, status, len(stdout), stderr)
		}
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
		{"empty", "", nil, `"standard input": it has no records`},
		{"blank", "\n\n", nil, `"standard input": it has no records`},
		{"no addresses", "a\nb\n", nil, "of no known format, and have no address; give -format with one of: "},
		{"gzip header cut", "\x1f\x8b\x08", nil, "unexpected EOF"},
		{"zstd header cut", "\x28\xb5\x2f\xfd", nil, "unexpected EOF"},
		{"zstd window too large", rawZstd("192.0.2.1\n", 16), nil, "window size exceeded"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00", nil, "this is an image"},
		{"no such field", "{\"a\":1}\n", []string{"-addr", "b"},
			"not one record could be used: 0 used, 1 lost (1 NO_FIELD, "},
		{"no such column", "a,b\n1,2\n", []string{"-addr", "c"},
			`"standard input": -addr: no column named "c"; there are: "a", "b"`},
		{"two that may be it", "a,b\n8.8.8.8,8.8.4.4\n8.8.8.9,8.8.4.5\n", nil, "give -addr with one of: \"a\", \"b\""},
		{"excluded", "8.8.8.8\n", []string{"-exclude", "8.8.8.0/24"}, "all of its records are excluded"},
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
	if status != exitUnusable || stdout == "" || !strings.Contains(stderr, `good.log": read as ADDR, 1 used, 0 lost`) {
		t.Errorf("one of two files: exit status %d, %d bytes of report, %s", status, len(stdout), stderr)
	}
}
