// Package peers measures whence beside what one would otherwise use to count the
// distinct sources per country of a stream of addresses.
//
//	go test -bench .
//
// Every peer counts the same 1,048,576 addresses, drawn evenly over all networks
// of the embedded table, from nothing to its distinct counts per country. Before
// it is timed, these are held against exact sets, within the error that the peer
// has by its own account. Then it takes turns with whence: ns/event is its time,
// x-whence that time over the time of whence in the same run.
//
// In memory, on one goroutine unless something else is said, against whence
// ([attribution.Tally.AddBatch] in batches of 4,096, and the report):
//
//   - whence-sharded: [attribution.ShardedTally] on two goroutines, as DuckDB has.
//   - maps: an MMDB decoded for every address, and a set of addresses per
//     country. Exact.
//   - hyperloglog: the same with a HyperLogLog of axiomhq/hyperloglog per
//     country. Standard error 0.8 %, as that of whence.
//   - duckdb: DuckDB with two threads, the addresses joined to the ranges of the
//     table (ASOF JOIN), and approx_count_distinct, which has 64 registers and so
//     a standard error of 13 %. Loading both into DuckDB is not timed.
//   - duckdb-exact: the same with count(DISTINCT).
//   - redis: PFADD to a key per country, whole batches in a pipeline to a Redis on
//     the same machine, whose own time counts as well. Redis knows no countries:
//     the client looks them up in the table of whence. Standard error 0.8 %.
//
// From an access log of as many lines to the printed counts, as whole processes,
// against examples/attribute:
//
//   - goaccess: GoAccess with an MMDB of the same ranges, all panels off but that
//     of countries. It counts visitors, which for this log, of one day and one
//     user agent, are addresses. Exact.
//
// From datagrams of flow exports (NetFlow v5 and v9, IPFIX, sFlow), against attribution/netflow:
//
//   - goflow2: its decoders and its producer, up to the messages that its collector would write.
//   - goflow2 with an MMDB decoded for every message, and a set of sources per country. Exact.
//
// BenchmarkFlows takes turns as well: ns/record is the time of whence, x-goflow2 how many times as long the other
// takes. What both make of a datagram is compared, too: of those of the benchmark, of drawn ones, and of captures of
// some 60 exporters. In differing and differences is what goflow2 v2.2.6 makes otherwise, and why. Some datagrams
// would take all of its time or memory. They are not given to it.
//
// Redis and GoAccess are skipped where redis-server and goaccess are not
// installed. A Redis is started for the purpose and ended after it.
//
// These are comparisons of one job, not of systems: each of the peers does much
// that whence does not.
package peers
