package otelconnector

import (
	"context"
	"errors"
	"time"
)

// errBlocked says that the next component has not returned though its context has ended.
var errBlocked = errors.New("the next component does not return")

const (
	// grace is how long sending what is left may take at the end.
	grace = 5 * time.Second
	// lastWait is how long the next component has to return once its context has ended.
	lastWait = time.Second
)

// worker is the goroutine of an output.
type worker struct {
	ctx      context.Context // of what is sent
	cancel   context.CancelFunc
	stopping chan struct{} // closed when only what is left is to be sent
	done     chan struct{} // closed when the goroutine has ended
}

func newWorker() worker {
	ctx, cancel := context.WithCancel(context.Background())
	return worker{ctx, cancel, make(chan struct{}), make(chan struct{})}
}

func (w *worker) run(f func()) {
	go func() {
		defer close(w.done)
		f()
	}()
}

// stop waits for the goroutine. It is called once.
func (w *worker) stop(ctx context.Context) error {
	defer w.cancel()
	close(w.stopping)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
	case <-timer.C:
	}
	w.cancel()
	timer.Reset(lastWait)
	select {
	case <-w.done:
		return nil
	case <-timer.C:
		return errBlocked
	}
}

// stopped reports whether only what is left is to be sent.
func (w *worker) stopped() bool {
	select {
	case <-w.stopping:
		return true
	default:
		return false
	}
}
