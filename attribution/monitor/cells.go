package monitor

import (
	"math"
	"slices"
	"time"
)

const (
	day = 24 * time.Hour

	historyDays = 28
	cellMargin  = 8 // cells kept beyond historyDays, for windows around the oldest
)

// grain is how finely a series remembers its past.
type grain uint8

const (
	fine   grain = iota // cells of 5 minutes: 16 kB in four weeks
	coarse              // cells of 15 minutes: 6 kB, for series of which there are thousands
)

func (g grain) cell() time.Duration {
	if g == fine {
		return 5 * time.Minute
	}
	return 15 * time.Minute
}

// pairs is how many pairs of noise are kept.
func (g grain) pairs() int {
	if g == fine {
		return finePairs
	}
	return coarsePairs
}

// grid divides the day: into intervals, which are judged, and into cells, which
// are remembered. A season does not move within five minutes, so that shorter
// intervals share a cell: four weeks then cost the same at any interval, the
// median of cells is a rate even where most intervals are empty, and two cells to
// each side are the same time of day at any interval.
type grid struct {
	interval time.Duration
	perDay   int64 // intervals in a day
	perCell  int64 // intervals in a cell
	cells    int64 // cells in a day
}

// newGrid takes an interval that divides a day and is at most an hour. A cell is
// the shortest run of intervals that is as long as g asks and divides the day.
func newGrid(interval time.Duration, g grain) grid {
	d := grid{interval: interval, perDay: int64(day / interval), perCell: 1}
	for time.Duration(d.perCell)*interval < g.cell() || d.perDay%d.perCell != 0 {
		d.perCell++
	}
	d.cells = d.perDay / d.perCell
	return d
}

// intervals returns how many intervals t is, rounded up.
func (d grid) intervals(t time.Duration) int64 {
	return int64((t + d.interval - 1) / d.interval)
}

// patience is how many intervals must be nearly all quiet for a burst to have
// ended.
func (d grid) patience() int64 { return max(d.intervals(quietSpan), leastQuiet) }

// kept is how many intervals a trail goes back: for the end of a burst, and for
// the onset of one that was found in cells.
func (d grid) kept() int { return int(4 * max(d.patience(), d.perCell)) }

// cells are the counts of the last four weeks, in 16 bits each. They are numbered
// from 1970 on, as intervals are.
type cells struct {
	codes []uint16 // a ring once it has limit cells; it grows with the age of the series
	head  int      // place of the oldest in codes
	first int64    // number of the oldest
	limit int
}

// A code is the logarithm of a count, in steps that keep it to 1/2900.
const (
	codeStep = 45.0 / 65535
	unknown  = math.MaxUint16 // nothing was observed
)

func encodeCount(y float64) uint16 {
	return uint16(min(math.Round(math.Log1p(y)/codeStep), unknown-1))
}

func decodeCount(code uint16) float64 { return math.Expm1(float64(code) * codeStep) }

func newCells(d grid) cells { return cells{limit: historyDays*int(d.cells) + cellMargin} }

// next returns the number of the cell after the newest.
func (h *cells) next() int64 { return h.first + int64(len(h.codes)) }

// at returns the code of a cell, unknown for one that is not kept.
func (h *cells) at(c int64) uint16 {
	if c < h.first || c >= h.next() {
		return unknown
	}
	return *h.place(c)
}

func (h *cells) place(c int64) *uint16 {
	i := int(c-h.first) + h.head
	if i >= len(h.codes) {
		i -= len(h.codes)
	}
	return &h.codes[i]
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
		return
	}
	h.codes[h.head] = code
	h.head = (h.head + 1) % h.limit
	h.first++
}

// medianCode returns the middle of the counts of the known codes, and how many are
// known. It puts codes in another order.
func medianCode(codes []uint16) (count float64, known int) {
	for i, c := range codes {
		if c != unknown {
			codes[i], codes[known] = codes[known], c
			known++
		}
	}
	if known == 0 {
		return 0, 0
	}
	k := known / 2
	order(codes[:known], k)
	if known%2 == 1 {
		return decodeCount(codes[k]), known
	}
	return (decodeCount(slices.Max(codes[:k])) + decodeCount(codes[k])) / 2, known
}
