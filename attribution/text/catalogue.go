package text

import (
	"maps"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/geo"
)

// A catalogue is a language: everything that this package knows of it. Layout, numbers, and the choice of what is said
// are in other files, which know no language. The comments name the arguments of the phrases.
type catalogue struct {
	tag language.Tag

	// form is the form of words that go with a number of things, see [phrase].
	form func(n float64) int

	// country is the name of a country by its code. The others are that name with the article or preposition that it
	// needs: in the phrases inside and outside, and as the subject of a sentence.
	country, to, notIn, subject func(code string) string

	// date is the day of a time, moment the time to the second, and period all between two. All are told in UTC.
	date, moment func(time.Time) string
	period       func(from, to time.Time) string

	decimal, group string // in numbers: 1,234.5
	comma, and, or string // in lists

	percent, lessThan, moreThan phrase    // n
	about                       phrase    // n, of an estimate
	interval, upTo, from        phrase    // in tables: value low high
	spans                       [4]phrase // days, hours, minutes, seconds: n
	quote                       phrase    // name
	database, undated           phrase    // name date
	more                        phrase    // n, of databases that are not named
	unnamed                     string

	outcomes [4]string // in the order of attribution.Outcome
	units    [3]string // in the order of attribution.Unit
	losses   [5]phrase // in the order of attribution.Loss: n
	origins  [2]string // unlocated, reserved

	inside, insideOne       phrase // claimed: countries, of addresses and of one address
	outside                 phrase // claimed: countries
	insideMany, outsideMany phrase // n countries, which are not named
	inCountry, inNetwork    phrase // place, of sources that are not claimed

	report   reportPhrases
	account  accountPhrases
	baseline baselinePhrases
	network  networkPhrases
	holders  holderPhrases
	burst    burstPhrases
	evidence evidencePhrases
	verdict  verdictPhrases
	spoofing spoofingPhrases
	caveats  map[string]phrase // see caveat.go
}

// reportPhrases are those around the tables of a report.
type reportPhrases struct {
	title                               phrase // database
	reflected, forged, cut, proxied     phrase // that the table does not show who sent the traffic
	nothing                             phrase
	sources, estimate                   phrase // n; n low high
	events, bytes, span                 phrase // n; n; period
	origin, amount, share, shareBetween phrase // headings of columns: unit

	hidden                           phrase // n
	counted, each, joint             phrase // joint: confidence
	looked, lookedMixed              phrase // rate; rate finest
	sample, sketches                 phrase // n
	wrong, wrongTogether             phrase
	someForged                       phrase // low high
	stray                            phrase // n tested
	reserved, reservedEvents         phrase // n; n events
	lost                             phrase // list
	credit                           phrase // credit
	compared, comparedSample, differ phrase // n
	notShown                         phrase // n
	every                            phrase
}

// accountPhrases say what the input was read as. The maps have what docs/INPUTS.md names, by its code or role.
type accountPhrases struct {
	input                        phrase            // format
	fields                       phrase            // list
	number                       phrase            // n, of a field that has no name
	field, fieldNext, noField    phrase            // role name; instead as well; role instead
	roles                        map[string]phrase // of fields
	used, usedOf                 phrase            // n; lines as well
	noRecords, excluded, undated phrase            // n
	untimed                      phrase
	span                         phrase            // period
	notTaken                     map[string]phrase // by role: name
	otherNotTaken                phrase            // name role
	unread, unreadSomewhere      phrase            // n why; place as well
	atLine, atPacket, atEnd      phrase            // line byte; n: a place
	moreUnread                   phrase            // n
	lost, lostSomewhere          phrase            // lost; place as well
	faults                       map[string]phrase // why a record was not read
	notes                        map[string]phrase // n subject
	off                          phrase            // list
	takenOff                     map[string]phrase // n
}

