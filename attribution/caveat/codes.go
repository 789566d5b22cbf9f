package caveat

// Codes that can rule out every claim on the data (inadmissible).
const (
	NothingCounted     Code = "NOTHING_COUNTED"      // 0: no public source was counted
	NothingLocated     Code = "NOTHING_LOCATED"      // 0: the database has a country for no source
	NothingSampled     Code = "NOTHING_SAMPLED"      // 0: reserved sources fill the sample
	VolumeUnknown      Code = "VOLUME_UNKNOWN"       // size of the sample, the only sources of known origin
	MixedSamplingRates Code = "MIXED_SAMPLING_RATES" // the finest sampling rate, 1 in so many
	Saturated          Code = "SATURATED"            // 0: a counter has reached its end
	ProxyInFront       Code = "PROXY_IN_FRONT"       // share of all events from reserved addresses
	Anonymized         Code = "ANONYMIZED"           // share of the sources whose addresses were cut
	Reflection         Code = "REFLECTION"           // share of the subject (a unit) from reflectors
	Spoofed            Code = "SPOOFED"              // least share of the sources that is forged
	UnseenSources      Code = "UNSEEN_SOURCES"       // part of the sources that was seen, at most
	EstimatorsDisagree Code = "ESTIMATORS_DISAGREE"  // distance in standard errors

	// These come of what the input does not say, see attribution.Tally.AddAccount.
	EventsNotRead Code = "EVENTS_NOT_READ" // 0: it is not known how many events a record stands for
	BytesNotRead  Code = "BYTES_NOT_READ"  // 0: likewise of bytes
	Blocks        Code = "BLOCKS"          // records that are blocks of addresses
	CutAddresses  Code = "CUT_ADDRESSES"   // bits left of the addresses of the subject, IPv4 or IPv6

	// This comes of a claim about networks.
	NotLookedUp Code = "NOT_LOOKED_UP" // 0: no ASN database was asked, or not the list that is the subject
)

// Codes that can leave a claim undecided.
const (
	FewSources        Code = "FEW_SOURCES"        // distinct sources
	ClusteredSources  Code = "CLUSTERED_SOURCES"  // number of independent sources that say as much
	UnreadRecords     Code = "UNREAD_RECORDS"     // records that are in no count, without those of LATE_EVENTS
	LateEvents        Code = "LATE_EVENTS"        // records that came too late to be counted
	Unlocated         Code = "UNLOCATED"          // share of the unit without a country
	Newcomers         Code = "NEWCOMERS"          // new sources that would have come anyway
	SpoofingPartial   Code = "SPOOFING_PARTIAL"   // greatest share of the sources that is forged
	SpoofingSuspected Code = "SPOOFING_SUSPECTED" // sources, of the subject if there is one, spread like forged ones
	DatabasesDisagree Code = "DATABASES_DISAGREE" // databases whose outcome is not the first one's
	ClusteredErrors   Code = "CLUSTERED_ERRORS"   // largest design effect of the databases' differences
	SamplingError     Code = "SAMPLING_ERROR"     // size of a sample that would probably decide
	AtLimit           Code = "AT_LIMIT"           // 0: the share lies on the limit of the claim
)

// Codes for other ways to count, which would give another outcome.
const (
	SecondEstimate        Code = "SECOND_ESTIMATE"         // share by the HyperLogLogs
	FamiliesDiffer        Code = "FAMILIES_DIFFER"         // share within the subject, IPv4 or IPv6
	OneSidedErrors        Code = "ONE_SIDED_ERRORS"        // width of the bounds, as a share
	SamplingRateSensitive Code = "SAMPLING_RATE_SENSITIVE" // change of the share if half as much were looked at
	NetworksDiffer        Code = "NETWORKS_DIFFER"         // share of the networks, each /24 or /48 counted once
)

// Codes about the data.
const (
	Fragile           Code = "FRAGILE"            // part that may be misplaced without changing the outcome
	SingleDatabase    Code = "SINGLE_DATABASE"    // 0: no second database was asked
	SameDatabase      Code = "SAME_DATABASE"      // number of the database, from 2, that repeats an earlier one
	DatabaseAge       Code = "DATABASE_AGE"       // days from its build to the traffic; negative: it is newer
	MixedDatabases    Code = "MIXED_DATABASES"    // number of databases that located the merged counts
	ReservedPresent   Code = "RESERVED_PRESENT"   // reserved sources, which are in no total
	AddressChurn      Code = "ADDRESS_CHURN"      // hours of traffic
	PacketSampled     Code = "PACKET_SAMPLED"     // 1 in so many packets or flows was looked at
	SketchesOnly      Code = "SKETCHES_ONLY"      // share of the sources known from registers alone
	AddressesDropped  Code = "ADDRESSES_DROPPED"  // 0: nothing that depends on addresses could be tested
	UnkeyedHash       Code = "UNKEYED_HASH"       // 0: anybody can choose addresses that bend the count
	NoHandshake       Code = "NO_HANDSHAKE"       // 0: sources that may be forged could have made the claim true
	ForgeryUntested   Code = "FORGERY_UNTESTED"   // share of the sources that no test for forging covers
	ReflectorsPresent Code = "REFLECTORS_PRESENT" // share of the sources that look like reflectors

	ClaimedAddresses   Code = "CLAIMED_ADDRESSES"   // share of the records whose address the client may have written
	ReflectionUntested Code = "REFLECTION_UNTESTED" // 0: of many sources, nothing shows if they are reflectors
)

