package clock

// scanGap returns the length of what stands between date and clock, 0 if nothing does that may.
func scanGap(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case 'T', 't', '_', ':', '-':
		return 1
	case ',', ' ', '\t':
		if len(b) > 3 && b[0] == ' ' && b[1] == '@' && b[2] == ' ' {
			return 3
		}
		n := 1
		for n < len(b) && n < 3 && isBlank(b[n]) {
			n++
		}
		return n
	}
	return 0
}

// scanClock reads 07:11:23, 7:11, 071123 or 0711, with a fraction and AM or PM.
func scanClock(b []byte, c *civil) int {
	n := 0
	for n < len(b) && n < 7 && isDigit(b[n]) {
		n++
	}
	i := 0
	switch {
	case (n == 1 || n == 2) && n+2 < len(b) && b[n] == ':':
		c.hour, _ = number(b, 0, n)
		if c.minute, i = number(b, n+1, 2); i != n+3 {
			return 0
		}
		c.second = 0
		if i+2 < len(b) && b[i] == ':' {
			v, j := number(b, i+1, 2)
			if j != i+3 {
				return 0
			}
			c.second, i = v, j
		} else {
			return i + scanHalf(b[i:], c)
		}
	case n == 6:
		c.hour, _ = number(b, 0, 2)
		c.minute, _ = number(b, 2, 2)
		c.second, i = number(b, 4, 2)
	case n == 4: // the caller sees to it that a T stands before it
		c.hour, _ = number(b, 0, 2)
		c.minute, i = number(b, 2, 2)
		c.second = 0
		return i
	default:
		return 0
	}
	if i < len(b) && isDigit(b[i]) {
		return 0
	}
	if i+1 < len(b) && (b[i] == '.' || b[i] == ',') && isDigit(b[i+1]) {
		scale := 100_000_000
		for i++; i < len(b) && isDigit(b[i]); i++ {
			c.nanos += int(b[i]-'0') * scale
			scale /= 10
		}
	}
	return i + scanHalf(b[i:], c)
}

// scanHalf reads AM or PM.
func scanHalf(b []byte, c *civil) int {
	i := 0
	if len(b) > 0 && b[0] == ' ' {
		i = 1
	} else if len(b) > 3 && string(b[:3]) == "\u202f" { // as JavaScript writes
		i = 3
	}
	if len(b) < i+2 || b[i+1]|0x20 != 'm' || len(b) > i+2 && isWord(b[i+2]) || c.hour < 1 || c.hour > 12 {
		return 0
	}
	switch b[i] | 0x20 {
	case 'a':
		c.hour %= 12
	case 'p':
		c.hour = c.hour%12 + 12
	default:
		return 0
	}
	return i + 2
}

// scanZone reads an offset or the name of a zone, with a blank before it.
func scanZone(b []byte, c *civil) int {
	i := 0
	if len(b) > 0 && b[0] == ' ' {
		i = 1
	}
	if i >= len(b) {
		return 0
	}
	if b[i] == '+' || b[i] == '-' {
		if n := scanOffset(b[i:], c); n > 0 {
			return i + n
		}
		return 0
	}
	n := i
	for n < len(b) && b[n] >= 'A' && b[n] <= 'Z' {
		n++
	}
	if n == i && i == 0 && b[0] == 'z' {
		n++
	}
	if n == i || n-i > 5 || n < len(b) && isWord(b[n]) {
		return 0
	}
	offset, known := zone(b[i:n])
	switch {
	case known && offset == 0 && n+1 < len(b) && (b[n] == '+' || b[n] == '-'): // GMT+0200
		k := scanOffset(b[n:], c)
		if k == 0 {
			return 0
		}
		return n + k
	case known:
		c.offset, c.zoned = offset, true
	case n-i < 3 || i == 1 && n < len(b):
		return 0 // a word of the text
	default:
		c.zone = b[i:n]
	}
	return n
}

// scanOffset reads +02, +0200 and +02:00.
func scanOffset(b []byte, c *civil) int {
	h, i := number(b, 1, 2)
	if i != 3 || h > 23 {
		return 0
	}
	m := 0
	if i < len(b) && (b[i] == ':' || isDigit(b[i])) {
		from := i
		if b[i] == ':' {
			from++
		}
		v, j := number(b, from, 2)
		if j != from+2 || v > 59 {
			return 0
		}
		m, i = v, j
	}
	if i < len(b) && isWord(b[i]) {
		return 0
	}
	c.offset, c.zoned = h*3600+m*60, true
	if b[0] == '-' {
		c.offset = -c.offset
	}
	return i
}

// zone is the offset in seconds of an abbreviation with one meaning. Those of North America are RFC 5322's, without
// CST, which China has too.
func zone(name []byte) (seconds int, known bool) {
	hours := 0
	switch string(name) {
	case "Z", "z", "UTC", "GMT", "UT", "WET":
	case "CET", "WEST":
		hours = 1
	case "CEST", "EET":
		hours = 2
	case "EEST", "MSK":
		hours = 3
	case "JST", "KST":
		hours = 9
	case "AEST":
		hours = 10
	case "AEDT":
		hours = 11
	case "EDT":
		hours = -4
	case "EST":
		hours = -5
	case "MDT":
		hours = -6
	case "MST", "PDT":
		hours = -7
	case "PST":
		hours = -8
	default:
		return 0, false
	}
	return hours * 3600, true
}

// number reads up to most digits from b[i:] and returns the position behind them.
func number(b []byte, i, most int) (v, end int) {
	for end = i; end < len(b) && end < i+most && isDigit(b[end]); end++ {
		v = v*10 + int(b[end]-'0')
	}
	return v, end
}

func isWord(c byte) bool { return isDigit(c) || isLetter(c) || c == '_' }
