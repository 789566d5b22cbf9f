package detect

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/whence-go/whence/internal/wire"
)

// The encoding of a series holds its whole state, bit for bit: a series that was
// read goes on as if nothing had happened. It is a sequence of the values that
// package wire describes, in the order in which Append writes them. Cells take two
// bytes each and pairs eight, big endian. Interval and grain are not part of it.
//
// Read accepts only what Append can write, so that what was read encodes to the same
// bytes.

// Bounds on what is read.
const (
	maxCount = 1e20 // above what 64 bits hold
	maxSum   = maxCount * 1e5
	maxS2    = 1e4 // above the square of any logarithm of a count
	maxScale = 1e11
)

// Append appends the encoding of s to b.
func (s *Series) Append(b []byte) []byte {
	b = wire.AppendInts(b, s.seen, s.next, s.idle, int64(len(s.first)))
	b = wire.AppendFloats(b, s.first...)
	b = wire.AppendFloats(b, s.recent.mean, s.recent.n, s.older.mean, s.older.n, s.level)
	b = wire.AppendBools(b, s.seasonal, s.bursting, s.slow)
	b = wire.AppendInts(b, s.onset, int64(s.weak))
	b = wire.AppendFloats(b, s.falling.sum)
	b = wire.AppendInts(b, s.falling.since)
	b = wire.AppendFloats(b, s.peaks.before, s.peaks.since, s.peaks.rest)
	b = s.departed.append(b)
	b = s.season.append(b)
	b = s.habits.append(b)
	b = s.each.append(b)
	if s.grid.perCell > 1 {
		b = wire.AppendFloats(b, s.cell.y, s.cell.mu, s.cell.top)
		b = wire.AppendInts(b, s.cell.known)
		b = wire.AppendBools(b, s.cell.tainted)
		b = s.sums.append(b)
	}
	return b
}

// Read reads a series that was made with the same options. Errors are those of r; after
// one, the series has seen nothing.
func Read(r *wire.Reader, o Options) *Series {
	s := New(o)
	window := s.grid.window
	s.seen = r.Int(MaxInterval)
	s.next = r.Int(MaxInterval)
	s.idle = r.Int(s.next % s.grid.perCell)
	for range r.Int(fewest - 1) {
		s.first = append(s.first, r.Float(0, maxCount))
	}
	s.recent = recent{r.Float(0, maxCount), r.Float(0, window)}
	s.older = recent{r.Float(0, maxCount), r.Float(0, s.grid.olderWindow)}
	s.level = r.Float(-maxLevel, maxLevel)
	s.seasonal, s.bursting, s.slow = r.Bool(), r.Bool(), r.Bool()
	s.onset, s.weak = r.Int(s.next), factor(r.Int(int64(factors-1)))
	s.falling = chart{r.Float(0, mostFall), r.Int(s.next)}
	s.peaks = peaks{r.Float(0, maxCount), r.Float(0, maxCount), r.Float(0, maxCount)}
	s.readDeparture(r)
	if s.seen > s.next || s.slow && s.grid.perCell == 1 {
		r.Fail("a series that is impossible")
	}
	s.readSeason(r)
	s.readHabits(r)
	s.readScale(r, &s.each, 1, s.grid.kept)
	if s.grid.perCell > 1 {
		s.cell.y, s.cell.mu, s.cell.top = r.Float(0, maxSum), r.Float(0, maxSum), r.Float(0, maxSum)
		s.cell.known = r.Int(s.grid.perCell - 1)
		s.cell.tainted = r.Bool()
		s.readScale(r, &s.sums, s.grid.perCell, keptSums)
	}
	if r.Err() == nil {
		s.settlePace()
	}
	if s.idle > 0 && !s.resting {
		r.Fail("a series that is busy and at rest")
	}
	if r.Err() != nil {
		return New(o)
	}
	return s
}

func (d *departure) append(b []byte) []byte {
	b = wire.AppendInts(b, d.since)
	b = wire.AppendFloats(b, d.level.mean, d.level.n, d.usual)
	b = wire.AppendBools(b, d.high)
	b = wire.AppendFloats(b, d.shift)
	return wire.AppendInts(b, d.back)
}

func (s *Series) readDeparture(r *wire.Reader) {
	d := &s.departed
	d.since = r.Int(s.next)
	d.level = recent{r.Float(0, maxCount), r.Float(0, s.grid.window)}
	d.usual = r.Float(0, maxSum)
	d.high = r.Bool()
	d.shift = r.Float(0, maxShift)
	d.back = r.Int(s.next)
}

func (s *season) append(b []byte) []byte {
	b = wire.AppendInts(b, s.cells.first, int64(len(s.cells.codes)))
	for c := s.cells.first; c < s.cells.next(); c++ {
		b = binary.BigEndian.AppendUint16(b, s.cells.at(c))
	}
	b = wire.AppendBools(b, s.weekly)
	b = wire.AppendFloats(b, s.dailyError.value, s.dailyError.n, s.weeklyError.value, s.weeklyError.n, s.sum)
	return wire.AppendInts(b, s.known)
}

