package whencebeam

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/sketch"
)

// Shape is what all envelopes of one answer have in common. It is what a [fleet.Fleet] asks of them, too. KeyID and
// Window are needed.
type Shape struct {
	KeyID sketch.KeyID // names the secret that all collectors share

	// Precision and IPv6PrefixLen are those that the collectors count with. 0 stands for 14 and 64. The monitors of
	// collectors count with 12, unless they are told otherwise.
	Precision, IPv6PrefixLen int

	Window time.Duration // the length of all windows
}

// Validate returns what is out of its range, or nil. The error wraps [attribution.ErrInvalidOptions].
func (s Shape) Validate() error {
	switch {
	case s.KeyID == 0:
		return invalidOptions("KeyID is 0, want that of the key of the collectors")
	case !validWindow(s.Window):
		return invalidOptions("Window is %v, want 1s to 24h, a divisor of a day", s.Window)
	}
	o := attribution.Options{Precision: s.Precision, IPv6PrefixLen: s.IPv6PrefixLen}
	if err := o.Validate(); err != nil {
		return fmt.Errorf("whencebeam: %w", err)
	}
	return nil
}

// fits returns nil if a snapshot can be merged with the others. The error names both sides.
func (s Shape) fits(e *fleet.Envelope) error {
	if e.Window != s.Window {
		return &sketch.MismatchError{What: "window", A: s.Window.String(), B: e.Window.String()}
	}
	want := snapshot.Shape{
		Key: s.KeyID, SampleSize: sketch.SmallSampleSize,
		Precision: cmp.Or(s.Precision, sketch.DefaultPrecision), IPv6PrefixLen: cmp.Or(s.IPv6PrefixLen, 64),
	}
	return snapshot.Unwrap(e.Snapshot).FitsInto(want)
}

// Refused is what was left out of an answer, and why.
type Refused struct {
	// File is where it was read, and At the byte at which the record begins. If Rest is set, nothing after it in the
	// file could be read either. There is no file if the record was read and could not be used.
	File string `json:"file,omitempty"`
	At   int64  `json:"at,omitzero"`
	Rest bool   `json:"rest,omitzero"`

	Error string `json:"error"` // in words. It may quote the input
}

// refusal says of an envelope why it cannot be used.
func refusal(e *fleet.Envelope, err error) Refused {
	return Refused{Error: fmt.Sprintf("node %s, epoch %d, sequence %d, target %v, window from %v: %v",
		e.Node, e.Epoch, e.Sequence, e.Target, e.From.UTC().Format(time.RFC3339), err)}
}

// MergeEnvelopes merges what collectors sent, a PCollection<fleet.Envelope>. It returns a
// PCollection<KV<Place, attribution.Snapshot>> with one element per place, and a PCollection<Refused>.
//
// An envelope replaces those of lower sequences in its slot, which is a target, a window, a node and its epoch. What is
// left of all slots of a place is merged. So duplicates, retries, their order and restarts change nothing, as in
// [fleet.Fleet]. Two different envelopes with one sequence contradict each other: two collectors share a name and an
// epoch. The one whose encoding is greater counts, and the other is refused. So is one that does not fit the shape.
//
// It does not know which nodes should have sent something. A [fleet.Fleet] does.
//
// The error wraps [attribution.ErrInvalidOptions], or is Beam's about a PCollection of another type.
func MergeEnvelopes(
	s beam.Scope, shape Shape, envelopes beam.PCollection,
) (merged, refused beam.PCollection, err error) {
	s = s.Scope("whencebeam.MergeEnvelopes")
	if err := shape.Validate(); err != nil {
		return merged, refused, err
	}
	slots, err := beam.TryParDo(s, &slotFn{shape}, envelopes)
	if err != nil {
		return merged, refused, fmt.Errorf("whencebeam: %w", err)
	}
	grouped, err := beam.TryGroupByKey(s, slots[0])
	if err != nil {
		return merged, refused, fmt.Errorf("whencebeam: %w", err)
	}
	newest, err := beam.TryParDo(s, &newestFn{}, grouped)
	if err != nil {
		return merged, refused, fmt.Errorf("whencebeam: %w", err)
	}
	if merged, err = Merge(s, newest[0]); err != nil {
		return merged, refused, err
	}
	return merged, beam.Flatten(s, slots[1], newest[1]), nil
}

// slotFn puts envelopes into slots.
type slotFn struct{ Shape Shape }

// ProcessElement sends an envelope with its slot, or refuses it.
func (f *slotFn) ProcessElement(e fleet.Envelope, emit func(string, fleet.Envelope), refuse func(Refused)) {
	if err := f.Shape.fits(&e); err != nil {
		refuse(refusal(&e, err))
		return
	}
	slot := binary.BigEndian.AppendUint64(appendTime(appendTarget(nil, e.Target), e.From), e.Epoch)
	emit(string(append(slot, e.Node...)), e)
}

// newestFn keeps the newest envelope of a slot. It holds two of them in memory.
type newestFn struct{}

// ProcessElement sends the snapshot of the newest envelope, and refuses what contradicts it. What contradicts an older
// one is replaced anyway.
func (*newestFn) ProcessElement(
	_ string, next func(*fleet.Envelope) bool, emit func(Place, attribution.Snapshot), refuse func(Refused),
) error {
	var newest, e fleet.Envelope
	var encoding []byte
	others := map[[sha256.Size]byte]bool{} // encodings of the same sequence
	for next(&e) {
		if e.Sequence < newest.Sequence {
			continue
		}
		b, err := e.MarshalBinary()
		if err != nil {
			return fmt.Errorf("whencebeam: %w", err)
		}
		if e.Sequence > newest.Sequence {
			clear(others)
		}
		others[sha256.Sum256(b)] = true
		if e.Sequence > newest.Sequence || bytes.Compare(b, encoding) > 0 {
			newest, encoding = e, b
		}
	}
	for range len(others) - 1 {
		refuse(refusal(&newest, fmt.Errorf("%w: two collectors share a name and an epoch", fleet.ErrConflict)))
	}
	emit(Place{newest.Target, newest.From.UTC()}, newest.Snapshot)
	return nil
}
