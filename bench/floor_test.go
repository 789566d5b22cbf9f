package bench

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/geo"
)

// floor does for each address what no way of counting can leave out: look its
// country up, and touch the register that its hash falls on, which lies where the
// country decides; and count the event. The address comes as integers, hash and
// register cost one multiplication, nothing is checked and nothing sampled. For
// IPv6 the look-up is that of the 64 bits which make a source.
type floor struct {
	registers [geo.MaxOrigins][1 << 14]byte
	events    [geo.MaxOrigins]uint64
	v4        []uint32
	v6        []uint64
}

// newFloor splits the addresses by family beforehand; the floor takes first the
// one, then the other.
func newFloor(addrs []netip.Addr) *floor {
	f := new(floor)
	for _, a := range addrs {
		if a.Is4() {
			b := a.As4()
			f.v4 = append(f.v4, binary.BigEndian.Uint32(b[:]))
		} else {
			b := a.As16()
			f.v6 = append(f.v6, binary.BigEndian.Uint64(b[:8]))
		}
	}
	return f
}

const golden = 0x9e3779b97f4a7c15

func (f *floor) touch(o geo.Origin, key uint64) {
	h := key * golden
	f.events[o]++
	if r, rank := &f.registers[o][h>>50], byte(bits.LeadingZeros64(h<<14|1))+1; *r < rank {
		*r = rank
	}
}

// run counts the part of the stream between two fractions of it.
func (f *floor) run(t *geo.Table, from, to, whole int) {
	for _, ip := range f.v4[len(f.v4)*from/whole : len(f.v4)*to/whole] {
		f.touch(t.Lookup4(ip), uint64(ip))
	}
	for _, hi := range f.v6[len(f.v6)*from/whole : len(f.v6)*to/whole] {
		f.touch(t.Lookup6(hi, 0), hi)
	}
}

func TestFloorCounts(t *testing.T) {
	addrs := workload{"mixed", "zipf"}.draw(rngFor(t), 20_000)
	f, want := newFloor(addrs), exact(addrs)
	for i := range 10 {
		f.run(table(), i, i+1, 10)
	}
	for o, n := range f.events {
		if got := want.Volume(geo.Origin(o)).Events; got != n {
			t.Errorf("%v: %d events, want %d", geo.Origin(o), n, got)
		}
	}
}
