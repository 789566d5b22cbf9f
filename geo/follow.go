package geo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// ErrChanging is wrapped by the error of [Follow] for a file that was written
// to while it was read.
var ErrChanging = errors.New("file changed while it was read")

// A Follower serves the table of an MMDB file and replaces it when the file is
// replaced. It looks at the file only when told to, by [Follower.Poll] or
// [Follower.Run], and keeps the last good table when a new file is bad.
//
// Tables do not change: whoever counts over a window takes the table at its
// begin and keeps it to its end, so that no source gets two origins.
//
// A Follower comes from [Follow]; the zero Follower is not usable. Its methods
// are safe for concurrent use, and [Follower.Table] never waits for the others.
type Follower struct {
	loader Loader
	path   string
	table  atomic.Pointer[Table]

	mu      sync.Mutex  // held while the file is looked at, never to read table
	version fs.FileInfo // of the file last compiled or refused; nil for none
	failure string      // the error last reported; "" when the file is good
}

// Reload is what a look at a followed file brought.
type Reload struct {
	// Old and New are the tables in use before and after. They are the same
	// table if Err is set, and if the file, after it had failed, is found to
	// hold again what it held before.
	Old, New *Table

	// Err says why the file was not taken, or nil. It wraps the errors of
	// [Open], such as [ErrNotCountry] or [fs.ErrNotExist].
	Err error
}

// Follow opens the MMDB file at path and returns a Follower of it. The path may
// lead through symbolic links, and each of them may be changed later.
func Follow(path string) (*Follower, error) { return Loader{}.Follow(path) }

// Follow is like the function [Follow] with the choices of l.
func (l Loader) Follow(path string) (*Follower, error) {
	data, version, err := readFile(path)
	if err != nil {
		return nil, err
	}
	t, err := l.load(path, data, nil)
	if err != nil {
		return nil, err
	}
	f := &Follower{loader: l, path: path, version: version}
	f.table.Store(t)
	return f, nil
}

// Table returns the table in use. It is a single atomic load.
func (f *Follower) Table() *Table { return f.table.Load() }

// Poll looks at the file once and takes its table if it is a new one. It
// returns what happened and whether anything did; if not, the Reload is zero.
//
// A file that cannot be used is reported once and not again until something
// about it changes. A file that is being written to is no news: it is left for
// the next look. A rewrite in place that leaves size and modification time as
// they were goes unseen; replacing the file by a rename is always seen, and
// never shows half a file.
func (f *Follower) Poll() (Reload, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if info, err := os.Stat(f.path); err == nil && sameVersion(f.version, info) {
		return Reload{}, false
	}

	data, version, err := readFile(f.path)
	if errors.Is(err, ErrChanging) {
		return Reload{}, false
	}
	// A file that cannot be read has no version: whatever hinders it, such
	// as missing permission, can end without a change that stat shows.
	f.version = version
	old := f.table.Load()
	if err != nil {
		if f.failure == err.Error() {
			return Reload{}, false
		}
		f.failure = err.Error()
		return Reload{Old: old, New: old, Err: err}, true
	}
	t := old
	if hash := sha256.Sum256(data); hex.EncodeToString(hash[:]) != old.info.SHA256 {
		t, err = f.loader.load(f.path, data, nil)
	}
	if err != nil {
		f.failure = err.Error()
		return Reload{Old: old, New: old, Err: err}, true
	}
	if t == old && f.failure == "" {
		return Reload{}, false
	}
	f.failure = ""
	f.table.Store(t)
	return Reload{Old: old, New: t}, true
}

// Run polls the file at the given interval, once a minute if that is not
// positive, until ctx ends, and returns ctx.Err(). It calls report, which may
// be nil, with everything that [Follower.Poll] finds to have happened, from the
// goroutine that called Run.
//
// It polls, rather than have the kernel notify it, because that is right
// everywhere: notifications do not cross network file systems, and they watch
// one inode, where a change of any symbolic link or directory on the way
// counts (a mounted Kubernetes ConfigMap changes two levels up). A stat a
// minute costs nothing, and a database changes daily at most.
func (f *Follower) Run(ctx context.Context, every time.Duration, report func(Reload)) error {
	if every <= 0 {
		every = time.Minute
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if r, news := f.Poll(); news && report != nil {
				report(r)
			}
		}
	}
}

// readFile returns the content of a regular file and the version it had.
func readFile(path string) ([]byte, fs.FileInfo, error) {
	// Asked before opening: opening a named pipe would wait for a writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("geo: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("geo: %s: %w: not a regular file", path, ErrNotMMDB)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("geo: %w", err)
	}
	defer file.Close()
	data, version, err := readStable(file)
	if err != nil {
		return nil, nil, fmt.Errorf("geo: %s: %w", path, err)
	}
	return data, version, nil
}

// readStable reads all of file, and fails with ErrChanging if it was not the
// same file at the end as at the start. What a writer left half done between
// two of its writes passes here; the table's own checks refuse it, and its next
// write gives the file a new version.
func readStable(file fs.File) ([]byte, fs.FileInfo, error) {
	before, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, before.Size()+1))
	if err != nil {
		return nil, nil, err
	}
	after, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if int64(len(data)) != before.Size() || !sameStamp(before, after) {
		return nil, nil, ErrChanging
	}
	return data, after, nil
}

// sameVersion reports whether b is the file of a and unchanged. Nil, for no
// file, is no version of anything.
func sameVersion(a, b fs.FileInfo) bool {
	return a != nil && os.SameFile(a, b) && sameStamp(a, b)
}

func sameStamp(a, b fs.FileInfo) bool {
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
