package text

import (
	"io"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
)

// Printer writes sentences and tables in one language. Make one with [NewPrinter]; the zero Printer is invalid. It is
// immutable and safe for concurrent use.
type Printer struct {
	words *catalogue
}

// catalogues has every language. The first is the one for readers of any other.
var catalogues = []*catalogue{&english, &french}

// NewPrinter returns a Printer for the best match of the languages that a reader prefers, most preferred first. Without
// a match it prints English.
func NewPrinter(preferred ...language.Tag) *Printer {
	_, i, _ := language.NewMatcher(Languages()).Match(preferred...)
	return &Printer{catalogues[i]}
}

// Languages returns the languages that a Printer can print.
func Languages() []language.Tag {
	var tags []language.Tag
	for _, c := range catalogues {
		tags = append(tags, c.tag)
	}
	return tags
}

// Outcome returns the word for an outcome, such as "supported".
func (p *Printer) Outcome(o attribution.Outcome) string {
	if int(o) < len(p.words.outcomes) {
		return p.words.outcomes[o]
	}
	return o.String()
}

// Country returns the name of a country, such as "Russia", or the word for addresses without one. The names are those
// of Unicode CLDR.
func (p *Printer) Country(o geo.Origin) string { return p.words.name(o) }

// Caveat returns one or two sentences about a caveat. [Printer.Verdict] says more about some, with numbers from its
// report. A code that this package does not know gives the code itself and its number.
func (p *Printer) Caveat(c caveat.Caveat) string { return teller{p: p}.caveat(c) }

// unit is the argument for a unit of claims. Words may depend on which it is.
func (p *Printer) unit(u attribution.Unit) arg {
	if int(u) < len(p.words.units) {
		return arg{Text: p.words.units[u], Form: int(u)}
	}
	return word(u.String())
}

// write writes a text at once.
func write(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}
