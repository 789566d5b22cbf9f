// Package whence says where a burst of traffic came from, and how much of that
// answer may be claimed. It holds no code itself: this page is the tour.
//
// # The packages
//
//   - [github.com/whence-go/whence/geo] maps an address to the country that a
//     database places it in, by a few loads from a flat table. It reads any
//     country database in MMDB form; [github.com/whence-go/whence/geo/dbip] embeds one.
//   - [github.com/whence-go/whence/sketch] counts distinct things in bounded
//     memory. It knows no addresses and no countries.
//   - [github.com/whence-go/whence/attribution] puts them together: a Tally counts
//     a stream, a Report states shares with intervals, a Claim is checked and
//     comes back as a Verdict, and Evidence lets somebody else check it again.
//   - [github.com/whence-go/whence/attribution/monitor] watches a stream: a
//     Monitor keeps the last hour in intervals, follows the targets that are hit
//     hardest, and tells of a Burst while it runs.
//
// The programs under examples show them at work: [examples/attribute] is the main
// job as a command, [examples/middleware] a web server.
//
// # What is promised
//
//   - Counts are exact up to 65,536 distinct sources. Beyond, the total and every
//     share carry an interval.
//   - A verdict includes what is unlocated, states the geolocation error that it
//     would survive, and says inadmissible when the data carry no claim: sources
//     that are forged, reflectors, hidden by sampling, or behind a proxy.
//   - What was measured of all this stands in docs/ACCURACY.md, and how to defend
//     a number in docs/CLAIMS.md.
//   - Memory is bounded whatever comes, and nothing allocates per event.
//   - Merging is exact, in any order and grouping, down to the bytes, among
//     tallies made with one database.
//   - Nobody who chooses addresses can choose the counts: hashing is keyed.
//   - Bad input is an error that names the place. It never panics and never costs
//     what was counted before.
//
// No text of whence says that somebody did something, or that traffic came from a
// country. It says that addresses are geolocated to a country by a named database
// of a stated date.
//
// [examples/middleware]: https://github.com/whence-go/whence/tree/main/examples/middleware
// [examples/attribute]: https://github.com/whence-go/whence/tree/main/examples/attribute
package whence
