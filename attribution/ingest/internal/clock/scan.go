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
