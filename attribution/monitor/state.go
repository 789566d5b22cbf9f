package monitor

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// append appends the state of s, from which decodeSeries goes on as if nothing had
// happened. Integers are varints, counts unsigned ones; floats are their bits, and
// cells two bytes each, big endian.
func (s *series) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(s.seen))
	b = binary.AppendUvarint(b, uint64(s.next))
	b = binary.AppendUvarint(b, uint64(len(s.first)))
	b = appendFloats(b, s.first...)
	b = appendFloats(b, s.recent.mean, s.recent.n, s.level)
	b = appendBools(b, s.seasonal, s.bursting, s.slow)
	b = binary.AppendUvarint(b, uint64(s.onset))
	b = appendFloats(b, s.record.before, s.record.since)
	b = binary.AppendUvarint(b, uint64(s.departed.since))
	b = appendFloats(b, s.departed.level.mean, s.departed.level.n)
	b = appendBools(b, s.departed.high)
	b = appendFloats(b, s.departed.shift)
	b = binary.AppendUvarint(b, uint64(s.departed.back))
	b = s.season.append(b)
	b = s.each.append(b)
	if s.grid.perCell > 1 {
		b = appendFloats(b, s.cell.y, s.cell.mu)
		b = binary.AppendUvarint(b, uint64(s.cell.known))
		b = appendBools(b, s.cell.tainted)
		b = s.sums.append(b)
	}
	return b
}

func (s *season) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(s.cells.first))
	b = binary.AppendUvarint(b, uint64(len(s.cells.codes)))
	for c := s.cells.first; c < s.cells.next(); c++ {
		b = binary.BigEndian.AppendUint16(b, s.cells.at(c))
	}
	b = appendBools(b, s.weekly)
	b = appendFloats(b, s.dailyError.value, s.dailyError.n, s.weeklyError.value, s.weeklyError.n, s.sum)
	return binary.AppendUvarint(b, uint64(s.known))
}

func (s *scale) append(b []byte) []byte {
	n := &s.noise
	b = appendFloats(b, n.s2, n.scale, n.product, n.square, n.last)
	b = binary.AppendUvarint(b, uint64(n.stride))
	b = binary.AppendUvarint(b, uint64(n.since))
	b = binary.AppendUvarint(b, uint64(n.fresh))
	b = binary.AppendUvarint(b, uint64(n.head))
	b = binary.AppendUvarint(b, uint64(len(n.pairs)))
	for _, p := range n.pairs {
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(p.y))
		b = binary.BigEndian.AppendUint32(b, math.Float32bits(p.mu))
	}
	for _, c := range []chart{s.byZ, s.byCount} {
		b = appendFloats(b, c.sum)
		b = binary.AppendUvarint(b, uint64(c.since))
	}
	b = binary.AppendUvarint(b, uint64(len(s.trail)))
	return append(b, s.trail...)
}

