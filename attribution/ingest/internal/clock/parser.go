// Package clock reads the times that logs carry, and finds the window that nearly all records lie in.
//
// # Layouts
//
// ISO 8601, extended and basic, with "T", a blank or "_" before the clock: 2024-05-21T07:11:23.123Z,
// 20240521T071123+0200, 2024/05/21 07:11:23, 20240521071123. The common log's 21/May/2024:07:11:23 +0000. The layouts
// of asctime, RFC 1123, BIND and Tomcat: Tue May 21 07:11:23 2024, Tue, 21 May 2024 07:11:23 GMT, 21-May-2024
// 07:11:23.123. Numbers with the day first and dots: 21.05.2024 07:11:23. Numbers with slashes, if the order of day and
// month is known: 05/21/2024 07:11:23 PM. What String of Go, Date of JavaScript, Kibana, Suricata, journalctl and Check
// Point write. TAI64N labels. Unix time in seconds, milli-, micro- and nanoseconds, with a
// fraction or an exponent. Syslog stamps without a year; see [Parser.Syslog].
//
// A fraction follows a dot or a comma and may have any length; digits beyond nanoseconds are ignored. An offset is Z,
// UTC, GMT, +02, +0200, +02:00 or an abbreviation that has one meaning. An abbreviation with several meanings, such as
// CST or IST, is no time, unless it is one of the parser's zone. Names of months are those of English, German, French,
// Spanish, Italian, Portuguese, Dutch, Danish, Norwegian, Swedish, Finnish, Turkish and Russian, and the numbered ones
// of Chinese, Japanese and Korean. A name that means two months in two languages is none.
//
// # Plausibility
//
// A written date is a time from 1900 to 2149. A number is a time only from 1990 to 2100, so that process ids, ports
// and counters are none, and the unit follows from the size without doubt.
//
// # Performance
//
// Nothing allocates, no clock is read but that of [Parser.Passed], and malformed text never panics.
package clock

import (
	"bytes"
	"time"
)

// Order is the order of day and month in dates of numbers with slashes.
type Order uint8

const (
	// Unknown refuses dates that can be read both ways.
	Unknown Order = iota
	// DayFirst is 21/05/2024.
	DayFirst
	// MonthFirst is 05/21/2024.
	MonthFirst
)

// Parser reads times. The zero value is ready: times without a zone are UTC, and the year of syslog stamps is unknown.
// It is not safe for concurrent use.
type Parser struct {
	// Zone is the zone of times that carry none. nil is UTC.
	Zone *time.Location
	// Year is the year of the first syslog stamp that carries none. 0 is unknown.
	Year int
	// Latest is a time that no record is later than by more than a day, such as when the file was last written.
	// It gives a year to stamps without one. The zero value is unknown.
	Latest time.Time
	// Passed is how much later than Latest it is by now, for a text that is read while it is written. nil is not at all.
	Passed func() time.Duration
	// Order is the order of day and month in dates of numbers with slashes. [Parser.Learn] finds it in a text.
	Order Order
	// Near is the last time from 1990 to 2100 that was read. It gives a year to the first stamp without one.
	// The parser keeps it up to date. Set it on a new parser when reading begins in the middle of a file, and set it to
	// the zero value when another file begins.
	Near time.Time

	// Zoneless counts the times that were read with Zone, since they carried none.
	Zoneless int64

	// Yearless says that a time without a year was seen, whose year depends on the times before it.
	Yearless bool

	stamp time.Time // the last stamp without a year
}

// civil is a time as it is written.
type civil struct {
	year, month, day, hour, minute, second, nanos int

	offset int // seconds east of UTC
	zoned  bool
	noYear bool
	zone   []byte // an abbreviation that depends on the parser's zone
}

// Parse reads a whole field. Blanks, quotes or brackets around it are ignored. It returns false if b is no time.
func (p *Parser) Parse(b []byte) (time.Time, bool) {
	if t, ok := parseFixed(b); ok {
		p.near(t)
		return t, true
	}
	b = trim(b)
	if len(b) == 0 {
		return time.Time{}, false
	}
	if t, ok := parseUnix(b); ok {
		p.near(t)
		return t, true
	}
	zoneless := p.Zoneless
	if t, n, ok := p.leading(b); ok && isSuffix(b[n:], p.Zoneless == zoneless) {
		p.near(t)
		return t, true
	}
	p.Zoneless = zoneless
	near, stamp := p.Near, p.stamp
	if t, n, ok := p.Syslog(b); ok && n == len(b) && !t.IsZero() {
		return t, true
	}
	p.Near, p.stamp = near, stamp
	return time.Time{}, false
}

func (p *Parser) near(t time.Time) {
	if s := t.Unix(); s >= oldest && s < newest {
		p.Near = t
	}
}

// isSuffix reports whether b is what may stand behind a whole time: nothing, or behind its offset, a name that repeats
// it, as [time.Time.String], Java and JavaScript write: " CEST", "[Europe/Berlin]", " (Central European Summer Time)".
func isSuffix(b []byte, zoned bool) bool {
	switch {
	case len(b) == 0:
		return true
	case !zoned || len(b) < 3:
		return false
	case b[0] == '[':
		return bytes.IndexByte(b, ']') == len(b)-1
	case b[0] == ' ' && b[1] == '(':
		return bytes.IndexByte(b, ')') == len(b)-1
	case b[0] != ' ':
		return false
	}
	name, elapsed, _ := bytes.Cut(b[1:], []byte(" "))
	for _, c := range name {
		if (c < 'A' || c > 'Z') && !isDigit(c) && c != '+' && c != '-' {
			return false
		}
	}
	return len(name) >= 2 && len(name) <= 6 && (len(elapsed) == 0 || elapsed[0] == 'm')
}

