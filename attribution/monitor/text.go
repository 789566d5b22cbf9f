package monitor

import (
	"math"
	"strconv"
	"strings"
)

// grouped prints a number with separators: 11,116.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// expected prints an expectation to two digits or so.
func expected(v float64) string {
	if v < 10 {
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return grouped(round(v))
}

func joined(parts []string) string { return strings.Join(parts, " and on ") }

func round(v float64) uint64 {
	if !(v > 0) {
		return 0
	}
	if v >= 1<<63 {
		return 1 << 63
	}
	return uint64(math.Round(v))
}
