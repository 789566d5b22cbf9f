package natsfleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution/fleet"
)

// Receiver reads the stream into a [fleet.Fleet]. Make one with [NewReceiver]. One goroutine
// calls Run; any number of goroutines may call Sync and Stats meanwhile.
type Receiver struct {
	js      jetstream.JetStream
	options Options
	fleet   *fleet.Fleet
	now     func() time.Time // nil: the caller advances the fleet

	mu      sync.Mutex
	created time.Time     // when the stream was that is read; for Run alone to write
	read    uint64        // number of the last message that was read
	moved   chan struct{} // closed when read changes, if somebody waits
	stats   Stats
	waiting waiting
}

// NewReceiver returns a Receiver from the stream of the options into f. It tells f once a
// second what time it is by now, which is time.Now in a server, and nil if the caller calls
// [fleet.Fleet.Advance] itself. It asks no server. The error is that of [Options.Validate].
func NewReceiver(js jetstream.JetStream, o Options, f *fleet.Fleet, now func() time.Time) (*Receiver, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Receiver{js: js, options: o.filled(), fleet: f, now: now, stats: Stats{Results: map[string]uint64{}}}, nil
}

const (
	buffered    = 32               // messages that the client asks for ahead
	expiry      = 10 * time.Second // of a request for messages
	heartbeat   = 2 * time.Second  // of the server; reading begins anew after two that did not come
	beat        = time.Second      // of what is done beside reading
	lookEvery   = 3                // beats: whether messages are there that do not come
	afterError  = time.Second
	keptOnDeath = time.Minute // of the consumer, by the server, after its center has gone
)

// Run reads the stream, first all that it holds and then what comes, until ctx ends. No
// message stops it: see [Stats]. After an error of the connection or the servers it goes on
// where it was, and if the stream has been made anew, from the beginning.
//
// The error is that of ctx, or says what will not get better: the stream is not as it must be
// ([ErrStream]), the connection was closed ([nats.ErrConnectionClosed]), or there was no
// stream in the first place ([jetstream.ErrStreamNotFound]).
func (r *Receiver) Run(ctx context.Context) error {
	for ever := false; ; { // whether there has been a stream
		begun, err := r.session(ctx)
		ever = ever || begun
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrStream), errors.Is(err, nats.ErrConnectionClosed),
			!ever && errors.Is(err, jetstream.ErrStreamNotFound):
			return err
		}
		r.failed(err)
		if at := r.position(); begun && r.step(ctx, 0) == nil && r.position() > at {
			continue // a message may have made the client stop, and would do so again
		}
		if err := pause(ctx, afterError); err != nil {
			return err
		}
	}
}

// session reads until an error, and reports whether it could begin.
func (r *Receiver) session(parent context.Context) (begun bool, err error) {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	stream, err := r.options.open(ctx, r.js)
	if err != nil {
		return false, err
	}
	r.begin(stream.CachedInfo().Created)
	messages, err := r.messages(ctx, stream)
	if err != nil {
		return false, fmt.Errorf("natsfleet: reading %s: %w", r.options.Stream, err)
	}
	var beside sync.WaitGroup
	beside.Go(func() { r.beside(ctx, stream, cancel) })
	stop := context.AfterFunc(ctx, messages.Stop)
	err = r.readAll(messages)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	cancel(nil)
	if stop() {
		messages.Stop()
	}
	beside.Wait()
	return true, err
}

// messages asks for all messages after the last one that was read.
func (r *Receiver) messages(ctx context.Context, stream jetstream.Stream) (jetstream.MessagesContext, error) {
	ctx, cancel := soon(ctx)
	defer cancel()
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		FilterSubject: r.options.subjects(), DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
		OptStartSeq: r.position() + 1, AckPolicy: jetstream.AckNonePolicy,
		Replicas: 1, MemoryStorage: true, InactiveThreshold: keptOnDeath,
	})
	if err != nil {
		return nil, err
	}
	return consumer.Messages(jetstream.PullMaxMessages(buffered), jetstream.PullExpiry(expiry),
		jetstream.PullHeartbeat(heartbeat), jetstream.WithMessagesErrOnMissingHeartbeat(true))
}

