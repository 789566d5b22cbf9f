package registers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/axiomhq/hyperloglog"
)

// DenseHeader is the length of what [Registers.AppendDense] puts before the
// registers.
const DenseHeader = 8

// AppendDense appends the dense version-2 encoding of
// github.com/axiomhq/hyperloglog to b:
//
//	0  4  2, precision, 0, 0
//	4  4  number of registers, big endian
//	8     the registers, one byte each
func (r Registers) AppendDense(b []byte) []byte {
	b = append(b, 2, byte(r.Precision()), 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.bytes)))
	return append(b, r.bytes...)
}

// FromDense decodes what AppendDense wrote, which must be the whole of data, into
// memory of its own. The error says what is wrong; the owner wraps it.
func FromDense(data []byte) (Registers, error) {
	if len(data) < DenseHeader {
		return Registers{}, fmt.Errorf("%d bytes of registers, want at least %d", len(data), DenseHeader)
	}
	precision := int(data[1])
	if data[0] != 2 || data[2] != 0 || data[3] != 0 || !ValidPrecision(precision) {
		return Registers{}, fmt.Errorf("registers of version %d and precision %d, want 2 and %d to %d",
			data[0], precision, MinPrecision, MaxPrecision)
	}
	if n := binary.BigEndian.Uint32(data[4:]); n != 1<<precision {
		return Registers{}, fmt.Errorf("%d registers announced, precision %d has %d", n, precision, 1<<precision)
	}
	return FromBytes(precision, data[DenseHeader:])
}

// FromBytes returns a copy of registers that came from elsewhere, one byte each.
// The error says what is wrong; the owner wraps it.
func FromBytes(precision int, registers []byte) (Registers, error) {
	if !ValidPrecision(precision) {
		return Registers{}, fmt.Errorf("precision %d, want %d to %d", precision, MinPrecision, MaxPrecision)
	}
	if len(registers) != 1<<precision {
		return Registers{}, fmt.Errorf("%d registers, precision %d has %d", len(registers), precision, 1<<precision)
	}
	most := byte(64 - precision + 1)
	for i, v := range registers {
		if v > most {
			return Registers{}, fmt.Errorf("register %d holds %d, at most %d is possible", i, v, most)
		}
	}
	return Registers{bytes: slices.Clone(registers), shift: uint8(64 - precision)}, nil
}

// Sketch returns a copy as a sketch of github.com/axiomhq/hyperloglog.
func (r Registers) Sketch() *hyperloglog.Sketch {
	s := new(hyperloglog.Sketch)
	if err := s.UnmarshalBinary(r.AppendDense(nil)); err != nil {
		panic("registers: out of range: " + err.Error()) // only a bug here can do it
	}
	return s
}

// FromSketch returns the registers of s, dense or sparse, and does not write s.
// The error, for a precision out of range or a nil or zero Sketch, says what is wrong;
// the owner wraps it.
func FromSketch(s *hyperloglog.Sketch) (Registers, error) {
	if s == nil {
		return Registers{}, errors.New("no sketch")
	}
	encoded, err := s.AppendBinary(nil)
	if err != nil {
		return Registers{}, err
	}
	precision := int(encoded[1])
	if sparse := encoded[3] == 1; sparse && ValidPrecision(precision) {
		dense, err := hyperloglog.NewSketch(uint8(precision), false)
		if err == nil {
			err = dense.Merge(s.Clone())
		}
		if err == nil {
			encoded, err = dense.AppendBinary(nil)
		}
		if err != nil {
			return Registers{}, err
		}
	}
	return FromDense(encoded)
}
