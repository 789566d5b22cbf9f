//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package geo

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a named pipe waits for a writer, so it must not come to that.
func TestOpenNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.mmdb")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	refused(t, path, ErrNotMMDB, "not a regular file")
}