// Leading reads a time at the start of b and returns the number of bytes that it takes. It reads no Unix times
// and no syslog stamps. It returns false if b does not begin with a time.
func (p *Parser) Leading(b []byte) (t time.Time, n int, ok bool) {
	if t, n, ok = p.leading(b); ok {
		p.near(t)
	}
	return t, n, ok
}

// LeadingUnix reads a Unix time at the start of b, which ends before a blank, a delimiter or the end of b.
func (p *Parser) LeadingUnix(b []byte) (t time.Time, n int, ok bool) {
	for n < len(b) && (isDigit(b[n]) || b[n] == '.') {
		n++
	}
	if n < len(b) && (isLetter(b[n]) || b[n] == '-' || b[n] == '/' || b[n] == '_') {
		return time.Time{}, 0, false
	}
	if t, ok = parseUnix(b[:n]); !ok {
		return time.Time{}, 0, false
	}
	p.Near = t
	return t, n, true
}

// ParseFields reads a date and a clock that stand in two fields, as W3C logs have them.
func (p *Parser) ParseFields(date, clock []byte) (time.Time, bool) {
	date, clock = trim(date), trim(clock)
	var c civil
	if n := p.scanDate(date, &c); n == 0 || n != len(date) || c.noYear {
		return time.Time{}, false
	}
	n := scanClock(clock, &c)
	if n == 0 {
		return time.Time{}, false
	}
	if n += scanZone(clock[n:], &c); n != len(clock) {
		return time.Time{}, false
	}
	t, ok := p.instant(&c)
	if ok {
		p.near(t)
	}
	return t, ok
}

// Learn sets Order if b is a date of numbers with slashes that has one meaning. It reports whether it did.
func (p *Parser) Learn(b []byte) bool {
	b = trim(b)
	first, i := number(b, 0, 2)
	if i == 0 || i >= len(b) || b[i] != '/' {
		return false
	}
	second, j := number(b, i+1, 2)
	if j == i+1 || j >= len(b) || b[j] != '/' {
		return false
	}
	if _, k := number(b, j+1, 4); k != j+5 {
		return false
	}
	switch {
	case first > 12 && first <= 31 && second >= 1 && second <= 12:
		p.Order = DayFirst
	case second > 12 && second <= 31 && first >= 1 && first <= 12:
		p.Order = MonthFirst
	default:
		return false
	}
	return true
}

func (p *Parser) leading(b []byte) (time.Time, int, bool) {
	if len(b) > 24 && b[0] == '@' {
		return parseTAI64N(b)
	}
	var c civil
	n := p.scanDate(b, &c)
	if n == 0 || c.noYear {
		return time.Time{}, 0, false
	}
	if c.hour < 0 { // the date alone was read
		i := scanGap(b[n:])
		if i == 0 {
			return time.Time{}, 0, false
		}
		k := scanClock(b[n+i:], &c)
		if k == 0 || k == 4 && isDigit(b[n+i+1]) && isDigit(b[n+i+2]) && b[n]|0x20 != 't' {
			return time.Time{}, 0, false
		}
		n += i + k
	}
	if !c.zoned {
		n += scanZone(b[n:], &c)
	}
	t, ok := p.instant(&c)
	if !ok {
		n = 0
	}
	return t, n, ok
}

// instant is [time.Date] that refuses what time.Date would carry over, except for a leap second.
func (p *Parser) instant(c *civil) (time.Time, bool) {
	if c.year < 1900 || c.year > 2149 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysIn(c.year, c.month) ||
		c.hour < 0 || c.hour > 23 || c.minute > 59 || c.second > 60 {
		return time.Time{}, false
	}
	if len(c.zone) > 0 && !p.abbreviation(c) {
		return time.Time{}, false
	}
	if !c.zoned {
		p.Zoneless++
		if p.Zone != nil && p.Zone != time.UTC {
			t := time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, c.nanos, p.Zone)
			return t.UTC(), true
		}
	}
	seconds := days(c.year, c.month, c.day)*86400 + int64(c.hour*3600+c.minute*60+c.second-c.offset)
	return time.Unix(seconds, int64(c.nanos)).UTC(), true
}

// abbreviation reads a name of a zone with several meanings as one of the parser's zone, if it is one.
func (p *Parser) abbreviation(c *civil) bool {
	if p.Zone == nil {
		return false
	}
	t := time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, 0, p.Zone)
	name, offset := t.Zone()
	if name != string(c.zone) {
		return false
	}
	c.offset, c.zoned = offset, true
	return true
}

// days is the number of days from 1970-01-01, in the Gregorian calendar.
func days(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year+year/4-year/100+year/400+(153*(month-3)+2)/5+day-1) - 719468
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	}
	return 31
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// trim takes off blanks, and one pair of quotes or brackets.
func trim(b []byte) []byte {
	b = trimBlanks(b)
	if n := len(b); n >= 2 {
		switch {
		case b[0] == '"' && b[n-1] == '"', b[0] == '\'' && b[n-1] == '\'', b[0] == '[' && b[n-1] == ']':
			b = trimBlanks(b[1 : n-1])
		}
	}
	return b
}

func trimBlanks(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isBlank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isBlank(c byte) bool  { return c == ' ' || c == '\t' }
func isDigit(c byte) bool  { return c-'0' <= 9 }
func isLetter(c byte) bool { return c|0x20-'a' <= 'z'-'a' || c >= 0x80 }
