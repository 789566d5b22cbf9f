package container

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const two = "8.8.8.8\n1.1.1.1\n"

func TestLayers(t *testing.T) {
	zeros := strings.Repeat("\x00", 700)
	frame := "\x5a\x2a\x4d\x18\x05\x00\x00\x00hello"
	want := []string{"8.8.8.8", "1.1.1.1"}
	twice := append(slices.Clone(want), want...)
	for _, tt := range []struct {
		name, input string
		want        []string
		notes       string
	}{
		{"plain", two, want, ""},
		{"empty", "", nil, ""},
		{"gzip", gzipped(t, two), want, ""},
		{"gzip, two members", gzipped(t, two) + gzipped(t, two), twice, ""},
		{"gzip, padded", gzipped(t, two) + zeros, want, "PADDING 1 700"},
		{"gzip, padded members", gzipped(t, two) + zeros + gzipped(t, two) + "\x00", twice, "PADDING 2 701"},
		{"gzip of nothing", gzipped(t, ""), nil, ""},
		{"gzip in gzip", gzipped(t, gzipped(t, two)), want, ""},
		{"zstd", zstandard(t, two), want, ""},
		{"zstd, two frames", zstandard(t, two) + zstandard(t, two), twice, ""},
		{"zstd, skippable frames", frame + frame + zstandard(t, two) + frame + zstandard(t, two), twice,
			"SKIPPABLE_FRAMES 2 0"},
		{"zstd, skippable frames alone", frame + frame, nil, "SKIPPABLE_FRAMES 2 0"},
		{"zstd, padded", zstandard(t, two) + zeros, want, "PADDING 1 700"},
		{"bzip2", bzipped, want, ""},
		{"bzip2, two streams", bzipped + bzipped, twice, ""},
		{"bzip2, padded", bzipped + zeros, want, "PADDING 1 700"},
		{"xz", xzed(t, two, 1<<20), want, ""},
		{"xz, two streams", xzed(t, two, 1<<20) + "\x00\x00\x00\x00" + xzed(t, two, 1<<20), twice, ""},
		{"a line like bzip2", "BZh91 is no bzip2\n", []string{"BZh91 is no bzip2"}, ""},
		{"a line like an executable", "MZ,PAR1,ORC\n", []string{"MZ,PAR1,ORC"}, ""},
	} {
		for name, r := range map[string]io.Reader{
			"":              strings.NewReader(tt.input),
			" byte by byte": iotest.OneByteReader(strings.NewReader(tt.input)),
			" as a pipe":    pipe{iotest.DataErrReader(strings.NewReader(tt.input))},
		} {
			got := readAll(r, Options{})
			if got.err != nil || !slices.Equal(got.lines, tt.want) || got.codes() != tt.notes || !got.balanced() {
				t.Errorf("%s%s: %q, %v, notes %q, %+v", tt.name, name, got.lines, got.err, got.codes(), got.stats)
			}
		}
	}
}

