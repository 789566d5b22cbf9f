package text

import (
	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

// namedCountries is the number of countries of a claim up to which a sentence names them all.
const namedCountries = 4

// claimed says where a claim says that sources are: "geolocated to Russia (RU) or Belarus (BY)", "in networks of
// AS64500 "Example"" or "on the list "hosting"". The networks name the systems; nil: nothing does.
func (p *Printer) claimed(c attribution.Claim, n *attribution.Networks) string {
	switch placeOf(c) {
	case aSystem:
		return p.inSystems(c, n)
	case aList:
		return p.onLists(c)
	}
	return p.inCountries(c, true)
}

// inCountries says in which countries a claim says that sources are, with their codes or without.
func (p *Printer) inCountries(c attribution.Claim, codes bool) string {
	w := p.words
	named, many, name, joint := w.inside, w.insideMany, w.to, w.or
	if c.IsOutside() {
		named, many, name, joint = w.outside, w.outsideMany, w.notIn, w.and
	}
	var countries []string
	for o := range c.Countries() {
		country := name(o.String())
		if codes {
			country += " (" + o.String() + ")"
		}
		countries = append(countries, country)
	}
	if n := uint64(len(countries)); n > namedCountries {
		return say(many, args{"n": p.count(n)})
	}
	return say(named, args{"countries": word(p.joined(countries, joint))})
}

// placed says the same of one address in one country.
func (p *Printer) placed(o geo.Origin) string {
	return say(p.words.insideOne, args{"countries": word(p.toCode(o))})
}

// toCode is a country as addresses are geolocated to it: "the United States (US)".
func (p *Printer) toCode(o geo.Origin) string {
	return p.words.to(o.String()) + " (" + o.String() + ")"
}

// withCode is a country as the subject of a sentence: "Russia (RU)".
func (p *Printer) withCode(o geo.Origin) string {
	return p.words.subject(o.String()) + " (" + o.String() + ")"
}

// namedDatabases is the number of merged databases up to which a sentence names them all.
const namedDatabases = 3

// by names the databases that located sources.
func (p *Printer) by(databases []attribution.Database) string {
	var names []string
	for _, d := range databases[:min(len(databases), namedDatabases)] {
		names = append(names, p.database(d))
	}
	if more := len(databases) - len(names); more > 0 {
		names = append(names, say(p.words.more, args{"n": p.count(uint64(more))}))
	}
	if len(names) == 0 {
		return p.words.unnamed
	}
	return p.joined(names, p.words.and)
}

// database names one with its date.
func (p *Printer) database(d attribution.Database) string {
	name := p.words.unnamed
	if clean(d.Name, longestName) != "" {
		name = p.quoted(d.Name)
	}
	phrase := p.words.database
	if d.Built.IsZero() {
		phrase = p.words.undated
	}
	return say(phrase, args{"name": word(name), "date": word(p.words.date(d.Built.UTC()))})
}

// letter names the i-th database, from 0: A, B, and so on to Z, then A26.
func (p *Printer) letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return "A" + p.grouped(uint64(i))
}