// verdictPhrases are those of a verdict.
type verdictPhrases struct {
	head, provisional phrase // outcome claim; look

	alone, aloneIn, aloneUnlocated          phrase // n events claimed database
	dominant, dominantIn, dominantUnlocated phrase // share claimed

	counted, countedNew, ofUnit        phrase // x n whole share claimed database
	estimated, estimatedNew            phrase // n k share claimed database
	registers, registersNew            phrase // n share claimed database
	bounds, atMost, atLeast            phrase // low high
	between, population                phrase // low high confidence
	unseen, corrected, doubted         phrase // low high confidence; share as well
	located, reversal                  phrase // share unit
	rival, rivalOnly, noRival          phrase // rival share
	lead, leadBetween                  phrase // points; low high as well
	behind, behindBetween              phrase // points; low high as well
	families                           phrase // n family share, and the same of the other: n2 family2 share2
	networks, networksSample, weight   phrase // claimed networks; effective
	amongSeen, estimatedAll            phrase // share outcome; share events seen once
	each, opinion, disagreement, right phrase // letter database share outcome differ; low high
	holds, holdsNot                    phrase // share unit
}

// baselinePhrases are those around the tables of new sources.
type baselinePhrases struct {
	title, since, untimed                  phrase // database; period n
	totals, nothing                        phrase // n all
	fresh, shareOfNew, shareOfUsual, lift  phrase // headings of columns
	onlyNew                                phrase // low
	counted, sampled, registers, intervals phrase // n
	everyday, hardly, withoutThem          phrase // n low high; high; heading of a column
	makers, amongMakers                    phrase // n events share; n unit share outcome
}

// networkPhrases are those around the table of networks, systems and lists.
type networkPhrases struct {
	title                      phrase // claimed
	ipv4, ipv6, systems, lists phrase // headings of rows
	ofThese, ofAll, ofEvents   phrase // headings of columns
	nothing, sampled           phrase
}

// holderPhrases are those of whose networks the sources are in, and of claims about that.
type holderPhrases struct {
	systems, otherSystems         phrase // claimed: systems, with the form of their number
	systemsMany, otherSystemsMany phrase // n, which are not named
	lists, offLists               phrase // claimed: n lists
	listsMany, offListsMany       phrase // n, which are not named

	title, systemsBy          phrase // database
	others, hidden            phrase // n
	noSystem, noList, unknown phrase // names of rows; instead of a share
	several                   phrase
	hosted                    phrase // share

	listed, listedNew, listedOfUnit     phrase // x n whole share claimed
	listedEstimated, listedEstimatedNew phrase // n k share claimed
	unitOfSample, listedUnitOfSample    phrase // k unit share claimed; database
	located                             phrase // unit share
	holdsSystem, holdsList, holdsNot    phrase // share unit
}

// burstPhrases are those of a burst.
type burstPhrases struct {
	head                        phrase // id target
	everything                  phrase // the target of a burst of all traffic
	network, domain, directory  phrase // a target that is a group: name
	running, ended              phrase // from to interval; period interval
	whence, whenceOthers        phrase // n list database: the new sources; those that would not have come anyway
	whenceAll, whenceUnknown    phrase // n list database, where nobody knows which are new; nothing
	top, next, noCountry        phrase // share country, of the first origin and the others; share
	size, records               phrase // events sources; n, instead of events where these are not known
	sourcesOnly, noEvents       phrase // sources: not even the records are known; beside records
	peak, inSources             phrase // events interval expected; n interval
	notLargest, first, largest  phrase // span times
	unprecedented               phrase
	parent                      phrase // id
	children, others, more      phrase // n: the head of a list of targets, for all traffic or a target; the rest of it
	child, childRuns            phrase // target events n interval period
	childApart                  phrase
	among, amongUnit, amongNone phrase // n unit share outcome; reason
}

// evidencePhrases say whether a file holds.
type evidencePhrases struct {
	holds, counts             phrase // n
	otherMethod               phrase // method own
	changed, differs, nothing phrase
	place                     phrase // path offset stated recomputed
	absent                    phrase // instead of stated or recomputed
}

// spoofingPhrases say what makes sources look forged.
type spoofingPhrases struct {
	dark, bogons, pairs phrase // n tested; n; n expected
}

// name is that of an origin.
func (c *catalogue) name(o geo.Origin) string {
	switch {
	case o == geo.Unlocated:
		return c.origins[0]
	case o == geo.Reserved:
		return c.origins[1]
	case o.IsCountry():
		return c.country(o.String())
	}
	return o.String()
}

// joinedCaveats puts phrases from several files into one map.
func joinedCaveats(parts ...map[string]phrase) map[string]phrase {
	all := map[string]phrase{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}