func TestArchives(t *testing.T) {
	a, b := member{name: "a.log", text: "8.8.8.8\n"}, member{name: "b.log", text: "1.1.1.1"}
	dir, link := member{"d/", "", tar.TypeDir}, member{"l", "", tar.TypeSymlink}
	dev, hard := member{"null", "", tar.TypeChar}, member{"h", "", tar.TypeLink}
	fork := member{name: "d/._a", text: "\x00\x05\x16\x07"}
	packed := member{name: "c.gz", text: gzipped(t, "9.9.9.9\n")}
	foreign7z := member{name: "x.7z", text: "7z\xbc\xaf\x27\x1c\x00\x04"}
	cut := member{name: "cut.gz", text: gzipped(t, strings.Repeat(two, 9))[:30]}
	want := []string{"a.log: 8.8.8.8", "b.log: 1.1.1.1"}
	inner := tarred(t, a, b)
	for _, tt := range []struct {
		name, input string
		want        []string
		notes       string
	}{
		{"tar", tarred(t, a, b), want, ""},
		{"tar.gz", gzipped(t, tarred(t, a, b)), want, ""},
		{"tar.xz", xzed(t, tarred(t, a, b), 1<<20), want, ""},
		{"tar.zst, padded", zstandard(t, tarred(t, a, b)+strings.Repeat("\x00", 10240)), want, ""},
		{"two archives", tarred(t, a) + tarred(t, b), want, ""},
		{"trailing data", tarred(t, a, b) + "more", want, "TRAILING 1 4"},
		{"what is no file", tarred(t, dir, a, link, dev, hard, fork, b), want, "SKIPPED_MEMBER 5 0"},
		{"a packed member", tarred(t, a, packed, b), []string{want[0], "c.gz: 9.9.9.9", want[1]}, ""},
		{"a foreign member", tarred(t, a, foreign7z, b), want, "UNREAD_MEMBER 1 0"},
		{"an empty member", tarred(t, a, member{name: "e"}, b), want, ""},
		{"tar in tar", tarred(t, member{name: "in.tar", text: inner}, a),
			[]string{"in.tar/" + want[0], "in.tar/" + want[1], want[0]}, ""},
		{"tar.gz in zip", zipped(t, member{name: "in.tgz", text: gzipped(t, inner)}, a),
			[]string{"in.tgz/" + want[0], "in.tgz/" + want[1], want[0]}, ""},
		{"zip in tar", tarred(t, member{name: "in.zip", text: zipped(t, a, b)}, a),
			[]string{"in.zip/" + want[0], "in.zip/" + want[1], want[0]}, ""},
		{"tar in tar in tar", tarred(t, a, member{name: "i", text: tarred(t, member{name: "j", text: inner})}, b), want,
			"UNREAD_MEMBER 1 0"},
		{"a damaged archive in one", tarred(t, a, member{name: "in.tar", text: inner[:516]}, b),
			[]string{want[0], want[1]}, "UNREAD_MEMBER 1 0, CUT_LINE 1 4"},
		{"a zip in a tar that is none", tarred(t, a, member{name: "in.zip", text: "PK\x03\x04"}, b), want,
			"UNREAD_MEMBER 1 0"},
		{"zip", zipped(t, member{name: "d/"}, a, fork, b), want, "SKIPPED_MEMBER 2 0"},
		{"empty zip", zipped(t), nil, ""},
		{"a cut member", tarred(t, a, cut, b), want, "cut"},
	} {
		for name, r := range map[string]io.Reader{
			"": strings.NewReader(tt.input), " as a pipe": pipe{strings.NewReader(tt.input)},
		} {
			got := readAll(r, Options{})
			if tt.notes == "cut" {
				if !errors.Is(got.err, io.ErrUnexpectedEOF) || len(got.lines) < len(want) || got.lines[0] != want[0] ||
					got.lines[len(got.lines)-1] != want[1] {
					t.Errorf("%s%s: %q, %v", tt.name, name, got.lines, got.err)
				}
				continue
			}
			wantErr := tt.name == "a damaged archive in one"
			if (got.err != nil) != wantErr || !slices.Equal(got.lines, tt.want) || got.codes() != tt.notes || !got.balanced() {
				t.Errorf("%s%s: %q, %v, notes %q, %+v", tt.name, name, got.lines, got.err, got.codes(), got.stats)
			}
		}
	}
	got := readAll(strings.NewReader(tarred(t, dir, foreign7z)), Options{})
	if !errors.Is(got.err, ErrForeign) || !strings.Contains(got.err.Error(), `"x.7z": this is a 7z archive`) {
		t.Errorf("no member that can be read: %v", got.err)
	}
	if n := got.notes[UnreadMember]; n.First.Member != "x.7z" || !n.Code.Lost() {
		t.Errorf("%+v", n)
	}
}

