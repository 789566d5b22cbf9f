package main

import (
	"context"
	"io"
	"time"
)

// liveReader reads from what may pause. What is to be done meanwhile is done by the
// goroutine that reads, so that nothing needs a lock. It ends when the context does.
type liveReader struct {
	ctx   context.Context
	idle  func()              // called before each wait
	tick  func(now time.Time) // called while it waits
	clock *time.Ticker

	waiting bool        // something was asked for
	ask     chan []byte // buffers to fill
	got     chan chunk
	rest    []byte
	err     error // that came with it
	buf     []byte
	source  io.Closer
}

type chunk struct {
	data []byte
	err  error
}

func newLiveReader(ctx context.Context, source io.ReadCloser, every time.Duration, idle func(),
	tick func(time.Time)) *liveReader {
	r := &liveReader{
		ctx: ctx, idle: idle, tick: tick, clock: time.NewTicker(every),
		ask: make(chan []byte), got: make(chan chunk, 1), buf: make([]byte, 64<<10), source: source,
	}
	go func() {
		for buf := range r.ask {
			n, err := source.Read(buf)
			r.got <- chunk{buf[:n], err}
		}
	}()
	return r
}

func (r *liveReader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 && r.err == nil {
		r.wait()
	}
	n := copy(b, r.rest)
	if r.rest = r.rest[n:]; n == 0 {
		return 0, r.err
	}
	return n, nil
}

// wait returns when there is something to read, or an error.
func (r *liveReader) wait() {
	r.idle()
	if !r.waiting {
		r.ask <- r.buf
		r.waiting = true
	}
	for {
		select {
		case c := <-r.got:
			r.waiting = false
			if r.rest, r.err = c.data, c.err; len(c.data) > 0 || c.err != nil {
				return
			}
			r.ask <- r.buf
			r.waiting = true
		case now := <-r.clock.C:
			r.tick(now)
		case <-r.ctx.Done():
			r.err = errInterrupted
			return
		}
	}
}

// Close ends it. A read of the source that waits ends with the source.
func (r *liveReader) Close() error {
	r.clock.Stop()
	close(r.ask)
	return r.source.Close()
}
