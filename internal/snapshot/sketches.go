package snapshot

import (
	"fmt"
	"iter"
	"strconv"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/sketch"
)

// AsDense is the dense form of s, whether it is exact or not; nil of nothing and of a
// difference.
func (s *State) AsDense() *Dense {
	if s.IsZero() || s.Rest != nil {
		return nil
	}
	if s.Dense != nil {
		return s.Dense
	}
	d := NewDense(s.Precision)
	d.AddItems(s.Items)
	return d
}

// FromSketches is a state that knows registers alone.
func FromSketches(
	table *geo.Table, id sketch.KeyID, sketches iter.Seq2[geo.Origin, *hyperloglog.Sketch],
) (*State, error) {
	s := &State{Unsampled: true, Rate: 1, Finest: 1, Databases: Databases{DatabaseOf(table)}}
	s.Shape = Shape{Key: id, SampleSize: sketch.DefaultSampleSize, IPv6PrefixLen: 64}
	s.From, s.To = NoSpan()
	for o, sk := range sketches {
		if !meaningful(o) || sk == nil {
			return nil, fmt.Errorf("%w: a nil sketch, or unknown origin %d", sketch.ErrInvalidEncoding, o)
		}
		part, err := registers.FromSketch(sk)
		if err != nil {
			return nil, fmt.Errorf("%w: sketch of %v: %w", sketch.ErrInvalidEncoding, o, err)
		}
		if s.Dense == nil {
			s.Precision, s.Dense = part.Precision(), NewDense(part.Precision())
		}
		if part.Precision() != s.Precision {
			return nil, &sketch.MismatchError{
				What: "precision", A: strconv.Itoa(s.Precision), B: strconv.Itoa(part.Precision()),
			}
		}
		if value, _ := part.Estimate(); value > 0 {
			s.Dense.Sources.MergePart(uint8(o), part)
		}
	}
	if s.Dense == nil {
		return &State{}, nil
	}
	return s, nil
}
