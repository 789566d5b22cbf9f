package snapshot

import (
	"fmt"
	"strconv"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/sketch"
)

// Fits returns why states of two shapes cannot be merged, or nil. The error wraps
// [sketch.ErrMismatch] and names both sides.
func (a Shape) Fits(b Shape) error {
	if a.SampleSize == 0 || b.SampleSize == 0 {
		return nil
	}
	if err := a.sameSources(b); err != nil {
		return err
	}
	if a.Precision != b.Precision {
		return differ("precision", a.Precision, b.Precision)
	}
	return nil
}

// FitsInto returns why a state cannot be merged with counts of a shape, or nil.
func (s *State) FitsInto(counts Shape) error {
	if err := counts.Fits(s.Shape); err != nil {
		return err
	}
	if s.Rest != nil {
		return &sketch.MismatchError{What: "content", A: contentCounts, B: s.content()}
	}
	return nil
}

// sameSources returns why the sources of two shapes are not the same things, or nil.
func (a Shape) sameSources(b Shape) error {
	switch {
	case a.Key != b.Key:
		return &sketch.MismatchError{What: "key", A: a.Key.String(), B: b.Key.String()}
	case a.IPv6PrefixLen != b.IPv6PrefixLen:
		return differ("IPv6 prefix length", a.IPv6PrefixLen, b.IPv6PrefixLen)
	}
	return nil
}

func differ(what string, a, b int) error {
	return &sketch.MismatchError{What: what, A: strconv.Itoa(a), B: strconv.Itoa(b)}
}

// Merge is the union of two states: events and bytes add up, and a source of both counts
// once. The order and grouping of merges change nothing, down to the bytes of the
// encoding. It keeps the columns and lists that both sides have. Neither side is written.
func Merge(a, b *State) (*State, error) {
	switch {
	case a.IsZero():
		return b, nil
	case b.IsZero():
		return a, nil
	case a.Rest != nil || b.Rest != nil:
		return nil, &sketch.MismatchError{What: "content", A: a.content(), B: b.content()}
	}
	if err := CanMerge(a.Shape, a.Databases, b); err != nil {
		return nil, err
	}
	if a.Mixes(b) {
		a, b = a.Weighed(), b.Weighed()
	}
	m := &State{Shape: a.Shape}
	m.SampleSize = min(a.SampleSize, b.SampleSize)
	m.DropAddresses = a.DropAddresses || b.DropAddresses
	m.Unsampled = a.Unsampled || b.Unsampled
	m.Databases = a.Databases.With(b.Databases...)
	m.mergeCounts(a, b)
	most := len(a.Items) + len(b.Items)
	if a.Dense != nil || b.Dense != nil { // else the registers need all
		most = min(most, m.SampleSize)
	}
	u := unite(a, b, most)
	if a.Dense != nil || b.Dense != nil || len(u.items) > m.SampleSize {
		m.mergeDense(a, b, u.items)
		u.cut(min(m.SampleSize, u.within(min(a.Threshold(), b.Threshold()))))
	}
	if m.Unsampled {
		return m, nil
	}
	m.Items = u.items
	if m.DropAddresses {
		return m.WithoutAddresses(), nil
	}
	m.mergeColumns(a, b, u)
	return m, nil
}

// CanMerge returns why a state cannot be merged into something of a shape whose sources
// some databases located, or nil.
func CanMerge(into Shape, databases Databases, s *State) error {
	if err := s.FitsInto(into); err != nil {
		return err
	}
	if n := len(databases.With(s.Databases...)); n > maxDatabases {
		return &sketch.MismatchError{
			What: "databases", A: fmt.Sprint(n, " together"), B: fmt.Sprint("at most ", maxDatabases),
		}
	}
	return nil
}

// MayBeTooMany reports whether some sets of databases and one more may be more than a state
// can have, without comparing them.
func MayBeTooMany(a, b Databases) bool { return len(a)+len(b) >= maxDatabases }

// mergeCounts adds up what is counted of the whole.
func (m *State) mergeCounts(a, b *State) {
	m.Records = AddSaturated(a.Records, b.Records)
	for i := range m.Lost {
		m.Lost[i] = AddSaturated(a.Lost[i], b.Lost[i])
	}
	m.Limits = a.Limits.With(b.Limits)
	m.From, m.To = min(a.From, b.From), max(a.To, b.To)
	m.Rate, m.Finest = max(a.Rate, b.Rate), a.Finest
	if m.Finest == 0 || b.Finest != 0 && b.Finest < m.Finest {
		m.Finest = b.Finest
	}
}

