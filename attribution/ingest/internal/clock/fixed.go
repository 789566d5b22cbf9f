package clock

import (
	"time"
)

// parseFixed reads the two layouts that most records have, 21/May/2024:07:11:23 +0000 and 2024-05-21T07:11:23.123Z, in
// a fraction of the time. It leaves everything else, errors too, to the reader of all layouts.
func parseFixed(b []byte) (time.Time, bool) {
	switch {
	case len(b) == 26 && b[2] == '/' && b[6] == '/' && b[11] == ':' && b[14] == ':' && b[17] == ':' && b[20] == ' ':
		offset := pair(b[22:])*3600 + pair(b[24:])*60
		if b[21] == '-' {
			offset = -offset
		} else if b[21] != '+' {
			return time.Time{}, false
		}
		if uint(pair(b[22:])) > 23 || uint(pair(b[24:])) > 59 {
			return time.Time{}, false
		}
		m := english(b[3]|0x20, b[4]|0x20, b[5]|0x20)
		return fixed(pair(b[7:])*100+pair(b[9:]), m, pair(b), b[12:20], 0, offset)
	case len(b) >= 20 && b[4] == '-' && b[7] == '-' && b[10]|0x20 == 't' && b[13] == ':' && b[16] == ':' &&
		b[len(b)-1] == 'Z':
		nanos := 0
		if zone := b[19:]; len(zone) > 1 {
			if zone[0] != '.' || len(zone) == 2 {
				return time.Time{}, false
			}
			scale := 100_000_000
			for _, c := range zone[1 : len(zone)-1] {
				if !isDigit(c) {
					return time.Time{}, false
				}
				nanos += int(c-'0') * scale
				scale /= 10
			}
		}
		return fixed(pair(b)*100+pair(b[2:]), pair(b[5:]), pair(b[8:]), b[11:19], nanos, 0)
	}
	return time.Time{}, false
}

// fixed makes an instant of numbers of which every one may be negative, for no number.
func fixed(year, month, day int, clock []byte, nanos, offset int) (time.Time, bool) {
	hour, minute, second := pair(clock), pair(clock[3:]), pair(clock[6:])
	if year < 1900 || year > 2149 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		uint(hour) > 23 || uint(minute) > 59 || uint(second) > 60 {
		return time.Time{}, false
	}
	return time.Unix(days(year, month, day)*86400+int64(hour*3600+minute*60+second-offset), int64(nanos)).UTC(), true
}

// pair is the number of two digits, or one below -1e6.
func pair(b []byte) int {
	if !isDigit(b[0]) || !isDigit(b[1]) {
		return -1e7
	}
	return int(b[0]-'0')*10 + int(b[1]-'0')
}
