package natsfleet

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/sketch"
)

// Sender writes envelopes to the stream. Make one with [NewSender]. Any number of goroutines
// may use it at once.
type Sender struct {
	js      jetstream.JetStream
	options Options
	places  places

	mu     sync.Mutex
	stream jetstream.Stream // nil: not looked at yet
}

const (
	mostTries = 8                    // to win a race for a place
	firstWait = 5 * time.Millisecond // after the second race that was lost; doubled each time
	atOnce    = 16                   // envelopes that Ship has under way
)

// NewSender returns a Sender to the stream of the options. It asks no server: the first
// envelope looks whether the stream is as it must be. The error is that of [Options.Validate].
func NewSender(js jetstream.JetStream, o Options) (*Sender, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Sender{js: js, options: o.filled()}, nil
}

// Send writes an envelope to its place, and reports whether it is new: the place was empty, or
// had a lower sequence. It replaces nothing else. The same one again is not new, and no error.
// It returns after the servers have answered that they keep the envelope.
//
// Repeating is of no use after an error that wraps [fleet.ErrInvalidEnvelope],
// [fleet.ErrConflict], [ErrTooLarge], or a [sketch.VersionError] of what is in the place.
// After any other one, such as [ErrStream], [ErrContended] or one of JetStream, the envelope may
// be in the stream or not, and should be sent again. A server has 5 s for each answer.
func (s *Sender) Send(ctx context.Context, e fleet.Envelope) (fresh bool, err error) {
	packed, err := e.Pack()
	if err != nil {
		return false, err
	}
	fresh, err = s.send(ctx, &e, packed)
	if err != nil {
		return false, fmt.Errorf("natsfleet: %s, sequence %d: %w", e.Node, e.Sequence, err)
	}
	return fresh, nil
}

func (s *Sender) send(ctx context.Context, e *fleet.Envelope, packed []byte) (fresh bool, err error) {
	stream, err := s.open(ctx)
	if err != nil {
		return false, err
	}
	subject := s.options.Subject(e)
	next := place{sequence: e.Sequence, contents: sha256.Sum256(packed)}
	last := s.places.get(subject) // if it is not known, it is most likely empty
	for try := range mostTries {
		switch {
		case e.Sequence < last.sequence, next.contents == last.contents:
			return false, nil
		case e.Sequence == last.sequence:
			return false, fleet.ErrConflict
		}
		next.revision, err = s.publish(ctx, subject, packed, last.revision)
		if err == nil {
			s.places.put(subject, next)
			return true, nil
		}
		s.places.forget(subject)
		if !raced(err) {
			return false, err
		}
		if try > 0 { // a replica may not have it yet
			if err := pause(ctx, firstWait<<try); err != nil {
				return false, err
			}
		}
		if last, err = s.read(ctx, stream, subject); err != nil {
			return false, err
		}
		s.places.put(subject, last)
	}
	return false, fmt.Errorf("%w: %d tries", ErrContended, mostTries)
}

// open looks at the stream once.
func (s *Sender) open(ctx context.Context) (jetstream.Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream == nil {
		stream, err := s.options.open(ctx, s.js)
		if err != nil {
			return nil, err
		}
		s.stream = stream
	}
	return s.stream, nil
}

// publish returns the number of the message, if the one before it was that of revision.
func (s *Sender) publish(ctx context.Context, subject string, packed []byte, revision uint64) (uint64, error) {
	ctx, cancel := soon(ctx)
	defer cancel()
	ack, err := s.js.Publish(ctx, subject, packed,
		jetstream.WithExpectStream(s.options.Stream), jetstream.WithExpectLastSequencePerSubject(revision))
	switch {
	case errors.Is(err, nats.ErrMaxPayload), errors.Is(err, jetstream.ErrStreamMessageExceedsMaximum):
		return 0, fmt.Errorf("%w: %d bytes: %w", ErrTooLarge, len(packed), err)
	case err != nil:
		return 0, err
	}
	return ack.Sequence, nil
}

// raced reports whether the last message of the subject was another one than expected.
func raced(err error) bool {
	var answer *jetstream.APIError
	return errors.As(err, &answer) && (answer.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		answer.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// read returns what the stream has under a subject. What is no envelope of this place holds it
// against nobody, but an encoding of another version may be newer.
func (s *Sender) read(ctx context.Context, stream jetstream.Stream, subject string) (place, error) {
	ctx, cancel := soon(ctx)
	defer cancel()
	m, err := stream.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return place{}, nil
	}
	if err != nil {
		return place{}, err
	}
	last := place{revision: m.Sequence}
	var e fleet.Envelope
	err = e.Unpack(m.Data)
	if version := (*sketch.VersionError)(nil); errors.As(err, &version) {
		return place{}, err
	}
	if err != nil || s.options.Subject(&e) != subject {
		return last, nil
	}
	packed, err := e.Pack() // as this program packs it
	last.sequence, last.contents = e.Sequence, sha256.Sum256(packed)
	return last, err
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ship sends what the stream does not have of a node, 16 envelopes at a time, and returns what
// became of each that was answered. The codes are those of [fleet.Result] and "too_large".
// What is refused for good is sent again when it has changed, and not before. After an error,
// what was not answered is sent again by the next call.
func (s *Sender) Ship(ctx context.Context, n *fleet.Node) (results []fleet.Result, err error) {
	batch := make([]fleet.Envelope, 0, atOnce)
	for e := range n.Envelopes() {
		if batch = append(batch, e); len(batch) < atOnce {
			continue
		}
		got, err := s.ship(ctx, n, batch)
		if results = append(results, got...); err != nil {
			return results, err
		}
		batch = batch[:0]
	}
	got, err := s.ship(ctx, n, batch)
	return append(results, got...), err
}

func (s *Sender) ship(ctx context.Context, n *fleet.Node, batch []fleet.Envelope) (results []fleet.Result, err error) {
	fresh, errs := make([]bool, len(batch)), make([]error, len(batch))
	var all sync.WaitGroup
	for i, e := range batch {
		all.Go(func() { fresh[i], errs[i] = s.Send(ctx, e) })
	}
	all.Wait()
	for i, e := range batch {
		if errs[i] != nil && !final(errs[i]) {
			err = errors.Join(err, errs[i])
			continue
		}
		n.Taken(e)
		results = append(results, resultOf(fresh[i], errs[i]))
	}
	return results, err
}
