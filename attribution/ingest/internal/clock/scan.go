package clock

// scanDate reads a date at the start of b, and the clock too where a layout has it before the year.
// Otherwise c.hour is negative. It returns the number of bytes read, 0 for no date.
func (p *Parser) scanDate(b []byte, c *civil) int {
	if len(b) < 8 {
		return 0
	}
	c.hour = -1
	if !isDigit(b[0]) {
		return scanNamed(b, c)
	}
	n := 1
	for n < len(b) && n < 15 && isDigit(b[n]) {
		n++
	}
	switch {
	case n == 4 && n < len(b):
		return scanYearFirst(b, c)
	case n == 8:
		c.year, _ = number(b, 0, 4)
		c.month, _ = number(b, 4, 2)
		c.day, _ = number(b, 6, 2)
		return n
	case n == 14:
		c.year, _ = number(b, 0, 4)
		c.month, _ = number(b, 4, 2)
		c.day, _ = number(b, 6, 2)
		return 8 + scanClock(b[8:], c)
	case n <= 2 && n < len(b):
		return p.scanDayFirst(b, n, c)
	}
	return 0
}

// scanYearFirst reads 2024-05-21, 2024/05/21, 2024.05.21 and 2024 May 21.
func scanYearFirst(b []byte, c *civil) int {
	c.year, _ = number(b, 0, 4)
	sep := b[4]
	if sep != '-' && sep != '/' && sep != '.' && sep != ' ' {
		return 0
	}
	i := 5
	if v, j := number(b, i, 2); j > i && sep != ' ' {
		c.month, i = v, j
	} else if m, k := month(b[i:]); k > 0 {
		c.month, i = m, i+k
	} else {
		return 0
	}
	if i >= len(b) || b[i] != sep {
		return 0
	}
	i++
	if sep == ' ' && i < len(b) && b[i] == ' ' {
		i++
	}
	v, j := number(b, i, 2)
	if j == i {
		return 0
	}
	c.day = v
	return j
}

// scanDayFirst reads 21/May/2024, 21-May-2024, 21 May 2024, 21.05.2024 and 21/05/2024. The first number has n digits.
func (p *Parser) scanDayFirst(b []byte, n int, c *civil) int {
	first, _ := number(b, 0, n)
	sep, i := b[n], n+1
	if m, k := month(b[n:]); k > 0 && isLetter(sep) { // 21May2024
		year, j := number(b, n+k, 4)
		if j != n+k+4 || j < len(b) && isDigit(b[j]) {
			return 0
		}
		c.day, c.month, c.year = first, m, year
		return j
	}
	if sep != '/' && sep != '-' && sep != '.' && sep != ' ' {
		return 0
	}
	if sep == '.' && i < len(b) && b[i] == ' ' { // 21. Mai 2024
		sep, i = ' ', i+1
	}
	second, named := 0, false
	if m, k := month(b[min(i, len(b)):]); k > 0 {
		second, i, named = m, i+k, true
	} else if v, j := number(b, i, 2); j > i && sep != ' ' {
		second, i = v, j
	} else {
		return 0
	}
	if i >= len(b) || b[i] != sep {
		return 0
	}
	year, j := number(b, i+1, 4)
	if j != i+5 || j < len(b) && isDigit(b[j]) {
		return 0
	}
	c.day, c.month, c.year = first, second, year
	if named || sep == '.' {
		return j
	}
	switch {
	case first > 12 && p.Order != MonthFirst, p.Order == DayFirst:
	case second > 12 && p.Order != DayFirst, p.Order == MonthFirst, first == second,
		j < len(b) && b[j] == '-': // which Suricata writes
		c.day, c.month = second, first
	default:
		return 0
	}
	return j
}

// scanNamed reads dates that begin with the name of a weekday or a month: Tue May 21 07:11:23 2024,
// Tue, 21 May 2024, May 21, 2024, May 21 2024 and, without a year, May 21 07:11:23.
func scanNamed(b []byte, c *civil) int {
	i := weekday(b)
	if i+4 < len(b) && isDigit(b[i]) && isDigit(b[i+2]) { // Tue 2024-05-21
		if _, k := number(b, i, 5); k != i+4 {
			return 0
		}
		if k := scanYearFirst(b[i:], c); k > 0 {
			return i + k
		}
		return 0
	}
	if i < len(b) && isDigit(b[i]) {
		var p Parser
		n := 1
		if i+1 < len(b) && isDigit(b[i+1]) {
			n = 2
		}
		if i+n >= len(b) || b[i+n] != ' ' && b[i+n] != '-' && b[i+n] != '.' {
			return 0
		}
		if k := p.scanDayFirst(b[i:], n, c); k > 0 {
			return i + k
		}
		return 0
	}
	m, k := month(b[i:])
	if k == 0 {
		return 0
	}
	c.month = m
	i += k
	i0 := i
	for i < len(b) && b[i] == ' ' && i < i0+2 {
		i++
	}
	day, j := number(b, i, 2)
	if i == i0 || j == i {
		return 0
	}
	c.day, i = day, j
	if i < len(b) && b[i] == ',' {
		i++
	}
	if i >= len(b) || b[i] != ' ' {
		return 0
	}
	if year, j := number(b, i+1, 4); j == i+5 && j < len(b) && !isDigit(b[j]) {
		c.year = year
		return j
	}
	k = scanClock(b[i+1:], c)
	if k == 0 {
		return 0
	}
	i += 1 + k
	j = i + scanZone(b[i:], c)
	if j+5 <= len(b) && b[j] == ' ' {
		if year, e := number(b, j+1, 4); e == j+5 && plausibleYear(year) && (e == len(b) || !isWord(b[e])) {
			c.year = year
			return e
		}
	}
	c.noYear = true
	if j > i && (j == len(b) || b[j] == ':' || b[i] == '+' || b[i] == '-' || b[i] == 'Z') {
		return j // a zone that a host of that name is not
	}
	c.zone, c.zoned, c.offset = nil, false, 0
	return i
}

func plausibleYear(year int) bool { return year >= 1990 && year < 2100 }

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
