package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// MaxFilterItems is the largest number of items that a Filter can be made for; it
// takes 335 MB.
const MaxFilterItems = 1 << 28

// Filter is a set of hashes that forgets what they were: a Bloom filter (1970)
// whose bits for one hash lie in one cache line (Putze, Sanders and Singler,
// "Cache-, Hash- and Space-Efficient Bloom Filters", 2007). It takes 10 bits an
// item. An item that was inserted is always found; one that was not is found with
// a probability of about 1 % while the filter holds no more items than it was made
// for, and of more beyond; [Filter.FalsePositives] tells.
//
// Which items are found by mistake depends on the secret key alone, so that they
// are a random choice, and nobody can make others.
//
// The zero Filter is invalid; use [NewFilter]. It must not be copied after first
// use and is not safe for concurrent use while it is written.
type Filter struct {
	lines []line
	id    KeyID
}

type line [lineWords]uint64

const (
	lineWords    = 8
	lineBits     = 64 * lineWords
	bitsPerItem  = 10
	bitsPerHash  = 7 // 10 ln 2, the number that errs least
	bitPlaceBits = 9 // to name a bit of a line
)

// NewFilter returns an empty filter for that many items, whose hashes are made by
// the key with the given id. It panics if items is not within 1 and
// [MaxFilterItems].
func NewFilter(id KeyID, items int) *Filter {
	if items < 1 || items > MaxFilterItems {
		panic(fmt.Sprintf("sketch: filter of %d items, want 1 to %d", items, MaxFilterItems))
	}
	return &Filter{make([]line, (items*bitsPerItem+lineBits-1)/lineBits), id}
}

// KeyID returns the id of the key that made the hashes.
func (f *Filter) KeyID() KeyID { return f.id }

// place returns the line of a hash, and the places of its bits there, of which
// the low ones come first.
func (f *Filter) place(hash uint64) (l *line, places uint64) {
	// Lines follow neither from the bits that choose a register, nor from those
	// that make a rank, or the fuller ones would be felt there. Nor do places
	// follow from lines: they are made by the finaliser of SplitMix64.
	which := hash * 0x9e3779b97f4a7c15 >> 32
	places = hash
	places = (places ^ places>>30) * 0xbf58476d1ce4e5b9
	places = (places ^ places>>27) * 0x94d049bb133111eb
	places ^= places >> 31
	return &f.lines[which*uint64(len(f.lines))>>32], places
}

// Insert adds a hash.
func (f *Filter) Insert(hash uint64) {
	l, places := f.place(hash)
	for range bitsPerHash {
		l[places>>6&(lineWords-1)] |= 1 << (places & 63)
		places >>= bitPlaceBits
	}
}

// Has reports whether a hash was inserted; it may be wrong only in saying so.
func (f *Filter) Has(hash uint64) bool {
	l, places := f.place(hash)
	missing := uint64(0)
	for range bitsPerHash {
		missing |= ^l[places>>6&(lineWords-1)] >> (places & 63)
		places >>= bitPlaceBits
	}
	return missing&1 == 0
}

// FalsePositives returns the probability with which Has finds a hash that was not
// inserted, from 0 to 1, as the filter is filled now. It looks at all of it.
func (f *Filter) FalsePositives() float64 {
	sum := 0.0
	for i := range f.lines {
		sum += math.Pow(float64(f.lines[i].ones())/lineBits, bitsPerHash)
	}
	return sum / float64(len(f.lines))
}

func (l *line) ones() (n int) {
	for _, w := range l {
		n += bits.OnesCount64(w)
	}
	return n
}

// Merge adds everything that was inserted into other; it never writes other. The
// error, for another key or size, wraps [ErrMismatch]; f is then unchanged.
func (f *Filter) Merge(other *Filter) error {
	switch {
	case f.id != other.id:
		return fmt.Errorf("sketch: %w: key %v and key %v", ErrMismatch, f.id, other.id)
	case len(f.lines) != len(other.lines):
		return fmt.Errorf("sketch: %w: filter of %d bytes and of %d", ErrMismatch, len(f.lines)*lineBits/8, len(other.lines)*lineBits/8)
	}
	for i := range f.lines {
		for j := range f.lines[i] {
			f.lines[i][j] |= other.lines[i][j]
		}
	}
	return nil
}

// Reset forgets everything.
func (f *Filter) Reset() { clear(f.lines) }

// Clone returns a deep copy.
func (f *Filter) Clone() *Filter { return &Filter{slices.Clone(f.lines), f.id} }

const (
	filterMagic  = "whf1"
	filterHeader = len(filterMagic) + 8 + 4
	maxLines     = (MaxFilterItems*bitsPerItem + lineBits - 1) / lineBits
)

// AppendBinary appends the canonical encoding to b; it never fails.
//
//	0   4  "whf1"
//	4   8  key id, big endian
//	12  4  number of lines, big endian
//	16     lines of 64 bytes: 8 words each, little endian
func (f *Filter) AppendBinary(b []byte) ([]byte, error) {
	b = slices.Grow(b, filterHeader+len(f.lines)*lineBits/8)
	b = append(b, filterMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(f.id))
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.lines)))
	for i := range f.lines {
		for _, w := range f.lines[i] {
			b = binary.LittleEndian.AppendUint64(b, w)
		}
	}
	return b, nil
}

// MarshalBinary returns what AppendBinary appends.
func (f *Filter) MarshalBinary() ([]byte, error) { return f.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote; the encoding must be the whole
// of data. Every error wraps [ErrInvalid] and leaves f unchanged.
func (f *Filter) UnmarshalBinary(data []byte) error {
	if len(data) < filterHeader || string(data[:4]) != filterMagic {
		return fmt.Errorf("sketch: %w: %d bytes do not begin a filter", ErrInvalid, len(data))
	}
	n := binary.BigEndian.Uint32(data[12:])
	if rest := len(data) - filterHeader; n < 1 || n > maxLines || rest != int(n)*lineBits/8 {
		return fmt.Errorf("sketch: %w: %d lines at byte 12, %d bytes follow", ErrInvalid, n, rest)
	}
	lines := make([]line, n)
	for i := range lines {
		for j := range lines[i] {
			lines[i][j] = binary.LittleEndian.Uint64(data[filterHeader+(i*lineWords+j)*8:])
		}
	}
	*f = Filter{lines, KeyID(binary.BigEndian.Uint64(data[4:]))}
	return nil
}
