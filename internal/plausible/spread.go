package plausible

import (
	"math"
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// witnesses is what the addresses of a sample tell of being forged. Only public
// IPv4 sources are tested, and only those whose handshake nobody saw: of the
// 2^61 IPv6 networks in use hardly any would be met by chance.
type witnesses struct {
	public float64 // sources of the sample that are not reserved, tested or not

	// Forged addresses spread evenly, real ones gather in few networks.
	all     crowd
	pairs16 float64 // pairs of tested sources within one /16

	// Forged addresses fall where nobody lives.
	dark   float64                 // /24 networks of sources in space that is routed and has no users
	blocks [256]float64            // the same by /8
	inDark [geo.MaxOrigins]float64 // sources in them, by origin
	bogons float64                 // sources in 0.0.0.0/8, 127.0.0.0/8 and from 224.0.0.0 on

	origins, eights [256]crowd // tested sources by origin, and by /8
}

// crowd is a number of tested sources, how many pairs of them share a /24, and how many
// have another of them in their /24.
type crowd struct{ n, pairs24, gathered float64 }

// gather takes n sources of one /24, which were counted already.
func (c *crowd) gather(n float64) {
	c.pairs24 += pairsOf(n)
	if n > 1 {
		c.gathered += n
	}
}

// ungathered is the largest number of them that chance may have drawn from a space of so
// many /24: those that have a neighbor, more than chance explains, are real.
func (c crowd) ungathered(networks float64) float64 {
	byChance := 2 * evenly24 * pairsOf(c.n) / networks
	return c.n - max(c.gathered-byChance-4*math.Sqrt(byChance), 0)
}

// The address space, as shares of the 2^32 addresses. Routed is what was announced
// in June 2026, when all of the dark blocks were, but for 6 % of two; the numbers of
// networks are those that give the chance of two routed addresses to share one.
const (
	publicSpace = 0.862
	bogonSpace  = 34.0 / 256
	darkSpace   = darkBlocks / 256.0
	routedSpace = 0.7242

	darkBlocks = 13

	routed24 = 12.15e6
	routed16 = 48.76e3
)

// isDark tells the /8 blocks that are announced, are located by every database, and
// from which no public traffic comes; they are assigned to the United States
// Department of Defense. In real populations at most 0.06 % of the sources are
// there.
var isDark = func() (dark [256]bool) {
	for _, octet := range []byte{6, 7, 11, 21, 22, 26, 28, 29, 30, 33, 55, 214, 215} {
		dark[octet] = true
	}
	return dark
}()

// isBogon reports whether an address can be nobody's and, unlike a private one,
// does not leak from networks that forget to translate it either.
func isBogon(ip uint32) bool { return ip>>24 == 0 || ip>>24 == 127 || ip>>29 == 7 }

// suspects are the sources of a sample that may be forged, in the order of their networks.
type suspects struct {
	public []uint64 // the first 24 bits of the address, above the number of the item
	bogons float64
}

// item is the number of the item that a suspect is.
func item(suspect uint64) int { return int(uint32(suspect)) }

func witnessesOf(v *snapshot.View, s suspects) (w witnesses) {
	w.public = float64(len(v.Items)) - v.Counted[geo.Reserved].Sampled
	w.all.n, w.bogons = float64(len(s.public)), s.bogons
	var tested [geo.MaxOrigins]int
	for _, suspect := range s.public {
		tested[v.OriginOf(item(suspect))]++
	}
	for o, n := range tested {
		w.origins[o].n = float64(n)
	}
	for rest := s.public; len(rest) > 0; {
		n, block := sharing(rest, 16), rest[0]>>48
		w.eights[block].n = float64(n)
		if isDark[block] {
			for _, suspect := range rest[:n] {
				w.inDark[v.OriginOf(item(suspect))]++
			}
		}
		rest = rest[n:]
	}
	for rest := s.public; len(rest) > 0; {
		n := sharing(rest, 8)
		w.pairs16 += pairsOf(float64(n))
		rest = rest[n:]
	}
	for rest := s.public; len(rest) > 0; {
		n := sharing(rest, 0)
		w.addNetwork(v, rest[:n])
		rest = rest[n:]
	}
	return w
}

// addNetwork takes the sources of one /24.
func (w *witnesses) addNetwork(v *snapshot.View, sources []uint64) {
	n, block := float64(len(sources)), sources[0]>>48
	if isDark[block] {
		w.dark++
		w.blocks[block]++
	}
	if n == 1 {
		return
	}
	w.all.gather(n)
	w.eights[block].gather(n)
	for i, source := range sources {
		// The sources of one /24 are nearly always of one origin, the first.
		o := v.OriginOf(item(source))
		is := func(other uint64) bool { return v.OriginOf(item(other)) == o }
		if slices.ContainsFunc(sources[:i], is) {
			continue
		}
		same := 0
		for _, other := range sources[i:] {
			same += snapshot.Indicator(is(other))
		}
		w.origins[o].gather(float64(same))
	}
}

// pairsOf is how many pairs n things make.
func pairsOf(n float64) float64 { return n * (n - 1) / 2 }

// sorted24 sorts numbers of 24 bits, above 32 others, by radix, in a few tenths of the time
// that comparing takes. It overwrites list.
func sorted24(list []uint64) []uint64 {
	other := make([]uint64, len(list))
	for shift := 32; shift < 56; shift += 8 {
		var next [257]int
		for _, v := range list {
			next[v>>shift&0xff+1]++
		}
		for i := range 255 {
			next[i+1] += next[i]
		}
		for _, v := range list {
			at := &next[v>>shift&0xff]
			other[*at] = v
			*at++
		}
		list, other = other, list
	}
	return list
}

// sharing is how many of the sorted suspects are in the same larger network as the first,
// which leaves so many of the 24 bits open.
func sharing(suspects []uint64, bits uint) int {
	n := 1
	for n < len(suspects) && (suspects[n]^suspects[0])>>(32+bits) == 0 {
		n++
	}
	return n
}

// pairs are those that could share a network.
func (w *witnesses) pairs() float64 { return pairsOf(w.all.n) }

// darkIn is the number of tested sources in dark space, of a set of origins.
func (w *witnesses) darkIn(in func(geo.Origin) bool) (n float64) {
	for o, x := range w.inDark {
		if x > 0 && in(geo.Origin(o)) {
			n += x
		}
	}
	return n
}

// distance is the total variation between the countries of the tested sources and the
// address space, all public or all routed, whichever is nearer, and how much of it the size
// of the sample alone makes. Of several databases the nearest counts.
func (w *witnesses) distance(spaces []geo.Space) (total, noise float64) {
	total = 1
	for i := range spaces {
		for _, null := range []*[geo.MaxOrigins]float64{&spaces[i].IPv4, &spaces[i].Routed} {
			d, e := 0.0, 0.0
			for o, q := range null {
				d += math.Abs(w.origins[o].n/w.all.n-q) / 2
				// The mean deviation of a binomial share, normal or, if rare, Poisson.
				e += min(math.Sqrt(2*q*(1-q)/(math.Pi*w.all.n)), 2*q) / 2
			}
			if e > 0 && d < total { // e is 0 where nothing is known to be routed
				total, noise = d, e
			}
		}
	}
	return total, noise
}

// exceeds reports whether x of n is more than a share can explain: one in a
// thousand would be.
func exceeds(x, n, share float64) bool {
	return x > n*share && stat.BinomialTail(n, share, x) < 0.001
}

// fallsShort reports whether x of n is less than a share can explain.
func fallsShort(x, n, share float64) bool {
	return x < n*share && 1-stat.BinomialTail(n, share, x+1) < 0.001
}