func look(ctx context.Context, stream jetstream.Stream) (*jetstream.StreamInfo, error) {
	ctx, cancel := soon(ctx)
	defer cancel()
	return stream.Info(ctx)
}

// readAll reads until an error. Each message is the one after the last, in the count of the
// consumer: else the client has dropped some.
func (r *Receiver) readAll(messages jetstream.MessagesContext) error {
	for next := uint64(1); ; next++ {
		m, err := messages.Next()
		if err != nil {
			return fmt.Errorf("natsfleet: reading %s: %w", r.options.Stream, err)
		}
		at, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("natsfleet: reading %s: %w", r.options.Stream, err)
		}
		if at.Sequence.Consumer != next {
			return fmt.Errorf("natsfleet: reading %s: message %d of the consumer, want %d",
				r.options.Stream, at.Sequence.Consumer, next)
		}
		r.take(m.Subject(), m.Data())
		r.moveTo(at.Sequence.Stream)
	}
}

// beside does once a second what does not wait for messages, until ctx ends. It cancels the
// session if the stream is another one.
func (r *Receiver) beside(ctx context.Context, stream jetstream.Stream, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	before := r.position()
	for n := 1; ; n++ {
		if r.now != nil {
			r.fleet.Advance(r.now())
		}
		r.retry(ctx)
		if n%lookEvery == 0 {
			info, err := look(ctx, stream)
			switch at := r.position(); {
			case err != nil: // the reader will see it, too
			case !info.Created.Equal(r.created):
				cancel(fmt.Errorf("natsfleet: the stream %s was made anew", r.options.Stream))
				return
			case at == before && at < info.State.LastSeq:
				r.step(ctx, info.State.LastSeq)
			default:
				before = at
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// begin makes reading begin at the beginning if a stream is another one than before.
func (r *Receiver) begin(created time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !created.Equal(r.created) {
		r.created, r.read = created, 0
	}
}

// step takes the next message by itself. The client takes an empty message for word from the
// server if it has a header that says so, and does not hand it out. If there is none, all up to
// last has been read.
func (r *Receiver) step(ctx context.Context, last uint64) error {
	m, err := r.get(ctx, request{Sequence: r.position() + 1, NextOf: r.options.subjects()})
	switch {
	case err != nil:
		return err
	case m == nil:
		r.moveTo(last)
		return nil
	}
	r.take(m.Subject, m.Data)
	r.moveTo(m.Sequence)
	return nil
}

func (r *Receiver) position() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.read
}

func (r *Receiver) moveTo(n uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read = max(r.read, n)
	if r.moved != nil {
		close(r.moved)
		r.moved = nil
	}
}

// Sync returns when all that the stream held at the time of the call has been read. So a
// center that has just started waits for it before it reports. It waits for Run, which another
// goroutine calls, until ctx ends: the error then wraps that of ctx and says what Run failed of
// last. What is early or has no room is not waited for, see [Stats].Waiting.
func (r *Receiver) Sync(ctx context.Context) error {
	stream, err := r.options.open(ctx, r.js)
	if err != nil {
		return err
	}
	state := stream.CachedInfo().State
	last := state.LastSeq
	for {
		read, moved := r.await()
		if read >= last || state.FirstSeq > last { // if what was not read yet is gone, the rest is newer
			return nil
		}
		select {
		case <-moved:
			continue
		case <-time.After(beat):
		case <-ctx.Done():
			return fmt.Errorf("natsfleet: message %d of %d was read: %w%s", read, last, ctx.Err(), r.why())
		}
		if info, err := look(ctx, stream); err == nil {
			state = info.State
		}
	}
}

// await returns what was read, and a channel that is closed when more is.
func (r *Receiver) await() (read uint64, moved <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.moved == nil {
		r.moved = make(chan struct{})
	}
	return r.read, r.moved
}
