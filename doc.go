// Package whence says where a burst of traffic came from, and how much of that answer may be
// claimed. It has no code itself: this page is the tour.
//
// # The packages
//
//   - [github.com/whence-go/whence/geo] maps an address to the country that a database places
//     it in, by a few loads from a flat table. It reads any country database in MMDB form;
//     [github.com/whence-go/whence/geo/dbip] embeds one.
//   - [github.com/whence-go/whence/sketch] counts distinct things in bounded memory. It knows
//     no addresses and no countries.
//   - [github.com/whence-go/whence/attribution] puts them together. A Tally counts a stream. A
//     Snapshot is what it had counted, and decides claims. A Report is plain data with one
//     Verdict per claim.
//   - [github.com/whence-go/whence/attribution/text] turns reports into sentences and tables.
//   - [github.com/whence-go/whence/attribution/evidence] writes one file from which anybody
//     recomputes a report.
//   - [github.com/whence-go/whence/attribution/baseline] finds the sources that a baseline had
//     not; [github.com/whence-go/whence/attribution/network] says whose networks they are in.
//   - [github.com/whence-go/whence/attribution/monitor] watches a stream. A Monitor keeps the
//     last hour in intervals, follows the busiest targets, and reports a Burst while it runs.
//
// The programs under examples show them at work: [examples/attribute] is the main job as a
// command, [examples/middleware] a web server. docs/ARCHITECTURE.md shows the rooms.
//
// # What is promised
//
//   - Counts are exact up to 65,536 distinct sources. Beyond, the total and every share carry an
//     interval.
//   - A verdict takes every uncertainty as the worst case: sources without a country, records
//     that were not read, forged sources, databases that disagree. It states the geolocation
//     error that it tolerates. It says inadmissible when the data carry no claim.
//   - docs/ACCURACY.md says how often all of this is right, and docs/CLAIMS.md how to defend a
//     number.
//   - Memory is bounded, and nothing allocates per event.
//   - Merging is exact, in any order and grouping, down to the bytes, among snapshots of one
//     database.
//   - Nobody who chooses addresses can choose the counts: hashing is keyed.
//   - Bad input is an error that names the place. It never panics, and what was counted before
//     stays.
//
// No text of whence says that somebody did something, or that traffic came from a country. It
// says that addresses are geolocated to a country by a named database of a stated date.
//
// [examples/middleware]: https://github.com/whence-go/whence/tree/main/examples/middleware
// [examples/attribute]: https://github.com/whence-go/whence/tree/main/examples/attribute
package whence
