// Package attribution says where traffic came from, and how much of that answer may be
// claimed.
//
// A [Tally] counts the sources, events and bytes of a stream by the country in which a
// [geo.Table] places each source. A [Snapshot] is what it had counted, as an immutable value
// that merges, is encoded, and is looked up in more databases. A [Report] is plain data: the
// counts, and one [Verdict] per [Claim].
//
//	tally, err := attribution.NewTally(table, attribution.Options{})
//	for addr := range sources {
//		tally.Add(addr)
//	}
//	report, err := tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("RU"))
//	fmt.Println(report.Verdicts[0]) // refuted RU > 50% of sources 0.37 [0.37, 0.39]
//
// A source is an IPv4 address or an IPv6 prefix: neither a host nor a person. "Geolocated to
// RU" says that a database places it there.
//
// # Accuracy
//
// Up to [Options.SampleSize] distinct sources every number is exact. Beyond, each country has a
// HyperLogLog (standard error 0.8 %), and claims about sources are decided on a uniform sample.
// Every uncertainty counts as the worst case: unlocated sources, lost records ([Tally.AddLost]),
// forged sources, sampled packets, databases that disagree. What a reader knows about the limits
// of its input is part of the snapshot, too ([Tally.AddAccount]). docs/CLAIMS.md has the steps,
// docs/ACCURACY.md what was measured.
//
// # Concurrency
//
// A Tally is for one goroutine at a time, a [ShardedTally] for many. All else is a value that
// goroutines may share. No clock is read, and no goroutine is started.
//
// # Performance
//
// Adding does not allocate. Batches take 10 to 40 ns an address; docs/PERFORMANCE.md.
//
// # Security
//
// Sources are hashed with a secret key: nobody who chooses addresses can choose the counts. An
// encoding has the addresses of the sources unless [Options.DropAddresses] is set, and never the
// key. Encodings from others are checked within bounded memory.
//
// # Compatibility
//
// An encoding is canonical, with a version and a checksum. Keys of the JSON and codes of caveats
// are only added; [SchemaVersion] and [MethodVersion] say when one changes its meaning.
package attribution
