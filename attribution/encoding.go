package attribution

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/sketch"
)

const (
	tallyMagic  = "wht1"
	tallyHeader = len(tallyMagic) + 2

	maxDatabases = 64
	maxText      = 1 << 12
)

// AppendBinary appends the canonical encoding to b: equal contents give equal
// bytes, whatever the order in which things came or were merged. Numbers are
// unsigned varints unless a width is given; widths are in bytes.
//
//	4  "wht1"
//	1  IPv6 prefix length
//	1  precision
//	   skipped
//	   sampling rate, at least 1, the coarsest of all; plus 2^32 times the finest
//	   if another
//	8  begin of the span, Unix nanoseconds, big endian, two's complement
//	8  end of the span; a begin after the end says that it is unknown
//	   number of databases, at most 64; for each: name, build time in Unix seconds
//	   (0: unknown), SHA-256, credit, where a text is its length, at most 4,096,
//	   and its bytes
//	   length of the sample; the sample as sketch.BottomK encodes it
//	   number of origins with a HyperLogLog, 0 while exact; for each, in
//	   ascending order: origin (1), events, bytes, registers (2^precision)
//
// The sample of an encoding holds source addresses unless Options.DropAddresses
// was set. The key is never part of it, only its id.
//
// The error, for a zero Tally or more databases than an encoding holds, wraps
// [ErrInvalid]; b is then returned as it was.
func (t *Tally) AppendBinary(b []byte) ([]byte, error) {
	if t.sample == nil {
		return b, fmt.Errorf("attribution: %w: a zero Tally has no encoding", ErrInvalid)
	}
	used := t.used()
	if len(used) > maxDatabases {
		return b, fmt.Errorf("attribution: %w: %d databases were merged, at most %d can be encoded", ErrInvalid, len(used), maxDatabases)
	}
	b = append(b, tallyMagic...)
	b = append(b, byte(t.options.IPv6Prefix), byte(t.options.Precision))
	b = binary.AppendUvarint(b, t.skipped)
	rate := uint64(t.rate)
	if f := t.finestRate(); f > 0 && f != t.rate {
		rate |= uint64(f) << 32
	}
	b = binary.AppendUvarint(b, rate)
	b = binary.BigEndian.AppendUint64(b, uint64(t.from))
	b = binary.BigEndian.AppendUint64(b, uint64(t.to))
	b = binary.AppendUvarint(b, uint64(len(used)))
	for _, d := range used {
		b = appendText(b, d.Name)
		b = binary.AppendUvarint(b, uint64(d.unix()))
		b = appendText(b, d.SHA256)
		b = appendText(b, d.Credit)
	}
	sample, _ := t.sample.MarshalBinary() // never fails
	b = binary.AppendUvarint(b, uint64(len(sample)))
	b = append(b, sample...)
	return t.dense.append(b), nil
}