func appendFloats(b []byte, values ...float64) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func appendBools(b []byte, values ...bool) []byte {
	for _, v := range values {
		if v {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	return b
}

// decodeSeries takes a series off data and returns what follows it. The error
// wraps ErrInvalid and names the byte.
func decodeSeries(interval time.Duration, g grain, data []byte) (s *series, rest []byte, err error) {
	s = newSeries(interval, g)
	f := &fields{data: data, of: "series"}
	window := s.grid.window()
	s.seen = f.integer(maxInterval)
	s.next = f.integer(maxInterval)
	s.first = f.floats(f.integer(fewest-1), maxCount)
	s.recent = recent{f.float(0, maxCount), f.float(0, window)}
	s.level = f.float(-maxLevel, maxLevel)
	s.seasonal, s.bursting, s.slow = f.bool(), f.bool(), f.bool()
	s.onset = f.integer(s.next)
	s.record = record{f.float(0, maxCount), f.float(0, maxCount)}
	s.departed.since = f.integer(s.next)
	s.departed.level = recent{f.float(0, maxCount), f.float(0, window)}
	s.departed.high = f.bool()
	s.departed.shift, s.departed.back = f.float(0, maxShift), f.integer(s.next)
	if s.seen > s.next || s.slow && s.grid.perCell == 1 {
		f.fail("series that cannot be")
	}
	s.decodeSeason(f)
	s.decodeScale(f, &s.each, 1, s.grid.kept())
	if s.grid.perCell > 1 {
		s.cell.y, s.cell.mu = f.float(0, maxSum), f.float(0, maxSum)
		s.cell.known = f.integer(s.grid.perCell - 1)
		s.cell.tainted = f.bool()
		s.decodeScale(f, &s.sums, s.grid.perCell, keptSums)
	}
	if f.err != nil {
		return nil, data, f.err
	}
	return s, data[f.at:], nil
}

const (
	maxInterval = 1 << 40 // as many seconds are 35,000 years
	maxCount    = 1e20    // above what 64 bits hold
	maxSum      = maxCount * 1e5
	maxS2       = 1e4 // above the square of any logarithm of a count
	maxScale    = 1e11
)

func (s *series) decodeSeason(f *fields) {
	c := &s.season
	c.cells.first = f.integer(s.next)
	n := f.integer(int64(c.cells.limit))
	if codes := f.bytes(2 * n); len(codes) > 0 {
		c.cells.codes = make([]uint16, n)
		for i := range c.cells.codes {
			c.cells.codes[i] = binary.BigEndian.Uint16(codes[2*i:])
		}
	}
	c.weekly = f.bool()
	c.dailyError = errorMean{f.float(0, 1), f.float(0, s.grid.errorWindow())}
	c.weeklyError = errorMean{f.float(0, 1), f.float(0, s.grid.errorWindow())}
	c.sum, c.known = f.float(0, maxSum), f.integer(s.grid.perCell)
	c.index = max(s.next-1, 0) / s.grid.perCell
	if n > 0 && c.cells.next() > s.next/s.grid.perCell {
		f.fail("history of what is to come")
	}
}

func (s *series) decodeScale(f *fields, c *scale, perCount int64, keep int) {
	n := &c.noise
	span := s.grid.intervals(weakHistory) / perCount
	n.s2, n.scale = f.float(0, maxS2), f.float(0, maxScale)
	n.product, n.square = f.float(-zAccepted*zAccepted, zAccepted*zAccepted), f.float(math.SmallestNonzeroFloat64, zAccepted*zAccepted)
	n.last = f.float(-zAccepted, zAccepted)
	n.stride, n.since, n.fresh = f.integer(span), f.integer(span), int(f.integer(fewPairs))
	limit := int64(s.grain.pairs())
	n.head = int(f.integer(limit - 1))
	pairs := f.integer(limit)
	if b := f.bytes(8 * pairs); len(b) > 0 {
		n.pairs = make([]pair, pairs)
		for i := range n.pairs {
			y, mu := binary.BigEndian.Uint32(b[8*i:]), binary.BigEndian.Uint32(b[8*i+4:])
			p := pair{math.Float32frombits(y), math.Float32frombits(mu)}
			if !(p.y >= 0 && p.y <= maxSum && p.mu >= 0 && p.mu <= maxSum) {
				f.fail("count out of range")
			}
			n.pairs[i] = p
		}
	}
	if n.stride == 0 || n.head > 0 && pairs < limit {
		f.fail("noise that cannot be")
	}
	for _, p := range []*chart{&c.byZ, &c.byCount} {
		p.sum, p.since = f.float(0, math.MaxFloat64), f.integer(s.next)
	}
	c.trail = append(c.trail, f.bytes(f.integer(int64(keep)))...)
	for _, code := range c.trail {
		if code > (trailHigh-trailLow)*trailUnit {
			f.fail("z out of range")
		}
	}
}

// fields takes values off a slice and remembers the first thing wrong.
type fields struct {
	of   string // what it is part of
	data []byte
	at   int
	err  error
}

func (f *fields) fail(what string) {
	if f.err == nil {
		f.err = fmt.Errorf("monitor: %w: %s before byte %d of a %s", ErrInvalid, what, f.at, f.of)
	}
}

func (f *fields) bytes(n int64) []byte {
	if f.err == nil && n > int64(len(f.data)-f.at) {
		f.fail("less than announced")
	}
	if f.err != nil {
		return nil
	}
	b := f.data[f.at : f.at+int(n)]
	f.at += int(n)
	return b
}

// integer takes a number from 0 to most, in its shortest form.
func (f *fields) integer(most int64) int64 { return int64(f.unsigned(uint64(most))) }

func (f *fields) unsigned(most uint64) uint64 {
	if f.err != nil {
		return 0
	}
	v, n := binary.Uvarint(f.data[f.at:])
	if n <= 0 || n > 1 && f.data[f.at+n-1] == 0 {
		f.fail("no number")
		return 0
	}
	f.at += n
	if v > most {
		f.fail("number out of range")
		return 0
	}
	return v
}

func (f *fields) float(low, high float64) float64 {
	b := f.bytes(8)
	if b == nil {
		return 0
	}
	v := math.Float64frombits(binary.BigEndian.Uint64(b))
	if !(v >= low && v <= high) {
		f.fail("number out of range")
		return 0
	}
	return v
}

func (f *fields) floats(n int64, high float64) (values []float64) {
	for range n {
		values = append(values, f.float(0, high))
	}
	return values
}

func (f *fields) bool() bool {
	b := f.bytes(1)
	if b != nil && b[0] > 1 {
		f.fail("neither yes nor no")
	}
	return b != nil && b[0] == 1
}
