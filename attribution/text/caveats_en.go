package text

var caveatsEnglish = map[string]phrase{
	"NOTHING_COUNTED":      "No public source was counted.",
	"NOTHING_COUNTED unit": "No {unit} were counted.",
	"NOTHING_LOCATED":      "The database has no country for any of the sources.",
	"NOTHING_SAMPLED":      "Reserved addresses fill the sample. Nothing is known of the public sources.",
	"VOLUME_UNKNOWN": "Only the countries of {value} sampled {value:source|sources} are known, not those of all " +
		"events.",
	"VOLUME_UNKNOWN none": "The countries of events and bytes are not known.",
	"SATURATED":           "More was counted than a counter can hold. Its shares are not known.",
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

	"EVENTS_NOT_READ": "The number of events of a record is not known. The field that may have it was not taken.",
	"BYTES_NOT_READ":  "The number of bytes of a record is not known. The field that may have it was not taken.",
	"BLOCKS": "{value} {value:record is a block|records are blocks} of addresses, located by {value:its|their} first " +
		"one. {value:It|Each} counts as one event.",
	"BLOCKS decides": "{value} {value:record is a block|records are blocks} of addresses. How many sources " +
		"{value:it has|they have} is not known.",
	"CUT_ADDRESSES": "The {subject} addresses were cut to {value} {value:bit|bits}. They are networks, located by " +
		"their first address.",
	"CUT_ADDRESSES decides": "The {subject} addresses were cut to {value} {value:bit|bits}. Networks were counted, " +
		"not sources.",
	"CUT_ADDRESSES unit": "The {subject} addresses were cut to {value} {value:bit|bits}. Networks as large as that " +
		"may lie in several countries.",
	"CUT_ADDRESSES none": "The {subject} addresses were cut, and it is not known by how much.",

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
	"SPOOFING_SUSPECTED place": "The {value} {value:source|sources} {place} are spread as evenly as forged ones. " +
		"{n} {n:pair|pairs} of them {n:shares|share} a /24, and chance makes {expected}. Only a completed handshake " +
		"would tell.",
	"SPOOFING_SUSPECTED decides": "The {value} {value:source|sources} {place} are spread as evenly as forged " +
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
	"MIXED_SAMPLING_RATES": "Sampling rates differ, the finest is 1 in {value}. Each event counts for as many as " +
		"its rate says, so that events and bytes are estimates.",
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
	"ADDRESSES_DROPPED": "No address was kept. Whether the sources are forged, and in how many networks they lie, " +
		"could not be tested.",
	"UNKEYED_HASH": "The sources were hashed without a secret key. Anybody can choose addresses that bend the count.",
	"NO_HANDSHAKE": "Too few of the sources completed a handshake. From addresses alone, forging within a country " +
		"cannot be excluded.",
	"CLAIMED_ADDRESSES": "Clients may have written the addresses of {value} of the records, as in a forwarded " +
		"header. Nothing proves that they are true.",
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
	"ONSET_UNSEEN":  "It ran when the first record came, and may have begun long before.",
	"END_UNCERTAIN": "The end is uncertain: the traffic faded, stayed until it was normal, or was no longer seen.",
	"END_MOVED": "An earlier look counted {value} {value:event|events} more. They came after what was then found to " +
		"be the end.",
	"TARGET_LOST": "The target was evicted while the burst ran. Later traffic is not known.",
	"INCOMPLETE":  "The sources of a part of the burst are not known.",
	"CLOCK_OFFSET": "Most records that are dated far from the others are {value} {more:ahead|behind}. Some clock is " +
		"in another time zone: what it saw is not counted in its time.",
}
