// Package geo finds the country that an IP address is geolocated to, fast enough for
// every packet of a capture.
//
// [Open] reads any country database in the MaxMind DB format (MMDB) and compiles it into
// a [Table]. A lookup returns an [Origin]: one byte that stands for a country, or for the
// reason why there is none. Package dbip, in this folder, embeds a database for programs
// without a file. [Follow] updates the table whenever the file is replaced.
//
// # Accuracy
//
// A table can only say "geolocated to RU by DB-IP Lite, built 2026-06-01". It does not
// know where a packet came from. Source addresses are forged. Machines are rented abroad.
// The owner of an address may not live in its country. Databases disagree on 2 to 5 of
// 100 attacking addresses, they are wrong for whole networks at a time, and they age. So
// keep [Table.Info] with every result, and show its Credit with the results.
//
// Addresses that cannot be public unicast sources are [Reserved], whatever a database
// says. The list follows the IANA special-purpose address registries (RFC 6890).
//
// # Networks and lists
//
// An [ASNTable] finds the autonomous system that announces an address, from an ASN
// database. A [PrefixSet] tells whether an address is in a published list, such as those
// of hosting companies or of Tor exits. Both are made for the sample of sources that a
// report keeps, not for every packet.
//
// # Concurrency
//
// Tables and sets never change, and any number of goroutines may use them. To reload,
// make another table and swap the pointer. If you count per origin over a window, use one
// table from its start to its end, so that no address has two origins in it.
//
// # Performance
//
// A lookup does not allocate. Lookup4 is three loads, inlined, without a branch on the
// address. Lookup6 is eight loads down to a /48 network. In a loop of independent lookups
// in the embedded database they take, on one core of an AMD EPYC with 1 MB of L2 cache:
//
//	                   20,000 sources    uniform over all networks
//	Lookup4                 4 to 5 ns                   8 to 14 ns
//	Lookup6               15 to 20 ns                  19 to 35 ns
//	Lookup of an IPv4    13 to 15 ns                  20 to 30 ns
//	Lookup of an IPv6    30 to 40 ns                  45 to 65 ns
//
// The table of a country database takes about 12 MB. Compiling it takes a second from an
// MMDB, or less than 0.1 s from the compact form, which has 0.6 MB. A lookup in an
// ASNTable or a PrefixSet takes 0.1 to 0.2 µs.
//
// # Security
//
// A file may be hostile. [Open], [OpenASN] and [Follow] read regular files of at most 1
// GiB. They read every record and every network at once, so that no later lookup can
// fail. The work grows no faster than the size of the file, and the size of a table has a
// limit. No file stays open or mapped, so you may replace or truncate it at any time.
//
// # Compatibility
//
// The numbers of origins are stable, see [Origin]. The compact form has a version, and
// [Decode] reads every released version. On 32 bits a database is refused if its build
// time is after the year 2106.
package geo
