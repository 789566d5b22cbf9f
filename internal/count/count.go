// Package count prints and rounds numbers of things.
package count

import (
	"math"
	"strconv"
)

// Grouped prints a count with separators: 1,234,567.
func Grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Round converts a number that may come from hostile registers; what is not above
// 0 is 0, and nothing exceeds 2^63.
func Round(v float64) uint64 {
	switch {
	case !(v > 0):
		return 0
	case v >= 1<<63:
		return 1 << 63
	}
	return uint64(math.Round(v))
}
