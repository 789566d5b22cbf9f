package snapshot

import (
	"bytes"
	"fmt"
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

// MinIPv6PrefixLen is the shortest prefix of an IPv6 source: a shorter one may span
// countries, or public and reserved space.
const MinIPv6PrefixLen = 32

const (
	maxColumns   = 64
	maxAddresses = 1 << 32 // of IPv4
	minItemBytes = 4       // rank, events, bytes, origin: a byte each at least
)

// Decode reads what Append wrote; the encoding must be the whole of data. Every error wraps
// [sketch.ErrInvalidEncoding] and names the byte, unless parts that are well-formed
// contradict each other; see [State.check]. Another version is a [sketch.VersionError].
// Memory stays within 32 times len(data) and one megabyte.
func Decode(data []byte) (*State, error) {
	if v, other := wire.Version(magic, data); other {
		own := int(magic[3] - '0')
		return nil, fmt.Errorf("attribution: %w", &sketch.VersionError{Format: magic[:3], Version: v, Supported: own})
	}
	if bytes.Equal(data, nothing) {
		return &State{}, nil
	}
	d := decoder{wire.Open("attribution", sketch.ErrInvalidEncoding, magic, data)}
	s := d.state()
	if err := d.Done(); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("attribution: %w: %w", sketch.ErrInvalidEncoding, err)
	}
	return s, nil
}

// nothing is what the zero State encodes to. Its sizes are 0, which no other State has.
var nothing = new(State).Append(nil)

type decoder struct{ *wire.Reader }

func (d decoder) state() *State {
	s := &State{}
	flags := d.Byte()
	if flags&^knownFlags != 0 {
		d.Fail("flags %#x", flags)
	}
	s.DropAddresses, s.Unsampled = flags&flagDropped != 0, flags&flagUnsampled != 0
	s.IPv6PrefixLen = d.within("IPv6 prefix length", uint64(d.Byte()), MinIPv6PrefixLen, 128)
	s.Precision = d.within("precision", uint64(d.Byte()), sketch.MinPrecision, sketch.MaxPrecision)
	s.Key = sketch.KeyID(d.Uint64())
	s.SampleSize = d.within("sample size", d.Uvarint(), sketch.MinSampleSize, sketch.MaxSampleSize)
	s.Records = d.Uvarint()
	for i := range s.Lost {
		s.Lost[i] = d.Uvarint()
	}
	if flags&flagLimits != 0 {
		s.Limits = d.limits()
	}
	s.Rate = uint32(d.within("sampling rate", d.Uvarint(), 0, math.MaxUint32))
	s.Finest = uint32(d.within("finest sampling rate", d.Uvarint(), 0, int64(s.Rate)))
	if s.Rate != 0 && s.Finest == 0 {
		d.Fail("no finest sampling rate")
	}
	s.From, s.To = int64(d.Uint64()), int64(d.Uint64())
	if from, to := NoSpan(); s.From > s.To && (s.From != from || s.To != to) {
		d.Fail("a span that ends before it begins")
	}
	s.Databases = d.databases()
	s.Items = d.items(s)
	if flags&flagDense != 0 {
		s.Dense = d.dense(s.Precision)
	}
	d.columns(s)
	if flags&flagRest != 0 {
		s.Rest = d.remainder()
	}
	return s
}

func (d decoder) limits() Limits {
	unknown := d.Byte()
	if unknown&^knownUnknowns != 0 {
		d.Fail("unknowns %#x", unknown)
	}
	l := Limits{NoEvents: unknown&noEvents != 0, NoBytes: unknown&noBytes != 0}
	l.Cut4 = uint8(d.within("bits cut off IPv4", uint64(d.Byte()), 0, IPv4Bits))
	l.Cut6 = uint8(d.within("bits cut off IPv6", uint64(d.Byte()), 0, IPv6Bits))
	l.Blocks, l.Claimed = d.Uvarint(), d.Uvarint()
	if l == (Limits{}) {
		d.Fail("limits that are none")
	}
	return l
}

func (d decoder) within(what string, v uint64, low, high int64) int {
	if v < uint64(low) || v > uint64(high) {
		d.Fail("%s %d, want %d to %d", what, v, low, high)
		return int(low)
	}
	return int(v)
}

// count is a number of things that take at least so many bytes each.
func (d decoder) count(what string, most, bytes int) int {
	n := d.Uvarint()
	if n > uint64(most) || n > uint64(d.Len()/bytes) {
		d.Fail("%d %s, more than there can be", n, what)
		return 0
	}
	return int(n)
}

func (d decoder) text() string {
	s := d.Text(maxText)
	if s != Clean(s) {
		d.Fail("text that does not print")
	}
	return s
}

// origin reads one that comes after the last.
func (d decoder) origin(last *int) geo.Origin {
	o := geo.Origin(d.Byte())
	if int(o) <= *last || !meaningful(o) {
		d.Fail("origin %d, out of order or unknown", o)
	}
	*last = int(o)
	return o
}

// meaningful reports whether an origin is one that a table can give.
func meaningful(o geo.Origin) bool {
	return o.IsCountry() || o == geo.Unlocated || o == geo.Reserved
}

