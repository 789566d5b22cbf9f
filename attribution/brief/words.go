package brief

import (
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/phrase"
)

// words is a language: everything that this package knows of it. A new language is one value, in a file of its own. The
// comments name the arguments of the phrases. Numbers, names of countries, caveats and outcomes come from package text.
//
// In all of them, {n} and the like may choose the form of a word, as {n:day|days} does.
type words struct {
	tag language.Tag

	// tidy puts the spaces of the language in, such as those that must not end a line.
	tidy             func(string) string
	colon, semicolon string // between two texts, with their spaces
	// date is a day, as in "21 May 2024". day is one without its year. month is one to label an axis. clock is a time in a
	// sentence, in UTC.
	date, day, month, clock func(time.Time) string

	dated phrase.Phrase // name date: a database

	units   [3]phrase.Phrase // n, in the order of attribution.Unit: "source address|source addresses"
	theUnit [3]string        // "addresses", short
	ofUnit  [3]string        // as in a share of them: "source addresses", "events"

	kind, simulated, untitled string

	head    headPhrases
	say     sayPhrases
	over    overPhrases
	ways    map[caveat.Code][]named // to an answer, by what rules it out
	forged  forgedPhrases
	shares  sharesPhrases
	when    whenPhrases
	world   mapPhrases
	unusual unusualPhrases
	inside  insidePhrases
	base    basePhrases
	caveats caveatPhrases
	method  methodPhrases
	bursts  burstsPhrases
	foot    footPhrases
}

// headPhrases are those above everything.
type headPhrases struct {
	window    phrase.Phrase // kind title
	burst     phrase.Phrase // amount target span: the title, if the user gave none
	mostly    phrase.Phrase // amount target span: of all traffic, where most is to one target
	targets   phrase.Phrase // amount n span: of all traffic, to so many targets
	report    phrase.Phrase // amount span
	timeless  phrase.Phrase // amount
	sameDay   phrase.Phrase // date from to
	days      phrase.Phrase // from to, with their dates
	sofar     phrase.Phrase // date from to: a burst that runs
	untimed   string
	exact     phrase.Phrase // n
	estimated phrase.Phrase // n low high
	separator string
}

// clause is what a claim says of a unit, without its countries: "are a majority of the source addresses".
type clause struct{ holds, not [3]phrase.Phrase }

// sayPhrases are those of the first block.
type sayPhrases struct {
	heading string

	subject      phrase.Phrase // claimed database
	listed       phrase.Phrase // claimed: of a claim that no database is asked about
	shortSubject phrase.Phrase // claimed
	pronoun      string        // for the subject, in a second clause
	and, but     phrase.Phrase // first second

	majority, more, less, plurality clause // limit, the percentage of the claim

	withShare    phrase.Phrase // clause share
	claim        phrase.Phrase // claim: as a sentence
	quoted       phrase.Phrase // text
	unsettled    phrase.Phrase // subject clause low high
	noOpinion    phrase.Phrase // subject clause, for a claim beside others
	differ       phrase.Phrase // subject clause list
	opinion      phrase.Phrase // database share outcome
	provisional  phrase.Phrase // sentence clock
	hosting      phrase.Phrase // share
	noClaim      phrase.Phrase // list database: no claim was checked
	nobody       string        // nothing was counted
	unanswerable string
	noise        map[caveat.Code]phrase.Phrase // share
	wholly       phrase.Phrase                 // instead, if it is all of them

	whence      phrase.Phrase // n list database
	whenceAll   phrase.Phrase // n list database: all sources, since the new ones are not known
	whenceAbout phrase.Phrase // n list database: an estimate
	part        phrase.Phrase // share country, as it stands after "geolocated"
	noNew       string
	newTable    phrase.Phrase // from to n database
	newHead     [4]string     // country, new addresses, share of new, everyday share
	times       string
	only        string // "only in the burst"

	oneSource      phrase.Phrase // share unit; one address made it
	oneSourceAll   phrase.Phrase // n
	placesIt       phrase.Phrase // database placed
	placesNot      phrase.Phrase // database
	ofOne          string        // about a verdict on it
	twoNumbers     string
	oneAddress     phrase.Phrase // placed
	oneUnlocated   string
	otherAddresses phrase.Phrase // n
	twoHead        [3]string

	gauge        phrase.Phrase // unit claimed: what the gauge shows
	gaugeValue   phrase.Phrase // share high limit: up to
	gaugeBetween phrase.Phrase // share low high limit
	gaugeOpen    phrase.Phrase // low high limit
	gaugeAlone   phrase.Phrase // share limit
	noLimit      phrase.Phrase // text: a gauge without a limit
	limit        phrase.Phrase // limit
	about        phrase.Phrase // share

	counted     phrase.Phrase // x whole unit
	estimated   phrase.Phrase // n k unit
	atMost      phrase.Phrase // high n unit: if all without a country
	atLeast     phrase.Phrase // low
	between     phrase.Phrase // low high
	betweenAt   phrase.Phrase // low high confidence
	corrected   phrase.Phrase // share counted
	lead        phrase.Phrase // rival share
	amongNew    phrase.Phrase // share n unit outcome
	noAnswer    string
	disagreeing string

	stands     string
	standing   phrase.Phrase // amount span
	peak       phrase.Phrase // amount n interval
	standsText string

	moreClaims phrase.Phrase // n
	limitsName string
	limits     []string
	provisory  string
	oneLimits  string
	whyName    string
	why        string
}

// languages has every language. The first is for readers of any other.
var languages = []*words{&english, &french}

// wordsOf returns the words of the language that p prints.
func wordsOf(p *text.Printer) *words {
	for _, w := range languages {
		if w.tag == p.Language() {
			return w
		}
	}
	return languages[0]
}
