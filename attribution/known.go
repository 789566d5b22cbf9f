package attribution

import (
	"fmt"
	"net/netip"

	"github.com/whence-go/whence/sketch"
)

// Known is a set of sources, those of a baseline, that is kept so that a burst's
// tally can be fed with the others alone. That tally then has a full sample of what
// is new, and its events and bytes, however small a part of the burst it is:
//
//	fresh.AddBatch(known.AppendNew(nil, addrs))
//	excess, err := known.Excess(fresh, baseline)
//
// It is a Bloom filter, of 1.25 MB for each million of sources: about 1 % of new
// sources are taken for known, a random choice, which changes no share.
//
// A Known must not be copied. Any number of goroutines may ask it while none
// adds. The zero Known is invalid; use [NewKnown].
type Known struct {
	filter *sketch.Filter
	key    sketch.Key
	mask   mask
	bits   int // of the IPv6 prefix
}

// NewKnown returns an empty set for that many sources, 1 to
// sketch.MaxFilterItems; with more it takes more new ones for known. Of options
// it takes the key and the IPv6 prefix. It panics if an option or the number is
// out of its range.
func NewKnown(sources int, options Options) *Known {
	o := options.filled()
	return &Known{sketch.NewFilter(o.Key.ID(), sources), o.Key, maskOf(o.IPv6Prefix), o.IPv6Prefix}
}

func (k *Known) hash(addr netip.Addr) uint64 {
	s := k.mask.sourceOf(addr)
	return k.key.Hash(s.hi, s.lo)
}

// Add adds the source of an address. An invalid address has none.
func (k *Known) Add(addr netip.Addr) {
	if addr.IsValid() {
		k.filter.Insert(k.hash(addr))
	}
}

// AddBatch adds the source of each address, as Add does.
func (k *Known) AddBatch(addrs []netip.Addr) {
	for i := range addrs {
		k.Add(addrs[i])
	}
}

// Has reports whether the source of an address is known. It may be wrong only in
// saying so; see [Known.FalsePositives]. An invalid address is not known.
func (k *Known) Has(addr netip.Addr) bool { return addr.IsValid() && k.filter.Has(k.hash(addr)) }

// AppendNew appends those addresses to dst whose source is not known.
func (k *Known) AppendNew(dst, addrs []netip.Addr) []netip.Addr {
	for i := range addrs {
		if !k.Has(addrs[i]) {
			dst = append(dst, addrs[i])
		}
	}
	return dst
}

// FalsePositives returns the part of new sources that is taken for known.
func (k *Known) FalsePositives() float64 { return k.filter.FalsePositives() }

// Merge adds every source of other, which it never writes. The error, for another
// key, IPv6 prefix or number of sources to be held, wraps [ErrMismatch]; k is then
// unchanged.
func (k *Known) Merge(other *Known) error {
	if k.bits != other.bits {
		return fmt.Errorf("attribution: %w: IPv6 sources of /%d and of /%d", ErrMismatch, k.bits, other.bits)
	}
	if err := k.filter.Merge(other.filter); err != nil {
		return fmt.Errorf("attribution: %w: %w", ErrMismatch, err)
	}
	return nil
}

// Excess is what [Tally.Excess] gives, for a tally that counted no source but those
// that k did not have. It knows nothing of the burst's other sources. baseline
// counted what was added to k.
//
// The error, for another key or IPv6 prefix or a zero Tally, wraps
// [ErrMismatch].
func (k *Known) Excess(fresh, baseline *Tally) (*Excess, error) {
	for _, t := range []*Tally{fresh, baseline} {
		switch {
		case t.sample == nil:
			return nil, fmt.Errorf("attribution: %w: a zero Tally has no sources to compare", ErrMismatch)
		case t.sample.KeyID() != k.filter.KeyID():
			return nil, fmt.Errorf("attribution: %w: key %v and key %v", ErrMismatch, t.sample.KeyID(), k.filter.KeyID())
		case t.options.IPv6Prefix != k.bits:
			return nil, fmt.Errorf("attribution: %w: IPv6 sources of /%d and of /%d", ErrMismatch, t.options.IPv6Prefix, k.bits)
		}
	}
	e := &Excess{Report: fresh.Report(), Method: ByFilter, Caveats: []Caveat{}}
	e.Report.fresh = e
	missed := k.FalsePositives()
	if missed > 0 {
		e.Caveats = append(e.Caveats, Caveat{NewKeysMissed, missed, fmt.Sprintf("%s of the new sources were taken for known, a random choice", percent(missed))})
	}
	e.compare(baseline.counts())
	return e, nil
}

const knownMagic = "whk1"

// AppendBinary appends the canonical encoding to b; it never fails. It has no
// addresses, and not the key, only its id.
//
//	0  4  "whk1"
//	4  1  IPv6 prefix length
//	5     the filter as sketch.Filter encodes it
func (k *Known) AppendBinary(b []byte) ([]byte, error) {
	return k.filter.AppendBinary(append(append(b, knownMagic...), byte(k.bits)))
}

// MarshalBinary returns what AppendBinary appends.
func (k *Known) MarshalBinary() ([]byte, error) { return k.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote, in place of what k holds; the
// encoding must be the whole of data. k was made by [NewKnown], with the same key
// and IPv6 prefix, and takes on the size of what was encoded. Every error wraps
// [ErrInvalid] or [ErrMismatch] and leaves k unchanged.
func (k *Known) UnmarshalBinary(data []byte) error {
	if len(data) <= len(knownMagic) || string(data[:4]) != knownMagic {
		return fmt.Errorf("attribution: %w: %d bytes do not begin a set of known sources", ErrInvalid, len(data))
	}
	f := new(sketch.Filter)
	if err := f.UnmarshalBinary(data[5:]); err != nil {
		return fmt.Errorf("attribution: %w: after byte 5: %w", ErrInvalid, err)
	}
	switch bits := int(data[4]); {
	case bits < minIPv6Prefix || bits > 128:
		return fmt.Errorf("attribution: %w: IPv6 prefix of %d bits at byte 4", ErrInvalid, bits)
	case bits != k.bits:
		return fmt.Errorf("attribution: %w: IPv6 sources of /%d and of /%d", ErrMismatch, k.bits, bits)
	case f.KeyID() != k.key.ID():
		return fmt.Errorf("attribution: %w: key %v and key %v", ErrMismatch, k.key.ID(), f.KeyID())
	}
	k.filter = f
	return nil
}
