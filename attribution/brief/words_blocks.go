package brief

import "github.com/whence-go/whence/internal/phrase"

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