func (s *Series) readSeason(r *wire.Reader) {
	c := &s.season
	c.cells.first = r.Int(s.next)
	n := r.Int(int64(c.cells.limit))
	if codes := r.Bytes(2 * uint64(n)); len(codes) > 0 {
		c.cells.codes = make([]uint16, n)
		for i := range c.cells.codes {
			c.cells.codes[i] = binary.BigEndian.Uint16(codes[2*i:])
			c.cells.note(i)
		}
	}
	window := s.grid.errorWindow()
	c.weekly = r.Bool()
	c.dailyError = errorMean{r.Float(0, 1), r.Float(0, window)}
	c.weeklyError = errorMean{r.Float(0, 1), r.Float(0, window)}
	c.sum, c.known = r.Float(0, maxSum), r.Int(s.grid.perCell)
	c.index = max(s.next-1, 0) / s.grid.perCell
	if n > 0 && c.cells.next() > s.next/s.grid.perCell {
		r.Fail("cells of the future")
	}
}

func (s *scale) append(b []byte) []byte {
	n := &s.noise
	b = wire.AppendFloats(b, n.s2, n.sure, n.scale, n.product, n.square, n.last, n.busy)
	b = wire.AppendInts(b, n.stride, n.since, int64(n.fresh), int64(n.head), int64(len(n.pairs)))
	for _, p := range n.pairs {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(p.y))
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(p.mu))
	}
	b = wire.AppendFloats(b, s.byZ.sum)
	b = wire.AppendInts(b, s.byZ.since)
	for f := none; f < factors; f++ {
		w := s.of(f)
		b = wire.AppendFloats(b, w.sum, w.tail.most, w.tail.mid, w.tail.high, w.tail.raised)
		b = wire.AppendInts(b, w.since)
	}
	b = wire.AppendFloats(b, s.pending, s.learned)
	b = wire.AppendInts(b, s.noted, int64(len(s.trail)))
	return append(b, s.trail...)
}

func (s *Series) readScale(r *wire.Reader, c *scale, perCount int64, keep int) {
	s.readNoise(r, &c.noise, s.grid.history/perCount)
	c.byZ = chart{r.Float(0, math.MaxFloat64), r.Int(s.next)}
	for f := none; f < factors; f++ {
		w := c.of(f)
		w.sum = r.Float(0, math.MaxFloat64)
		w.tail = tail{r.Float(0, math.MaxFloat64), r.Float(0, mostTail), r.Float(0, mostTail), r.Float(1, mostRaised)}
		w.since = r.Int(s.next)
		w.settle(f, c.blocks)
	}
	c.pending, c.learned = r.Float(-1, maxSum), r.Float(priorBlocks, c.blocks.window)
	c.noted = r.Int(c.blocks.counts)
	c.trail = append(c.trail, r.Bytes(uint64(r.Int(int64(keep))))...)
	for _, code := range c.trail {
		if code > (trailHigh-trailLow)*trailUnit {
			r.Fail("a code of %d in a trail", code)
		}
	}
}

func (s *Series) readNoise(r *wire.Reader, n *noise, span int64) {
	const most = zAccepted * zAccepted
	n.s2, n.sure, n.scale = r.Float(0, maxS2), r.Float(0, maxS2), r.Float(0, maxScale)
	n.product, n.square = r.Float(-most, most), r.Float(math.SmallestNonzeroFloat64, most)
	n.last = r.Float(-zAccepted, zAccepted)
	n.busy = r.Float(0, maxSum)
	n.stride, n.since, n.fresh = r.Int(span), r.Int(idleParts*span), int(r.Int(fewPairs))
	limit := int64(s.grain.pairs())
	n.head = int(r.Int(limit - 1))
	pairs := r.Int(limit)
	if b := r.Bytes(8 * uint64(pairs)); len(b) > 0 {
		n.pairs = make([]pair, pairs)
		for i := range n.pairs {
			y, mu := binary.BigEndian.Uint32(b[8*i:]), binary.BigEndian.Uint32(b[8*i+4:])
			p := pair{math.Float32frombits(y), math.Float32frombits(mu)}
			if !(p.y >= 0 && p.y <= maxSum && p.mu >= 0 && p.mu <= maxSum) {
				r.Fail("a pair of %v and %v", p.y, p.mu)
			}
			n.pairs[i] = p
		}
	}
	if n.stride == 0 || n.head > 0 && pairs < limit {
		r.Fail("noise that is impossible")
	}
}

// Append appends the encoding of p to b.
func (p Peak) Append(b []byte) []byte {
	b = wire.AppendFloats(b, p.Peak, p.Before)
	return wire.AppendInts(b, int64(p.Span))
}

// ReadPeak reads a peak. Errors are those of r.
func ReadPeak(r *wire.Reader) Peak {
	return Peak{r.Float(0, maxCount), r.Float(0, maxCount), time.Duration(r.Int(math.MaxInt64))}
}

// Append appends the encoding of p to b.
func (p Proof) Append(b []byte) []byte { return wire.AppendFloats(b, p.Seen, p.Expected) }

// ReadProof reads a proof. Errors are those of r.
func ReadProof(r *wire.Reader) Proof {
	return Proof{r.Float(0, math.MaxFloat64), r.Float(0, math.MaxFloat64)}
}
