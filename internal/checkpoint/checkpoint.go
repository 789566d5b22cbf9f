// Package checkpoint keeps a monitor in a file, for programs that restart.
package checkpoint

import (
	"bufio"
	"os"
	"path/filepath"

	"github.com/whence-go/whence/attribution/monitor"
)

// Read lets m go on from the checkpoint in a file. Errors are those of the file and of [monitor.Monitor.Restore].
func Read(path string, m *monitor.Monitor) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = m.Restore(bufio.NewReaderSize(f, 1<<16))
	return err
}

// MayWrite finds out early that a checkpoint cannot be written.
func MayWrite(path string) error {
	f, err := temporary(path)
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

func temporary(path string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
}

// Write writes a checkpoint as a whole or not at all, without a position. Nobody but its owner may read it.
func Write(path string, m *monitor.Monitor) (err error) {
	f, err := temporary(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := m.Checkpoint(w, nil); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