func TestZip(t *testing.T) {
	text := zipped(t, member{name: "a", text: two})
	got := readAll(pipe{strings.NewReader(text)}, Options{MaxBuffered: int64(len(text)) - 1})
	if !errors.Is(got.err, ErrForeign) || !strings.Contains(got.err.Error(), "save it as a file") {
		t.Errorf("larger than the buffer: %v", got.err)
	}
	name := filepath.Join(t.TempDir(), "a.zip")
	must(t, os.WriteFile(name, []byte(text), 0o600))
	f, err := os.Open(name)
	must(t, err)
	defer f.Close()
	if got = readAll(f, Options{MaxBuffered: 1}); got.err != nil || len(got.lines) != 2 {
		t.Errorf("as a file: %q, %v", got.lines, got.err)
	}

	// Encrypted, and of a method that is not known.
	local, central := strings.Index(text, "PK\x03\x04"), strings.Index(text, "PK\x01\x02")
	secret, odd := []byte(text), []byte(text)
	secret[local+6] |= 1
	secret[central+8] |= 1
	odd[local+8], odd[central+10] = 99, 99
	for what, b := range map[string][]byte{"encrypted": secret, "method 99": odd} {
		got := readAll(bytes.NewReader(b), Options{})
		if !errors.Is(got.err, ErrForeign) || !strings.Contains(got.err.Error(), what) {
			t.Errorf("%s: %v", what, got.err)
		}
	}
	got = readAll(strings.NewReader(zipped(t, member{name: "[Content_Types].xml", text: "<x/>"})), Options{})
	if !errors.Is(got.err, ErrForeign) || !strings.Contains(got.err.Error(), "save the sheet as CSV") {
		t.Errorf("a spreadsheet: %v", got.err)
	}
	huge := []byte(text) // a directory that says that it is larger than it may be
	copy(huge[strings.Index(text, "PK\x05\x06")+12:], "\x00\x00\x00\x7f")
	if got = readAll(bytes.NewReader(huge), Options{}); !errors.Is(got.err, ErrForeign) {
		t.Errorf("a huge directory: %v", got.err)
	}
	if got = readAll(strings.NewReader(text[:len(text)-3]), Options{}); !errors.Is(got.err, zip.ErrFormat) {
		t.Errorf("cut: %v", got.err)
	}
}

// What was read before the damage stays, and the line that it cuts does not.
func TestDamage(t *testing.T) {
	long := strings.Repeat(two, 20000)
	flipped := []byte(gzipped(t, two))
	flipped[len(flipped)-8] ^= 1
	for _, tt := range []struct{ name, input, want string }{
		{"gzip header", "\x1f\x8b\x08", "gzip data: unexpected EOF"},
		{"gzip", gzipped(t, long)[:200], "gzip data: unexpected EOF"},
		{"gzip checksum", string(flipped), "gzip data: invalid checksum"},
		{"gzip tail", gzipped(t, two) + "192.0.2.1\n", "gzip data: invalid header"},
		{"gzip tail behind zeros", gzipped(t, two) + "\x00\x00192.0.2.1\n", "gzip data: invalid header"},
		{"zstd header", "\x28\xb5\x2f\xfd", "zstd data: unexpected EOF"},
		{"zstd tail", zstandard(t, two) + "192.0.2.1\n", "zstd data: invalid input: magic number mismatch"},
		{"zstd window", rawZstd("192.0.2.1\n", 16), "zstd data: window size exceeded"},
		{"zstd, zeros in a frame", zstandard(t, two)[:12] + strings.Repeat("\x00", 600), "zstd data: "},
		{"skippable frame", "\x50\x2a\x4d\x18\xff\xff\xff\xff12", "zstd data: a skippable frame is cut after 2 bytes"},
		{"bzip2", bzipped[:len(bzipped)-3], "bzip2 data: unexpected EOF"},
		{"bzip2 tail", bzipped + "192.0.2.1\n", "bzip2 data: bzip2 data invalid"},
		{"bzip2 tail behind zeros", bzipped + "\x00\x00192.0.2.1\n", "bzip2 data: bzip2 data invalid"},
		{"xz", xzed(t, two, 1<<20)[:40], "xz data: unexpected EOF"},
		{"xz filter", strings.Replace(xzed(t, two, 1<<20), "\x21\x01", "\x04\x00", 1), "xz data: it uses a filter"},
		{"xz memory", xzed(t, two, 65<<20), "xz data: it needs 96 MiB of memory, and at most 64 are used"},
		{"xz memory, of the second stream", xzed(t, two, 1<<20) + "\x00\x00\x00\x00" + xzed(t, two, 100<<20),
			"xz data: it needs 128 MiB of memory, and at most 64 are used"},
		{"tar", tarred(t, member{name: "a", text: long})[:1000], "tar data: unexpected EOF"},
		{"tar header", tarred(t, member{name: "a"})[:512] + "8.8.8.8\n", "tar data: unexpected EOF"},
	} {
		got := readAll(strings.NewReader(tt.input), Options{})
		if got.err == nil || !strings.HasPrefix(got.err.Error(), tt.want) || !got.balanced() {
			t.Errorf("%s: %v; %+v", tt.name, got.err, got.stats)
		}
		for _, line := range got.lines {
			if line = line[strings.LastIndex(line, " ")+1:]; line != "8.8.8.8" && line != "1.1.1.1" {
				t.Errorf("%s: %q", tt.name, line)
			}
		}
		if cut := got.notes[CutLine]; got.stats.Lost != cut.Bytes {
			t.Errorf("%s: %+v, note %+v", tt.name, got.stats, cut)
		}
	}
}

