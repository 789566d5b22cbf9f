package sketch

import (
	"encoding/binary"
	"fmt"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/internal/wire"
)

// Precisions that a HyperLogLog may have. Precision p has 2^p registers of one
// byte.
const (
	MinPrecision     = registers.MinPrecision // 12
	DefaultPrecision = 14
	MaxPrecision     = registers.MaxPrecision // 16
)

// HyperLogLog counts distinct hashes (Flajolet et al. 2007). Its registers are
// dense, and those of github.com/axiomhq/hyperloglog, byte for byte, for the same
// hashes. [HyperLogLog.Sketch] and [FromSketch] convert between the two.
//
// The zero HyperLogLog can only be decoded into; use [NewHyperLogLog]. It must not
// be copied after first use. Many goroutines may read it while none writes.
type HyperLogLog struct {
	registers registers.Registers
	id        KeyID
}

// NewHyperLogLog returns an empty count of hashes that the key with the given id
// makes. Precision is from [MinPrecision] to [MaxPrecision]; another one is an
// error that wraps [ErrOutOfRange].
func NewHyperLogLog(id KeyID, precision int) (*HyperLogLog, error) {
	if err := inRange("precision", precision, MinPrecision, MaxPrecision); err != nil {
		return nil, err
	}
	return &HyperLogLog{registers.New(precision), id}, nil
}

// Precision returns p, where the sketch has 2^p registers.
func (h *HyperLogLog) Precision() int { return h.registers.Precision() }

// KeyID returns the id of the key that made the hashes.
func (h *HyperLogLog) KeyID() KeyID { return h.id }

// Insert adds a hash. It does not allocate.
func (h *HyperLogLog) Insert(hash uint64) { h.registers.Insert(hash) }

// Estimate returns how many distinct hashes were inserted. Its standard error,
// 1.04/sqrt(2^p), is conservative below 10 * 2^p hashes. It costs one pass over
// the registers and does not write.
func (h *HyperLogLog) Estimate() Estimate {
	value, relErr := h.registers.Estimate()
	return Estimate{value, relErr}
}

// Merge adds everything that other has counted, and never writes other. Another
// key or precision is a [MismatchError], and h is then unchanged.
func (h *HyperLogLog) Merge(other *HyperLogLog) error {
	if err := sameKey(h.id, other.id); err != nil {
		return err
	}
	if !h.registers.Merge(other.registers) {
		return mismatch("precision", h.Precision(), other.Precision())
	}
	return nil
}

// Reset forgets everything that was counted.
func (h *HyperLogLog) Reset() { h.registers.Reset() }

// Clone returns a deep copy.
func (h *HyperLogLog) Clone() *HyperLogLog { return &HyperLogLog{h.registers.Clone(), h.id} }

// Sketch returns a copy as a sketch of github.com/axiomhq/hyperloglog, register
// for register. Add to it only hashes of the same key, with its InsertHash: its
// Insert hashes with a public constant.
func (h *HyperLogLog) Sketch() *hyperloglog.Sketch { return h.registers.Sketch() }

// FromSketch returns a copy of an existing sketch, register for register, and does
// not write s. The id is that of the key that made the hashes in s, or [Unkeyed]
// if they were added with the Insert of axiomhq.
//
// The error, for a precision out of range or a nil or zero Sketch, wraps
// [ErrInvalidEncoding].
func FromSketch(id KeyID, s *hyperloglog.Sketch) (*HyperLogLog, error) {
	r, err := registers.FromSketch(s)
	if err != nil {
		return nil, fmt.Errorf("sketch: %w: %w", ErrInvalidEncoding, err)
	}
	return &HyperLogLog{r, id}, nil
}

const hyperLogLogMagic = "whd2"

// AppendBinary appends the canonical encoding to b. It never fails.
//
//	0        4    "whd2"
//	4        8    key id, big endian
//	12       8    2, p, 0, 0, and 2^p as a big endian uint32
//	20       2^p  the registers, one byte each
//	20+2^p   4    CRC-32C of all bytes before it, big endian
//
// From byte 12 to the checksum it is the dense version-2 encoding of
// github.com/axiomhq/hyperloglog, which that package decodes.
func (h *HyperLogLog) AppendBinary(b []byte) ([]byte, error) {
	from := len(b)
	b = append(b, hyperLogLogMagic...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.id))
	return wire.Seal(h.registers.AppendDense(b), from), nil
}

// MarshalBinary returns what AppendBinary appends.
func (h *HyperLogLog) MarshalBinary() ([]byte, error) { return h.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote. The encoding must be the whole
// of data. Every error wraps [ErrInvalidEncoding] and leaves h unchanged; another
// version is a [VersionError].
func (h *HyperLogLog) UnmarshalBinary(data []byte) error {
	r, err := open(hyperLogLogMagic, data)
	if err != nil {
		return err
	}
	id, at := KeyID(r.Uint64()), r.At()
	decoded, err := registers.FromDense(r.Rest())
	if err != nil {
		r.FailAt(at, "%w", err)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*h = HyperLogLog{decoded, id}
	return nil
}