// append encodes the origins of d, none if it is nil.
func (d *dense) append(b []byte) []byte {
	if d == nil {
		return binary.AppendUvarint(b, 0)
	}
	n := uint64(0)
	for o := range geo.MaxOrigins {
		if d.sources.Has(uint8(o)) {
			n++
		}
	}
	b = binary.AppendUvarint(b, n)
	for o := range geo.MaxOrigins {
		part, ok := d.sources.Part(uint8(o))
		if !ok {
			continue
		}
		b = append(b, byte(o))
		b = binary.AppendUvarint(b, d.events[o])
		b = binary.AppendUvarint(b, d.bytes[o])
		b = append(b, part.Bytes()...)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// unix is the build time in seconds, 0 when it is unknown or absurd.
func (d Database) unix() int64 {
	if s := d.Built.Unix(); s > 0 && s < endOfTime {
		return s
	}
	return 0
}

const endOfTime = 253402300800 // the year 10000, beyond which times do not print

// MarshalBinary returns what AppendBinary appends.
func (t *Tally) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote, in place of what t holds; the
// encoding must be the whole of data. A zero Tally takes any encoding, and can
// then be read, encoded and merged, but not added to. One made by [NewTally]
// takes only an encoding that it could merge, and goes on counting with its own
// table and key.
//
// Every error wraps [ErrInvalid] or [ErrMismatch], names the byte where that
// makes sense, and leaves t unchanged. Memory stays within 32 times len(data).
func (t *Tally) UnmarshalBinary(data []byte) error {
	d, err := decode(data)
	if err != nil {
		return err
	}
	if t.table != nil {
		if err := t.fits(d); err != nil {
			return err
		}
		if d.table, d.options, d.asserted = t.table, t.options, t.asserted; d.options.DropAddresses {
			d.sample.DropItems()
		}
		d.rate = max(d.rate, t.options.SamplingRate)
	}
	*t = *d
	return nil
}

func decode(data []byte) (*Tally, error) {
	if len(data) < tallyHeader || string(data[:4]) != tallyMagic {
		return nil, fmt.Errorf("attribution: %w: %d bytes do not begin a tally", ErrInvalid, len(data))
	}
	t := &Tally{options: Options{IPv6Prefix: int(data[4]), Precision: int(data[5])}}
	if p := t.options.IPv6Prefix; p < minIPv6Prefix || p > 128 {
		return nil, fmt.Errorf("attribution: %w: IPv6 prefix of %d bits at byte 4", ErrInvalid, p)
	}
	if p := t.options.Precision; p < sketch.MinPrecision || p > sketch.MaxPrecision {
		return nil, fmt.Errorf("attribution: %w: precision %d at byte 5", ErrInvalid, p)
	}
	t.mask = maskOf(t.options.IPv6Prefix)
	r := reader{data: data, at: tallyHeader}
	t.skipped = r.uvarint()
	rate := r.uvarint()
	t.rate, t.finest = uint32(rate), uint32(rate>>32)
	if t.rate == 0 || t.finest >= t.rate {
		r.fail("sampling rate out of range")
	}
	t.from, t.to = int64(r.uint64()), int64(r.uint64())
	if from, to := noSpan(); t.from > t.to && (t.from != from || t.to != to) {
		r.fail("span that ends before it begins")
	}
	t.databases = r.databases()
	sample := r.bytes(r.uvarint())
	if r.err != nil {
		return nil, r.err
	}
	t.sample = new(sketch.BottomK)
	if err := t.sample.UnmarshalBinary(sample); err != nil {
		return nil, fmt.Errorf("attribution: %w: sample before byte %d: %w", ErrInvalid, r.at, err)
	}
	if t.finest == 0 && t.sample.Len() > 0 {
		t.finest = t.rate
	}
	t.options.SampleSize = t.sample.K()
	t.options.DropAddresses = !t.sample.KeepsItems()
	for it := range t.sample.Kept() {
		if !meaningful(geo.Origin(it.Part)) || facts(it.Flags)&^knownFacts != 0 {
			return nil, fmt.Errorf("attribution: %w: origin %d with facts %#x in the sample", ErrInvalid, it.Part, it.Flags)
		}
		if s := (source{it.Hi, it.Lo}); !s.isIPv4() && s != (source{s.hi & t.mask.hi, s.lo & t.mask.lo}) {
			return nil, fmt.Errorf("attribution: %w: a source longer than its prefix in the sample", ErrInvalid)
		}
	}
	t.dense = r.dense(t.options.Precision)
	switch {
	case r.err != nil:
		return nil, r.err
	case r.at != len(data):
		return nil, fmt.Errorf("attribution: %w: %d bytes follow the tally", ErrInvalid, len(data)-r.at)
	case (t.dense == nil) != t.sample.Exact():
		return nil, fmt.Errorf("attribution: %w: sample and origins disagree on whether counts are exact", ErrInvalid)
	}
	return t, nil
}

// meaningful reports whether an origin is one that a table can give.
func meaningful(o geo.Origin) bool {
	return o.IsCountry() || o == geo.Unlocated || o == geo.Reserved
}

// reader takes values off a slice and remembers the first thing wrong.
type reader struct {
	data []byte
	at   int
	err  error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("attribution: %w: %s at byte %d", ErrInvalid, what, r.at)
	}
}

func (r *reader) bytes(n uint64) []byte {
	if r.err == nil && n > uint64(len(r.data)-r.at) {
		r.fail("less than announced")
	}
	if r.err != nil {
		return nil
	}
	b := r.data[r.at : r.at+int(n)]
	r.at += int(n)
	return b
}

func (r *reader) uint64() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// uvarint accepts only the shortest form of a number.
func (r *reader) uvarint() uint64 {
	if r.err != nil {
		return 0
	}
	v, n := binary.Uvarint(r.data[r.at:])
	if n <= 0 || n > 1 && r.data[r.at+n-1] == 0 {
		r.fail("no number")
		return 0
	}
	r.at += n
	return v
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > maxText {
		r.fail("text too long")
	}
	s := string(r.bytes(n))
	if s != clean(s) {
		r.fail("text that does not print")
	}
	return s
}

func (r *reader) databases() (ds databases) {
	n := r.uvarint()
	if n > maxDatabases {
		r.fail("too many databases")
	}
	for i := uint64(0); i < n && r.err == nil; i++ {
		d := Database{Name: r.text()}
		if s := r.uvarint(); s >= endOfTime {
			r.fail("build time out of range")
		} else if s > 0 {
			d.Built = time.Unix(int64(s), 0).UTC()
		}
		d.SHA256, d.Credit = r.text(), r.text()
		if len(ds) > 0 && compareDatabases(ds[len(ds)-1], d) >= 0 {
			r.fail("database out of order")
		}
		ds = append(ds, d)
	}
	return ds
}

func (r *reader) dense(precision int) *dense {
	n := r.uvarint()
	if n == 0 || r.err != nil {
		return nil
	}
	if n > geo.MaxOrigins {
		r.fail("too many origins")
		return nil
	}
	d := newDense(precision)
	last := -1
	for range n {
		b := r.bytes(1)
		events, octets := r.uvarint(), r.uvarint()
		counted := r.bytes(1 << precision)
		if r.err != nil {
			return nil
		}
		o := int(b[0])
		s, err := registers.FromBytes(precision, counted)
		if err != nil {
			r.err = fmt.Errorf("attribution: %w: origin %d before byte %d: %w", ErrInvalid, o, r.at, err)
			return nil
		}
		if o <= last || !meaningful(geo.Origin(o)) || !slices.ContainsFunc(counted, isSet) {
			r.fail("origin out of order, or without a source")
			return nil
		}
		last = o
		d.addVolume(geo.Origin(o), events, octets)
		d.sources.MergePart(uint8(o), s)
	}
	return d
}

func isSet(register byte) bool { return register != 0 }
