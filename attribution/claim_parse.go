package attribution

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/decide"
	"github.com/whence-go/whence/internal/snapshot"
)

// ParseClaim reads a claim from its text form:
//
//	majority RU                  the same as RU > 50% of sources
//	plurality RU                 more sources than any other country
//	plurality RU of events
//	RU,BY > 40% of events        the countries taken together
//	outside FR,NC > 90% of bytes every country but these
//	US < 5%                      of sources, when no unit is given
//
// Letter case does not matter, nor does white space around the signs and the comma. The
// error names the column where reading stopped, in bytes from 1. It wraps
// [ErrInvalidClaim].
func ParseClaim(text string) (Claim, error) {
	p := claimParser{text: text}
	c := p.claim()
	if p.err == nil {
		p.err = c.Validate()
	}
	if p.err != nil {
		return Claim{}, p.err
	}
	return c, nil
}

const maxClaim = 4096 // bytes; every country with its comma is below a quarter

type claimParser struct {
	text string
	at   int
	err  error
}

// fail notes the first thing wrong, at the given byte.
func (p *claimParser) fail(at int, format string, args ...any) {
	if p.err == nil {
		what := fmt.Sprintf(format, args...)
		p.err = fmt.Errorf("attribution: %w: column %d of %.60q: %s", ErrInvalidClaim, at+1, p.text, what)
	}
}

func (p *claimParser) claim() (c Claim) {
	if len(p.text) > maxClaim {
		p.fail(maxClaim, "text too long")
		return c
	}
	begin := p.at
	switch word := strings.ToLower(p.word()); word {
	case "majority":
		c.kind, c.percent = decide.MoreThan, 50
		c.countries, _ = p.countries()
		c.unit = p.optionalUnit()
	case "plurality":
		c.kind = decide.Plurality
		at, n := p.at, 0
		if c.countries, n = p.countries(); n > 1 {
			p.fail(at, "a plurality is of one country")
		}
		c.unit = p.optionalUnit()
	case "outside":
		c.outside = true
		p.comparison(&c)
	default:
		p.at = begin
		p.comparison(&c)
	}
	if p.space(); p.at < len(p.text) {
		p.fail(p.at, "nothing more is expected")
	}
	c.check()
	return c
}

// comparison reads "RU,BY > 40% of events".
func (p *claimParser) comparison(c *Claim) {
	c.countries, _ = p.countries()
	p.space()
	switch {
	case p.take(">"):
		c.kind = decide.MoreThan
	case p.take("<"):
		c.kind = decide.LessThan
	default:
		p.fail(p.at, "want > or <")
	}
	if p.at < len(p.text) && p.text[p.at] == '=' {
		p.fail(p.at, "want > or <, a claim does not include its limit")
	}
	c.percent = p.percentage()
	c.unit = p.optionalUnit()
}

// countries reads "RU,BY" and tells how many different countries it names.
func (p *claimParser) countries() (countries snapshot.Origins, n int) {
	for p.err == nil {
		p.space()
		at := p.at
		code := p.word()
		o, err := geo.ParseOrigin(code)
		switch {
		case code == "":
			p.fail(at, "want a two-letter country code")
		case err != nil || !o.IsCountry():
			p.fail(at, "%q is not a country code", code)
		case !countries.Has(o):
			countries.Add(o)
			n++
		}
		if p.space(); !p.take(",") {
			break
		}
	}
	return countries, n
}

func (p *claimParser) percentage() float64 {
	p.space()
	at := p.at
	for p.at < len(p.text) && strings.IndexByte("0123456789.", p.text[p.at]) >= 0 {
		p.at++
	}
	v, err := strconv.ParseFloat(p.text[at:p.at], 64)
	switch {
	case err != nil:
		p.fail(at, "want a percentage such as 40%%")
	case v > 100:
		p.fail(at, "%s%% is more than everything", p.text[at:p.at])
	}
	if p.space(); !p.take("%") {
		p.fail(p.at, "want %%")
	}
	return v
}

// optionalUnit reads "of sources", "of events" or "of bytes", or nothing.
func (p *claimParser) optionalUnit() Unit {
	p.space()
	if p.at == len(p.text) {
		return Sources
	}
	at := p.at
	if !strings.EqualFold(p.word(), "of") {
		p.fail(at, "want \"of sources\", \"of events\" or \"of bytes\"")
		return Sources
	}
	p.space()
	at = p.at
	i := slices.Index(unitNames[:], strings.ToLower(p.word()))
	if i < 0 {
		p.fail(at, "want sources, events or bytes")
		return Sources
	}
	return Unit(i)
}

// word takes the letters that come next, after any white space.
func (p *claimParser) word() string {
	p.space()
	begin := p.at
	for p.at < len(p.text) {
		if b := p.text[p.at] | 0x20; b < 'a' || b > 'z' {
			break
		}
		p.at++
	}
	return p.text[begin:p.at]
}

func (p *claimParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *claimParser) take(s string) bool {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}
