package load

import (
	"math/bits"
	"net/netip"

	"github.com/whence-go/whence/geo"
)

// Floor does for each address what no way of counting can leave out: look its
// country up, and touch the register that its hash falls on, which lies where the
// country decides; and count the event. The address comes as integers, hash and
// register cost one multiplication, nothing is checked and nothing sampled. For
// IPv6 the look-up is that of the 64 bits which make a source.
type Floor struct {
	Events    [geo.MaxOrigins]uint64
	registers [geo.MaxOrigins][1 << 14]byte
}

// Split returns addresses as the integers that Floor takes, and of IPv6 addresses
// the upper halves.
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

const golden = 0x9e3779b97f4a7c15

func (f *Floor) touch(o geo.Origin, key uint64) {
	h := key * golden
	f.Events[o]++
	if r, rank := &f.registers[o][h>>50], byte(bits.LeadingZeros64(h<<14|1))+1; *r < rank {
		*r = rank
	}
}

// Add counts one event of each address.
func (f *Floor) Add(v4 []uint32, v6 []uint64) {
	t := Table()
	for _, ip := range v4 {
		f.touch(t.Lookup4(ip), uint64(ip))
	}
	for _, hi := range v6 {
		f.touch(t.Lookup6(hi, 0), hi)
	}
}
