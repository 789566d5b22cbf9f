package attribution

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/decide"
)

// ParseClaim reads a claim from its text form:
//
//	majority RU                  the same as RU > 50% of sources
//	plurality RU                 more sources than any other country
//	plurality RU of events
//	RU,BY > 40% of events        the countries taken together
//	outside FR,NC > 90% of bytes every country but these
//	US < 5%                      of sources, when no unit is given
//	AS64500,AS64501 > 40%        the autonomous systems taken together
//	list "hosting","vpn" > 50%   on any of the lists
//
// A claim about autonomous systems or lists may begin with majority or outside, too. The
// name of a list stands between quotation marks; in it, \" stands for " and \\ for \.
// Letter case does not matter but in the name of a list, nor does white space around the
// signs and the comma. The error names the column where reading stopped, in bytes from 1.
// It wraps [ErrInvalidClaim].
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

// maxClaim is in bytes: maxNetworks, with as much again for a limit of the least share there is. Every country with its
// comma is below a quarter of that.
const maxClaim = maxNetworks + 1024

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
		p.places(&c)
		c.unit = p.optionalUnit()
	case "plurality":
		c.kind = decide.Plurality
		at := p.at
		switch n := p.places(&c); {
		case c.networks != "":
			p.fail(at, noPluralityOfNetworks)
		case n > 1:
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
	return c
}

// comparison reads "RU,BY > 40% of events".
func (p *claimParser) comparison(c *Claim) {
	p.places(c)
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

// places reads "RU,BY", "AS64500,AS64501" or "list "a","b"" into a claim, and tells how many
// different ones there are.
func (p *claimParser) places(c *Claim) (n int) {
	p.space()
	at := p.at
	if strings.EqualFold(p.word(), "list") {
		names := p.names()
		p.networks(at, c, namesOf(names))
		return len(names)
	}
	p.at = at
	var numbers []uint32
	for p.err == nil {
		p.space()
		at := p.at
		code := p.word()
		switch number, isSystem := p.number(code); {
		case code == "":
			p.fail(at, "want a two-letter country code, a number such as AS64500, or a list")
		case isSystem && n > 0, !isSystem && len(numbers) > 0:
			p.fail(at, "a claim is about countries or about autonomous systems, not about both")
		case isSystem:
			numbers = append(numbers, number)
		default:
			n += p.country(at, code, c)
		}
		if p.space(); !p.take(",") {
			break
		}
	}
	if len(numbers) > 0 {
		p.networks(at, c, systemsOf(numbers))
	}
	return n + len(numbers)
}

// country adds a country to a claim, and tells how many new ones that is.
func (p *claimParser) country(at int, code string, c *Claim) int {
	o, err := geo.ParseOrigin(code)
	switch {
	case err != nil || !o.IsCountry():
		p.fail(at, "%q is not a country code", code)
	case !c.countries.Has(o):
		c.countries.Add(o)
		return 1
	}
	return 0
}

// number reads the number that follows "AS". AS alone is American Samoa.
func (p *claimParser) number(code string) (number uint32, isSystem bool) {
	begin := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	if p.at == begin || !strings.EqualFold(code, "AS") {
		p.at = begin
		return 0, false
	}
	n, err := strconv.ParseUint(p.text[begin:p.at], 10, 32)
	if err != nil || n == 0 {
		p.fail(begin, "%.20q is not the number of an autonomous system, 1 to 4294967295", p.text[begin:p.at])
	}
	return uint32(n), true
}

// names reads the names of lists.
func (p *claimParser) names() (names []string) {
	for p.err == nil {
		names = append(names, p.name())
		if p.space(); !p.take(",") {
			break
		}
	}
	return names
}

// name reads a name between quotation marks.
func (p *claimParser) name() string {
	p.space()
	at := p.at
	if !p.take(`"`) {
		p.fail(at, "want the name of a list between quotation marks")
		return ""
	}
	var b strings.Builder
	for p.at < len(p.text) {
		switch {
		case p.take(`"`):
			name := b.String()
			if why := badListName(name); why != "" {
				p.fail(at, "%s", why)
			}
			return name
		case p.take(`\"`):
			b.WriteByte('"')
		case p.take(`\\`):
			b.WriteByte('\\')
		case p.text[p.at] == '\\':
			p.fail(p.at, `want \" or \\`)
			return ""
		default:
			b.WriteByte(p.text[p.at])
			p.at++
		}
	}
	p.fail(p.at, "want a quotation mark at the end of the name")
	return ""
}

// networks sets what a claim is about, which may be too much.
func (p *claimParser) networks(at int, c *Claim, networks string) {
	c.networks = networks
	if len(networks) > maxNetworks {
		p.fail(at, tooManyNetworks)
	}
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
