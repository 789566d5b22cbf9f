package sketch

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/axiomhq/hyperloglog"
)

// Precisions that a Distinct may have: 2^p registers of one byte.
const (
	MinPrecision     = 12
	DefaultPrecision = 14
	MaxPrecision     = 16
)

// Distinct counts distinct hashes with a dense HyperLogLog (Flajolet et al.
// 2007). Its registers are those of github.com/axiomhq/hyperloglog, byte for
// byte, for the same hashes; [Distinct.HyperLogLog] and [FromHyperLogLog] go
// there and back. They lie in a slice of its own because the packet path then
// updates one in a few nanoseconds, and because an estimate must not write.
//
// The zero Distinct is invalid; use [NewDistinct]. A Distinct must not be copied
// after first use. It is not safe for concurrent use while it is written.
type Distinct struct {
	registers []byte
	shift     uint8 // 64 - precision
	id        KeyID
}

// NewDistinct returns an empty count of hashes made by the key with the given
// id. It panics if precision is not within [MinPrecision] and [MaxPrecision].
func NewDistinct(id KeyID, precision int) *Distinct {
	checkPrecision(precision)
	return &Distinct{make([]byte, 1<<precision), uint8(64 - precision), id}
}

func checkPrecision(precision int) {
	if precision < MinPrecision || precision > MaxPrecision {
		panic(fmt.Sprintf("sketch: precision %d, want %d to %d", precision, MinPrecision, MaxPrecision))
	}
}

// Precision returns p, where the sketch has 2^p registers.
func (d *Distinct) Precision() int { return 64 - int(d.shift) }

// KeyID returns the id of the key that made the hashes.
func (d *Distinct) KeyID() KeyID { return d.id }

// Insert adds a hash. It does not allocate.
func (d *Distinct) Insert(hash uint64) {
	rank := registerRank(hash, 64-d.shift)
	if r := &d.registers[hash>>(d.shift&63)]; *r < rank {
		*r = rank
	}
}

// registerRank is the place of the first bit that is set behind the bits that
// choose the register. The low bit that is set here keeps it within 64-p+1 when
// all others are 0.
func registerRank(hash uint64, precision uint8) uint8 {
	return uint8(bits.LeadingZeros64(hash<<(precision&63)|1<<((precision-1)&63))) + 1
}

// Merge adds everything that other has counted. It never writes other. The
// error, for a different key or precision, wraps [ErrMismatch]; d is then
// unchanged.
func (d *Distinct) Merge(other *Distinct) error {
	if err := fit(d.id, other.id, d.shift, other.shift); err != nil {
		return err
	}
	maxBytes(d.registers, other.registers)
	return nil
}

func fit(id, otherID KeyID, shift, otherShift uint8) error {
	switch {
	case id != otherID:
		return fmt.Errorf("sketch: %w: key %v and key %v", ErrMismatch, id, otherID)
	case shift != otherShift:
		return fmt.Errorf("sketch: %w: precision %d and precision %d", ErrMismatch, 64-shift, 64-otherShift)
	}
	return nil
}

// maxBytes sets every dst[i] to the larger of dst[i] and src[i], eight at a
// time. All bytes are below 128 and len(dst) == len(src) is a multiple of 8.
func maxBytes(dst, src []byte) {
	const high = 0x8080808080808080
	for i := 0; i+8 <= len(dst) && i+8 <= len(src); i += 8 {
		a := binary.LittleEndian.Uint64(dst[i:])
		b := binary.LittleEndian.Uint64(src[i:])
		ge := ((a | high) - b) & high // the high bit of each byte where a >= b
		mask := ge - ge>>7 | ge       // all bits of those bytes
		binary.LittleEndian.PutUint64(dst[i:], a&mask|b&^mask)
	}
}

// Reset forgets everything that was counted.
func (d *Distinct) Reset() { clear(d.registers) }

// Clone returns a deep copy.
func (d *Distinct) Clone() *Distinct {
	return &Distinct{slices.Clone(d.registers), d.shift, d.id}
}

