// Package bench measures the path from an address to its tally beside two others
// on the same addresses in the same run: the memory floor, which only does the
// two dependent loads that the job cannot avoid, and the naive pipeline that one
// would otherwise write.
//
//	go test -bench . ./bench
//
// Each Tally and IPv4 line reports ns/event, x-floor (its time over the floor's)
// and x-naive (the naive pipeline's time over its own). Whence and the floors take
// turns on the whole stream, so that a ratio holds although the machine's speed
// drifts; trust the ratios, not the nanoseconds. There is a fused and a staged
// floor, the better of which counts. It reads the input that whence reads:
// addresses, or integers. For several goroutines it runs on as many. The naive
// pipeline follows alone. Before anything is timed, its answer is compared with
// exact sets.
//
// Life lines time a tally from nothing, see BenchmarkLife.
//
// The names say what runs: path is how addresses come in, family the kind of
// addresses, sources how they are spread (of BenchmarkSources: how many there
// are), and state whether the tally still holds every source.
//
// The folder results has what all benchmarks printed on one machine, the floor and
// the peers among them. README.md and docs/PERFORMANCE.md show these results. Two
// commands record them anew, and write the documents from them:
//
//	go -C tools run ./benchtable -record
//	go -C tools run ./benchtable
package bench
