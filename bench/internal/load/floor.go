package load

import (
	"math/bits"
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// Floor does for each address what no way of counting can leave out: look its
// country up, and touch the register that its hash falls on, which lies where the
// country decides; and count the event. Hash and register cost one multiplication,
// nothing is checked and nothing sampled. For IPv6 the look-up is that of the 64
// bits which make a source.
//
// A fused floor does all of it in one loop. A staged one looks up a block of 256
// addresses in a loop, and touches their registers in another. Which is faster
// depends on the machine and on the stream: the floor is the better of both.
type Floor struct {
	Events    [geo.MaxOrigins]uint64
	Staged    bool
	registers [geo.MaxOrigins][1 << 14]byte
	origins   [block]geo.Origin
	keys      [block]uint64
}

const block = 256

// Split returns IPv4 addresses as integers, and of IPv6 addresses the upper halves.
func Split(addrs []netip.Addr) (v4 []uint32, v6 []uint64) {
	for _, a := range addrs {
		if a.Is4() {
			v4 = append(v4, bits4(a))
		} else {
			v6 = append(v6, high6(a))
		}
	}
	return v4, v6
}

// Reset forgets everything.
func (f *Floor) Reset() {
	clear(f.Events[:])
	clear(f.registers[:])
}

const golden = 0x9e3779b97f4a7c15

func (f *Floor) touch(o geo.Origin, key uint64) {
	h := key * golden
	f.Events[o]++
	if r, rank := &f.registers[o][h>>50], byte(bits.LeadingZeros64(h<<14|1))+1; *r < rank {
		*r = rank
	}
}

// AddIPv4 counts one event of each address.
func (f *Floor) AddIPv4(ips []uint32) {
	t := Table()
	if !f.Staged {
		for _, ip := range ips {
			f.touch(t.Lookup4(ip), uint64(ip))
		}
		return
	}
	for len(ips) > 0 {
		part := ips[:min(block, len(ips))]
		ips = ips[len(part):]
		for i, ip := range part {
			f.origins[i] = t.Lookup4(ip)
		}
		for i, ip := range part {
			f.touch(f.origins[i], uint64(ip))
		}
	}
}

// Add counts one event of each address.
func (f *Floor) Add(addrs []netip.Addr) {
	t := Table()
	if !f.Staged {
		for i := range addrs {
			f.touch(origin(t, &addrs[i]))
		}
		return
	}
	for len(addrs) > 0 {
		part := addrs[:min(block, len(addrs))]
		addrs = addrs[len(part):]
		for i := range part {
			f.origins[i], f.keys[i] = origin(t, &part[i])
		}
		for i := range part {
			f.touch(f.origins[i], f.keys[i])
		}
	}
}

// origin returns the country of an address, and what its hash is made from.
func origin(t *geo.Table, a *netip.Addr) (geo.Origin, uint64) {
	if a.Is4() {
		ip := bits4(*a)
		return t.Lookup4(ip), uint64(ip)
	}
	hi := high6(*a)
	return t.Lookup6(hi, 0), hi
}
