// Package attribution answers where traffic came from, and how much of that
// answer may be claimed.
//
// A [Tally] counts a stream of source addresses by the country that a
// [geo.Table] places them in. Its [Report] states distinct sources, events and
// bytes per country with intervals. A [Claim] such as Majority("RU") is held
// against the report and comes back as a [Verdict]: supported, refuted, undecided
// or inadmissible, with the margin by which it holds and what a reader must know
// beside it.
//
//	tally := attribution.NewTally(table, attribution.Options{})
//	for addr := range sources {
//		tally.Add(addr)
//	}
//	report := tally.Report()
//	fmt.Print(report)
//	fmt.Println(report.Check(attribution.Majority("RU")))
//
// # What is counted
//
// A source is an IPv4 address or an IPv6 prefix, /64 by default. It is no host
// and no person: one address may stand for many hosts, and a host may use many.
// A share of sources is a share of the distinct sources that were seen, reserved
// ones left out, unlocated ones included.
//
// That an address is geolocated to a country says that a database places it
// there. It does not say who used it, nor from where. All texts of this package
// keep to that.
//
// # Accuracy
//
// Up to Options.SampleSize distinct sources everything is exact. Beyond, a row's
// sources come from one HyperLogLog per origin (relative standard error 0.8 % at
// precision 14), its share from the sum of these parts, whose errors partly
// cancel. A claim about sources is decided on the uniform sample instead, by the
// interval of Clopper and Pearson with finite-population correction: its error
// does not depend on the number of countries, and it is exact in law. The two
// are checked against each other, and a verdict that the other would not share
// says so. Events and bytes are always exact.
//
// Where only one in so many packets was looked at, and [Options.SamplingRate] says
// so, a claim about sources is one about all sources, seen or not: it is decided
// only if the number of those not seen can be bounded ([PacketSampling]).
//
// A verdict adds what is unlocated to the interval, in the worst way. It takes the
// database at its word, and states how large a geolocation error it would
// survive.
//
// # Several claims, several looks
//
// [Terms] say at which confidence a claim is decided, whether it is about the
// sources seen or about a population they were drawn from, and whether the look is
// one of many at counts that still grow. [Terms.CheckAll] decides several claims
// that one statement makes, [Report.JointIntervals] widens the rows of a table
// until all of them hold together.
//
// # New sources
//
// [Tally.Excess] tells those of a burst that a baseline has not seen, and what
// each country has more of them.
//
// # Evidence
//
// [NewEvidence] puts a tally, claims and verdicts into one file, optionally signed,
// from which somebody else can compute the verdicts anew: [Verify] says that all
// of it is reproduced bit for bit, or names the first difference.
//
// # Who the sources are
//
// Before a claim is decided, the sources are asked whether they are who sent the
// traffic. Where most addresses are forged, answer requests that somebody else
// sent, were cut to networks, or stand for a proxy, a claim is inadmissible. Where
// some are forged, it is decided on the share of the others, with what is not known
// of the forged ones in its interval. [Spoofing] says what can be found, and what
// cannot: addresses forged within one network or country. A handshake that [Flow]
// or the options state proves an address, and is the best remedy.
//
// # Other databases
//
// A report keeps its sources, or a sample of them, and looks them up again where
// that is asked for: [Report.Under] in another database, [Report.Compare] in
// several at once, with what they do not agree on, and [Report.Inside] in the
// networks and lists that say who holds them. Databases err by whole networks at
// a time, so that the errors of a share do not average out over its sources.
//
// # Concurrency
//
// A Tally is for one goroutine at a time; [Shared] is for many. Reports, claims
// and verdicts are values that may be shared.
//
// # Security
//
// Sources are hashed with a secret key, so that nobody who chooses addresses can
// choose the counts; see package sketch. Encoded tallies carry source addresses
// unless Options.DropAddresses is set, and never the key.
//
// # Compatibility
//
// Encodings are canonical and versioned. JSON keys and caveat codes are only
// added, never changed.
package attribution
