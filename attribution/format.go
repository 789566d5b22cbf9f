package attribution

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/whence-go/whence/internal/count"
)

// estimated prints a count to the three digits that an estimate is worth.
func estimated(n uint64) string {
	unit := uint64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	return count.Grouped((n + unit/2) / unit * unit)
}

// plural returns the noun for a number of things.
func plural(n uint64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// percent prints a share on its own, such as "12.3 %".
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.0005:
		return "less than 0.1 %"
	case share > 0.9995 && share < 1:
		return "more than 99.9 %"
	}
	return strconv.FormatFloat(100*share, 'f', 1, 64) + " %"
}

// digits prints a share in percent with as many decimals as its interval is worth,
// two if it was counted, and its ends rounded outward. noLimit says that there is
// no limit; else no rounding moves a number onto or across it.
func (s Share) digits(limit float64, counted bool) (value, low, high string) {
	width := 50 * (s.High - s.Low)
	decimals := 2
	if width > 0 && !counted {
		decimals = min(max(int(math.Ceil(-math.Log10(width))), 0), 3)
	}
	for ; ; decimals++ {
		unit := math.Pow10(decimals)
		v := math.RoundToEven(100*s.Value*unit) / unit
		l := math.Floor(100*s.Low*unit+slack) / unit
		h := max(math.Ceil(100*s.High*unit-slack)/unit, 0) // no negative zero
		side := func(v float64) int {
			if math.Abs(v-limit) < slack {
				return 0
			}
			return cmp.Compare(v, limit)
		}
		same := func(rounded, exact float64) bool { return side(rounded) == side(100*exact) }
		if decimals == 4 || limit < 0 || same(v, s.Value) && same(l, s.Low) && same(h, s.High) {
			print := func(v float64) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
			return print(v), print(l), print(h)
		}
	}
}

const (
	slack   = 1e-7 // so that 52 % in binary does not round up to 52.1 %
	noLimit = -1
)

// aligned lays out rows in columns, the first to the left, all others to the
// right, and cuts trailing space.
func aligned(b *strings.Builder, rows [][]string) {
	var width []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], runes(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-runes(cell))
			if i == 0 {
				line.WriteString(cell + pad)
			} else {
				line.WriteString("  " + pad + cell)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

func runes(s string) int { return len([]rune(s)) }
