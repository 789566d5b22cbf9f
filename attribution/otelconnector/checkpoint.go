package otelconnector

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.uber.org/zap"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/checkpoint"
	"github.com/whence-go/whence/sketch"
)

// restore lets a monitor go on from the checkpoint in a file, if there is one. A file that is damaged,
// or of another version, is kept beside it as .bad, and the monitor begins anew: a collector must
// start. A checkpoint of another key or other options is an error, because the configuration is wrong.
func restore(path string, m *monitor.Monitor, log *zap.Logger) error {
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return checkpoint.MayWrite(path)
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: no regular file", path)
	}
	err := checkpoint.Read(path, m)
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
