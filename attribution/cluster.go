package attribution

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/whence-go/whence/geo"
)

// Databases place whole networks, and so they err, and botnets and rented machines
// gather, by whole networks. A cluster is the sources of one.

// A site is a /24 of IPv4, the longest prefix that is commonly announced, or a /48
// of IPv6, which one place commonly gets (RFC 6177).

// site is the /24 or /48 that a source lies in, as a key that is never 0.
func (s source) site() uint64 {
	if s.isIPv4() {
		return 1<<63 | s.lo>>8
	}
	return s.hi>>16 | 1<<62
}

// numbering gives numbers to keys, 0 to whatever comes first.
type numbering struct {
	slots []numbered
	shift uint8
	next  int32
}

type numbered struct {
	key    uint64 // 0: empty
	number int32
}

// scatter is the random multiplier of a universal hash (Dietzfelbinger et al.
// 1997), so that nobody can choose addresses that collide.
var scatter = rand.Uint64() | 1

// newNumbering has room for n keys.
func newNumbering(n int) *numbering {
	size := bits.Len(uint(2*n | 15))
	return &numbering{slots: make([]numbered, 1<<size), shift: uint8(64 - size)}
}

func (n *numbering) of(key uint64) int32 {
	mask := len(n.slots) - 1
	i := int((key*scatter)>>(n.shift&63)) & mask
	for n.slots[i].key != key {
		if n.slots[i].key == 0 {
			n.slots[i] = numbered{key, n.next}
			n.next++
			break
		}
		i = (i + 1) & mask
	}
	return n.slots[i].number
}

// clusters are the numbers of what each source of a sample belongs to.
type clusters []int32

// sites clusters a sample by /24 and /48.
func sites(sample []seen) clusters {
	n, c := newNumbering(len(sample)), make(clusters, len(sample))
	for i := range sample {
		c[i] = n.of(sample[i].site())
	}
	return c
}

// systems clusters a sample by autonomous system, and by /24 and /48 what belongs
// to none.
func (r *Report) systems(networks *geo.ASNTable) clusters {
	n, c := newNumbering(len(r.seen)), make(clusters, len(r.seen))
	for i := range r.seen {
		s := &r.seen[i]
		key := s.site()
		if as, ok := networks.Lookup(s.prefix(r.ipv6Bits).Addr()); ok {
			key = uint64(as.Number) // a site has a bit above these
		}
		c[i] = n.of(key)
	}
	return c
}

// spread is how much the errors of a share may add up when they come by clusters.
type spread struct {
	standardError float64 // of the share
	designEffect  float64 // variance against that of independent errors; 0 without any
}

// spread takes for every source by how much it changes a sum, and the whole that
// the sum is a share of. Errors are taken to be independent between clusters and
// to fall either way, so that the squares of the clusters' sums estimate the
// variance (Liang and Zeger 1986), whatever goes on inside a cluster.
func (c clusters) spread(change []float64, whole float64) spread {
	sums := make([]float64, len(c)+1)
	apart := 0.0
	for i, d := range change {
		if d != 0 {
			sums[c[i]] += d
			apart += d * d
		}
	}
	if apart == 0 || whole == 0 {
		return spread{}
	}
	together := 0.0
	for _, s := range sums {
		together += s * s
	}
	return spread{math.Sqrt(together) / whole, together / apart}
}
