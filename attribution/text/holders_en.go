package text

var holdersEnglish = holderPhrases{
	systems: "in networks of {systems}", otherSystems: "in networks of other autonomous systems than {systems}",
	systemsMany:      "in networks of one of the {n} autonomous systems of the claim",
	otherSystemsMany: "in networks of other autonomous systems than the {n} of the claim",
	lists:            "on {n:the list|one of the lists} {lists}",
	offLists:         "not on {n:the list|any of the lists} {lists}",
	listsMany:        "on one of the {n} lists of the claim", offListsMany: "not on any of the {n} lists of the claim",

	title: "Whose networks the IP addresses are in", systemsBy: "autonomous systems by {database}",
	others:   "{n} other autonomous {n:system|systems}",
	hidden:   "{n} more {n:system is|systems are} not shown",
	noSystem: "in no known system", noList: "on no list", unknown: "not known",
	several: "A source counts on each list that it is on.",
	hosted: "More than {share} of the sources are on lists of hosting companies, VPN services, proxies or Tor exits. " +
		"Countries show where these are, not who uses them.",

	listed: "{x} of the {n} distinct {n:source|sources} ({share}) {x:is an IP address|are IP addresses} {claimed}.",
	listedNew: "{x} of the {n} new {n:source|sources} ({share}) {x:is an IP address|are IP addresses} " +
		"{claimed}.",
	listedEstimated:    "In a sample of {k} of about {n} distinct sources, {share} are IP addresses {claimed}.",
	listedEstimatedNew: "In a sample of {k} of about {n} new sources, {share} are IP addresses {claimed}.",
	listedOfUnit:       "{x} of {whole} ({share}) {x:comes|come} from IP addresses {claimed}.",

	unitOfSample: "By a sample of {k} {k:source|sources}, {share} of the {unit} come from IP addresses {claimed} by " +
		"{database}.",
	listedUnitOfSample: "By a sample of {k} {k:source|sources}, {share} of the {unit} come from IP addresses {claimed}.",

	located:     "Among the {unit} with a known autonomous system, the share is {share}.",
	holdsSystem: "The verdict holds as long as fewer than {share} of all {unit} are placed in the wrong system.",
	holdsList: "The verdict holds as long as fewer than {share} of all {unit} are on a list wrongly, or are missing " +
		"from it.",
	holdsNot: "The verdict changes if the database or the list has anything wrong.",
}

// caveatsOfHoldersEnglish are about claims on networks, where they differ from those about claims on countries.
var caveatsOfHoldersEnglish = map[string]phrase{
	"NOT_LOOKED_UP":      "The sources were not looked up in an ASN database. Nothing is known of their networks.",
	"NOT_LOOKED_UP list": "The sources were not looked up in the list {subject}. Nothing is known of it.",
	"HOSTED": "{value} of the sources are on lists of hosting companies, VPN services, proxies or Tor exits. Countries " +
		"show where these are, not who uses them.",

	"NOTHING_LOCATED networks": "The database has no autonomous system for any of the sources.",
	"VOLUME_UNKNOWN networks": "Only the networks of {value} sampled {value:source|sources} are known, not those of " +
		"all events.",
	"VOLUME_UNKNOWN none networks": "The networks of events and bytes are not known.",
	"REFLECTION networks": "{value} of the {subject} {subject:are reflectors|come from reflectors|come from " +
		"reflectors}: servers that answered requests sent in the name of the target. Their networks do not show who " +
		"sent those.",
	"CUT_ADDRESSES unit networks": "The {subject} addresses were cut to {value} {value:bit|bits}. Blocks as large as " +
		"that may lie in several networks.",
	"UNREAD_RECORDS networks": "{value} {value:record is|records are} in no count. {value:It|They} may belong to any " +
		"network.",
	"UNREAD_RECORDS decides networks": "{value} {value:record is|records are} in no count. {value:It|They} may belong " +
		"to any network, which leaves the claim open.",
	"LATE_EVENTS networks": "{value} {value:record|records} came too late to be counted. {value:It|They} may belong to " +
		"any network.",
	"LATE_EVENTS decides networks": "{value} {value:record|records} came too late to be counted. {value:It|They} may " +
		"belong to any network, which leaves the claim open.",
	"UNLOCATED networks": "A part of {value} is in no known autonomous system. It may belong to any.",
	"UNLOCATED decides networks": "{value} of all {unit} are in no known autonomous system. They may belong to any, " +
		"which leaves the claim open.",
	"FRAGILE networks": "Fragile: a database or list may have as many as {value} wrong, which may change the " +
		"outcome.",
	"FRAGILE none networks":  "Fragile: one error of the database or list changes the outcome.",
	"FRAGILE again networks": "Fragile: a database or list may have as many wrong.",
	"NO_HANDSHAKE networks": "Too few of the sources completed a handshake. From addresses alone, forging within a " +
		"network cannot be excluded.",
	"SAMPLING_RATE_SENSITIVE networks": "If half as many packets were looked at, the share would be {value} percentage " +
		"points {more:higher|lower}. Networks differ in events per source.",
}
