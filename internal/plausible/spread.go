package plausible

import (
	"math"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// witnesses is what the addresses of a sample tell of being forged. Only public
// IPv4 sources are tested, and only those whose handshake nobody saw: of the
// 2^61 IPv6 networks in use hardly any would be met by chance.
type witnesses struct {
	tested float64
	public float64 // sources of the sample that are not reserved, tested or not

	// Forged addresses spread evenly, real ones gather in few networks.
	pairs24, pairs16 float64 // pairs of tested sources within one network
	gathered         float64 // tested sources that have another in their /24

	// Forged addresses fall where nobody lives.
	dark   float64 // /24 networks of sources in space that is routed and has no users
	blocks int     // different /8 among them
	bogons float64 // sources in 0.0.0.0/8, 127.0.0.0/8 and from 224.0.0.0 on

	mix [geo.MaxOrigins]float64 // tested sources by origin
}

// The address space, as shares of the 2^32 addresses. Routed is what was announced
// in June 2026, when all of the dark blocks were, but for 6 % of two; the numbers of
// networks are those that give the chance of two routed addresses to share one.
const (
	publicSpace = 0.862
	bogonSpace  = 34.0 / 256
	darkSpace   = 13.0 / 256
	routedSpace = 0.7242

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

func witnessesOf(v *snapshot.View) (w witnesses) {
	networks := make([]uint32, 0, len(v.Items)) // the first 24 bits
	for i := range v.Items {
		it := &v.Items[i]
		o := v.OriginOf(i)
		public := o != geo.Reserved
		if public {
			w.public++
		}
		s := snapshot.Source(it)
		if !s.IsIPv4() || it.Flags&snapshot.Handshake != 0 {
			continue
		}
		switch ip := uint32(s.Lo); {
		case public:
			networks = append(networks, ip>>8)
			w.mix[o]++
		case isBogon(ip):
			w.bogons++
		}
	}
	w.tested = float64(len(networks))
	networks = sorted24(networks)
	for rest := networks; len(rest) > 0; {
		n := sharing(rest, 8)
		w.pairs16 += n * (n - 1) / 2
		rest = rest[int(n):]
	}
	var blocks [256]bool
	for rest := networks; len(rest) > 0; {
		n := sharing(rest, 0)
		w.pairs24 += n * (n - 1) / 2
		if n > 1 {
			w.gathered += n
		}
		if o := rest[0] >> 16; isDark[o] {
			w.dark++
			blocks[o] = true
		}
		rest = rest[int(n):]
	}
	for _, b := range blocks {
		if b {
			w.blocks++
		}
	}
	return w
}

// sorted24 sorts numbers of 24 bits by radix, in a few tenths of the time that
// comparing takes. It overwrites list.
func sorted24(list []uint32) []uint32 {
	other := make([]uint32, len(list))
	for shift := 0; shift < 24; shift += 8 {
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

// sharing is how many of the sorted networks are in the same larger network as the
// first, which leaves so many bits open.
func sharing(networks []uint32, bits uint) float64 {
	n := 1
	for n < len(networks) && networks[n]>>bits == networks[0]>>bits {
		n++
	}
	return float64(n)
}

// pairs are those that could share a network.
func (w *witnesses) pairs() float64 { return w.tested * (w.tested - 1) / 2 }

// distance is the total variation between the countries of the tested sources and the
// address space, all public or all routed, whichever is nearer, and how much of it the size
// of the sample alone makes. Of several databases the nearest counts.
func (w *witnesses) distance(spaces []geo.Space) (total, noise float64) {
	total = 1
	for i := range spaces {
		for _, null := range []*[geo.MaxOrigins]float64{&spaces[i].IPv4, &spaces[i].Routed} {
			d, e := 0.0, 0.0
			for o, q := range null {
				d += math.Abs(w.mix[o]/w.tested-q) / 2
				// The mean deviation of a binomial share, normal or, if rare, Poisson.
				e += min(math.Sqrt(2*q*(1-q)/(math.Pi*w.tested)), 2*q) / 2
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
