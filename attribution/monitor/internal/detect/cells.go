package detect

import (
	"math"
	"slices"
	"time"
)

// A series remembers four weeks, not by interval but by cell. The time of day does
// not change within five minutes, so that shorter intervals share a cell. Four weeks
// then take the same memory at any interval. The median of cells is a rate even where
// most intervals are empty. And two cells to each side are the same time of day at
// any interval.

const (
	day = 24 * time.Hour

	historyDays = 28
	cellMargin  = 8 // cells kept beyond historyDays, for windows around the oldest
)

// Grain is how finely a series remembers its past.
type Grain uint8

// The grains. Fine is for one series, Coarse for thousands.
const (
	Fine   Grain = iota // cells of 5 minutes: 16 kB for four weeks
	Coarse              // cells of 15 minutes: 6 kB
)

// cell returns the length of a cell at least.
func (g Grain) cell() time.Duration {
	if g == Fine {
		return 5 * time.Minute
	}
	return 15 * time.Minute
}

// pairs returns how many pairs of noise are kept.
func (g Grain) pairs() int {
	if g == Fine {
		return finePairs
	}
	return coarsePairs
}

// grid divides the day: into intervals, which are judged, and into cells, which are
// remembered.
type grid struct {
	interval time.Duration
	perDay   int64   // intervals in a day
	perCell  int64   // intervals in a cell
	cells    int64   // cells in a day
	spare    float64 // logarithm of the false alarms in a month: limits are lower by it

	// What follows from these, and is asked for in each interval.
	window, olderWindow float64 // intervals that the means of recent look back
	history             int64   // intervals of weakHistory
	steep               int64   // and of steepSpan
	patience            int64   // intervals that must be nearly all quiet for a burst to have ended
	kept                int     // intervals in a trail

	recentFall, olderFall, lagFall fall // of the means, in a cell in which nothing comes
}

// fall is what is left of something after n steps, in each of which it becomes less by the
// same factor. It is known for one n, for that is mostly asked for.
type fall struct {
	step float64
	n    int64
	left float64
}

func newFall(step float64, n int64) fall { return fall{step, n, math.Pow(step, float64(n))} }

func (f *fall) after(n int64) float64 {
	if n == f.n {
		return f.left
	}
	return math.Pow(f.step, float64(n))
}

// newGrid divides the day. A cell is the shortest run of intervals that divides it and is as
// long as the grain wants.
func newGrid(o Options) grid {
	d := grid{interval: o.Interval, perDay: int64(day / o.Interval), perCell: 1, spare: math.Log(o.falseAlarms())}
	for time.Duration(d.perCell)*o.Interval < o.Grain.cell() || d.perDay%d.perCell != 0 {
		d.perCell++
	}
	d.cells = d.perDay / d.perCell
	d.window = float64(max(d.intervals(recentSpan), fewest))
	d.olderWindow = d.window * float64(olderSpan/recentSpan)
	d.history, d.steep = d.intervals(weakHistory), d.intervals(steepSpan)
	d.patience = max(d.intervals(quietSpan), leastQuiet)
	d.kept = int(4 * max(d.patience, d.perCell)) // to the end of a burst, and the onset of one that is found in cells
	d.recentFall, d.olderFall = newFall(1-1/d.window, d.perCell), newFall(1-1/d.olderWindow, d.perCell)
	d.lagFall = newFall(1-1./lagWindow, d.perCell-1)
	return d
}

// intervals returns the number of intervals in t, rounded up.
func (d grid) intervals(t time.Duration) int64 {
	return int64((t + d.interval - 1) / d.interval)
}

// cells are the counts of the last four weeks, in 16 bits each. They are numbered
// from 1970 on, as intervals are.
type cells struct {
	codes []uint16 // grows with the age of the series; a ring once it has limit cells
	some  []uint64 // a bit for each of codes: it is not 0
	head  int      // place of the oldest in codes
	first int64    // number of the oldest
	limit int
}

// A code is the logarithm of a count, in steps that keep the count to 1 in 2,900.
const (
	codeStep = 45.0 / 65535
	unknown  = math.MaxUint16 // nothing was observed
)

func encodeCount(y float64) uint16 {
	return uint16(min(math.Round(math.Log1p(y)/codeStep), unknown-1))
}

func decodeCount(code uint16) float64 { return math.Expm1(float64(code) * codeStep) }

func newCells(d grid) cells { return cells{limit: historyDays*int(d.cells) + cellMargin} }

// note keeps the bit of a place.
func (h *cells) note(place int) {
	for place>>6 >= len(h.some) {
		h.some = append(h.some, 0)
	}
	bit := uint64(1) << (place & 63)
	if h.some[place>>6] &^= bit; h.codes[place] != 0 {
		h.some[place>>6] |= bit
	}
}

// areZero reports whether the n cells from one on are known to be 0. It is quick, and not sure
// where the ring ends. n is at most 64.
func (h *cells) areZero(c int64, n int) bool {
	i := h.place(c)
	if c < h.first || c+int64(n) > h.next() || i+n > len(h.codes) {
		return false
	}
	bits := h.some[i>>6] >> (i & 63)
	if i&63+n > 64 {
		bits |= h.some[i>>6+1] << (64 - i&63)
	}
	return bits&(1<<n-1) == 0
}

// next returns the number of the cell after the newest.
func (h *cells) next() int64 { return h.first + int64(len(h.codes)) }

// at returns the code of a cell. A cell that is not kept is unknown.
func (h *cells) at(c int64) uint16 {
	if c < h.first || c >= h.next() {
		return unknown
	}
	return h.codes[h.place(c)]
}

// place returns where the code of a cell is that is kept.
func (h *cells) place(c int64) int {
	i := int(c-h.first) + h.head
	if i >= len(h.codes) {
		i -= len(h.codes)
	}
	return i
}

// add appends a cell; those between it and the newest are unknown.
func (h *cells) add(c int64, code uint16) {
	if len(h.codes) == 0 || c-h.next() >= int64(h.limit) {
		h.codes, h.head, h.first = h.codes[:0], 0, c
	}
	for h.next() < c {
		h.push(unknown)
	}
	h.push(code)
}

func (h *cells) push(code uint16) {
	if len(h.codes) < h.limit {
		h.codes = append(h.codes, code)
		h.note(len(h.codes) - 1)
		return
	}
	h.codes[h.head] = code
	h.note(h.head)
	h.head = (h.head + 1) % h.limit
	h.first++
}

// medianCode returns the median of the counts that are known, with some zeros more, and how many
// are known. It changes the order of codes.
func medianCode(codes []uint16, zeros int) (count float64, known int) {
	known = zeros
	some := 0 // counts above 0, which go first
	for i, c := range codes {
		if c == unknown {
			continue
		}
		if known++; c > 0 {
			codes[i], codes[some] = codes[some], c
			some++
		}
	}
	k := known/2 - (known - some) // place of the upper one in the middle, among those
	if k < 0 || some == 0 {
		return 0, known
	}
	order(codes[:some], k)
	switch upper := decodeCount(codes[k]); {
	case known%2 == 1:
		return upper, known
	case k == 0:
		return upper / 2, known
	default:
		return (decodeCount(slices.Max(codes[:k])) + upper) / 2, known
	}
}
