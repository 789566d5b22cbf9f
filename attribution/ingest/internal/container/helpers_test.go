package container

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// read is everything that an input gives.
type read struct {
	lines  []string // with the member before them, if there is one
	places []Place
	faults int
	notes  map[Code]Note
	stats  Stats
	err    error // that ended it, nil for io.EOF
}

func readAll(r io.Reader, o Options) (got read) {
	in := Open(r, o)
	defer in.Close()
	var first error
	for {
		l, err := in.Next()
		if err != nil {
			if err == io.EOF {
				err = first
			}
			got.err = err
			break
		}
		for {
			line, err := l.Next()
			if errors.Is(err, ErrLong) {
				got.faults++
				continue
			}
			if err != nil {
				if err != io.EOF && first == nil {
					first = err
				}
				break
			}
			text := string(line)
			if l.Member() != "" {
				text = l.Member() + ": " + text
			}
			got.lines = append(got.lines, text)
			got.places = append(got.places, l.Place())
		}
	}
	got.notes = map[Code]Note{}
	for _, n := range in.Notes() {
		got.notes[n.Code] = n
	}
	got.stats = in.Stats()
	return got
}

// codes lists the codes of the notes in the order of their numbers, with counts and bytes.
func (r read) codes() string {
	var all []string
	for c := range codes {
		if n, ok := r.notes[c]; ok {
			all = append(all, fmt.Sprintf("%s %d %d", c, n.Count, n.Bytes))
		}
	}
	return strings.Join(all, ", ")
}

// balanced reports whether every byte is accounted for.
func (r read) balanced() bool {
	s := r.stats
	return s.Bytes == s.Text+s.Ends+s.Taken+s.Lost
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	must(t, err)
	must(t, z.Close())
	return b.String()
}

func zstandard(t testing.TB, text string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	must(t, err)
	return string(z.EncodeAll([]byte(text), nil))
}

func xzed(t testing.TB, text string, dictionary int) string {
	t.Helper()
	var b bytes.Buffer
	z, err := xz.WriterConfig{DictCap: dictionary}.NewWriter(&b)
	must(t, err)
	_, err = io.WriteString(z, text)
	must(t, err)
	must(t, z.Close())
	return b.String()
}

// bzipped is what bzip2(1) made of "8.8.8.8\n1.1.1.1\n".
const bzipped = "" +
	"\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x7c\x5d\x20\x76\x00\x00\x07\xd8\x00\x00\x10\x00\x01\x20" +
	"\x40\x20\x00\x30\xcd\x34\x1b\x29\xea\x56\xc9\x12\x3e\x2e\xe4\x8a\x70\xa1\x20\xf8\xba\x40\xec"

type member struct {
	name, text string
	kind       byte // of tar, 0 for a file
}

func tarred(t testing.TB, all ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range all {
		h := &tar.Header{Name: m.name, Size: int64(len(m.text)), Mode: 0o600, Typeflag: m.kind}
		if m.kind == tar.TypeSymlink || m.kind == tar.TypeLink {
			h.Linkname = "x"
		}
		must(t, w.WriteHeader(h))
		_, err := io.WriteString(w, m.text)
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

func zipped(t testing.TB, all ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range all {
		f, err := w.Create(m.name)
		must(t, err)
		_, err = io.WriteString(f, m.text)
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

// shared returns a small input of testdata.
func shared(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	must(t, err)
	return string(b)
}

// pipe hides that a reader can be read at any place.
type pipe struct{ io.Reader }

func newBombWriter(w io.Writer) (*gzip.Writer, error) { return gzip.NewWriterLevel(w, gzip.BestSpeed) }

func newBufio(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 16) }
