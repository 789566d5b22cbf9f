package attribution

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/sketch"
)

var (
	// ErrInvalid is wrapped by every error about bytes that are no encoded Tally.
	ErrInvalid = errors.New("invalid encoding")
	// ErrMismatch is wrapped by every error about tallies that cannot be merged
	// because their options differ.
	ErrMismatch = errors.New("tallies do not fit")
)

// Merge adds everything that other has counted; it never writes other. Events
// and bytes add up, distinct sources unite: a source of both counts once. As long
// as one database located all of them, the result does not depend on the order or
// grouping of merges, down to the bytes of its encoding.
//
// The error, for another key, sample size, precision or IPv6 prefix, names both
// sides and wraps [ErrMismatch]; t is then unchanged. Tallies made with different
// databases merge, and the report says so: a source that the databases place
// differently counts in one origin or two, as the order has it. If either side
// drops addresses, the result does; of two sampling rates it keeps the coarser, and
// events and bytes then support no claim.
//
// A zero Tally becomes a copy of other.
func (t *Tally) Merge(other *Tally) error {
	if other.sample == nil {
		return nil
	}
	if t.sample == nil {
		*t = *other.Clone()
		t.forgetTable()
		return nil
	}
	if err := t.fits(other); err != nil {
		return err
	}
	if other == t {
		other = other.Clone()
	}
	if other.dense != nil {
		if t.dense == nil {
			t.fillDense()
		}
		t.dense.merge(other.dense)
		if err := t.sample.Merge(other.sample); err != nil {
			return err
		}
	} else {
		t.mergeExact(other)
	}
	t.skipped = addSaturated(t.skipped, other.skipped)
	t.from, t.to = min(t.from, other.from), max(t.to, other.to)
	t.rate = max(t.rate, other.rate)
	if f := other.finestRate(); f > 0 && (t.finest == 0 || f < t.finest) {
		t.finest = f
	}
	t.databases = t.databases.with(other.used()...)
	return nil
}

func (t *Tally) fits(other *Tally) error {
	a, b := t.options, other.options
	switch {
	case t.sample.KeyID() != other.sample.KeyID():
		return fmt.Errorf("attribution: %w: key %v and key %v", ErrMismatch, t.sample.KeyID(), other.sample.KeyID())
	case a.SampleSize != b.SampleSize:
		return fmt.Errorf("attribution: %w: sample size %d and sample size %d", ErrMismatch, a.SampleSize, b.SampleSize)
	case a.Precision != b.Precision:
		return fmt.Errorf("attribution: %w: precision %d and precision %d", ErrMismatch, a.Precision, b.Precision)
	case a.IPv6Prefix != b.IPv6Prefix:
		return fmt.Errorf("attribution: %w: IPv6 sources of /%d and of /%d", ErrMismatch, a.IPv6Prefix, b.IPv6Prefix)
	}
	return nil
}

// mergeExact adds the sources of an exact tally one by one, as if they had come
// here, so that t leaves the exact state at the right source.
func (t *Tally) mergeExact(other *Tally) {
	if !other.sample.KeepsItems() {
		t.sample.DropItems()
	}
	for it := range other.sample.Kept() {
		if t.dense != nil {
			t.dense.count(geo.Origin(it.Part), it.Hash, it.Events, it.Bytes)
		}
		t.sample.Add(it)
		t.leaveExact()
	}
}

// merge adds a dense form of the same precision.
func (d *dense) merge(other *dense) {
	for o := range geo.MaxOrigins {
		if part, ok := other.sources.Part(uint8(o)); ok {
			d.addVolume(geo.Origin(o), other.events[o], other.bytes[o])
			d.sources.MergePart(uint8(o), part)
		}
	}
}

// Clone returns a deep copy, which shares only the immutable table.
func (t *Tally) Clone() *Tally {
	c := new(Tally)
	c.copyFrom(t)
	return c
}

// copyFrom makes t a deep copy of other, reusing the memory that t has.
func (t *Tally) copyFrom(other *Tally) {
	sample, d := t.sample, t.dense
	*t = *other
	if other.sample != nil {
		if sample == nil {
			sample = new(sketch.BottomK)
		}
		sample.CopyFrom(other.sample)
		t.sample = sample
	}
	if other.dense != nil {
		if d == nil {
			d = &dense{sources: new(registers.Bank)}
		}
		sources := d.sources
		sources.CopyFrom(other.dense.sources)
		*d = *other.dense
		d.sources = sources
		t.dense = d
	}
}

// forgetTable makes t what a decoded Tally is: readable, but without the table
// and the key to count with.
func (t *Tally) forgetTable() {
	t.finest = t.finestRate()
	t.databases, t.counted = t.used(), false
	t.table = nil
	t.options.Key = sketch.Key{}
}

func noSpan() (from, to int64) { return math.MaxInt64, math.MinInt64 }

// nanoseconds is Unix time, clamped to what 64 bits hold (years 1678 to 2262).
func nanoseconds(t time.Time) int64 {
	const last = math.MaxInt64/1_000_000_000 - 1 // second
	switch s := t.Unix(); {
	case s > last:
		return math.MaxInt64
	case s < -last:
		return math.MinInt64
	}
	return t.UnixNano()
}
