package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// kind is a kind of file that the program writes.
type kind struct {
	magics  []string // what it may begin with
	foreign error    // what else is in a file that stays as it is
}

var (
	evidenceFile = kind{[]string{`{"evidence":{`}, errors.New("no evidence; give another name")}
	stateFile    = kind{[]string{stateMagic}, errNoState}
)

// ours reports whether a file of this kind may begin so.
func (k kind) ours(head []byte) bool {
	return slices.ContainsFunc(k.magics, func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) })
}

// headSize is how much of a file tells its kind.
func (k kind) headSize() (n int) {
	for _, magic := range k.magics {
		n = max(n, len(magic))
	}
	return n
}

var errNoFile = errors.New("no regular file; give another name")

// mayWrite returns why a file must not be put at path, or nil. It may be new, or take the place of an empty file or of
// one of its kind. What else is there stays: a log, a device, or a link, which leads to who knows what.
func (k kind) mayWrite(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err = os.Stat(filepath.Dir(path))
		return err
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: %w", path, errNoFile)
	case info.Size() == 0:
		return nil
	}
	head, err := k.head(path, info)
	if err == nil && !k.ours(head) {
		err = fmt.Errorf("%s: %w", path, k.foreign)
	}
	return err
}

// mayBecome reports whether a file of this kind may begin so when only a part of it is written.
func (k kind) mayBecome(head []byte) bool {
	return k.ours(head) || slices.ContainsFunc(k.magics, func(magic string) bool {
		return bytes.HasPrefix([]byte(magic), head)
	})
}

// head reads as much of a file as tells its kind. info is that of the file that must be there.
func (k kind) head(path string, info fs.FileInfo) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, fmt.Errorf("%s: %w", path, errNoFile) // it has just been replaced
	}
	head := make([]byte, k.headSize())
	n, err := io.ReadFull(f, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return head[:n], err
}

// write writes a file as a whole or not at all: what stood there before stays until all of the new is on disk. Nobody
// but its owner may read it.
func (k kind) write(path string, content io.WriterTo) (size int64, err error) {
	if err := k.mayWrite(path); err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), temporaryOf(path)+"*"+temporaryEnd)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if size, err = content.WriteTo(f); err != nil {
		return size, err
	}
	if err = f.Sync(); err != nil {
		return size, err
	}
	if err = f.Close(); err != nil {
		return size, err
	}
	if err = k.mayWrite(path); err != nil { // that took a while
		return size, err
	}
	return size, os.Rename(f.Name(), path)
}

// A temporary file of FILE is .FILE-NUMBER.attribute-tmp beside it.
func temporaryOf(path string) string { return "." + filepath.Base(path) + "-" }

const temporaryEnd = ".attribute-tmp"

// stale is how long nobody has written to a temporary file whose writer is gone.
const stale = time.Minute

// begin makes ready to write a file later: it returns why that must not be, and removes the temporary files that runs
// have left behind which were killed while they wrote it.
func (k kind) begin(path string, now time.Time) error {
	if err := k.mayWrite(path); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil // it may be written without being listed
	}
	for _, entry := range entries {
		number, ours := strings.CutPrefix(entry.Name(), temporaryOf(path))
		number, ends := strings.CutSuffix(number, temporaryEnd)
		if !ours || !ends || number == "" || strings.Trim(number, "0123456789") != "" {
			continue
		}
		name := filepath.Join(filepath.Dir(path), entry.Name())
		info, err := os.Lstat(name)
		if err != nil || !info.Mode().IsRegular() || now.Sub(info.ModTime()) < stale {
			continue
		}
		if head, err := k.head(name, info); err == nil && k.mayBecome(head) {
			os.Remove(name)
		}
	}
	return nil
}
