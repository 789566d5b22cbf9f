package text

import (
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
)

// What follows is for other layouts than the lines and tables of this package.

// Language returns the language that p prints.
func (p *Printer) Language() language.Tag { return p.words.tag }

// Form returns which form of a word goes with a number of things, from 0: the singular, then the others.
func (p *Printer) Form(n uint64) int { return p.words.form(float64(n)) }

// Count prints a number of things, such as "94,925".
func (p *Printer) Count(n uint64) string { return p.grouped(n) }

// Sources prints a number of sources of a report: "5,214" if they were counted, else the first three digits.
func (p *Printer) Sources(r attribution.Report, n uint64) string { return p.some(&r, n).Text }

// Number prints a number that need not be whole: with one decimal below 10, else as a whole.
func (p *Printer) Number(v float64) string { return p.number(v).Text }

// Times prints a factor, rounded down, such as "12.4". It is never rounded to 0 or 1.
func (p *Printer) Times(v float64) string { return p.times(v, down) }

// Share prints a share from 0 to 1 in percent, such as "57.7 %". It is never printed on another side of a limit than it
// is, and never as 0 or 100 % if it is not that. Limits are in percent.
func (p *Printer) Share(share float64, limits ...float64) string { return p.share(share, limits...) }

// AtLeast prints a share that is the lower end of something, rounded down.
func (p *Printer) AtLeast(share float64, limits ...float64) string {
	return p.atLeast(share, limits...)
}

// AtMost prints a share that is the upper end of something, rounded up.
func (p *Printer) AtMost(share float64, limits ...float64) string { return p.atMost(share, limits...) }

// Interval prints a share with its interval, if it has one, such as "37.0 % (36.1–38.0 %)".
func (p *Printer) Interval(s attribution.Share, limits ...float64) string {
	return p.cell(s, limits...)
}

// Percent prints a percentage that somebody chose, such as the limit of a claim: "50 %".
func (p *Printer) Percent(v float64) string { return p.confidence(v / 100) }

// Span prints a duration, rounded down, in the largest unit of which there are two, or exactly one.
func (p *Printer) Span(d time.Duration) string { return p.span(d) }

// Ratio prints how many times as much there is, with its interval.
func (p *Printer) Ratio(q baseline.Ratio) string { return p.ratio(q) }

// Joined lists things: "a, b and c".
func (p *Printer) Joined(things ...string) string { return p.joined(things, p.words.and) }

// Quoted returns the name of something in quotation marks, on one line and cut to a length.
func (p *Printer) Quoted(name string) string { return p.quoted(name) }

// Target says what was hit. The zero Target is all traffic.
func (p *Printer) Target(t monitor.Target) string { return p.target(t) }

// Database names a database with its date.
func (p *Printer) Database(d attribution.Database) string { return p.database(d) }

// Claimed says where a claim says that sources are, such as "geolocated to Russia or Belarus", or in whose networks.
// The networks of the report name autonomous systems; nil: they have numbers alone.
func (p *Printer) Claimed(c attribution.Claim, n *attribution.Networks) string {
	if placeOf(c) == aCountry {
		return p.inCountries(c, false)
	}
	return p.claimed(c, n)
}

// CountryTo returns the name of a country as it stands in a sentence after "geolocated to", such as "the United
// States". In languages where the preposition depends on the country, it is part of it.
func (p *Printer) CountryTo(o geo.Origin) string { return p.words.to(o.String()) }

// Placed says where one source is, such as "geolocated to the United States".
func (p *Printer) Placed(o geo.Origin) string {
	return say(p.words.insideOne, args{"countries": word(p.words.to(o.String()))})
}

// VerdictCaveat puts a caveat of a verdict into words, with numbers of its report. The verdict is one of the report's.
func (p *Printer) VerdictCaveat(r attribution.Report, v attribution.Verdict, c caveat.Caveat) string {
	return teller{p: p, r: &r, v: &v}.caveat(c)
}

// Loss says that so many records are in no count, and why.
func (p *Printer) Loss(reason attribution.Loss, n uint64) string { return p.loss(reason, n) }

// Warnings say, in sentences, why the table of a report does not show who sent the traffic: reflected, forged, cut, or
// behind a proxy. There are none if it may.
func (p *Printer) Warnings(r attribution.Report) []string { return p.warnings(&r) }
