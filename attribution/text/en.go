package text

import (
	"strings"

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
	inside:  "geolocated to {countries}", outside: "geolocated outside {countries}",
	insideMany:  "geolocated to one of the {n} countries of the claim",
	outsideMany: "geolocated outside the {n} countries of the claim",

	report: reportPhrases{
		title:     "IP addresses by the country that they are geolocated to by {database}",
		reflected: "These are reflectors, not attackers: servers that answered requests which somebody else sent.",
		forged:    "These are forged addresses. The table shows the address space, not where traffic came from.",
		cut:       "The addresses were cut before they were counted. These are networks, not sources.",
		proxied:   "Most events come from reserved addresses, as behind a proxy. Their true origin is not visible.",
		nothing:   "No public source was counted.",
		sources:   "{n} distinct {n:source|sources}",
		estimate:  "about {n} distinct sources (95 % interval {low} to {high})",
		events:    "{n} {n:event|events}", bytes: "{n} {n:byte|bytes}", span: "{from} to {to} UTC",
		origin: "origin", amount: "{unit}", share: "share of {unit}", shareBetween: "share of {unit} (interval)",

		hidden:      "{n} more {n:country is|countries are} not shown.",
		counted:     "All sources were counted one by one.",
		each:        "Each interval has 95 % confidence. Shares need not add up to 100 %.",
		joint:       "All intervals together have {confidence} confidence. Shares need not add up to 100 %.",
		looked:      "Only 1 in {rate} packets or flows was looked at. The table has only those.",
		lookedMixed: "Only 1 in {finest} to 1 in {rate} packets or flows was looked at. The table has only those.",
		sample:      "The countries are those of a sample of {n} {n:source|sources}.",
		sketches:    "The sources are known from HyperLogLog registers alone. Their events are not known.",
		wrong:       "The database may be wrong.", wrongTogether: "All databases may be wrong together.",
		someForged: "Between {low} and {high} of the sources are forged (95 % interval). They are spread over the rows " +
			"as the address space is.",
		stray: "{n} of the {tested} tested {tested:source lies|sources lie} in networks without users, though not as if " +
			"drawn from the whole address space. Whether others are forged is not known.",
		reserved:       "{n} {n:source|sources} with reserved addresses {n:is|are} in no row and in no total.",
		reservedEvents: "{n} {n:source|sources} with reserved addresses ({events}) {n:is|are} in no row and in no total.",
		lost:           "Not counted: {list}.",
		input:          "The input was read as {format}.", fields: "Fields: {list}.", field: "{field} from {name}",
		used: "{n} {n:record was|records were} used.", first: "Lost: {lost}, the first at {place}.",
		credit:         "Credit: {credit}",
		compared:       "What each database says of the same {n} {n:source|sources}, as shares:",
		comparedSample: "What each database says of a sample of {n} {n:source|sources}, as shares:",
		differ:         "placed differently from A",
		notShown:       "{n} more {n:database is|databases are} not shown.",
		every:          "About all of these verdicts:",
	},

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
		since:   "New means not seen from {from} to {to} UTC. That baseline has {n} {n:source|sources}.",
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

	burst: burstPhrases{
		head: "Burst {id} of {target}", everything: "all traffic",
		running:       "It began at {from} UTC and was last seen at {to} UTC (resolution {interval}).",
		ended:         "From {from} to {to} UTC (resolution {interval}).",
		size:          "{events} from {sources} {sources:source|sources}.",
		peak:          "At most {n} {n:event|events} in {interval}, where about {expected} {expected:was|were} expected.",
		inSources:     "It shows only in the sources: at most {n} in {interval}.",
		notLargest:    "It is not the largest in {span} of history.",
		first:         "No earlier traffic was seen (history: {span}).",
		largest:       "It is the largest in {span} of history: {times} times the largest before.",
		unprecedented: "It is unprecedented in that time.",
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

	caveats: map[string]phrase{
		"NOTHING_COUNTED":      "No public source was counted.",
		"NOTHING_COUNTED unit": "No {unit} were counted.",
		"NOTHING_LOCATED":      "The database has no country for any of the sources.",
		"NOTHING_SAMPLED":      "Reserved addresses fill the sample. Nothing is known of the public sources.",
		"VOLUME_UNKNOWN": "Only the countries of {value} sampled {value:source|sources} are known, not those of all " +
			"events.",
		"VOLUME_UNKNOWN none": "The countries of events and bytes are not known.",
		"MIXED_SAMPLING_RATES": "Counts with different sampling rates were merged, the finest 1 in {value}. Their " +
			"events do not add up.",
		"MIXED_SAMPLING_RATES rates": "Counts with sampling rates from 1 in {value} to 1 in {coarsest} were merged. " +
			"Their events do not add up.",
		"SATURATED": "More was counted than a counter can hold. Its shares are not known.",
		"PROXY_IN_FRONT": "{value} of all events come from reserved addresses, as behind a proxy or inside a network. " +
			"The origin of most traffic is not visible here.",
		"ANONYMIZED": "{value} of the sources have cut addresses (to 24 bits of IPv4, 48 of IPv6). They are networks, " +
			"located by their first address.",
		"ANONYMIZED decides": "{value} of the sources have cut addresses (to 24 bits of IPv4, 48 of IPv6). Networks " +
			"were counted, not sources.",
		"REFLECTION": "{value} of the {subject} {subject:are reflectors|come from reflectors|come from reflectors}: " +
			"servers that answered requests sent in the name of the target. Their countries do not show who sent those.",
		"SPOOFED": "At least {value} of the sources are forged. The table shows the address space, not senders.",
		"SPOOFED none": "Nothing distinguishes the sources from forged ones. The table shows the address space, not " +
			"senders.",
		"UNSEEN_SOURCES": "At most {value} of the sources were seen, since not every packet was looked at.",
		"UNSEEN_SOURCES decides": "1 in {rate} packets or flows was looked at. At most {value} of the sources were " +
			"seen, {once} of these only once. A share of all sources cannot be given.",
		"UNSEEN_SOURCES open": "At most {value} of the sources were seen. The others leave the claim open; among those " +
			"seen it would be {outcome}.",
		"ESTIMATORS_DISAGREE": "Two independent estimates of one number are {value} standard errors apart. The data " +
			"are damaged, or merged from databases that disagree.",

		"FEW_SOURCES": "{value} {value:source was|sources were} counted. As a sample of more sources, {value:it|they} " +
			"would not decide the claim.",
		"FEW_SOURCES decides": "Only {value} {value:source was|sources were} counted. That is too few to decide the " +
			"claim.",
		"FEW_SOURCES unit": "Only {value} {value:source|sources} sent the {unit}. The claim is about {value:it|them} " +
			"alone.",
		"CLUSTERED_SOURCES": "The sources are clustered. As a sample of more sources, they weigh as {value} " +
			"independent {value:one|ones}, which would not decide the claim.",
		"CLUSTERED_SOURCES decides": "The sources are clustered. They weigh as {value} independent {value:one|ones}, " +
			"which does not decide the claim.",
		"UNREAD_RECORDS": "{value} {value:record is|records are} in no count. {value:It|They} may belong to any country.",
		"UNREAD_RECORDS decides": "{value} {value:record is|records are} in no count. {value:It|They} may belong to " +
			"any country, which leaves the claim open.",
		"LATE_EVENTS": "{value} {value:record|records} came too late to be counted. {value:It|They} may belong to any " +
			"country.",
		"LATE_EVENTS decides": "{value} {value:record|records} came too late to be counted. {value:It|They} may belong " +
			"to any country, which leaves the claim open.",
		"UNLOCATED": "A part of {value} has no country in the database. It may belong to any country.",
		"UNLOCATED decides": "{value} of all {unit} have no country in the database. They may belong to any, which " +
			"leaves the claim open.",
		"NEWCOMERS":         "About {value} of the new sources would have come anyway.",
		"NEWCOMERS decides": "About {value} of the new sources would have come anyway, which leaves the claim open.",
		"SPOOFING_PARTIAL": "Up to {value} of the sources may be forged. A verdict on sources holds with and without " +
			"them. Shares of events and bytes are as they came.",
		"SPOOFING_PARTIAL decides": "Up to {value} of the sources may be forged, which leaves the claim open.",
		"SPOOFING_SUSPECTED": "{value} {value:source is|sources are} spread as evenly as forged ones, but " +
			"{value:it does|they do} not lie in networks without users. Only a completed handshake would tell.",
		"SPOOFING_SUSPECTED place": "The {value} {value:source|sources} in {subject} are spread as evenly as forged ones. " +
			"{n} {n:pair|pairs} of them {n:shares|share} a /24, and chance makes {expected}. Only a completed handshake " +
			"would tell.",
		"SPOOFING_SUSPECTED decides": "The {value} {value:source|sources} in {subject} are spread as evenly as forged " +
			"ones, which leaves the claim open. {n} {n:pair|pairs} of them {n:shares|share} a /24, and chance makes " +
			"{expected}.",
		"DATABASES_DISAGREE": "{value} further {value:database comes|databases come} to another outcome.",
		"DATABASES_DISAGREE decides": "{value} further {value:database comes|databases come} to another outcome, which " +
			"leaves the claim open.",
		"DATABASES_DISAGREE apart": "The shares by the databases differ too much to decide the claim.",
		"CLUSTERED_ERRORS": "The databases differ by whole networks. The variance of their difference is {value} times " +
			"that of independent errors.",
		"SAMPLING_ERROR": "The interval reaches across the limit. A sample of about {value} would probably decide.",
		"SAMPLING_ERROR unit": "The interval reaches across the limit. A sample of about {value} {unit} would probably " +
			"decide.",
		"SAMPLING_ERROR every": "The interval reaches across the limit. Only a count of every source would decide.",
		"SAMPLING_ERROR near": "The interval reaches across the limit. The share is too near it for any sample to " +
			"decide.",
		"AT_LIMIT": "The share lies on the limit of the claim.",

		"SECOND_ESTIMATE": "The verdict is by the sample. By the registers behind the table, the share is {value}, " +
			"which would decide otherwise.",
		"FAMILIES_DIFFER": "Among the {subject} sources alone the share is {value}, which would decide otherwise.",
		"ONE_SIDED_ERRORS": "If all databases err in one direction, the share may lie anywhere within {value} " +
			"percentage points.",
		"ONE_SIDED_ERRORS bounds": "If all databases err in one direction, the share may be anything from {low} to " +
			"{high}, which would decide otherwise.",
		"SAMPLING_RATE_SENSITIVE": "If half as many packets were looked at, the share would be {value} percentage " +
			"points {more:higher|lower}. Countries differ in events per source.",
		"NETWORKS_DIFFER": "With each network (/24 or /48) counted once, the share is {value}, which would decide " +
			"otherwise.",
		"NETWORKS_DIFFER claimed": "Of the networks (/24 or /48), each counted once, {value} are {claimed}. That would " +
			"decide otherwise.",

		"FRAGILE": "Fragile: a good database may place as many as {value} in the wrong country, which may change the " +
			"outcome.",
		"FRAGILE none":  "Fragile: one error of the database changes the outcome.",
		"FRAGILE again": "Fragile: a good database may place as many in the wrong country.",
		"SINGLE_DATABASE": "Only one database was asked. Another good one may differ by more than the margin of this " +
			"verdict.",
		"SAME_DATABASE": "Database {value} is the same file as an earlier one. It is no second opinion.",
		"DATABASE_AGE": "The database was built {value} {value:day|days} {more:before|after} the traffic. Networks " +
			"change their country.",
		"DATABASE_AGE named": "The database {subject} was built {value} {value:day|days} {more:before|after} the " +
			"traffic.",
		"MIXED_DATABASES": "Counts by {value} databases were merged. If they disagree about a source, it may count for " +
			"two countries.",
		"RESERVED_PRESENT": "{value} {value:source|sources} with reserved addresses {value:is|are} left out. " +
			"{value:Its|Their} packets were not routed over the Internet: they are local, or forged.",
		"RESERVED_PRESENT events": "{value} {value:source|sources} with reserved addresses ({events}) {value:is|are} " +
			"left out. {value:Its|Their} packets were not routed over the Internet: they are local, or forged.",
		"ADDRESS_CHURN": "The traffic spans {value}. A host may have had several addresses meanwhile, and an address " +
			"several hosts.",
		"PACKET_SAMPLED": "Only 1 in {value} packets or flows was looked at. The counts are of those; sources that " +
			"sent little are missing.",
		"PACKET_SAMPLED baseline": "Only 1 in {value} packets or flows of the baseline was looked at. It lacks sources " +
			"that sent little, which then look new.",
		"MIXED_DATABASES baseline": "The baseline was located by other databases, {value} in all. A country may have " +
			"more new sources for that alone.",
		"SKETCHES_ONLY": "{value} of the sources are known from HyperLogLog registers alone. Forging could not be " +
			"tested.",
		"SKETCHES_ONLY all": "The sources are known from HyperLogLog registers alone. Forging and further databases " +
			"could not be tested.",
		"UNKEYED_HASH": "The sources were hashed without a secret key. Anybody can choose addresses that bend the count.",
		"NO_HANDSHAKE": "Too few of the sources completed a handshake. From addresses alone, forging within a country " +
			"cannot be excluded.",
		"FORGERY_UNTESTED": "{value} of the sources could not be tested for forging.",
		"REFLECTORS_PRESENT": "{value} of the sources look like reflectors: servers that answered requests which " +
			"somebody else sent.",
		"REFLECTION_UNTESTED": "Reflection could not be tested on many sources: their protocol, port and flags are not " +
			"known.",

		"DOMINANT_SOURCE": "One source sent {value} of the events.",
		"UNSAMPLED_VOLUME": "About {value} of the events come from sources outside the sample: few sources that sent " +
			"much.",
		"HEAVY_SOURCES": "A few sources sent {value} of the events. One address may stand for many hosts, as behind a " +
			"provider's gateway.",
		"HEAVY_SOURCES counted": "{n} {n:source|sources} with more than {above} events each sent {value} of the " +
			"events. Half of all sources sent at most {median}. One address may stand for many hosts, as behind a " +
			"provider's gateway.",
		"MANY_PER_SOURCE":         "A few sources sent very many events. Proxies or gateways may hide the true sources.",
		"MANY_PER_SOURCE counted": "{n} {n:source|sources} sent {events}. Proxies or gateways may hide the true sources.",
		"RANK_DIFFERS":            "The country with most sources is number {value} by {subject}.",
		"RANK_DIFFERS country":    "The country with most sources, {country}, is number {value} by {subject}.",
		"PREFIX_CONCENTRATED": "{value} of the sources that the claim is about are in {subject}. One owner may have " +
			"them all.",
		"NETWORK_CONCENTRATED": "{value} of the sources that the claim is about are in the network {subject}.",
		"LISTED_SOURCES":       "{value} of the sources that the claim is about are on the list {subject}.",

		"FEW_NEW_SOURCES": "The sample has only {value} new {value:source|sources}. Numbers of new sources are rough.",
		"SHORT_HISTORY":   "The history is short: {value}.",
		"WINDOW_SENSITIVE": "With an onset or end one interval earlier or later, the verdict on {subject} would change " +
			"({value} of the windows tried).",
		"NO_BASELINE":   "No traffic was seen before. Which sources are new cannot be told.",
		"END_UNCERTAIN": "The end is uncertain: the traffic faded, stayed until it was normal, or was no longer seen.",
		"END_MOVED": "An earlier look counted {value} {value:event|events} more. They came after what was then found to " +
			"be the end.",
		"TARGET_LOST": "The target was evicted while the burst ran. Later traffic is not known.",
		"INCOMPLETE":  "The sources of a part of the burst are not known.",
		"CLOCK_OFFSET": "Most records that are dated far from the others are {value} {more:ahead|behind}. Some clock is " +
			"in another time zone: what it saw is not counted in its time.",
	},
}

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
