package otelconnector

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/sketch"
)

// restore lets a monitor go on from the checkpoint in a file, if there is one. A file that is damaged,
// or of another version, is kept beside it as .bad, and the monitor begins anew: a collector must
// start. A checkpoint of another key or other options is an error, because the configuration is wrong.
func restore(path string, m *monitor.Monitor, log *zap.Logger) error {
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return mayWrite(path)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: no regular file", path)
	}
	err := read(path, m)
	if errors.Is(err, sketch.ErrInvalidEncoding) {
		aside := path + ".bad"
		if err := os.Rename(path, aside); err != nil {
			return err
		}
		log.Warn("the checkpoint cannot be read: it is kept aside, and all begins anew",
			zap.String("path", aside), zap.Error(err))
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	log.Info("goes on from the checkpoint", zap.String("path", path), zap.Time("stream_time", m.Stats().Time))
	return nil
}

func read(path string, m *monitor.Monitor) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = m.Restore(bufio.NewReaderSize(f, 1<<16))
	return err
}

// mayWrite finds out early that a checkpoint cannot be written.
func mayWrite(path string) error {
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

// write writes a checkpoint as a whole or not at all. Nobody but its owner may read it.
func write(path string, m *monitor.Monitor) (err error) {
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
