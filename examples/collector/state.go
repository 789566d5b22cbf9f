package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/sketch"
)

// state is the file in which a checkpoint of the monitor outlives the program. Exports that came while
// nobody listened are gone: the checkpoint has no position.
type state struct {
	path    string
	console *console
	saved   time.Time
	failed  bool // writing has failed, and that was said
}

// stateEvery is how often the state is written, which may be tens of megabytes.
const stateEvery = time.Minute

// openState restores the monitor from a file, if there is one. One that is damaged is set aside.
func openState(path string, m *monitor.Monitor, console *console) (*state, error) {
	s := &state{path: path, console: console}
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return s, s.mayWrite()
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: no regular file; give another name", path)
	}
	err := s.restore(m)
	if errors.Is(err, sketch.ErrInvalidEncoding) {
		aside := path + ".bad"
		if err := os.Rename(path, aside); err != nil {
			return nil, err
		}
		console.say("%s: %v; it is kept as %s, and all begins anew", path, err, aside)
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	console.say("%s: goes on from %s UTC", path, clock(m.Stats().Time))
	return s, nil
}

func (s *state) restore(m *monitor.Monitor) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = m.Restore(bufio.NewReaderSize(f, 1<<16))
	return err
}

// mayWrite finds out early that the state cannot be written.
func (s *state) mayWrite() error {
	f, err := os.CreateTemp(filepath.Dir(s.path), "."+filepath.Base(s.path)+"-*")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

// save writes the state if it is time to. A disk that is full stops nothing.
func (s *state) save(m *monitor.Monitor, now time.Time) {
	if now.Sub(s.saved).Abs() < stateEvery {
		return
	}
	err := s.write(m, now)
	if err != nil && !s.failed {
		s.console.say("the state was not written: %v", err)
	}
	s.failed = err != nil
}

// write writes the state as a whole or not at all. Nobody but the owner of the file may read it.
func (s *state) write(m *monitor.Monitor, now time.Time) (err error) {
	s.saved = now
	f, err := os.CreateTemp(filepath.Dir(s.path), "."+filepath.Base(s.path)+"-*")
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
	return os.Rename(f.Name(), s.path)
}
