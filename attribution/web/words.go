package web

import (
	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/phrase"
)

// words are the headings and labels of the page in one language. Another language is one more
// value, listed in catalogues. Sentences about reports and verdicts are those of package text.
type words struct {
	tag language.Tag

	Title                                   string
	Countries, Running, Ended, Targets      string // headings
	NoBurst, NoRequest                      string
	Country, Share, Sources, Events         string // of columns
	Target, From, To, Provisional, Bursting string
	Claim, Check, Example                   string // of the form
	Report, AllBursts, JSON                 string // of links
	Careful                                 string

	lead                                              phrase.Phrase
	requests, dropped, noAddress, forwarded, database string
	since, andLate, age                               phrase.Phrase
	noDatabase                                        string
	moreCountries, moreBursts                         phrase.Phrase
	peak, others, top, topNew                         phrase.Phrase

	Separator string // between a name and its value
}

// catalogues has every language. The first is for readers of any other.
var catalogues = []*words{&english, &french}

// wordsOf returns the words in the language of a printer.
func wordsOf(tag language.Tag) *words {
	for _, w := range catalogues {
		if w.tag == tag {
			return w
		}
	}
	return catalogues[0]
}

// say fills in a phrase with names and texts.
func (w *words) say(p phrase.Phrase, namesAndTexts ...string) string {
	a := phrase.Args{}
	for i := 0; i+1 < len(namesAndTexts); i += 2 {
		a[namesAndTexts[i]] = phrase.Word(namesAndTexts[i+1])
	}
	return phrase.Say(p, a)
}

// count fills in a phrase about n things, and with a name.
func (w *words) count(p *text.Printer, of phrase.Phrase, n uint64, names string) string {
	return phrase.Say(of, phrase.Args{"n": {Text: p.Count(n), Form: p.Form(n)}, "names": phrase.Word(names)})
}
