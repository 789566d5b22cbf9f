package clock

import (
	"time"
)

const (
	slack   = 24 * time.Hour      // a clock or a zone is not off by more
	closeBy = 30 * 24 * time.Hour // so near to its neighbor, a record may be later than Latest
)

// Syslog reads the stamp at the start of a syslog record and returns the number of bytes that it takes: RFC 3164
// (May 21 07:11:23), with a year before or behind it, a weekday, a fraction or a zone, RFC 5424 and RFC 3339.
// A priority (<34>) and RFC 5424's version are part of it. It returns false if b begins with no stamp.
//
// A stamp without a year gets one from its neighbors: of the years that make it a date, the one that brings it nearest
// to the stamp before it. So the turn of a year is crossed both ways, no date jumps ahead by months, and a stray date
// with a year moves none. The first stamp has the year nearest to Near. Without that, it has the year Year, or else
// the last year that does not bring it behind Latest by more than a day. If none is known, ok is true and t is the
// zero time.
func (p *Parser) Syslog(b []byte) (t time.Time, n int, ok bool) {
	start := scanPriority(b)
	if start+1 < len(b) && (b[start] == '*' || b[start] == '.') && isLetter(b[start+1]) { // Cisco: the clock is not set
		start++
	}
	if start > 0 && len(b) > start+1 && b[start] == '-' && b[start+1] == ' ' { // RFC 5424's nil value
		return time.Time{}, start + 1, true
	}
	if t, n, ok = p.leading(b[start:]); ok {
		p.near(t)
		return t, start + n, true
	}
	var c civil
	if n = p.scanDate(b[start:], &c); n == 0 || !c.noYear {
		return time.Time{}, 0, false
	}
	t, ok = p.withYear(&c)
	if !ok {
		return time.Time{}, 0, false
	}
	if !t.IsZero() {
		p.Near, p.stamp = t, t
	}
	return t, start + n, true
}

// scanPriority reads <34> and <34>1 and the blank behind it.
func scanPriority(b []byte) int {
	if len(b) < 4 || b[0] != '<' {
		return 0
	}
	_, i := number(b, 1, 3)
	if i == 1 || i >= len(b) || b[i] != '>' {
		return 0
	}
	i++
	if _, j := number(b, i, 2); j > i && j+1 < len(b) && b[j] == ' ' && (isDigit(b[j+1]) || b[j+1] == '-') {
		return j + 1
	}
	return i
}

// withYear gives a year to c. The zero time is a stamp whose year is unknown.
func (p *Parser) withYear(c *civil) (t time.Time, ok bool) {
	zoneless := p.Zoneless
	p.Yearless = true
	switch {
	case !p.Near.IsZero() && !p.stamp.IsZero():
		t, ok = p.nearest(c, p.stamp)
	case !p.Near.IsZero():
		t, ok = p.nearest(c, p.Near)
	case p.Year != 0:
		t, ok = p.at(c, p.Year)
	case !p.Latest.IsZero():
		limit := p.limit()
		for year := limit.UTC().Year() + 1; year > limit.UTC().Year()-9 && !ok; year-- {
			t, ok = p.at(c, year)
			ok = ok && !t.After(limit)
		}
	default:
		_, ok = p.at(c, 2000) // which has every date that there is
	}
	p.Zoneless = min(p.Zoneless, zoneless+1) // one stamp, however many years were tried
	return t, ok
}

// limit is a time that no record is later than.
func (p *Parser) limit() time.Time {
	if p.Passed != nil {
		return p.Latest.Add(p.Passed() + slack)
	}
	return p.Latest.Add(slack)
}

func (p *Parser) at(c *civil, year int) (time.Time, bool) {
	c.year = year
	return p.instant(c)
}

// nearest takes the year that brings c nearest to near. On the 29th of February, that is one of 17.
func (p *Parser) nearest(c *civil, near time.Time) (best time.Time, found bool) {
	year, reach := near.UTC().Year(), 1
	if c.month == 2 && c.day == 29 {
		reach = 8
	}
	var least time.Duration
	for y := year - reach; y <= year+reach; y++ {
		t, ok := p.at(c, y)
		d := t.Sub(near).Abs()
		if !ok || found && d >= least {
			continue
		}
		if found && d > closeBy && !p.Latest.IsZero() && t.After(p.limit()) {
			continue
		}
		best, least, found = t, d, true
	}
	return best, found
}
