// Package interrupt lets a signal end the reading of a pipe that nobody writes to.
package interrupt

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrInterrupted is the error of a reader whose context has ended.
var ErrInterrupted = errors.New("interrupted; what came before is counted")

// grace is how long reading goes on after the context has ended. Ctrl-C reaches all programs of a pipeline: the one
// that writes, such as tcpdump, still writes what it holds, and then the input has an end of its own.
const grace = time.Second

// Reader reads from r until that ends, or until a second after the end of the context. A read of r that waits then is
// left behind. Close ends it early.
func Reader(ctx context.Context, r io.Reader) io.ReadCloser {
	out, in := io.Pipe()
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(grace, func() { in.CloseWithError(ErrInterrupted) })
	})
	go func() {
		defer stop()
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	return out
}