func (d decoder) items(s *State) []sketch.Item {
	n := d.count("items", s.SampleSize, minItemBytes)
	items := make([]sketch.Item, 0, n)
	for rank := uint64(0); n > 0 && d.Err() == nil; n-- {
		delta := d.Uvarint()
		var it sketch.Item
		if !s.DropAddresses {
			it.Hi, it.Lo = d.Uvarint(), d.Uvarint()
		}
		it.Events, it.Bytes = d.Uvarint(), d.Uvarint()
		what := d.Uvarint()
		if delta == 0 || rank+delta < rank || what > math.MaxUint32 {
			d.Fail("item out of order or out of range")
		}
		rank += delta
		it.Hash, it.Part = sketch.HashOf(rank), uint8(what)
		it.Flags, it.Common = uint8(what>>8), uint16(what>>16)
		if it.Events == 0 {
			d.Fail("item without an event")
		}
		if !meaningful(Origin(&it)) || it.Flags&^knownFacts != 0 {
			d.Fail("item of origin %d with facts %#x", it.Part, it.Flags)
		}
		if it.Common != 0 && !TransportKnown(&it) {
			d.Fail("item with port %d of no transport", it.Common)
		}
		items = append(items, it)
	}
	return items
}

func (d decoder) dense(precision int) *Dense {
	dense := NewDense(precision)
	n := d.count("origins", geo.MaxOrigins, 1<<precision)
	dense.Sources.Grow(n)
	for last := -1; n > 0 && d.Err() == nil; n-- {
		o := d.origin(&last)
		dense.Events[o], dense.Bytes[o] = d.Uvarint(), d.Uvarint()
		bytes := d.Bytes(1 << precision)
		if d.Err() != nil {
			break
		}
		part, err := registers.FromBytes(precision, bytes)
		if err != nil {
			d.Fail("registers of origin %d: %v", o, err)
			break
		}
		if value, _ := part.Estimate(); value == 0 {
			d.Fail("origin %d without a source", o)
		}
		dense.Sources.MergePart(uint8(o), part)
	}
	return dense
}

func (d decoder) columns(s *State) {
	items := len(s.Items)
	for n := d.count("further databases", maxColumns, 5); n > 0 && d.Err() == nil; n-- {
		c := Column{Database: d.database(), Origins: make([]geo.Origin, items)}
		if last := len(s.Columns) - 1; last >= 0 && s.Columns[last].Database.Compare(c.Database) >= 0 {
			d.Fail("further databases out of order")
		}
		for i, o := range d.Bytes(uint64(items)) {
			if c.Origins[i] = geo.Origin(o); !meaningful(geo.Origin(o)) {
				d.Fail("unknown origin %d", o)
			}
		}
		s.Columns = append(s.Columns, c)
	}
	if d.count("ASN databases", 1, 5) == 1 {
		s.ASNs = d.asns(items)
	}
	for n := d.count("lists", maxColumns, 1); n > 0 && d.Err() == nil; n-- {
		s.Lists = append(s.Lists, d.list(items))
		if last := len(s.Lists) - 1; last > 0 && s.Lists[last-1].Name >= s.Lists[last].Name {
			d.Fail("lists out of order")
		}
	}
}

func (d decoder) asns(items int) *ASNs {
	a := &ASNs{Database: d.database(), Numbers: make([]uint32, items), Names: map[uint32]string{}}
	var systems []uint32
	last := uint64(0)
	for n := d.count("systems", items, 2); n > 0 && d.Err() == nil; n-- {
		delta := d.Uvarint()
		if delta == 0 || delta > math.MaxUint32-last {
			d.Fail("systems out of order")
			break
		}
		last += delta
		systems = append(systems, uint32(last))
		a.Names[uint32(last)] = d.text()
	}
	used := make([]bool, len(systems)+1)
	for i := range a.Numbers {
		if place := d.within("place of a system", d.Uvarint(), 0, int64(len(systems))); place > 0 {
			a.Numbers[i] = systems[place-1]
			used[place] = true
		}
	}
	for place, is := range used[1:] {
		if !is {
			d.Fail("system %d of no item", systems[place])
			break
		}
	}
	return a
}

func (d decoder) list(items int) List {
	l := List{Name: d.text(), On: make([]bool, items)}
	bits := d.Bytes(uint64(items+7) / 8)
	if bits == nil {
		return l
	}
	for i := range l.On {
		l.On[i] = bits[i/8]>>(i%8)&1 != 0
	}
	if items%8 != 0 && bits[len(bits)-1]>>(items%8) != 0 {
		d.Fail("bits of no item")
	}
	return l
}

func (d decoder) remainder() *Remainder {
	float := func() float64 {
		v := math.Float64frombits(d.Uint64())
		if !(v >= 0 && v <= 1<<64) {
			d.Fail("a number out of range")
			return 0
		}
		return v
	}
	rest := &Remainder{Sources: stat.Share{Value: float(), Low: float(), High: float()}}
	if s := rest.Sources; s.Low > s.Value || s.Value > s.High {
		d.Fail("an interval without its value")
	}
	n := d.within("number of origins and 1", d.Uvarint(), 0, geo.MaxOrigins+1)
	if n == 0 {
		return rest
	}
	rest.Origins = new([geo.MaxOrigins]stat.Number)
	for last := -1; n > 1 && d.Err() == nil; n-- {
		o := d.origin(&last)
		value := float()
		variance := math.Float64frombits(d.Uint64())
		if value == 0 || !(variance >= 0) || math.IsInf(variance, 1) {
			d.Fail("a number out of range")
			break
		}
		rest.Origins[o] = stat.Number{Value: value, Variance: variance}
	}
	return rest
}
