package brief

import (
	"github.com/whence-go/whence/attribution/caveat"
)

var overEnglish = overPhrases{
	heading: "What would overturn it",
	lead: "How much a database would have to misplace before a verdict changes; in gray, how much databases do " +
		"misplace.",
	name: "{outcome} ({unit})", nameOfAll: "{outcome} ({unit}): {claim}",
	counted:   "Falls only if more than {n} of the {whole} ({share}) are misplaced.",
	estimated: "Falls only if more than {share} of the {unit} are misplaced.",
	never:     "Falls if anything is misplaced.",
	busy:      "{n} busy {n:address|addresses} made {share} of all events.",
	here:      "Two databases, here",
	hereText:  "Placed in the countries of the claim by only one of two, the first and {database}.",
	good:      "Good databases",
	goodText:  "Good country databases differ on about this much of the sources of attacks, others on up to 20 %.",
	second:    "{database} leads to the same {n:verdict|verdicts}: {list}.",
	finding:   "{share} of the {unit}",
	leaves:    "It has no country for {share} of the source addresses.",
	oneSource: []named{
		{"One wrong entry.", "If the database misplaces this one address, the country is wrong for all of the traffic. No " +
			"share and no margin protects against that. Look the address up in the registry, and ask its network operator."},
		{"A proxy in front.", "If the address belongs to your own load balancer or content network, the true sources are " +
			"behind it. Configure the log to pass them on, and count again."},
	},
	ways: "What would make an answer possible",
}

var waysEnglish = map[caveat.Code][]named{
	caveat.Spoofed: {
		{"Completed connections.", "A sender who forges its address never sees the reply. Count the addresses that " +
			"finished the handshake, from the server's log or from SYN cookies."},
		{"The way in.", "The sender cannot forge the router interface or the neighboring network through which packets " +
			"arrived. Ask the upstream provider for flow records by input interface."},
		{"Nothing else.", "More packets of this kind, another database or a longer window do not help."},
	},
	caveat.Reflection: {
		{"The requests.", "Only the networks through which the requests reached these servers can show where they were " +
			"sent. Ask the upstream providers to trace them."},
		{"The open servers.", "The addresses can be reported to their operators, so that the servers answer no strangers."},
	},
	caveat.Anonymized: {
		{"Whole addresses.", "Count the addresses before they are cut. The count itself need not keep them."},
	},
	caveat.CutAddresses: {
		{"Whole addresses.", "Count the addresses before they are cut. The count itself need not keep them."},
	},
	caveat.ProxyInFront: {
		{"The addresses behind the proxy.", "Have the proxy pass on the address of the client, read that field, and count " +
			"again."},
	},
	caveat.UnseenSources: {
		{"More packets.", "Look at every packet or flow, or at more of them."},
		{"Another claim.", "A claim about events or bytes can be checked with sampled packets."},
	},
	caveat.EventsNotRead: {
		{"The number of events.", "Name the field that has the number of events of a record."},
	},
	caveat.BytesNotRead: {
		{"The number of bytes.", "Name the field that has the number of bytes of a record."},
	},
	caveat.Blocks: {
		{"Single addresses.", "Read the records that the list of blocks was made from."},
	},
	caveat.NothingLocated: {
		{"Another database.", "Look the addresses up in a database that covers them."},
	},
}

var forgedEnglish = forgedPhrases{
	heading: "Why the addresses look forged",
	caption: "{n} public source {n:address|addresses} tested against what an even draw from the whole address space " +
		"would " +
		"give. Least share forged: {low} (95 % interval).",
	head:  [4]string{"Test", "Seen", "If forged", "Reading"},
	pairs: "Pairs of addresses in one /24 network", thin: "They lie as thinly as chance. Real sources come in clusters.",
	clustered: "They lie closer together than chance: some may be real.",
	dark:      "Networks without users", nobody: "Nobody can send from there.",
	bogons: "Further addresses that no host can have", impossible: "Reserved or unassigned space.",
	mix: "Distance from the mix of the address space", noise: "No more than chance explains.",
	more: "More than chance explains: some may be real.", notZero: "not zero",
}

