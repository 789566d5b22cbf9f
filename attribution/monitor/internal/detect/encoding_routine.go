package detect

import (
	"encoding/binary"
	"math"

	"github.com/whence-go/whence/internal/wire"
)

// append appends what recurs. Sizes of visits take four bytes each, big endian.
func (h *habits) append(b []byte) []byte {
	b = wire.AppendInts(b, int64(len(h.routines)))
	for k := range h.routines {
		r := &h.routines[k]
		b = wire.AppendInts(b, r.period, r.next, r.since, r.length, r.visits)
		b = wire.AppendFloats(b, r.share)
		b = wire.AppendBools(b, r.taught)
		b = wire.AppendFloats(b, r.height, r.amount)
		b = wire.AppendInts(b, r.from, r.taken)
		b = wire.AppendFloats(b, r.peak, r.sum, r.used)
		b = wire.AppendInts(b, r.last)
	}
	b = wire.AppendInts(b, int64(len(h.visits)))
	for k := range h.visits {
		b = h.visits[k].append(b)
	}
	b = wire.AppendFloats(b, h.chart)
	if h.chart > 0 {
		b = h.open.append(wire.AppendFloats(b, h.top, h.base))
	}
	return b
}

func (v *visit) append(b []byte) []byte {
	b = wire.AppendInts(b, v.at, v.length, v.least)
	for _, x := range []float32{v.height, v.amount, v.score} {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(x))
	}
	return wire.AppendBools(b, v.own)
}

func (s *Series) readHabits(r *wire.Reader) {
	h := &s.habits
	longest := s.grid.intervals(periods[len(periods)-1])
	for range r.Int(mostRoutines) {
		one := routine{
			period: r.Int(longest), next: r.Int(s.next + 2*longest), since: r.Int(s.next),
			length: r.Int(longest / 2), visits: r.Int(MaxInterval), share: r.Float(0, 1), taught: r.Bool(),
			height: r.Float(0, maxSum), amount: r.Float(0, maxSum), from: r.Int(s.next), taken: r.Int(MaxInterval),
			peak: r.Float(0, maxSum), sum: r.Float(0, math.MaxFloat64), used: r.Float(0, math.MaxFloat64),
			last: r.Int(s.next),
		}
		if one.period < leastPeriod || one.length > one.period/2 {
			r.Fail("a routine of %d intervals every %d", one.length, one.period)
			return
		}
		h.routines = append(h.routines, one)
	}
	for range r.Int(mostVisits) {
		h.visits = append(h.visits, s.readVisit(r))
	}
	if h.chart = r.Float(0, visitClip); h.chart > 0 {
		h.top, h.base, h.open = r.Float(0, visitClip), r.Float(0, math.MaxFloat64), s.readVisit(r)
	}
}

func (s *Series) readVisit(r *wire.Reader) visit {
	v := visit{at: r.Int(s.next), length: r.Int(MaxInterval), least: r.Int(MaxInterval)}
	for _, x := range []*float32{&v.height, &v.amount, &v.score} {
		if b := r.Bytes(4); len(b) == 4 {
			*x = math.Float32frombits(binary.BigEndian.Uint32(b))
		}
		if !(*x >= 0 && *x <= mostVisitSum) {
			r.Fail("a visit of %v", *x)
		}
	}
	v.own = r.Bool()
	return v
}