// rawZstd writes a frame (RFC 8878, section 3.1.1) of one block that is not compressed, with a window of
// 1 KiB << exponent.
func rawZstd(text string, exponent byte) string {
	n := len(text)<<3 | 1
	return string([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3, byte(n), byte(n >> 8), byte(n >> 16)}) + text
}

func TestForeign(t *testing.T) {
	for _, f := range foreign {
		text := f.magic + "\x00\x01\x02\x03" + strings.Repeat("\x00\xffx\x01", 300)
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			got := readAll(r, Options{})
			var e *ForeignError
			if !errors.As(got.err, &e) || !errors.Is(got.err, ErrForeign) || e.Kind != f.kind || e.Help == "" {
				t.Errorf("%q: %v, want %s", f.magic, got.err, f.kind)
			}
		}
	}
	tree := strings.Repeat("\x00\x00\x01\x00\x00\x02", 9000)
	for text, want := range map[string]string{
		tree:                                     "binary data of an unknown kind",
		tree + "\xab\xcd\xefMaxMind.com\xe9X":    "a database of addresses (MMDB)",
		"\x01\x02\x03\x04\x05\x06\x07\x08" + two: "binary data of an unknown kind",
	} {
		if got := readAll(strings.NewReader(text), Options{}); !errors.Is(got.err, ErrForeign) ||
			!strings.Contains(got.err.Error(), want) {
			t.Errorf("%.9q…: %v, want %s", text, got.err, want)
		}
	}
	// What a client writes does not make a log binary.
	hello := "8.8.8.8 - - [21/May/2024:07:11:23 +0000] \"" + strings.Repeat("\x16\x03\x01\x02\x00\x01", 60) + "\" 400 0\n"
	if got := readAll(strings.NewReader(hello), Options{}); got.err != nil || len(got.lines) != 1 {
		t.Errorf("raw TLS in a request: %q, %v", got.lines, got.err)
	}
}

// zeros gives so many zero bytes.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	n := int(min(int64(len(p)), z.n))
	clear(p[:n])
	if z.n -= int64(n); n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestBomb(t *testing.T) {
	var b bytes.Buffer
	z, err := newBombWriter(&b)
	must(t, err)
	_, err = io.Copy(z, &zeros{64 << 20})
	must(t, err)
	must(t, z.Close())
	o := Options{Free: 1 << 20, Ratio: 100}
	for name, text := range map[string]string{
		"gzip": b.String(), "in tar": tarred(t, member{name: "a", text: b.String()}, member{name: "b", text: b.String()}),
		"in gzip": gzipped(t, b.String()), "in zip": zipped(t, member{name: "a", text: b.String()}),
		"zip": zipped(t, member{name: "a", text: strings.Repeat("\x00", 64<<20)}),
	} {
		got := readAll(strings.NewReader(text), o)
		if !errors.Is(got.err, ErrExpands) || got.stats.Bytes > 20<<20 {
			t.Errorf("%s: %v after %d bytes", name, got.err, got.stats.Bytes)
		}
		if got = readAll(strings.NewReader(text), Options{}); got.err != nil || len(got.lines) > 2 {
			t.Errorf("%s: %q, %v", name, got.lines, got.err)
		}
	}
}
