package geo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A Follower holds the table of an MMDB file and replaces it when the file is
// replaced. It looks at the file only in [Follower.Poll] and [Follower.Run]. It keeps
// the last good table if a new file is bad.
//
// A table never changes. To count over a window, take the table at its start and
// keep it to its end, so that no source has two origins in it.
//
// A Follower comes from [Follow]. The zero Follower is not usable. Its methods are
// safe for concurrent use. [Follower.Table] never waits for the others.
type Follower struct {
	loader Loader
	path   string
	table  atomic.Pointer[Table]

	mu      sync.Mutex  // held while looking at the file, never to read table
	version fs.FileInfo // of the file last compiled or refused; nil for none
	failure string      // the error last reported; "" if the file is good
}

// A Reload is what a look at a followed file found.
type Reload struct {
	// Old and New are the tables in use before and after. They are the same table
	// if Err is set. They are also the same if the file had failed and now has its
	// former content again.
	Old, New *Table

	// Err says why the file was refused, or is nil. It wraps the errors of
	// [Open], such as [ErrNotCountry] or [fs.ErrNotExist].
	Err error
}

// Follow opens the MMDB file at path as [Open] does and returns a Follower of it. The
// path may lead through symbolic links, and each of them may change later.
func Follow(path string) (*Follower, error) { return Loader{}.Follow(path) }

// Follow is like the function [Follow] with the choices of l.
func (l Loader) Follow(path string) (*Follower, error) {
	data, version, err := readFile(path)
	if err != nil {
		return nil, err
	}
	t, err := l.load(path, data)
	if err != nil {
		return nil, err
	}
	f := &Follower{loader: l, path: path, version: version}
	f.table.Store(t)
	return f, nil
}

// Table returns the table in use. It is a single atomic load.
func (f *Follower) Table() *Table { return f.table.Load() }

// Poll looks at the file once and takes its table if the file is new. It returns
// what happened and true, or the zero Reload and false if nothing happened.
//
// Poll reports a file that cannot be used once, and again only after the file
// changes. It ignores a file while somebody writes to it; the next Poll looks
// again. Replace a file by a rename: Poll always sees that, and never sees half a
// file. It does not see a rewrite in place that keeps size and modification time.
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
	// A file that cannot be read has no version: the cause, such as a missing
	// permission, can end without a change that stat shows.
	f.version = version
	old := f.table.Load()
	if err != nil && version == nil && f.failure == err.Error() {
		return Reload{}, false
	}
	t := old
	if err == nil {
		if hash := sha256.Sum256(data); hex.EncodeToString(hash[:]) != old.info.SHA256 {
			t, err = f.loader.load(f.path, data)
		}
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

// Run calls Poll at the given interval until ctx ends, and returns ctx.Err(). An
// interval of zero or less means one minute. Run calls report, which may be nil,
// with every Reload of [Follower.Poll], from the goroutine that called Run.
func (f *Follower) Run(ctx context.Context, every time.Duration, report func(Reload)) error {
	// Notifications by the kernel would be worse than polling. They do not cross
	// network file systems. They watch one inode, but a change of any symbolic link
	// or directory on the way counts: a mounted Kubernetes ConfigMap changes two
	// levels up.
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

// sameVersion reports whether b is the file of a and unchanged. Nil is no version
// of any file.
func sameVersion(a, b fs.FileInfo) bool {
	return a != nil && os.SameFile(a, b) && sameStamp(a, b)
}

func sameStamp(a, b fs.FileInfo) bool {
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
