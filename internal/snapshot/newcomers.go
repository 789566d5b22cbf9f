package snapshot

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/sketch"
)

// Newcomers is what is known of the sources that come for the first time though nothing
// happens: by those that did before, how many did in the time of a burst. A baseline
// has it, and the difference of a burst and that baseline. It is no part of an encoding,
// and no state that is handed out has it.
type Newcomers struct {
	Seen   [geo.MaxOrigins]float64 // that came in a reference time before, of each origin
	Times  stat.Share              // the time of the burst in multiples of it, by a rate that may have changed
	Spread float64                 // relative variance of the rate beyond that of counting

	// Of a source of the baseline, which was there at least as long as a newcomer in the
	// time of the burst, or Longer times less.
	Events, Bytes Moments
	Longer        float64
}

// Moments are the mean of some values and that of their squares.
type Moments struct{ Mean, Square float64 }

// add takes a value, the n-th.
func (m *Moments) add(v, n float64) {
	m.Mean += (v - m.Mean) / n
	m.Square += (v*v - m.Square) / n
}

// Expect is how many newcomers there are in the time of the burst, of some origins, with
// an interval at confidence 1-alpha.
func (n *Newcomers) Expect(in func(geo.Origin) bool, alpha float64) stat.Share {
	seen := 0.
	for o, x := range n.Seen {
		if x > 0 && geo.Origin(o) != geo.Reserved && in(geo.Origin(o)) {
			seen += x
		}
	}
	return stat.Predict(seen, n.Times, n.Spread, alpha)
}

// per is n with events and bytes that count for so many each.
func (n *Newcomers) per(weight float64) *Newcomers {
	if n == nil || weight == 1 {
		return n
	}
	c := *n
	for _, m := range []*Moments{&c.Events, &c.Bytes} {
		m.Mean, m.Square = m.Mean*weight, m.Square*weight*weight
	}
	return &c
}

// VolumeOfItems sets the events and bytes of a source to those of the public items.
func (n *Newcomers) VolumeOfItems(items []sketch.Item) {
	k := 0.
	for i := range items {
		if Origin(&items[i]) != geo.Reserved {
			k++
			n.Events.add(float64(items[i].Events), k)
			n.Bytes.add(float64(items[i].Bytes), k)
		}
	}
}