// Codes about who sent the traffic.
const (
	DominantSource      Code = "DOMINANT_SOURCE"      // share of all events from one source
	UnsampledVolume     Code = "UNSAMPLED_VOLUME"     // share of all events from sources outside the sample
	HeavySources        Code = "HEAVY_SOURCES"        // share of events by few sources that send far more
	ManyPerSource       Code = "MANY_PER_SOURCE"      // mean events of a few sources
	RankDiffers         Code = "RANK_DIFFERS"         // rank by the subject (a unit) of the country with most sources
	PrefixConcentrated  Code = "PREFIX_CONCENTRATED"  // share of the claimed sources in the subject, a /24 or /48
	NetworkConcentrated Code = "NETWORK_CONCENTRATED" // share of the claimed sources in the subject, an AS
	ListedSources       Code = "LISTED_SOURCES"       // share of the claimed sources on the subject, a list
	Hosted              Code = "HOSTED"               // share of the sources on lists of hosting, VPN, proxy or Tor
)

// Codes about new sources and bursts.
const (
	FewNewSources   Code = "FEW_NEW_SOURCES"  // new sources in the sample
	ShortHistory    Code = "SHORT_HISTORY"    // hours of history
	WindowSensitive Code = "WINDOW_SENSITIVE" // windows, one interval off, with another outcome of the subject, a claim
	NoBaseline      Code = "NO_BASELINE"      // 0: no traffic was seen before
	OnsetUnseen     Code = "ONSET_UNSEEN"     // 0: it ran when the first record came
	EndUncertain    Code = "END_UNCERTAIN"    // 0: the traffic faded, stayed, or was no longer seen
	EndMoved        Code = "END_MOVED"        // events of an earlier look that lie after the end
	TargetLost      Code = "TARGET_LOST"      // 0: the target was evicted while the burst ran
	Incomplete      Code = "INCOMPLETE"       // 0: the sources of part of the burst are not known
	ClockOffset     Code = "CLOCK_OFFSET"     // seconds by which some clock is ahead of the stream; negative: behind
)

// effects has every code; those that are left out of the first two groups annotate.
var effects = map[Code]Effect{
	NothingCounted: CanRuleOut, NothingLocated: CanRuleOut, NothingSampled: CanRuleOut, VolumeUnknown: CanRuleOut,
	Saturated: CanRuleOut, ProxyInFront: CanRuleOut, Anonymized: CanRuleOut,
	Reflection: CanRuleOut, Spoofed: CanRuleOut, UnseenSources: CanRuleOut, EstimatorsDisagree: CanRuleOut,
	EventsNotRead: CanRuleOut, BytesNotRead: CanRuleOut, Blocks: CanRuleOut, CutAddresses: CanRuleOut,
	NotLookedUp: CanRuleOut,

	FewSources: CanUndecide, ClusteredSources: CanUndecide, UnreadRecords: CanUndecide, LateEvents: CanUndecide,
	Unlocated: CanUndecide, Newcomers: CanUndecide, SpoofingPartial: CanUndecide, SpoofingSuspected: CanUndecide,
	DatabasesDisagree: CanUndecide, ClusteredErrors: CanUndecide, SamplingError: CanUndecide, AtLimit: CanUndecide,

	SecondEstimate: Annotates, FamiliesDiffer: Annotates, OneSidedErrors: Annotates,
	SamplingRateSensitive: Annotates, NetworksDiffer: Annotates,

	Fragile: Annotates, SingleDatabase: Annotates, SameDatabase: Annotates, DatabaseAge: Annotates,
	MixedDatabases: Annotates, ReservedPresent: Annotates, AddressChurn: Annotates, PacketSampled: Annotates,
	MixedSamplingRates: Annotates,
	SketchesOnly:       Annotates, AddressesDropped: Annotates, UnkeyedHash: Annotates,
	NoHandshake: Annotates, ForgeryUntested: Annotates,
	ReflectorsPresent: Annotates, ReflectionUntested: Annotates, ClaimedAddresses: Annotates,

	DominantSource: Annotates, UnsampledVolume: Annotates, HeavySources: Annotates, ManyPerSource: Annotates,
	RankDiffers: Annotates, PrefixConcentrated: Annotates, NetworkConcentrated: Annotates, ListedSources: Annotates,
	Hosted: Annotates,

	FewNewSources: Annotates, ShortHistory: Annotates, WindowSensitive: Annotates, NoBaseline: Annotates,
	OnsetUnseen:  Annotates,
	EndUncertain: Annotates, EndMoved: Annotates, TargetLost: Annotates, Incomplete: Annotates, ClockOffset: Annotates,
}
