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

// overPhrases are those of what would overturn a verdict.
type overPhrases struct {
	heading, lead string
	name          phrase.Phrase // outcome unit
	nameOfAll     phrase.Phrase // outcome unit claimed, where verdicts would have one name
	counted       phrase.Phrase // n whole unit share
	estimated     phrase.Phrase // share unit
	never         string
	busy          phrase.Phrase // n share
	here          string
	hereText      phrase.Phrase // database
	good          string
	goodText      string
	second        phrase.Phrase // database list: other databases agree
	finding       phrase.Phrase // share unit
	leaves        phrase.Phrase // share
	oneSource     []named
	ways          string // heading of the ways to an answer
}

// forgedPhrases are those of the test of forged addresses.
type forgedPhrases struct {
	heading      string
	caption      phrase.Phrase // n low
	head         [4]string
	pairs, thin  string
	clustered    string
	dark, nobody string
	bogons       string
	impossible   string
	mix, noise   string
	more         string // than chance explains
	notZero      string
}

// sharesPhrases are those of the bars by country.
type sharesPhrases struct {
	heading, headingOne                     string
	claimed, others, upTo, interval, limits phrase.Phrase // limit
	caption                                 phrase.Phrase // database
	captions                                phrase.Phrase // of several databases
	sampled                                 phrase.Phrase // n
	looked                                  phrase.Phrase // rate
	leftOut                                 phrase.Phrase // n events
	origin                                  string
	sources, events, bytes                  string
	byDatabase                              phrase.Phrase // name
	total                                   phrase.Phrase // n
	rest                                    phrase.Phrase // n
	restSummary                             phrase.Phrase // n
	noCountry                               string
	unknown                                 string
	share                                   string
	tooFew                                  phrase.Phrase // n
	noEvents                                string
}

// whenPhrases are those of the timeline.
type whenPhrases struct {
	heading        string
	lasted         phrase.Phrase // span n interval
	runs           phrase.Phrase // clock n interval
	sources        phrase.Phrase // interval
	events         phrase.Phrase // interval
	told           phrase.Phrase // before peak at after
	onset, end     string
	soFar          string
	note           phrase.Phrase // interval
	noSources      string
	second, minute string
	each           phrase.Phrase // n seconds: of another interval
}

// mapPhrases are those of the map.
type mapPhrases struct {
	heading string
	name    string
	told    phrase.Phrase // list
	part    phrase.Phrase // country share
	more    phrase.Phrase // n
	classes [5]string     // from most to none
	caption phrase.Phrase // database
	claimed phrase.Phrase
	borders string
	dot     string
}

// unusualPhrases are those of the comparison with the address space.
type unusualPhrases struct {
	heading string
	lead    phrase.Phrase // country share space times
	caption phrase.Phrase // before as well
	before  phrase.Phrase // n span
	head    [5]string     // country, burst, before, space; all sources instead of the burst
	none    string
}

// insidePhrases are those of networks and lists.
type insidePhrases struct {
	heading string
	caption phrase.Phrase
	systems phrase.Phrase // database
	name    string
	sampled string

	others           phrase.Phrase // n: systems that are not shown
	noSystem, noList string        // names of rows
}

// basePhrases are those of a burst against everyday traffic.
type basePhrases struct {
	heading       string
	seen          phrase.Phrase // n whole
	seenText      phrase.Phrase // span
	allNew        string
	everyday      phrase.Phrase // n low high
	against       phrase.Phrase // n expected
	againstText   phrase.Phrase // interval
	times         phrase.Phrase // times
	timesText     phrase.Phrase // span
	first         string
	firstText     phrase.Phrase // span
	notLargest    phrase.Phrase // n
	notLargeText  phrase.Phrase // span
	unprecedented string
	tooShort      string
	noBaseline    named
	targets       phrase.Phrase // n
	targetsText   phrase.Phrase // list
	andMore       phrase.Phrase // n
	target        phrase.Phrase // target n
}

// caveatPhrases are those of what to read with care.
type caveatPhrases struct {
	heading string
	more    phrase.Phrase // n
	nothing string
}

// methodPhrases are those of how it was made.
type methodPhrases struct {
	heading             string
	counted             string
	sources             phrase.Phrase // prefix
	one, sample, sketch phrase.Phrase // n
	event               string
	confidence          phrase.Phrase // confidence
	joint               phrase.Phrase // confidence
	interim             phrase.Phrase // n confidence
	input               string
	read                phrase.Phrase // format n
	lost                phrase.Phrase // list
	database            string
	databases           string
	credit              phrase.Phrase // credit
	digest              string
	claims              string
	verdict             phrase.Phrase // claim outcome
	check               string
	checkText           phrase.Phrase // file
	digestOf            phrase.Phrase // file
	again               string
	limits              string
	limitsText          string
	noEvidence          string // the limits where there is no evidence file
	noNetworks          string
	table               string
	tableText           string
	tableNoise          string
	versions            phrase.Phrase // schema method
}

// burstsPhrases are those of several bursts.
type burstsPhrases struct {
	title      phrase.Phrase // n span
	titleOn    phrase.Phrase // n span title
	inBursts   phrase.Phrase // amount
	largest    phrase.Phrase // n span list
	counts     phrase.Phrase // n of subject clause
	notIn      phrase.Phrase // n
	open       phrase.Phrase // n
	none       phrase.Phrase // n
	each       string        // each has a claim of its own
	apart      phrase.Phrase // n
	strip      string
	stripTold  phrase.Phrase // n from to list
	stripNote  phrase.Phrase // n
	one        phrase.Phrase // date amount
	list       phrase.Phrase // n
	caption    phrase.Phrase // database
	claim      phrase.Phrase // claim: the first one, if it is that of all bursts
	head       [5]string
	noHistory  string
	noShare    string
	unknown    string
	oneSource  phrase.Phrase // share
	between    phrase.Phrase // low high
	targets    phrase.Phrase // n
	details    phrase.Phrase // n
	detail     phrase.Phrase // number date title
	more       phrase.Phrase // n
	listedMore phrase.Phrase // n
	noBurst    string
}

// footPhrases are those below everything.
type footPhrases struct {
	shapes, made, script string
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
