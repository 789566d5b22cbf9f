package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/checkpoint"
	"github.com/whence-go/whence/sketch"
)

// state is the file in which a checkpoint of the monitor outlives the program. Exports that came while
// nobody listened are gone: the checkpoint has no position.
type state struct {
	path    string
	console *console
	every   time.Duration
	failed  bool // writing has failed, and that was said
}

// saveEvery is how often the state is written, which may be tens of megabytes.
const saveEvery = time.Minute

// openState restores the monitor from a file, if there is one. One that is damaged is set aside.
func openState(path string, m *monitor.Monitor, console *console) (*state, error) {
	s := &state{path: path, console: console, every: saveEvery}
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return s, checkpoint.MayWrite(path)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: no regular file; give another name", path)
	}
	err := checkpoint.Read(path, m)
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

// save writes the state. A disk that is full stops nothing.
func (s *state) save(m *monitor.Monitor) {
	err := checkpoint.Write(s.path, m)
	if err != nil && !s.failed {
		s.console.say("the state was not written: %v", err)
	}
	s.failed = err != nil
}
