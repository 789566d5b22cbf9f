package attribution

import (
	"fmt"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/count"
)

// What the sample says of the kind of sources that came, before anybody asks where
// they are: whether they are who sent the traffic at all.

// traits counts the sources of the sample that are not reserved, and those of
// them that share a trait.
type traits struct {
	all, reflecting volume

	ipv4, ipv4Cut float64 // cut: the last octet is 0
	ipv6, ipv6Cut float64 // cut: all bits after the first 48 are 0
}

// volume is a number of sources with what they sent: integers, whose sum is the
// same in any order.
type volume struct {
	sources       float64
	events, bytes uint64
}

func (v *volume) add(s *seen) {
	v.sources++
	v.events = addSaturated(v.events, s.events)
	v.bytes = addSaturated(v.bytes, s.bytes)
}

func (v *volume) amount(u Unit) float64 { return u.of(v.sources, v.events, v.bytes) }

// examine finds out what kind of sources the sample has. space is that of the table
// behind the origins, nil where it is not known.
func (r *Report) examine(space *geo.Space) {
	r.traits = traitsOf(r.seen, r.addresses, r.ipv6Bits)
	r.testSources(space)
}

// cutBits is the length that anonymised IPv6 addresses are commonly cut to.
const cutBits = 48

func traitsOf(sample []seen, addresses bool, ipv6Bits int) (t traits) {
	for i := range sample {
		s := &sample[i]
		if s.origin == geo.Reserved {
			continue
		}
		t.all.add(s)
		if s.known&reflector != 0 {
			t.reflecting.add(s)
		}
		switch {
		case !addresses:
		case s.isIPv4():
			t.ipv4++
			if s.lo&0xff == 0 {
				t.ipv4Cut++
			}
		case ipv6Bits > cutBits:
			t.ipv6++
			if s.hi&(1<<(64-cutBits)-1) == 0 && s.lo == 0 {
				t.ipv6Cut++
			}
		}
	}
	return t
}

const (
	enoughToTell = 36   // sources of a family before "all of them are cut" says something
	nearlyAll    = 0.95 // of them; of real IPv4 addresses 1 in 256 or fewer end in 0
)

// anonymised is the share of the public sources that are of a family whose
// addresses were cut before they came here.
func (t *traits) anonymised() float64 {
	cut := 0.0
	if t.ipv4 >= enoughToTell && t.ipv4Cut > nearlyAll*t.ipv4 {
		cut += t.ipv4
	}
	if t.ipv6 >= enoughToTell && t.ipv6Cut > nearlyAll*t.ipv6 {
		cut += t.ipv6
	}
	return cut / max(t.all.sources, 1)
}

// implausible tells why no claim in a unit may be made about the origin of the
// traffic, though there are counts.
func (r *Report) implausible(u Unit) (Caveat, bool) {
	if share := float64(r.Reserved.Events) / max(float64(r.Events)+float64(r.Reserved.Events), 1); share > 0.5 {
		return Caveat{ProxyInFront, share, fmt.Sprintf("%s of all events come from reserved addresses, as behind a proxy or inside a network: the origin of most traffic is not visible here", percent(share))}, true
	}
	if share := r.traits.anonymised(); share > 0.5 && u == OfSources {
		return Caveat{Anonymised, share, fmt.Sprintf("%s of the sources have addresses that were cut (to 24 bits of IPv4, 48 of IPv6): what was counted are networks, not sources", percent(share))}, true
	}
	if reason, ok := r.reflected(u); ok {
		return reason, true
	}
	return r.spoofed()
}

// plausibility are the caveats about traits that do not rule out every claim.
func (r *Report) plausibility() (caveats []Caveat) {
	if share := r.traits.anonymised(); share > 0 {
		caveats = append(caveats, Caveat{Anonymised, share, fmt.Sprintf("%s of the sources have addresses that were cut (to 24 bits of IPv4, 48 of IPv6): they are networks, located by their first address", percent(share))})
	}
	if c, ok := r.reflectors(); ok {
		caveats = append(caveats, c)
	}
	if c, ok := r.someSpoofed(); ok {
		caveats = append(caveats, c)
	}
	if n := r.Sources.Distinct; n > 0 && n < fewSources && r.Events/n >= proxyLoad {
		caveats = append(caveats, Caveat{ManyPerSource, float64(r.Events) / float64(n), fmt.Sprintf("%s made %s each on average: proxies or gateways may stand in front of the true sources", count.Grouped(n)+" "+plural(n, "source", "sources"), eventCount(r.Events/n))})
	}
	return caveats
}

// proxyLoad is the number of events per source from which on a handful of them
// look like what others hide behind.
const proxyLoad = 1000