// mergeDense unites the registers of both sides. The items of a side that is exact are all
// of its sources.
func (m *State) mergeDense(a, b *State, all []sketch.Item) {
	m.Dense = NewDense(m.Precision)
	if a.Exact() && b.Exact() {
		m.Dense.AddItems(all)
		return
	}
	for _, s := range []*State{a, b} {
		if s.Exact() {
			m.Dense.AddItems(s.Items)
		} else {
			m.Dense.Merge(s.Dense)
		}
	}
}

// NewDense is empty.
func NewDense(precision int) *Dense { return &Dense{Sources: registers.NewBank(precision)} }

// AddItems counts sources one by one.
func (d *Dense) AddItems(items []sketch.Item) {
	var come [geo.MaxOrigins]bool
	origins := 0
	for i := range items {
		if o := items[i].Part; !come[o] && !d.Sources.Has(o) {
			come[o] = true
			origins++
		}
	}
	d.Sources.Grow(origins)
	for i := range items {
		it := &items[i]
		d.Sources.Insert(it.Part, it.Hash)
		d.AddVolume(Origin(it), it.Events, it.Bytes)
	}
}

// Reset forgets everything and keeps the memory.
func (d *Dense) Reset() {
	clear(d.Events[:])
	clear(d.Bytes[:])
	d.Sources.Reset()
}

// AddVolume counts events and bytes.
func (d *Dense) AddVolume(o geo.Origin, events, bytes uint64) {
	d.Events[o] = AddSaturated(d.Events[o], events)
	d.Bytes[o] = AddSaturated(d.Bytes[o], bytes)
}

// Merge adds what other counted, which it never writes.
func (d *Dense) Merge(other *Dense) {
	more := 0
	for o := range geo.MaxOrigins {
		if other.Sources.Has(uint8(o)) && !d.Sources.Has(uint8(o)) {
			more++
		}
	}
	d.Sources.Grow(more)
	for o := range geo.MaxOrigins {
		part, ok := other.Sources.Part(uint8(o))
		if !ok {
			continue
		}
		d.AddVolume(geo.Origin(o), other.Events[o], other.Bytes[o])
		if !d.Sources.MergePart(uint8(o), part) {
			panic("snapshot: registers of another precision") // precisions are compared before
		}
	}
}

// union is the items of two sides in the order of their ranks, with the place of each in
// either side; -1: it is not there.
type union struct {
	items []sketch.Item
	at    [][2]int32
}

// unite returns the first items of both, at most so many.
func unite(a, b *State, most int) *union {
	u := &union{make([]sketch.Item, 0, most), make([][2]int32, 0, most)}
	i, j := 0, 0
	for len(u.items) < most && (i < len(a.Items) || j < len(b.Items)) {
		switch {
		case j == len(b.Items) || i < len(a.Items) && sketch.Rank(a.Items[i].Hash) < sketch.Rank(b.Items[j].Hash):
			u.items, u.at = append(u.items, a.Items[i]), append(u.at, [2]int32{int32(i), -1})
			i++
		case i == len(a.Items) || sketch.Rank(b.Items[j].Hash) < sketch.Rank(a.Items[i].Hash):
			u.items, u.at = append(u.items, b.Items[j]), append(u.at, [2]int32{-1, int32(j)})
			j++
		default:
			u.items, u.at = append(u.items, united(a.Items[i], b.Items[j])), append(u.at, [2]int32{int32(i), int32(j)})
			i, j = i+1, j+1
		}
	}
	return u
}

// united is one source that both sides hold. The databases may place it differently, and
// then the greater origin counts.
func united(a, b sketch.Item) sketch.Item {
	return sketch.Item{
		Hash: a.Hash, Hi: max(a.Hi, b.Hi), Lo: max(a.Lo, b.Lo),
		Events: AddSaturated(a.Events, b.Events), Bytes: AddSaturated(a.Bytes, b.Bytes),
		Part: max(a.Part, b.Part), Flags: a.Flags | b.Flags, Common: sketch.Common(a.Common, b.Common),
	}
}

// within is the number of items up to a rank.
func (u *union) within(threshold uint64) int {
	n := len(u.items)
	for n > 0 && sketch.Rank(u.items[n-1].Hash) > threshold {
		n--
	}
	return n
}

func (u *union) cut(n int) { u.items, u.at = u.items[:n:n], u.at[:n] }
