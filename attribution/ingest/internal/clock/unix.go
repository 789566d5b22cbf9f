package clock

import (
	"time"
)

// A number is a time from 1990-01-01 to 2100-01-01, in seconds.
const (
	oldest = 631152000
	newest = 4102444800
)

var powers = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
	1e18, 1e19}

// parseUnix reads seconds, milli-, micro- or nanoseconds since 1970. The plausible ranges of the four units do not
// meet, so that the number of digits before the point tells the unit: 9 and 10, 12 and 13, 15 and 16, 18 and 19.
func parseUnix(b []byte) (time.Time, bool) {
	var mantissa uint64
	kept, point, seen := 0, -1, 0 // significant digits, those before the point, all digits
	i := 0
	for ; i < len(b); i++ {
		c := b[i]
		switch {
		case isDigit(c):
			seen++
			if kept < 19 && (kept > 0 || c != '0') {
				mantissa = mantissa*10 + uint64(c-'0')
				kept++
			} else if kept == 0 && point >= 0 {
				return time.Time{}, false // 0.0…: no time is so small
			} else if kept == 19 && point < 0 {
				return time.Time{}, false // more digits than nanoseconds have
			}
			continue
		case (c == '.' || c == ',') && point < 0 && seen > 0 && i+1 < len(b) && isDigit(b[i+1]):
			point = kept
			continue
		}
		break
	}
	if kept == 0 {
		return time.Time{}, false
	}
	if point < 0 {
		point = kept
	}
	if i < len(b) {
		exponent, ok := scanExponent(b[i:])
		if !ok {
			return time.Time{}, false
		}
		point += exponent
	}
	if point < 9 || point > 19 {
		return time.Time{}, false
	}
	scale := (point - 9) / 3 // 0: seconds, 1: milli-, 2: micro-, 3: nanoseconds
	// The value in nanoseconds is mantissa * 10^shift. It has point+9-3*scale digits, at most 20.
	shift := point - kept + 9 - 3*scale
	digits := kept + shift
	if digits > 19 || shift < -19 {
		return time.Time{}, false
	}
	nanos := mantissa
	if shift >= 0 {
		nanos *= powers[shift]
	} else {
		nanos /= powers[-shift]
	}
	if nanos < oldest*1e9 || nanos >= newest*1e9 {
		return time.Time{}, false
	}
	return time.Unix(int64(nanos/1e9), int64(nanos%1e9)).UTC(), true
}

// scanExponent reads e9, E+12 or e-3, to the end of b.
func scanExponent(b []byte) (int, bool) {
	if len(b) < 2 || b[0]|0x20 != 'e' {
		return 0, false
	}
	b = b[1:]
	negative := false
	if b[0] == '+' || b[0] == '-' {
		negative = b[0] == '-'
		b = b[1:]
	}
	v, n := number(b, 0, 3)
	if n == 0 || n != len(b) {
		return 0, false
	}
	if negative {
		v = -v
	}
	return v, true
}

// parseTAI64N reads the labels that multilog and svlogd write: "@" and 24 hexadecimal digits.
// These programs write Unix time plus ten seconds, and know no leap seconds.
func parseTAI64N(b []byte) (time.Time, int, bool) {
	const size = 25
	var v [2]uint64
	for i, c := range b[1:size] {
		var d byte
		switch {
		case isDigit(c):
			d = c - '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			d = c | 0x20 - 'a' + 10
		default:
			return time.Time{}, 0, false
		}
		v[i/16] = v[i/16]<<4 | uint64(d)
	}
	seconds := int64(v[0]-1<<62) - 10
	if v[0] < 1<<62 || seconds < oldest || seconds >= newest || v[1] >= 1e9 {
		return time.Time{}, 0, false
	}
	return time.Unix(seconds, int64(v[1])).UTC(), size, true
}
