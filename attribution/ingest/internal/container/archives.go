package container

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// tarWalk walks over a tar archive, and over those that stand behind it in the same data.
type tarWalk struct {
	*tar.Reader
	b      *bufio.Reader
	member string
	notes  *notes
}

func newTar(b *bufio.Reader, member string, n *notes) *tarWalk {
	return &tarWalk{tar.NewReader(b), b, member, n}
}

func (w *tarWalk) next() (string, io.Reader, error) {
	for {
		h, err := w.Reader.Next()
		if err == io.EOF {
			if err = w.behind(); err == nil {
				continue
			}
			return "", nil, err
		}
		if err != nil {
			return "", nil, &DamagedError{"tar", err}
		}
		what := ""
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont, 0:
			if what = forked(h.Name); what == "" {
				return h.Name, w.Reader, nil
			}
		case tar.TypeDir:
			what = "directory"
		case tar.TypeLink, tar.TypeSymlink:
			what = "link"
		case tar.TypeXGlobalHeader:
			continue
		default:
			what = "device or other special file"
		}
		w.notes.add(SkippedMember, 1, 0, Place{Member: join(w.member, h.Name)}, what)
	}
}

// behind looks at what follows the end of an archive: another archive (cat a.tar b.tar), padding, or something else.
func (w *tarWalk) behind() error {
	if _, err := skipZeros(w.b); err != nil {
		if err == io.EOF {
			return err
		}
		return &DamagedError{"tar", err}
	}
	if head, _ := w.b.Peek(block); isTar(head) {
		w.Reader = tar.NewReader(w.b)
		return nil
	}
	n, err := io.Copy(io.Discard, w.b)
	w.notes.add(Trailing, 1, n, Place{Member: w.member}, "data behind the end of a tar archive")
	if err != nil {
		return &DamagedError{"tar", err}
	}
	return io.EOF
}

// forked says what a member is that macOS adds to archives, "" for all others.
func forked(name string) string {
	if strings.HasPrefix(path.Base(name), "._") || strings.HasPrefix(name, "__MACOSX/") {
		return "resource fork"
	}
	return ""
}

// zipWalk walks over a zip archive.
type zipWalk struct {
	files  []*zip.File
	open   io.Closer
	member string
	notes  *notes
}

// maxDirectory bounds the directory of a zip archive in bytes, of which some six times the memory is needed.
const maxDirectory = 8 << 20

// openZip opens a zip archive: the source if that is a file, or else what b holds, in memory.
func (in *Input) openZip(top *frame, layers, member string, b *bufio.Reader) (*zipWalk, error) {
	at, size := randomAccess(in.stack, top)
	if at == nil || layers != "" {
		data, err := io.ReadAll(io.LimitReader(b, in.o.MaxBuffered+1))
		if err != nil {
			return nil, &DamagedError{"zip", err}
		}
		if int64(len(data)) > in.o.MaxBuffered {
			return nil, &ForeignError{fmt.Sprintf("a zip archive of more than %d MiB that is no file", in.o.MaxBuffered>>20),
				"save it as a file, or " + unpack + " (unzip)"}
		}
		at, size = bytes.NewReader(data), int64(len(data))
	} else {
		in.root.Store(size)
	}
	if n := directorySize(at, size); n > maxDirectory {
		return nil, &ForeignError{fmt.Sprintf("a zip archive with a directory of %d MiB", n>>20), unpack + " (unzip)"}
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, &DamagedError{"zip", err}
	}
	z.RegisterDecompressor(12, func(r io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(r)) })
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow)))
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" {
			return nil, &ForeignError{"an Office document", "save the sheet as CSV"}
		}
	}
	return &zipWalk{files: z.File, member: member, notes: &in.notes}, nil
}

// randomAccess returns the source if top is it and it can be read at any place.
func randomAccess(stack []*frame, top *frame) (io.ReaderAt, int64) {
	s, ok := top.archive.(*source)
	if !ok || len(stack) != 1 {
		return nil, 0
	}
	r := s.r.(*counted).Reader
	at, ok := r.(io.ReaderAt)
	if !ok {
		return nil, 0
	}
	switch x := r.(type) {
	case interface{ Size() int64 }:
		return at, x.Size()
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := x.Stat(); err == nil && info.Mode().IsRegular() {
			return at, info.Size()
		}
	}
	return nil, 0
}

// end returns the last 128 KiB of the source, if it can be read at any place.
func end(stack []*frame, top *frame) []byte {
	at, size := randomAccess(stack, top)
	if at == nil {
		return nil
	}
	b := make([]byte, min(size, 128<<10))
	n, _ := at.ReadAt(b, size-int64(len(b)))
	return b[:n]
}

// directorySize returns the size of the directory that a zip archive says it has, 0 if it says none.
func directorySize(at io.ReaderAt, size int64) int64 {
	tail := make([]byte, min(size, 66<<10))
	n, _ := at.ReadAt(tail, size-int64(len(tail)))
	i := bytes.LastIndex(tail[:n], []byte("PK\x05\x06"))
	if i < 0 || i+22 > n {
		return 0
	}
	if small := binary.LittleEndian.Uint32(tail[i+12:]); small != 1<<32-1 {
		return int64(small)
	}
	if i < 20 || string(tail[i-20:i-16]) != "PK\x06\x07" {
		return 1<<32 - 1
	}
	var end [56]byte
	if _, err := at.ReadAt(end[:], int64(binary.LittleEndian.Uint64(tail[i-12:])&(1<<63-1))); err != nil {
		return 0 // which zip.NewReader says better
	}
	return int64(binary.LittleEndian.Uint64(end[40:]) & (1<<63 - 1))
}

func (w *zipWalk) next() (string, io.Reader, error) {
	if w.open != nil {
		w.open.Close()
		w.open = nil
	}
	for len(w.files) > 0 {
		f := w.files[0]
		w.files = w.files[1:]
		what := forked(f.Name)
		switch mode := f.Mode(); {
		case mode.IsDir() || strings.HasSuffix(f.Name, "/"):
			what = "directory"
		case mode&fs.ModeSymlink != 0:
			what = "link"
		case !mode.IsRegular():
			what = "device or other special file"
		}
		if what != "" {
			w.notes.add(SkippedMember, 1, 0, Place{Member: join(w.member, f.Name)}, what)
			continue
		}
		if f.Flags&1 != 0 {
			return f.Name, failing{&ForeignError{"encrypted data", unpack + " (unzip -P)"}}, nil
		}
		r, err := f.Open()
		if errors.Is(err, zip.ErrAlgorithm) {
			err = &ForeignError{fmt.Sprintf("zip data of method %d", f.Method), unpack + " (7z x)"}
		} else if err != nil {
			err = &DamagedError{"zip", err}
		}
		if err != nil {
			return f.Name, failing{err}, nil
		}
		w.open = r
		return f.Name, &layer{name: "zip", r: r}, nil
	}
	return "", nil, io.EOF
}

// failing is a member that cannot be opened.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// skipFrame passes over a skippable frame: a magic, a size, and as many bytes.
func skipFrame(b *bufio.Reader) error {
	var head [8]byte
	if _, err := io.ReadFull(b, head[:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	n, err := io.CopyN(io.Discard, b, int64(binary.LittleEndian.Uint32(head[4:])))
	if err == io.EOF {
		return fmt.Errorf("a skippable frame is cut after %d bytes: %w", n, io.ErrUnexpectedEOF)
	}
	return err
}
