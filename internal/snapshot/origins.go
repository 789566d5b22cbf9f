package snapshot

import (
	"iter"
	"math/bits"

	"github.com/whence-go/whence/geo"
)

// Origins is a set of origins. It is comparable.
type Origins [geo.MaxOrigins / 64]uint64

// Add puts an origin into the set.
func (s *Origins) Add(o geo.Origin) { s[o/64] |= 1 << (o % 64) }

// Has reports whether an origin is in the set.
func (s *Origins) Has(o geo.Origin) bool { return s[o/64]>>(o%64)&1 != 0 }

// All yields the origins in ascending order.
func (s Origins) All() iter.Seq[geo.Origin] {
	return func(yield func(geo.Origin) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(geo.Origin(64*i + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
