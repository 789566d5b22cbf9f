package snapshot

import (
	"math/bits"
	"math/rand/v2"

	"github.com/whence-go/whence/internal/source"
)

// Clusters are the numbers, from 0, of what each item belongs to. Databases place whole
// networks, and so they err, and botnets and rented machines gather, by whole networks.
type Clusters []int32

// Sites clusters the items by /24 and /48.
func (s *State) Sites() Clusters { return s.clusters(source.Source.Site) }

// Holdings clusters the items by /16 and /32.
func (s *State) Holdings() Clusters { return s.clusters(source.Source.Holding) }

// Systems clusters the items by autonomous system, and by /24 and /48 what belongs to
// none; nil without an ASN database.
func (s *State) Systems() Clusters {
	if s.ASNs == nil {
		return nil
	}
	n, c := NewNumbering(len(s.Items)), make(Clusters, len(s.Items))
	for i := range s.Items {
		key := Source(&s.Items[i]).Site() // has a bit above all systems
		if as := s.ASNs.Numbers[i]; as != 0 {
			key = uint64(as)
		}
		c[i] = n.Of(key)
	}
	return c
}

func (s *State) clusters(key func(source.Source) uint64) Clusters {
	n, c := NewNumbering(len(s.Items)), make(Clusters, len(s.Items))
	for i := range s.Items {
		c[i] = n.Of(key(Source(&s.Items[i])))
	}
	return c
}

// Numbering gives numbers to keys, 0 to the first that comes.
type Numbering struct {
	slots []int32 // the number of a key and 1; 0: empty
	keys  []uint64
	shift uint8
}

// scatter is the random multiplier of a universal hash (Dietzfelbinger et al. 1997), so
// that nobody can choose addresses that collide.
var scatter = rand.Uint64() | 1

// NewNumbering has room for n keys.
func NewNumbering(n int) *Numbering {
	size := bits.Len(uint(max(2*n, 16) - 1))
	return &Numbering{make([]int32, 1<<size), make([]uint64, 0, n), uint8(64 - size)}
}

// Of returns the number of a key.
func (n *Numbering) Of(key uint64) int32 {
	mask := len(n.slots) - 1
	i := int((key*scatter)>>(n.shift&63)) & mask
	for n.slots[i] != 0 {
		if number := n.slots[i] - 1; n.keys[number] == key {
			return number
		}
		i = (i + 1) & mask
	}
	n.keys = append(n.keys, key)
	n.slots[i] = int32(len(n.keys))
	return n.slots[i] - 1
}

// Len is the number of different keys that came.
func (n *Numbering) Len() int { return len(n.keys) }
