package scenario

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// ErrTooFew is wrapped by the error for a table that has too few addresses of
// an origin, or too few origins, for what is asked of it.
var ErrTooFew = errors.New("too few addresses")

// Layout is how sources lie in the address space.
type Layout uint8

const (
	// Clustered4 is the way of subscribers, infected ones among them: IPv4
	// sources in a few thousand clusters, each a /20 network, with Pareto
	// sizes of index 1.2. In a cluster some /24 networks have more of the
	// sources than others.
	Clustered4 Layout = iota

	// Clustered6 is the same for IPv6: sources are /64 networks, clusters
	// /44 networks, and what is shared in a cluster are /48 networks.
	Clustered6

	// Scattered4 is the way of servers: each network of the table is as
	// likely as another, and so is each address in it.
	Scattered4

	// Scattered6 is the same for IPv6 /64 networks.
	Scattered6

	// Sparse4 is Clustered4 with at most one source in each /24 network: a
	// population as honest, but with as few neighbours as forged addresses
	// have. Only sources of this layout keep away from each other. At most
	// half as many can be drawn as there are /24 networks, all draws counted.
	Sparse4
)

func (l Layout) family() int {
	if l == Clustered6 || l == Scattered6 {
		return ipv6
	}
	return ipv4
}

func (l Layout) scattered() bool { return l == Scattered4 || l == Scattered6 }

// A Sampler draws sources from a population, no source twice. It is not safe
// for concurrent use.
type Sampler struct {
	pop   *Population
	rng   *rand.Rand
	where uint64 // key of the hash that places the clusters
	*taken
}

// taken is what was drawn.
type taken struct {
	used  keySet
	apart keySet // the /24 networks of sparse sources
	drawn [2][geo.MaxOrigins]uint64
}

// Sampler returns a Sampler whose draws are determined by seed.
func (p *Population) Sampler(seed uint64) *Sampler {
	rng := rand.New(rand.NewPCG(seed, 0x5a3b1e6+p.part))
	s := &Sampler{pop: p, rng: rng, where: rng.Uint64(), taken: p.taken}
	if s.taken == nil {
		s.taken = new(taken)
	}
	return s
}

// Draw returns n sources of origin o. Of an IPv6 source the lower half is
// random. The error wraps [ErrTooFew] if the draw would take more than half of
// what there is: a population that dense would be no likeness of any.
func (s *Sampler) Draw(o geo.Origin, n int, how Layout) ([]netip.Addr, error) {
	keys, err := s.draw(nil, o, n, how)
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.Addr, n)
	for i, k := range keys {
		addrs[i] = keyAddr(k, s.rng)
	}
	return addrs, nil
}

// DrawAny returns n sources of any countries, in proportion to the number of
// networks that each has. With [Scattered4] or [Scattered6] every network of
// the table is then as likely as another. The error is as that of Draw.
func (s *Sampler) DrawAny(n int, how Layout) ([]netip.Addr, error) {
	c := &cast{}
	if err := c.addAny(s, n, how); err != nil {
		return nil, err
	}
	addrs := make([]netip.Addr, n)
	for i, k := range c.keys {
		addrs[i] = keyAddr(k, s.rng)
	}
	return addrs, nil
}

// has reports whether the table has enough sources for a draw.
func (s *Sampler) has(o geo.Origin, n int, how Layout) bool {
	return s.drawn[how.family()][o]+uint64(n) <= s.pop.pools[how.family()][o].room(how)/2
}

// room is how many sources of a layout the pool can hold.
func (p *pool) room(how Layout) uint64 {
	if how != Sparse4 {
		return p.total
	}
	var whole uint64 // /24 networks
	for i := range p.ranges {
		r := p.rangeAt(i)
		whole += max((r.last+1)>>8, (r.first+255)>>8) - (r.first+255)>>8
	}
	return whole
}

