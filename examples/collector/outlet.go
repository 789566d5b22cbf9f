package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
)

// outlet passes bursts on, one after the other, in a goroutine of its own. Whoever finds a burst never
// waits for it: a receiver that is slow or dead loses bursts, which are counted, and nothing else.
type outlet struct {
	name  string
	send  func(context.Context, monitor.Burst) error
	say   func(format string, args ...any)
	queue chan monitor.Burst
	done  chan struct{}

	ctx    context.Context // ends what is being sent
	cancel context.CancelFunc

	sent, failed, dropped atomic.Uint64
}

// queued is how many bursts wait at most. One may have some 100 kB.
const queued = 256

func newOutlet(name string, say func(string, ...any), send func(context.Context, monitor.Burst) error) *outlet {
	o := &outlet{name: name, send: send, say: say, queue: make(chan monitor.Burst, queued), done: make(chan struct{})}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	go o.run()
	return o
}

func (o *outlet) run() {
	defer close(o.done)
	for b := range o.queue {
		if err := o.send(o.ctx, b); err != nil {
			if o.failed.Add(1) == 1 { // the page counts the others
				o.say("%s: burst %d: %v", o.name, b.ID, err)
			}
			continue
		}
		o.sent.Add(1)
	}
}

// put queues a burst, or drops it if there is no room.
func (o *outlet) put(b monitor.Burst) {
	select {
	case o.queue <- b:
	default:
		if o.dropped.Add(1) == 1 {
			o.say("%s: too slow; bursts are dropped", o.name)
		}
	}
}

// close waits until all that is queued was passed on, but no longer than a time. Nothing may be put
// any more.
func (o *outlet) close(wait time.Duration) {
	close(o.queue)
	timer := time.AfterFunc(wait, o.cancel)
	defer timer.Stop()
	defer o.cancel()
	select {
	case <-o.done:
	case <-o.ctx.Done():
		select { // what is sent with a context ends now; a pipe that nobody reads may not
		case <-o.done:
		case <-time.After(wait):
			o.say("%s: bursts were not passed on in time", o.name)
		}
	}
}
