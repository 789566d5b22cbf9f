package otelconnector

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/whence-go/whence/attribution/monitor"
)

const (
	// mostWaiting is how many bursts wait for the next component. Beyond, the oldest is dropped.
	mostWaiting = 256

	firstPause  = time.Second // before an attempt is repeated; it doubles
	longestWait = 30 * time.Second
)

// outbox sends a log record about each burst that is reported. Observers never wait for it.
type outbox struct {
	core   *core
	next   consumer.Logs
	writer *writer
	worker worker

	wake chan struct{} // has room for one

	mu      sync.Mutex
	waiting []monitor.Burst
	sent    uint64
	dropped uint64
}

func newOutbox(c *core, next consumer.Logs) *outbox {
	return &outbox{
		core: c, next: next, writer: newWriter(c.name, c.config.Logs.Report), worker: newWorker(),
		wake: make(chan struct{}, 1),
	}
}

// put takes a burst, and returns at once.
func (o *outbox) put(b monitor.Burst) {
	o.mu.Lock()
	if len(o.waiting) == mostWaiting {
		o.waiting = append(o.waiting[:0], o.waiting[1:]...)
		o.dropped++
	}
	o.waiting = append(o.waiting, b)
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) take() (b monitor.Burst, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return b, false
	}
	b = o.waiting[0]
	o.waiting[0] = monitor.Burst{}
	o.waiting = o.waiting[1:]
	return b, true
}

// counts returns how many records were sent, and how many were not.
func (o *outbox) counts() (sent, dropped uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sent, o.dropped
}

func (o *outbox) count(sent bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if sent {
		o.sent++
	} else {
		o.dropped++
	}
}

func (o *outbox) start() {
	o.worker.run(func() {
		for {
			for b, ok := o.take(); ok; b, ok = o.take() {
				o.count(o.send(b))
			}
			select {
			case <-o.wake:
			case <-o.worker.stopping:
				for b, ok := o.take(); ok; b, ok = o.take() {
					o.count(o.send(b))
				}
				return
			}
		}
	})
}

func (o *outbox) stop(ctx context.Context) error {
	err := o.worker.stop(ctx)
	if _, dropped := o.counts(); dropped > 0 {
		o.core.log.Warn("log records about bursts were dropped", zap.Uint64("records", dropped))
	}
	return err
}

// send tries until the next component takes the record, or says that it never will. At the end it
// tries once.
func (o *outbox) send(b monitor.Burst) bool {
	logs := o.writer.logs(b, time.Now())
	for pause := firstPause; ; pause = min(2*pause, longestWait) {
		err := o.attempt(logs)
		switch {
		case err == nil:
			return true
		case consumererror.IsPermanent(err), o.worker.ctx.Err() != nil, o.worker.stopped():
			o.core.log.Warn("a log record about a burst was not taken", zap.Uint64("burst", b.ID), zap.Error(err))
			return false
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-o.worker.stopping:
		}
		timer.Stop()
	}
}

// attempt hands over a copy, which the next component may change and keep.
func (o *outbox) attempt(logs plog.Logs) error {
	ctx, cancel := context.WithTimeout(o.worker.ctx, longestWait)
	defer cancel()
	fresh := plog.NewLogs()
	logs.CopyTo(fresh)
	return o.next.ConsumeLogs(ctx, fresh)
}
