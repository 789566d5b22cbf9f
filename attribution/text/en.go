package text

import (
	"strings"
	"time"

	"golang.org/x/text/language"
)

// english is the language of this module. Every sentence has at most 25 words, and says first what was seen, then what
// follows.
var english = catalogue{
	tag: language.English,
	form: func(n float64) int {
		if n == 1 {
			return 0
		}
		return 1
	},
	country: countryEN, to: withArticle, notIn: withArticle, subject: withArticle,
	date:    func(t time.Time) string { return t.Format(time.DateOnly) },
	moment:  momentEN,
	period:  func(from, to time.Time) string { return momentEN(from) + " to " + momentEN(to) },
	decimal: ".", group: ",", comma: ", ", and: " and ", or: " or ",
	percent: "{n} %", lessThan: "less than {n}", moreThan: "more than {n}", about: "about {n}", interval: "{value} " +
		"({low}–{high})", upTo: "{value} (up to {high})", from: "{value} (from {low})",
	spans: [4]phrase{
		"{n} {n:day|days}", "{n} {n:hour|hours}", "{n} {n:minute|minutes}", "{n} {n:second|seconds}",
	},
	quote: `"{name}"`, database: "{name} of {date}", undated: "{name}", more: "{n} more {n:database|databases}",
	unnamed:  "an unnamed database",
	outcomes: [4]string{"undecided", "supported", "refuted", "inadmissible"},
	units:    [3]string{"sources", "events", "bytes"},
	losses: [5]phrase{
		"{n} {n:record that was|records that were} not understood",
		"{n} {n:record that was|records that were} too late",
		"{n} {n:record|records} without a time",
		"{n} {n:record|records} with an impossible time",
		"{n} {n:record that was|records that were} dropped to save memory",
	},
	origins: [2]string{"unlocated", "reserved"},
	inside:  "geolocated to {countries}", insideOne: "geolocated to {countries}",
	outside:     "geolocated outside {countries}",
	insideMany:  "geolocated to one of the {n} countries of the claim",
	outsideMany: "geolocated outside the {n} countries of the claim",
	inCountry:   "in {place}", inNetwork: "in {place}",

	report: reportPhrases{
		title:     "IP addresses by the country that they are geolocated to by {database}",
		reflected: "These are reflectors, not attackers: servers that answered requests which somebody else sent.",
		forged:    "These are forged addresses. The table shows the address space, not where traffic came from.",
		cut:       "The addresses were cut before they were counted. These are networks, not sources.",
		proxied:   "Most events come from reserved addresses, as behind a proxy. Their true origin is not visible.",
		nothing:   "No public source was counted.",
		sources:   "{n} distinct {n:source|sources}",
		estimate:  "about {n} distinct sources (95 % interval {low} to {high})",
		events:    "{n} {n:event|events}", bytes: "{n} {n:byte|bytes}", span: "{period} UTC",
		origin: "origin", amount: "{unit}", share: "share of {unit}", shareBetween: "share of {unit} (interval)",

		hidden:  "{n} more {n:country is|countries are} not shown.",
		counted: "All sources were counted one by one.",
		each:    "Each interval has 95 % confidence. Shares need not add up to 100 %.",
		joint:   "All intervals together have {confidence} confidence. Shares need not add up to 100 %.",
		looked:  "Only 1 in {rate} packets or flows was looked at. The table has only those.",
		lookedMixed: "Only 1 in {finest} to 1 in {rate} packets or flows was looked at. Events and bytes are estimates " +
			"of all.",
		sample:   "The countries are those of a sample of {n} {n:source|sources}.",
		sketches: "The sources are known from HyperLogLog registers alone. Their events are not known.",
		wrong:    "The database may be wrong.", wrongTogether: "All databases may be wrong together.",
		someForged: "Between {low} and {high} of the sources are forged (95 % interval). They are spread over the rows " +
			"as the address space is.",
		stray: "{n} of the {tested} tested {tested:source lies|sources lie} in networks without users, though not as if " +
			"drawn from the whole address space. Whether others are forged is not known.",
		reserved:       "{n} {n:source|sources} with reserved addresses {n:is|are} in no row and in no total.",
		reservedEvents: "{n} {n:source|sources} with reserved addresses ({events}) {n:is|are} in no row and in no total.",
		lost:           "Not counted: {list}.",
		credit:         "Credit: {credit}",
		compared:       "What each database says of the same {n} {n:source|sources}, as shares:",
		comparedSample: "What each database says of a sample of {n} {n:source|sources}, as shares:",
		differ:         "placed differently from A",
		notShown:       "{n} more {n:database is|databases are} not shown.",
		every:          "About all of these verdicts:",
	},

	account: accountEnglish,

	verdict: verdictPhrases{
		head: "{outcome}: {claim}", provisional: " (provisional, look {look})",
		alone:             "{n:The|All} {events} came from one address.",
		aloneIn:           "{n:The|All} {events} came from one address, {claimed} by {database}.",
		aloneUnlocated:    "{n:The|All} {events} came from one address, which has no country in the database.",
		dominant:          "One address sent {share} of the events.",
		dominantIn:        "One address, {claimed}, sent {share} of the events.",
		dominantUnlocated: "One address, which has no country in the database, sent {share} of the events.",
		counted: "{x} of the {n} distinct {n:source|sources} ({share}) {x:is an IP address|are IP addresses} {claimed} " +
			"by {database}.",
		registers: "{share} of about {n} distinct sources are IP addresses {claimed} by {database}.",
		countedNew: "{x} of the {n} new {n:source|sources} ({share}) {x:is an IP address|are IP addresses} {claimed} " +
			"by {database}.",
		registersNew: "{share} of about {n} new sources are IP addresses {claimed} by {database}.",
		estimatedNew: "In a sample of {k} of about {n} new sources, {share} are IP addresses {claimed} by {database}.",
		estimated:    "In a sample of {k} of about {n} distinct sources, {share} are IP addresses {claimed} by {database}.",
		ofUnit:       "{x} of {whole} ({share}) {x:comes|come} from IP addresses {claimed} by {database}.",
		bounds:       "With every uncertainty as the worst case, the share is between {low} and {high}.",
		atMost:       "With every uncertainty as the worst case, the share is at most {high}.",
		atLeast:      "With every uncertainty as the worst case, the share is at least {low}.",
		between: "With every uncertainty as the worst case, the share is between {low} and {high} ({confidence} " +
			"interval).",
		population: "If what was counted is a sample of more sources, the share among those is between {low} and " +
			"{high} ({confidence} interval).",
		unseen: "Among all sources, seen or not, the share is between {low} and {high} ({confidence} interval).",
		corrected: "Without the forged sources, the share is {share}. With and without them, it is between {low} and " +
			"{high} ({confidence} interval).",
		doubted: "With or without the sources that may be forged, the share is between {low} and {high}.",
		located: "Among the {unit} with a country, the share is {share}.",
		lead:    "The lead over it is {points} percentage points.",
		leadBetween: "The lead over it is {points} percentage points, and between {low} and {high} with every " +
			"uncertainty.",
		behind: "It is {points} percentage points ahead of the claimed country.",
		behindBetween: "It is {points} percentage points ahead of the claimed country, and between {low} and {high} " +
			"with every uncertainty.",
		reversal:  "By {unit}, the share is {share}, which is on the other side of the limit.",
		rival:     "The strongest other country is {rival} with {share}.",
		rivalOnly: "The strongest other country is {rival}.", noRival: "No other country was counted.",
		families: "Among the {n} {family} {n:source|sources} the share is {share}, among the {n2} {family2} " +
			"{n2:source|sources} {share2}.",
		networks: "Those of the claim lie in {claimed} of {networks} {networks:network|networks} (/24 or /48).",
		weight:   "Clustered by /16 and /32, the sources weigh as {effective} independent {effective:source|sources}.",
		networksSample: "In the sample, those of the claim lie in {claimed} of {networks} {networks:network|networks} " +
			"(/24 or /48).",
		amongSeen: "Among the sources seen, the share is {share}. For these alone the claim would be {outcome}.",
		estimatedAll: "At most {seen} of the sources were seen, {once} of these only once. An estimate of the share " +
			"among all sources, seen or not, is {share} (Chao 1987). Of the events, it is {events}.",
		each:         "Each database alone:",
		opinion:      "{letter}: {share} by {database}: {outcome}.",
		disagreement: "{differ} of the sources that A or {letter} places there are placed there by only one of them.",
		right:        "If at least one database is right about every source, the share is between {low} and {high}.",
		holds:        "The verdict holds as long as fewer than {share} of all {unit} are placed in the wrong country.",
		holdsNot:     "The verdict changes if anything is placed in the wrong country.",
	},

	baseline: baselinePhrases{
		title:   "New IP addresses by the country that they are geolocated to by {database}",
		since:   "New means not seen from {period} UTC. That baseline has {n} {n:source|sources}.",
		untimed: "New means not seen in the baseline, whose time is not known. It has {n} {n:source|sources}.",
		totals:  "{n} new {n:source|sources} of {all}",
		nothing: "No new public source was counted, of {all}.",
		fresh:   "new", shareOfNew: "share of new", shareOfUsual: "share of baseline", lift: "times the baseline",
		onlyNew:   "not in the baseline (at least {low})",
		counted:   "The new sources were counted one by one.",
		sampled:   "The new sources are estimated from a sample of {n} of them.",
		registers: "The new sources are estimated from HyperLogLog registers.",
		intervals: "Each interval has 95 % confidence.",
		everyday: "About {n} ({low} to {high}) of them would have come anyway. The shares are those of the others, and " +
			"each interval holds the share of all new sources, too.",
		hardly: "At most {high} of them would have come anyway. The shares are those of the others, and each interval " +
			"holds the share of all new sources, too.",
		withoutThem: "share of the others",
		makers:      "{n} of the new sources made {events} of their events: {share}.",
		amongMakers: "Among the {n} that made nearly all events, the share is {share}: {outcome}.",
	},

	network: networkPhrases{
		title: "Who holds the IP addresses {claimed}",
		ipv4:  "IPv4 /24", ipv6: "IPv6 /48", systems: "autonomous systems", lists: "lists",
		ofThese: "share of these", ofAll: "share of all", ofEvents: "share of events",
		nothing: "No network is known.",
		sampled: "The shares are those of a sample. Each interval has 95 % confidence.",
	},

	holders: holdersEnglish,

	burst: burstPhrases{
		head: "Burst {id} of {target}", everything: "all traffic",
		network: "the network {name}", domain: "the mail domain {name}", directory: "the directory {name}",
		running:       "It began at {from} UTC and was last seen at {to} UTC (resolution {interval}).",
		ended:         "From {period} UTC (resolution {interval}).",
		whence:        "Of {n} new {n:source|sources}, {list} by {database}.",
		whenceOthers:  "Of {n} new {n:source|sources}, without the everyday ones among them, {list} by {database}.",
		whenceAll:     "Which sources are new is not known. Of {n} in all, {list} by {database}.",
		whenceUnknown: "These data do not show where it came from.",
		top:           "{share} are geolocated to {country}", next: "{share} to {country}",
		noCountry:     "{share} have no country in the database.",
		size:          "{events} from {sources} {sources:source|sources}.",
		records:       "{n} {n:record|records}",
		sourcesOnly:   "{sources} {sources:source|sources}. How many events they sent is not known.",
		noEvents:      "How many events these are is not known.",
		peak:          "At most {events} in {interval}, where about {expected} {expected:was|were} expected.",
		inSources:     "It shows only in the sources: at most {n} in {interval}.",
		notLargest:    "It is not the largest in {span} of history.",
		first:         "No earlier traffic was seen (history: {span}).",
		largest:       "It is the largest in {span} of history: {times} times the largest before.",
		unprecedented: "It is unprecedented in that time.",
		parent:        "It is part of the attack that burst {id} reports.",
		children:      "It hits {n} {n:target|targets}:",
		others:        "The same attack hits {n} other {n:target|targets}:",
		more:          "and {n} {n:other|others}",
		child:         "{target}: {events}, at most {n} in {interval}",
		childApart:    "{target}: {events}, at most {n} in {interval}, from {period} UTC",
		childRuns:     "{target}: {events}, at most {n} in {interval}, from {period} UTC so far",
		among:         "Among the {n} new {n:source|sources}, the share is {share}: {outcome}.",
		amongUnit:     "Of the {unit} of the {n} new {n:source|sources}, the share is {share}: {outcome}.",
		amongNone:     "Nothing can be said of the new sources. {reason}",
	},

	evidence: evidencePhrases{
		holds:  "It holds: the report and {n} {n:verdict|verdicts} follow from the snapshot in the file.",
		counts: "That does not show whether the snapshot itself is true.",
		otherMethod: "It cannot be compared: the file is by method {method}, this program has method {own}. That is no " +
			"sign of a change.",
		changed: "It does not hold: what the report was made from was changed.",
		differs: "It does not hold: the file states something else than what follows from its snapshot.",
		nothing: "Nothing was verified.",
		place:   "At {path} (byte {offset}) the file states {stated}. Recomputed: {recomputed}.",
		absent:  "nothing",
	},

	spoofing: spoofingPhrases{
		dark:   "The {tested} tested sources reach {n} {n:network|networks} (/24) that {n:has|have} no users.",
		bogons: "{n} more {n:has an address|have addresses} that no host can have.",
		pairs: "{n} {n:pair of sources shares|pairs of sources share} a /24. With forged addresses there would be " +
			"about {expected}.",
	},

	caveats: joinedCaveats(caveatsEnglish, caveatsOfHoldersEnglish),
}

func momentEN(t time.Time) string { return t.Format(time.DateTime) }

// withArticle is the name of a country as it stands in a sentence: "the United States".
func withArticle(code string) string {
	name := countryEN(code)
	for _, beginning := range []string{"British ", "Central ", "French S", "Isle ", "Northern ", "U.S. ", "United "} {
		if strings.HasPrefix(name, beginning) {
			return "the " + name
		}
	}
	for _, end := range []string{" Islands", " Republic", " Territories", "Bahamas", "Comoros", "Gambia", "Maldives",
		"Netherlands", "Philippines"} {
		if strings.HasSuffix(name, end) {
			return "the " + name
		}
	}
	return name
}
