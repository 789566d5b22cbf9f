// Package attribution says where traffic came from, and how much of that answer may be
// claimed.
//
// A [Tally] counts the sources, events and bytes of a stream by the country in which a
// [geo.Table] places each source. A [Snapshot] holds everything that was counted, as an
// immutable value. It can be merged, encoded and looked up in more databases. Its method
// Report answers with a [Report]: plain data, with the counts and one [Verdict] per [Claim].
// A claim such as Majority("RU") is supported, refuted, undecided or inadmissible.
//
//	tally, err := attribution.NewTally(table, attribution.Options{})
//	for addr := range sources {
//		tally.Add(addr)
//	}
//	report, err := tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("RU"))
//	fmt.Println(report.Verdicts[0]) // refuted RU > 50% of sources 0.37 [0.37, 0.39]
//
// A source is an IPv4 address or an IPv6 prefix, /64 by default. It is not a host and not a
// person: many hosts may share one address, and one host may use many. "Geolocated to RU"
// says that a database places the address there, and not who used it.
//
// Records that cannot be counted belong in [Tally.AddLost], since every verdict allows for
// them. [Flow] says more about a source than its address: a handshake proves that the
// address is not forged. [Snapshot.Enrich] adds further databases, autonomous systems and
// lists. [FromSketches] takes sketches of github.com/axiomhq/hyperloglog in, and
// [Snapshot.Sketches] gives them out.
//
// # Accuracy
//
// Up to [Options.SampleSize] distinct sources, every number is exact. Beyond, the sources of
// a country are estimated by one HyperLogLog each, with a standard error of 0.8 % at
// precision 14. Events and bytes stay exact. A claim about sources is then decided on a
// uniform sample, whose error does not depend on the number of countries. The two estimates
// are compared, and a verdict that the other one would not share says so.
//
// Every uncertainty counts as the worst case. Sources without a country and lost records may
// be anywhere. Forged sources are removed. Where one packet in many was looked at, the
// sources not seen are bounded. Where databases disagree, a claim is decided only if all of
// them agree. A verdict also states how many misplaced sources it would survive.
//
// # Concurrency
//
// A Tally is for one goroutine at a time, and a [ShardedTally] for many. Everything else is
// a value that any number of goroutines may share. A Report and its verdicts are the
// caller's own. Nothing here reads a clock or starts a goroutine.
//
// # Performance
//
// Adding does not allocate in the steady state. [Tally.AddBatch] takes 20 to 60 ns for each
// address, and [Tally.Add] about twice as long. Memory is bounded by the options: 11 MB for
// a tally of the default size with every country there is. docs/PERFORMANCE.md has the
// measurements.
//
// # Security
//
// Sources are hashed with a secret key, so that nobody who chooses addresses can choose the
// counts; see package sketch. An encoding has the addresses of the sources unless
// [Options.DropAddresses] is set, and never the key. No type here prints an address or a
// key, whatever the verb, except [Source] and [Flow]. A caveat may name a network. Encodings
// from others are checked before use, within bounded memory.
//
// # Compatibility
//
// An encoding is canonical: equal contents give equal bytes, on every machine. It has a
// version and a checksum, and another version is a [sketch.VersionError]. Keys of the JSON
// and codes of caveats are only added. [SchemaVersion] and [MethodVersion] rise when one of
// them changes its meaning, or when the same snapshot gets another verdict.
package attribution
