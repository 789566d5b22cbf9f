package snapshot

import (
	"math"
	"math/bits"
	"slices"

	"github.com/whence-go/whence/geo"
)

// While all that is counted was sampled at one rate, events and bytes are of what was looked
// at. Where rates differ, an event at one rate is not one at another. Each then counts for as
// many as its rate says, so that events and bytes estimate those of all traffic without bias
// (Horvitz and Thompson 1952).

// IsMixed reports whether rates differ.
func (s *State) IsMixed() bool { return s.Rate != s.Finest }

// Weight is how many events one that is counted stands for.
func (s *State) Weight() float64 {
	if s.IsMixed() {
		return 1
	}
	return max(float64(s.Rate), 1)
}

// Scaled is n for each of a rate.
func Scaled(n uint64, rate uint32) uint64 {
	hi, lo := bits.Mul64(n, uint64(rate))
	if hi > 0 {
		return math.MaxUint64
	}
	return lo
}

// Scale makes what was counted at one rate part of what was at several.
func (d *Dense) Scale(rate uint32) {
	for o := range geo.MaxOrigins {
		d.Events[o], d.Bytes[o] = Scaled(d.Events[o], rate), Scaled(d.Bytes[o], rate)
	}
}

// Mixes reports whether rates differ in two states together.
func (s *State) Mixes(other *State) bool {
	return s.Rate != 0 && other.Rate != 0 && (s.Rate != other.Rate || s.Finest != other.Finest)
}

// Weighed is s as part of a state of several rates.
func (s *State) Weighed() *State {
	if s.IsMixed() || s.Rate <= 1 {
		return s
	}
	c := *s
	c.Items = slices.Clone(s.Items)
	for i := range c.Items {
		it := &c.Items[i]
		it.Events, it.Bytes = Scaled(it.Events, s.Rate), Scaled(it.Bytes, s.Rate)
	}
	if s.Dense != nil {
		d := *s.Dense
		d.Scale(s.Rate)
		c.Dense = &d
	}
	return &c
}
