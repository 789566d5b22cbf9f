package geo

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// openers are the ways to read an MMDB file. All of them read it alike.
var openers = map[string]func(path string) error{
	"Open":        func(path string) error { _, err := Open(path); return err },
	"Loader.Open": func(path string) error { _, err := Loader{Name: "x"}.Open(path); return err },
	"Follow":      func(path string) error { _, err := Follow(path); return err },
	"OpenASN":     func(path string) error { _, err := OpenASN(path); return err },
}

// refused fails the test unless every way to read the file wraps want, names the path
// and says what is wrong.
func refused(t *testing.T, path string, want error, says string) {
	t.Helper()
	for name, open := range openers {
		err := open(path)
		if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "geo: ") ||
			!strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %v that says %q", name, err, want, says)
		}
	}
}

// Text is no MMDB file, and an ASN database only if it has networks.
func TestOpenRefusesText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte("start,end,country\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, open := range openers {
		want := ErrNotMMDB
		if name == "OpenASN" {
			want = ErrNotASN
		}
		if err := open(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		data []byte
		err  error
		says string
	}{
		{"empty", nil, ErrNotMMDB, "no metadata in the last 128 KiB"},
		{"gzip", gzipped(readTestdata(t, "country")), ErrNotMMDB, "compressed by gzip"},
		{"large gzip", append([]byte{0x1f, 0x8b}, make([]byte, 300<<10)...), ErrNotMMDB, "compressed by gzip"},
		{"metadata too early", append(readTestdata(t, "country"), make([]byte, 128<<10)...), ErrNotMMDB, "no metadata"},
	} {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, tt.data, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, tt.err, tt.says)
		if _, err := OpenBytes(tt.data); !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %v that says %q", tt.name, err, tt.err, tt.says)
		}
	}
	refused(t, dir, ErrNotMMDB, "not a regular file")
	refused(t, filepath.Join(dir, "missing"), fs.ErrNotExist, "")
	if runtime.GOOS != "windows" {
		refused(t, os.DevNull, ErrNotMMDB, "not a regular file")
	}
}

// The metadata may be anywhere in the last 128 KiB.
func TestOpenFindsMetadata(t *testing.T) {
	data := readTestdata(t, "country")
	begin := bytes.LastIndex(data, metadataMarker)
	for _, size := range []int{128 << 10, 128<<10 + 1} {
		padded := append(bytes.Clone(data), make([]byte, size-(len(data)-begin))...)
		path := filepath.Join(t.TempDir(), fmt.Sprint(size))
		if err := os.WriteFile(path, padded, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); (err == nil) != (size == 128<<10) {
			t.Errorf("metadata begins %d bytes before the end: %v", size, err)
		}
	}
}

// A sparse file takes no space on the disk, and reading it whole would take as much
// memory as it claims to have.
func TestOpenSparseFile(t *testing.T) {
	for size, want := range map[int64]error{4 << 30: ErrTooLarge, maxFile + 1: ErrTooLarge, maxFile: ErrNotMMDB} {
		path := filepath.Join(t.TempDir(), "sparse.mmdb")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Truncate(size); err != nil {
			t.Skip("no sparse files here: ", err)
		}
		refused(t, path, want, "")
	}
}

// memoryFile is a file that counts what is read of it. It may be another file when it
// is asked a second time.
type memoryFile struct {
	content string
	infos   []fs.FileInfo
	read    int
}

func (f *memoryFile) ReadAt(b []byte, offset int64) (int, error) {
	f.read += len(b)
	return strings.NewReader(f.content).ReadAt(b, offset)
}

func (f *memoryFile) Stat() (fs.FileInfo, error) {
	info := f.infos[0]
	f.infos = f.infos[1:]
	return info, nil
}

func fileInfo(t *testing.T, size int, seconds int64) fs.FileInfo {
	t.Helper()
	info, err := fs.Stat(fstest.MapFS{"f": {Data: make([]byte, size), ModTime: time.Unix(seconds, 0)}}, "f")
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestReadStable(t *testing.T) {
	const large = 1 << 20
	info := func(size int, seconds int64) fs.FileInfo { return fileInfo(t, size, seconds) }
	marker := string(metadataMarker)
	for _, c := range []struct {
		name          string
		content       string
		before, after fs.FileInfo
		want          error
	}{
		{"calm", marker, info(14, 1), info(14, 1), nil},
		{"calm and large", strings.Repeat("x", large-14) + marker, info(large, 1), info(large, 1), nil},
		{"rewritten", marker, info(14, 1), info(14, 2), ErrChanging},
		{"rewritten as text", "some other text", info(14, 1), info(15, 2), ErrChanging},
		{"grown while read", marker + "more", info(14, 1), info(18, 1), ErrChanging},
		{"grown after it", marker, info(14, 1), info(18, 1), ErrChanging},
		{"shrunk while read", marker[:2], info(14, 1), info(14, 1), ErrChanging},
		{"more than it says", marker + "more", info(14, 1), info(14, 1), ErrChanging},
		{"grown while read, and large", strings.Repeat("x", large), info(large-5, 1), info(large, 1), ErrChanging},
		{"text", "not a database", info(14, 1), info(14, 1), ErrNotMMDB},
		{"large text", strings.Repeat("x", large), info(large, 1), info(large, 1), ErrNotMMDB},
	} {
		file := &memoryFile{content: c.content, infos: []fs.FileInfo{c.before, c.after}}
		data, version, err := readStable(file)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if err == nil && string(data) != c.content {
			t.Errorf("%s: %d bytes", c.name, len(data))
		}
		// What is wrong with the content of a file is known of this version of it.
		if want := c.after; errors.Is(err, ErrChanging) == (version == want) {
			t.Errorf("%s: error %v of version %v", c.name, err, version)
		}
		if errors.Is(err, ErrNotMMDB) && file.read > maxMetadata+100 {
			t.Errorf("%s: %d bytes were read of a file without metadata", c.name, file.read)
		}
	}
}
