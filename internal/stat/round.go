package stat

import "math"

// Round is the nearest whole number. Numbers may come from hostile registers: what is not
// above 0 is 0, and nothing exceeds 2^63.
func Round(v float64) uint64 {
	switch {
	case !(v > 0):
		return 0
	case v >= 1<<63:
		return 1 << 63
	}
	return uint64(math.Round(v))
}