// HyperLogLog returns a copy as a sketch of github.com/axiomhq/hyperloglog, for
// services that already hold such sketches. Add to it only hashes made by the
// same key, with its InsertHash; its Insert hashes with a public constant.
func (d *Distinct) HyperLogLog() *hyperloglog.Sketch {
	sk := new(hyperloglog.Sketch)
	if err := sk.UnmarshalBinary(d.appendRegisters(nil)); err != nil {
		panic("sketch: registers out of range: " + err.Error()) // only a bug here can do it
	}
	return sk
}

// FromHyperLogLog returns the registers of sk, which holds hashes made by the
// key with the given id, as a Distinct. It does not write sk. The error, for a
// precision out of range or an empty zero value, wraps [ErrInvalid].
func FromHyperLogLog(id KeyID, sk *hyperloglog.Sketch) (*Distinct, error) {
	encoded, err := sk.AppendBinary(nil)
	if err != nil {
		return nil, fmt.Errorf("sketch: %w: %w", ErrInvalid, err)
	}
	precision := int(encoded[1])
	if precision < MinPrecision || precision > MaxPrecision {
		return nil, fmt.Errorf("sketch: %w: precision %d, want %d to %d", ErrInvalid, precision, MinPrecision, MaxPrecision)
	}
	if sparse := encoded[3] == 1; sparse {
		dense, err := hyperloglog.NewSketch(uint8(precision), false)
		if err == nil {
			err = dense.Merge(sk.Clone())
		}
		if err != nil {
			return nil, fmt.Errorf("sketch: %w: %w", ErrInvalid, err)
		}
		if encoded, err = dense.AppendBinary(nil); err != nil {
			return nil, fmt.Errorf("sketch: %w: %w", ErrInvalid, err)
		}
	}
	d := NewDistinct(id, precision)
	copy(d.registers, encoded[denseHeader:])
	return d, nil
}

const (
	distinctMagic  = "whd1"
	distinctHeader = len(distinctMagic) + 8
	denseHeader    = 8
)

// AppendBinary appends the canonical encoding to b; it never fails.
//
//	0   4   "whd1"
//	4   8   key id, big endian
//	12  8   2, precision, 0, 0, number of registers as big endian uint32
//	20  2^p registers, one byte each
//
// From byte 12 on it is the dense version-2 encoding of
// github.com/axiomhq/hyperloglog, which that package decodes.
func (d *Distinct) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, distinctMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(d.id))
	return d.appendRegisters(b), nil
}

func (d *Distinct) appendRegisters(b []byte) []byte {
	b = append(b, 2, byte(d.Precision()), 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(d.registers)))
	return append(b, d.registers...)
}

// MarshalBinary returns what AppendBinary appends.
func (d *Distinct) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote; the encoding must be the
// whole of data. Every error wraps [ErrInvalid] and leaves d unchanged.
func (d *Distinct) UnmarshalBinary(data []byte) error {
	if len(data) < distinctHeader+denseHeader || string(data[:4]) != distinctMagic {
		return fmt.Errorf("sketch: %w: %d bytes do not begin a count of distinct items", ErrInvalid, len(data))
	}
	dense := data[distinctHeader:]
	precision := int(dense[1])
	if dense[0] != 2 || dense[2] != 0 || dense[3] != 0 || precision < MinPrecision || precision > MaxPrecision {
		return fmt.Errorf("sketch: %w: version %d, precision %d at byte %d", ErrInvalid, dense[0], precision, distinctHeader)
	}
	registers := dense[denseHeader:]
	if n := binary.BigEndian.Uint32(dense[4:]); n != 1<<precision || len(registers) != 1<<precision {
		return fmt.Errorf("sketch: %w: %d registers declared, %d bytes follow, want %d", ErrInvalid, n, len(registers), 1<<precision)
	}
	for i, r := range registers {
		if int(r) > 64-precision+1 {
			return fmt.Errorf("sketch: %w: register %d holds %d, at most %d is possible", ErrInvalid, i, r, 64-precision+1)
		}
	}
	*d = Distinct{slices.Clone(registers), uint8(64 - precision), KeyID(binary.BigEndian.Uint64(data[4:]))}
	return nil
}