var sharesEnglish = sharesPhrases{
	heading: "Shares by country: addresses and events", headingOne: "Shares by country",
	claimed: "countries of the claim", others: "other countries",
	upTo:     "up to: with all that has no country",
	interval: "interval (95 %), with all that has no country",
	limits:   "{limit}: limit of a claim",
	caption:  "The country in which {database} places each address.",
	captions: "The country in which each database places the same addresses.",
	sampled:  "Known of a sample of {n} addresses.",
	looked:   "Only 1 in {rate} packets or flows was looked at.",
	leftOut:  "Left out: {n} reserved {n:address|addresses} with {events}.",
	origin:   "Geolocated to", sources: "Source addresses", events: "Events", bytes: "Bytes",
	byDatabase: "By {name}", total: "({n})",
	rest: "{n} other {n:country|countries}", restSummary: "The {n} other {n:country|countries}",
	noCountry: "No country", unknown: "not known", share: "Share",
	tooFew: "Not drawn. How {n} {n:address spreads|addresses spread} over countries says little, and a map would show " +
		"one " +
		"dot. The table of countries is in the JSON and the CSV.",
	noEvents: "How many events came from each country is not known.",
}

var whenEnglish = whenPhrases{
	heading: "When",
	lasted:  "The burst lasted {span} and peaked at {n} in {interval}.",
	runs:    "The burst still ran at {clock} UTC. So far it peaked at {n} in {interval}.",
	sources: "Distinct source addresses {interval}", events: "Events {interval}",
	told:  "At most {before} before the onset. At most {peak} in the burst, at {at}. At most {after} after the end.",
	onset: "Onset", end: "End", soFar: "So far",
	note:      "Times in UTC. Shaded: the burst, from onset to end. One bar is {interval}.",
	noSources: "Distinct sources are not drawn: each event has another address.",
	second:    "per second", minute: "per minute", each: "in {n}",
}

var mapEnglish = mapPhrases{
	heading: "Where the addresses are placed",
	name:    "Map of the shares of source addresses by country",
	told:    "{list}. The table has every figure.",
	part:    "{country} {share}", more: "{n} more {n:country|countries}",
	classes: [5]string{"20 % or more", "5 to 20 %", "2 to 5 %", "under 2 %", "no source"},
	caption: "Share of source addresses, by the country in which {database} places them.",
	claimed: "Outlined: the countries of the claims.",
	borders: "The table is what counts; the map illustrates it and takes no position on borders.",
	dot:     "dot: country too small to draw",
}

var unusualEnglish = unusualPhrases{
	heading: "Is that unusual?",
	lead: "{country} has {share} of the source addresses and {space} of the announced IPv4 addresses: {times} times " +
		"as much.",
	caption: "Share of the source addresses, and of the announced IPv4 address space.",
	before:  "Before: the {n} {n:address|addresses} of the {span} before the burst.",
	head:    [5]string{"Geolocated to", "Burst", "Before", "All IPv4", "Sources"},
	none:    "none",
}

var insideEnglish = insidePhrases{
	heading: "Who is inside",
	caption: "Networks and lists that the source addresses are in. Lists may overlap.",
	name:    "Network or list",
	sampled: "The shares are those of a sample.",
	systems: "Autonomous systems by {database}.",
	others:  "{n} other {n:system is|systems are} not shown.", noSystem: "in no known system", noList: "on no list",
}

