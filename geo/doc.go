// Package geo says which country an IP address is geolocated to, fast enough
// for every packet of a capture.
//
// [Open] reads any country database in the MaxMind DB format (MMDB) and
// compiles it into an immutable [Table]. A lookup answers with an [Origin]: one
// byte that stands for a country, or for the reason why there is none. Package
// dbip, in this folder, embeds a database for programs that have no file, and
// [Follow] keeps a table up to date with a file that is replaced.
//
// # Accuracy
//
// "Geolocated to RU by DB-IP Lite, built 2026-06-01" is all that a table can
// say. It does not know where a packet came from: source addresses are forged,
// machines are rented abroad, and the owner of an address in a country may be
// neither there nor of it. Databases disagree on 2 to 5 addresses in 100 of
// those that attack, they err for whole networks at a time, and they age. So
// keep [Table.Info] with every result, and its Credit where results are shown.
//
// Addresses that cannot be public unicast sources are [Reserved] whatever a
// database says, after the IANA special-purpose address registries (RFC 6890).
//
// # Networks and lists
//
// [Networks] says which autonomous system announces an address, after an ASN
// database, and [Prefixes] whether it is in a published list, such as those of
// hosting companies or of Tor exits. Both are for the sample of sources that a
// report keeps, not for every packet.
//
// # Concurrency
//
// A Table never changes and may be used by any number of goroutines. To reload,
// compile another one and swap the pointer. What counts per origin over a
// window should use one table from its begin to its end, so that no address
// has two origins in it.
//
// # Performance
//
// A lookup does not allocate. Lookup4 is three loads, inlined, without a branch
// on the address; Lookup6 is eight loads down to a /48 network. In a loop of
// independent lookups in the embedded database (one core of an AMD EPYC with 1
// MB of L2 cache) they take
//
//	                   20,000 sources    uniform over all networks
//	Lookup4                 4 to 5 ns                   8 to 14 ns
//	Lookup6               15 to 20 ns                  19 to 35 ns
//	Lookup of an IPv4    13 to 15 ns                  20 to 30 ns
//	Lookup of an IPv6    30 to 40 ns                  45 to 65 ns
//
// A table of a country database takes about 12 MB and a second to compile from
// its MMDB, or less than 0.1 s from the compact form, which takes 0.6 MB.
//
// # Security
//
// Files are hostile until checked. Every record and every network is read when
// a file is opened, so that no later lookup can fail; the work is bounded in
// proportion to the size of the file, and the size of a table absolutely. No
// file stays mapped: replacing or truncating it does no harm.
//
// # Compatibility
//
// The numbers of origins are stable, see [Origin]. The compact form carries a
// version, and [Decode] reads all that were ever released.
package geo