// draw appends the keys of n sources to dst.
func (s *Sampler) draw(dst []uint64, o geo.Origin, n int, how Layout) ([]uint64, error) {
	family := how.family()
	pool := &s.pop.pools[family][o]
	if n == 0 {
		return dst, nil
	}
	if !s.has(o, n, how) {
		unit := [2]string{"IPv4 addresses", "IPv6 /64 networks"}[family]
		if how == Sparse4 {
			unit = "IPv4 /24 networks"
		}
		return dst, fmt.Errorf("scenario: %w: %d from %s, which has %d %s of which half may be drawn",
			ErrTooFew, s.drawn[family][o]+uint64(n), o, pool.room(how), unit)
	}
	s.drawn[family][o] += uint64(n)

	clusters := newClusters(n)
	if how == Sparse4 {
		clusters = newClusters(16 * n) // each /20 has room for 16
	}
	for misses := 0; n > 0; {
		var key uint64
		switch {
		case misses > 8: // it is crowded there: take any, at least half are free
			key, _ = pool.at(s.rng.Uint64N(pool.total))
		case how.scattered():
			r := pool.rangeAt(s.rng.IntN(len(pool.ranges)))
			key = r.first + s.rng.Uint64N(r.last-r.first+1)
		default:
			key = s.inCluster(pool, clusters.pick(s.rng), o, family)
		}
		if how == Sparse4 && s.apart.has(key>>8) || !s.used.add(key) {
			misses++
			continue
		}
		if how == Sparse4 {
			s.apart.add(key >> 8)
		}
		misses = 0
		dst = append(dst, key)
		n--
	}
	return dst, nil
}

// clusterBits and shareBits are the widths of a cluster and of the networks
// that its sources share, in bits of a key: /20 and /24, /44 and /48.
var (
	clusterBits = [2]uint{12, 20}
	shareBits   = [2]uint{8, 16}
)

// inCluster returns a key in the cluster of that rank. Where a cluster lies is
// not stored but hashed from its rank: it covers the address that the hash
// falls on, as far as that address's range reaches.
func (s *Sampler) inCluster(p *pool, rank uint64, o geo.Origin, family int) uint64 {
	h := mix64(s.where ^ mix64(rank<<16|uint64(family)<<8|uint64(o)))
	place, _ := bits.Mul64(h, p.total)
	center, r := p.at(place)
	cluster := uint64(1)<<clusterBits[family] - 1
	first, last := max(r.first, center&^cluster), min(r.last, center|cluster)

	share := shareBits[family]
	shares := last>>share - first>>share + 1
	// The square prefers the low numbers, the hash moves them around.
	u := s.rng.Float64()
	i := (uint64(float64(shares)*u*u) + h) % shares
	base := (first>>share + i) << share
	first, last = max(first, base), min(last, base|(1<<share-1))
	return first + s.rng.Uint64N(last-first+1)
}

// clusters draws ranks of clusters with the frequencies that Pareto sizes of
// index 1.2 have: the cluster of rank r has (r+1)^(-1/1.2) of the largest one's
// size.
type clusters struct {
	count uint64
	scale float64
}

// newClusters returns 3,000 clusters, or more where sources would fill them.
func newClusters(sources int) clusters {
	n := max(3000, sources/64)
	return clusters{uint64(n), math.Pow(float64(n+1), 1.0/6) - 1}
}

// pick inverts the sum of the frequencies up to r, which is about
// 6*(r+1)^(1/6): its density is the power -5/6.
func (c clusters) pick(rng *rand.Rand) uint64 {
	x := 1 + float64(rng.Float64()*c.scale) // rounded here on every machine
	x *= x
	return min(uint64(x*x*x)-1, c.count-1)
}

// mix64 is the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
func mix64(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// keyAddr returns an address of the source with that key. An IPv6 source uses
// another one in its /64 each time, as hosts do (RFC 8981).
func keyAddr(key uint64, rng *rand.Rand) netip.Addr {
	if key < 1<<32 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(key))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], key)
	binary.BigEndian.PutUint64(b[8:], rng.Uint64())
	return netip.AddrFrom16(b)
}