var baseEnglish = basePhrases{
	heading: "Burst against everyday traffic",
	seen:    "{n} of {whole}", seenText: "source addresses of the burst were seen in the {span} before it.",
	allNew:   "All are new.",
	everyday: "About {n} ({low} to {high}) of the new ones would have come anyway.",
	against:  "{n} against {expected}", againstText: "events in the busiest interval ({interval}), against the usual " +
		"number.",
	times: "{times} times", timesText: "the largest before, in {span} of history.",
	first: "No earlier traffic", firstText: "was seen in {span} of history.",
	notLargest: "Not the largest", notLargeText: "in {span} of history.",
	unprecedented: "It is unprecedented in that time.",
	tooShort:      "So short a history cannot show that the burst is without precedent.",
	noBaseline:    named{"No baseline", "Nothing came before it, so that it cannot be said which sources are new."},
	targets:       "{n} {n:target|targets}", targetsText: "{n:is|are} part of the same attack: {list}.",
	target:  "{target} ({n})",
	andMore: "{n} more",
}

var methodEnglish = methodPhrases{
	heading: "Method and how to check", counted: "Counted",
	sources:    "Distinct source addresses: an IPv4 address or an IPv6 network.",
	one:        "One by one; nothing is estimated.",
	sample:     "The countries are those of a uniform sample of {n} {n:source|sources}.",
	sketch:     "The numbers are estimates from HyperLogLog registers.",
	event:      "An event is what the input counts: a connection, a request, a packet.",
	confidence: "Verdicts have {confidence} confidence, with whatever has no country as the worst case.",
	joint:      "All verdicts together have {confidence} confidence, with whatever has no country as the worst case.",
	interim:    "This is look {n} at a burst that runs. All looks together have {confidence} confidence.",
	input:      "Input", read: "Read as {format}: {n} {n:record was|records were} used.", lost: "Not counted: {list}.",
	database: "Database", databases: "Databases", credit: "Credit: {credit}", digest: "SHA-256",
	claims: "Claims", verdict: "{outcome}",
	check: "Check it", checkText: "attribute -verify {file}", digestOf: "SHA-256 of {file}:",
	again: "Make it again", limits: "Limits",
	limitsText: "The evidence proves that the numbers follow from what was counted. It does not prove that this traffic " +
		"arrived, or that a database is right.",
	noEvidence: "The numbers follow from what was counted. They do not prove that this traffic arrived, or that a " +
		"database " +
		"is right.",
	noNetworks: "It was not checked whose networks these are.",
	table:      "Full table", tableText: "In the JSON and the CSV.",
	tableNoise: "In the JSON and the CSV. It shows noise, not origins.",
	versions:   "Schema {schema}, method {method}.",
}

var burstsEnglish = burstsPhrases{
	title: "{n} {n:burst|bursts} in {span}", titleOn: "{title}: {n} {n:burst|bursts} in {span}",
	inBursts:  "{amount} in bursts",
	largest:   "The largest against {n:its|their} history {n:is|are} {list}.",
	counts:    "In {n} of {of} bursts, {subject} {clause}.",
	notIn:     "In {n} that does not hold.",
	open:      "{n} {n:is|are} undecided.",
	none:      "{n} {n:allows|allow} no claim.",
	each:      "Each burst has a claim of its own: see the list.",
	apart:     "The {n} bursts are {n} answers, not one: shares of different bursts are not added up.",
	strip:     "When and how large",
	stripTold: "{n} bursts from {from} to {to}. The largest against their history: {list}. The table lists all.",
	stripNote: "Height: events in the burst, on a logarithmic scale. Numbers and the darker bars: those with details, " +
		"measured " +
		"against the traffic before them.",
	one: "{date} ({amount})", list: "The {n} bursts",
	caption:   "Ranked by size against the largest of the time before. Shares by {database}, with intervals.",
	claim:     "Claim: {claim}.",
	head:      [5]string{"#", "Start (UTC), target", "Events, sources", "Times the largest before", "First claim"},
	noHistory: "first", noShare: "no share", unknown: "not known", oneSource: "one address made {share}",
	between: "{low} to {high}", targets: "{n} {n:target|targets}",
	details: "The {n} largest in detail", detail: "{number}. {date}: {title}",
	more:       "{n} more {n:burst|bursts} in detail with the option for all.",
	listedMore: "{n} more {n:burst is|bursts are} in the JSON.",
	noBurst:    "No burst was found.",
}
