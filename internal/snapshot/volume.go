package snapshot

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// A share of events, or bytes, is known of the sample alone where it is not one of countries,
// and a few sources outside the sample may have made most. What is known is the number of
// all, and that the sample is uniform. Of what a group made, each source counted with at
// most c of its own, the sample gives a lower bound whatever the distribution; and so it
// does of all others. The best of several c counts. They are fixed, so that the sample does
// not choose its own test.

const capSteps = 12 // c is 1, 4, 16 and so on to 4^11

// capped is what some sources of the sample made, each with at most c of its own. Whole
// numbers up to 2^53 add up to the same in any order.
type capped struct {
	sources, volume float64
	upTo            [capSteps]float64
}

func (c *capped) add(volume uint64) {
	c.sources++
	e := float64(volume)
	c.volume += e
	most := 1.0
	for i := range c.upTo {
		c.upTo[i] += min(e, most)
		most *= 4
	}
}

func (c *capped) with(other *capped) {
	c.sources += other.sources
	c.volume += other.volume
	for i := range c.upTo {
		c.upTo[i] += other.upTo[i]
	}
}

func (c capped) without(part *capped) capped {
	c.sources -= part.sources
	c.volume -= part.volume
	for i := range c.upTo {
		c.upTo[i] -= part.upTo[i]
	}
	return c
}

// A Volume is the kind of what sources make.
type Volume uint8

// The volumes.
const (
	OfEvents Volume = iota
	OfBytes
)

func (k Volume) of(it *sketch.Item) uint64 {
	if k == OfBytes {
		return it.Bytes
	}
	return it.Events
}

// whole is how much of it all public sources made.
func (v *View) whole(k Volume) uint64 {
	if k == OfBytes {
		return v.Bytes
	}
	return v.Events
}

// Knows reports whether shares of a volume can be given.
func (v *View) Knows(k Volume) bool {
	unknown := v.Limits.NoEvents
	if k == OfBytes {
		unknown = v.Limits.NoBytes
	}
	all := v.whole(k)
	return v.Volume && !unknown && all > 0 && all < math.MaxUint64
}

// volumeShare is that of a group, where sample is the whole sample.
func (v *View) volumeShare(k Volume, group, sample *capped, alpha float64) stat.Share {
	if v.Exact() {
		return stat.ExactShare(group.volume, sample.volume)
	}
	rest := sample.without(group)
	return within(group.volume/max(sample.volume, 1), v.atLeast(k, group, alpha), 1-v.atLeast(k, &rest, alpha))
}

// within is a share with its ends, between which it must lie.
func within(share, low, high float64) stat.Share {
	high = max(high, low)
	return stat.Share{Value: min(max(share, low), high), Low: low, High: high}
}

// atLeast is the least share of a volume that a group has: what it has in the sample, or as
// much as the sample stands for. Of the error, a quarter is left to the number of sources,
// and half of the rest to the other end of an interval.
func (v *View) atLeast(k Volume, group *capped, alpha float64) float64 {
	all, n := float64(v.whole(k)), v.Sampling.K
	least := group.volume / all
	if n == 0 {
		return min(least, 1)
	}
	number := v.State.Distinct()
	number.Value *= v.Sampling.N / max(number.Value, 1)
	sources, _ := number.Interval(-stat.NormalQuantile(alpha / 4))
	most := 1.0
	for _, x := range group.upTo {
		mean := stat.MeanAtLeast(x/(n*most), n, 3*alpha/8/capSteps)
		least = max(least, mean*most*max(sources, n)/all)
		most *= 4
	}
	return min(least, 1)
}

// ofItems is what the public items made for which in holds.
func (v *View) ofItems(k Volume, in func(item int) bool) (c capped) {
	for i := range v.Items {
		if v.OriginOf(i) != geo.Reserved && in(i) {
			c.add(k.of(&v.Items[i]))
		}
	}
	return c
}

// PartsOf are the shares of a volume that lie within and outside what a question is about,
// and that may lie in either, of the view that InNetworks makes. Each has an interval at
// confidence 1-alpha for all three ends together; an alpha of 1 takes the sample for all.
func (v *View) PartsOf(k Volume, alpha float64) (in, out, unknown stat.Share) {
	part := func(o geo.Origin) capped { return v.ofItems(k, func(i int) bool { return v.OriginOf(i) == o }) }
	a, b, u := part(Within), part(Outside), part(geo.Unlocated)
	all := a.volume + b.volume + u.volume
	share := func(c *capped) stat.Share {
		s := stat.Share{Value: c.volume / max(all, 1)}
		if s.Low = s.Value; alpha < 1 {
			s.Low = v.atLeast(k, c, alpha)
		}
		return s
	}
	in, out, unknown = share(&a), share(&b), share(&u)
	in.High, out.High, unknown.High = 1-out.Low-unknown.Low, 1-in.Low-unknown.Low, 1-in.Low-out.Low
	return in, out, unknown
}
