package main

import (
	"math"
	"time"
)

// parseTime reads the times that logs carry: RFC 3339 (with "T" or a blank
// between date and time), the common log's 17/May/2015:10:05:03 +0000, and Unix
// time in seconds or milliseconds. It allocates nothing.
func parseTime(b []byte) (time.Time, bool) {
	if n := len(b); n >= 2 && b[0] == '"' && b[n-1] == '"' {
		b = b[1 : n-1]
	}
	switch {
	case len(b) == 26 && b[2] == '/':
		return parseCommonLogTime(b)
	case len(b) >= 20 && b[4] == '-':
		return parseRFC3339(b)
	}
	return parseUnix(b)
}

func parseCommonLogTime(b []byte) (time.Time, bool) {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if b[6] != '/' || b[11] != ':' || b[14] != ':' || b[17] != ':' || b[20] != ' ' {
		return time.Time{}, false
	}
	month := -1
	for i := 0; i < len(months); i += 3 {
		if string(b[3:6]) == months[i:i+3] {
			month = i/3 + 1
		}
	}
	offset, ok := parseOffset(b[21], b[22:24], b[24:26])
	if !ok {
		return time.Time{}, false
	}
	return civil(digits(b[7:11]), month, digits(b[0:2]), digits(b[12:14]), digits(b[15:17]), digits(b[18:20]), 0, offset)
}

func parseRFC3339(b []byte) (time.Time, bool) {
	if b[7] != '-' || b[10]|0x20 != 't' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, false
	}
	zone, nanos := b[19:], 0
	if zone[0] == '.' {
		scale := 100_000_000
		i := 1
		for ; i < len(zone) && isDigit(zone[i]); i++ {
			nanos += int(zone[i]-'0') * scale
			scale /= 10
		}
		if i == 1 {
			return time.Time{}, false
		}
		zone = zone[i:]
	}
	offset := 0
	switch {
	case len(zone) == 1 && zone[0]|0x20 == 'z':
	case len(zone) == 6 && zone[3] == ':':
		var ok bool
		if offset, ok = parseOffset(zone[0], zone[1:3], zone[4:6]); !ok {
			return time.Time{}, false
		}
	default:
		return time.Time{}, false
	}
	return civil(digits(b[0:4]), digits(b[5:7]), digits(b[8:10]), digits(b[11:13]), digits(b[14:16]), digits(b[17:19]),
		nanos, offset)
}

// parseUnix takes seconds, with or without a fraction, and milliseconds. From
// 1e11 on a number is milliseconds: as seconds it would lie beyond the year
// 5000, and as milliseconds it begins in 1973.
func parseUnix(b []byte) (time.Time, bool) {
	whole, i := int64(0), 0
	for ; i < len(b) && isDigit(b[i]); i++ {
		if whole = whole*10 + int64(b[i]-'0'); whole >= 1e14 {
			return time.Time{}, false
		}
	}
	if i == 0 {
		return time.Time{}, false
	}
	nanos, scale := int64(0), int64(100_000_000)
	if i < len(b) && b[i] == '.' {
		if i++; i == len(b) {
			return time.Time{}, false
		}
		for ; i < len(b) && isDigit(b[i]); i++ {
			nanos += int64(b[i]-'0') * scale
			scale /= 10
		}
	}
	if i < len(b) {
		return time.Time{}, false
	}
	if whole >= 1e11 {
		return time.UnixMilli(whole).UTC(), true
	}
	return time.Unix(whole, nanos).UTC(), true
}

// civil is time.Date in UTC that refuses what time.Date would carry over, save
// the leap second. Negative numbers are fields that were not digits.
func civil(year, month, day, hour, minute, second, nanos, offset int) (time.Time, bool) {
	if min(year, day, hour, minute, second) < 0 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, nanos, time.UTC)
	if t.Day() != day {
		return time.Time{}, false
	}
	return t.Add(time.Duration(hour*3600+minute*60+second-offset) * time.Second), true
}

// parseOffset returns the seconds east of UTC.
func parseOffset(sign byte, hours, minutes []byte) (int, bool) {
	h, m := digits(hours), digits(minutes)
	if h < 0 || m < 0 || h > 23 || m > 59 || sign != '+' && sign != '-' {
		return 0, false
	}
	if sign == '-' {
		return -(h*3600 + m*60), true
	}
	return h*3600 + m*60, true
}

// digits is the number that b spells, or a very negative one if b spells none.
func digits(b []byte) int {
	v := 0
	for _, c := range b {
		if !isDigit(c) {
			return math.MinInt
		}
		v = v*10 + int(c-'0')
	}
	return v
}
