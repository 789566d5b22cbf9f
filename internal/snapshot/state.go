// Package snapshot has what a tally had counted at one moment, as an immutable value
// that can be merged, compared, enriched, encoded, and read as each database sees it.
package snapshot

import (
	"math"
	"math/bits"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/sketch"
)

// Losses is the number of reasons for which records are in no count.
const Losses = 5

// Unread is the reason of records that were not understood, or have no valid address.
const Unread = 0

// Late is the reason of records that came too late to be counted.
const Late = 1

// Facts about a source beside its address, as flags of its item. One event suffices to
// establish each.
const (
	Handshake uint8 = 1 << iota // the address cannot be forged
	Answered                    // it sent what looks like an answer that nobody asked for
	Asked                       // it sent what is no answer

	knownFacts = Handshake | Answered | Asked
)

// SeveralPorts is the Common of an item that sent from more than one UDP port.
const SeveralPorts = sketch.Various

// TransportKnown reports whether what an item sent shows if it is a reflector.
func TransportKnown(it *sketch.Item) bool { return it.Flags&(Answered|Asked) != 0 }

// OnlyAnswered reports whether all that is known of what an item sent looks like answers.
// Who is made to answer in the name of others sends nothing else.
func OnlyAnswered(it *sketch.Item) bool { return it.Flags&(Answered|Asked) == Answered }

// State is immutable once it is made: whatever holds one may read it from any number of
// goroutines. The zero State counted nothing and fits every other.
type State struct {
	Shape

	// Items are the sources of the sample in the order of their ranks: all sources while
	// the state is exact. Their parts are origins, their flags facts, and what their events
	// have in common is a UDP source port.
	Items []sketch.Item

	// Dense is nil while the state is exact: Items then has every source.
	Dense *Dense

	// Unsampled says that some sources are known from registers alone. There are then no
	// items, and no events and bytes.
	Unsampled bool

	Records uint64         // that were counted
	Lost    [Losses]uint64 // that were not, by reason
	Limits  Limits         // of what was counted

	From, To     int64  // span of the traffic in Unix nanoseconds; From > To: not known
	Rate, Finest uint32 // sampling rates, 1 in so many: the coarsest and the finest; 0: nothing counted

	Databases Databases // that located the sources

	Columns []Column   // what further databases say of the items
	ASNs    *ASNs      // nil: none were asked
	Lists   []List     // which items are on lists
	Rest    *Remainder // nil unless this is what one state has more than another

	Newcomers *Newcomers // nil: nothing is known of them
}

// Shape is what two states must have in common to be merged, but for the sample size, of
// which the merge has the smaller.
type Shape struct {
	Key           sketch.KeyID
	SampleSize    int // 0: the zero State
	Precision     int
	IPv6PrefixLen int
	DropAddresses bool
}

// Dense is what is counted per origin beyond the exact state.
type Dense struct {
	Events, Bytes [geo.MaxOrigins]uint64
	Sources       *registers.Bank
}

// Distinct is the number of distinct sources of all origins, as the registers estimate it.
func (d *Dense) Distinct() sketch.Estimate {
	var value, variance float64
	for o := range registers.MaxParts {
		if part, ok := d.Sources.Part(uint8(o)); ok {
			n := number(part.Estimate())
			value, variance = value+n.Value, variance+n.Variance
		}
	}
	return sketch.Estimate{Value: value, RelErr: math.Sqrt(variance) / max(value, 1)}
}

// IsZero reports whether s is a zero State.
func (s *State) IsZero() bool { return s.SampleSize == 0 }

// Exact reports whether every source is in Items.
func (s *State) Exact() bool { return s.Dense == nil && s.Rest == nil }

// HasAddresses reports whether the items know their addresses.
func (s *State) HasAddresses() bool { return !s.DropAddresses && !s.Unsampled }

// Source is the address of an item.
func Source(it *sketch.Item) source.Source { return source.Source{Hi: it.Hi, Lo: it.Lo} }

// Origin is where the databases of the state located an item.
func Origin(it *sketch.Item) geo.Origin { return geo.Origin(it.Part) }

// Distinct is the number of distinct sources, reserved ones included, as the sample
// estimates it, or the registers where there is no sample.
func (s *State) Distinct() sketch.Estimate {
	if s.Unsampled {
		return s.Dense.Distinct()
	}
	if s.Exact() || len(s.Items) < s.SampleSize {
		return sketch.Estimate{Value: float64(len(s.Items))}
	}
	return sketch.BottomKEstimate(s.SampleSize, s.Threshold())
}

// CountedEvents returns the events of all sources, reserved ones too.
func (s *State) CountedEvents() (n uint64) {
	if s.Dense != nil {
		for _, events := range s.Dense.Events {
			n = AddSaturated(n, events)
		}
		return n
	}
	for i := range s.Items {
		n = AddSaturated(n, s.Items[i].Events)
	}
	return n
}

// Threshold is the rank up to which every source is in Items.
func (s *State) Threshold() uint64 {
	if s.Exact() || len(s.Items) < s.SampleSize {
		return math.MaxUint64
	}
	return sketch.Rank(s.Items[len(s.Items)-1].Hash)
}

// Span is the time of the traffic in UTC; zero times if it is not known.
func (s *State) Span() (from, to time.Time) {
	if s.SampleSize == 0 || s.From > s.To {
		return time.Time{}, time.Time{}
	}
	return time.Unix(0, s.From).UTC(), time.Unix(0, s.To).UTC()
}

// NoSpan is the span of nothing.
func NoSpan() (from, to int64) { return math.MaxInt64, math.MinInt64 }

// LostRecords is the number of records that are in no count.
func (s *State) LostRecords() (n uint64) {
	for _, lost := range s.Lost {
		n = AddSaturated(n, lost)
	}
	return n
}

// Bare is s without the address spaces of its databases, which take two kilobytes each.
func (s *State) Bare() *State {
	c := *s
	c.Databases = make(Databases, len(s.Databases))
	for i, d := range s.Databases {
		d.Space = nil
		c.Databases[i] = d
	}
	return &c
}

// With is s with the address spaces of those of its databases that are given.
func (s *State) With(databases Databases) *State {
	c := *s
	c.Databases = make(Databases, len(s.Databases))
	for i, d := range s.Databases {
		for _, known := range databases {
			if d.Space == nil && d.Compare(known) == 0 {
				d.Space = known.Space
			}
		}
		c.Databases[i] = d
	}
	return &c
}

// WithoutAddresses is s with no address of a source, nor anything that was looked up by
// one: where databases disagree cannot be weighed without the networks.
func (s *State) WithoutAddresses() *State {
	if s.IsZero() {
		return s
	}
	c := *s
	c.DropAddresses = true
	c.Columns, c.ASNs, c.Lists = nil, nil, nil
	c.Items = make([]sketch.Item, len(s.Items))
	for i, it := range s.Items {
		it.Hi, it.Lo = 0, 0
		c.Items[i] = it
	}
	return &c
}

// AddSaturated is a+b, or the largest number if that is too much.
func AddSaturated(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum | -carry
}

// Unkeyed reports whether the hashes are those of a public function.
func (s *State) Unkeyed() bool { return !s.IsZero() && s.Key == sketch.Unkeyed }
