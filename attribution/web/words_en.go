package web

import "golang.org/x/text/language"

var english = words{
	tag: language.English,

	Title:     "Requests by country",
	Countries: "Countries", Running: "Bursts that run", Ended: "Bursts that have ended",
	Targets: "Busiest targets of late",
	NoBurst: "None.", NoRequest: "No request with a public address was counted.",
	Country: "country", Share: "share of sources", Sources: "sources", Events: "requests",
	Target: "target", From: "from", To: "to", Provisional: "provisional", Bursting: "burst",
	Claim: "Claim", Check: "Check", Example: "majority RU",
	Report: "Brief of this time", AllBursts: "Brief of all bursts", JSON: "JSON",
	Careful: "A database places an address in a country, and it may be wrong. " +
		"No address tells who sent a request.",

	lead:     "State at {now} UTC. It looks back {span}.",
	requests: "Requests", dropped: "Dropped", noAddress: "Without an address", forwarded: "Address told by a proxy",
	database: "Database",
	since:    "{n} since {since} UTC", andLate: "{n}, and {late} by their time",
	age: "{database}, {age} old", noDatabase: "not used yet",
	moreCountries: "{n} more {n:country|countries} in the brief.",
	moreBursts:    "{n} earlier {n:burst is|bursts are} not shown.",
	peak:          "at most {n} in {interval}, about {expected} expected",
	others:        "It hits {n} {n:target|targets}: {names}",
	top:           "Sources {placed}: {share}",
	topNew:        "New sources {placed}: {share}",
	Separator:     ": ",
}
