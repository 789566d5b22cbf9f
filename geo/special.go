package geo

import "net/netip"

// special4 and special6 are the blocks that no public unicast source can have,
// in address order. They follow the IANA special-purpose address registries
// (RFC 6890, and RFC 8190 on what "global" means there) with multicast (RFC
// 5771, RFC 4291) added. IANA has allocated global unicast from 2000::/3 only
// (RFC 3587), so the rest of IPv6 is one block on each side.
var special4 = prefixes(
	"0.0.0.0/8",       // "this network", RFC 791
	"10.0.0.0/8",      // private use, RFC 1918
	"100.64.0.0/10",   // shared by carrier-grade NAT, RFC 6598
	"127.0.0.0/8",     // loopback, RFC 1122
	"169.254.0.0/16",  // link local, RFC 3927
	"172.16.0.0/12",   // private use, RFC 1918
	"192.0.0.0/24",    // protocol assignments, RFC 6890
	"192.0.2.0/24",    // documentation, RFC 5737
	"192.88.99.0/24",  // former 6to4 relay anycast, RFC 7526
	"192.168.0.0/16",  // private use, RFC 1918
	"198.18.0.0/15",   // benchmarking, RFC 2544
	"198.51.100.0/24", // documentation, RFC 5737
	"203.0.113.0/24",  // documentation, RFC 5737
	"224.0.0.0/4",     // multicast, RFC 5771
	"240.0.0.0/4",     // future use and limited broadcast, RFC 1112, RFC 919
)

var special6 = prefixes(
	"::/3",          // unspecified, loopback, mapped, NAT64, discard-only ...
	"2001::/23",     // protocol assignments, RFC 2928; Teredo, RFC 4380
	"2001:db8::/32", // documentation, RFC 3849
	"2002::/16",     // 6to4, RFC 3056
	"3fff::/20",     // documentation, RFC 9637
	"4000::/2", "8000::/1",
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, s := range texts {
		list[i] = netip.MustParsePrefix(s)
	}
	return list
}
