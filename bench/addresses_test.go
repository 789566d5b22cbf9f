package bench

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

// events is the length of the stream that a benchmark goes round in: 4 million,
// so that neither the registers of all origins nor the table stay in cache by
// accident.
const events = 1 << 22

var table = sync.OnceValue(func() *geo.Table {
	t, err := dbip.Table()
	if err != nil {
		panic(err)
	}
	return t
})

// span is a range of one origin, in the form that drawing from it needs: the
// first address and how many /32 or /64 follow.
type span struct{ first, more uint64 }

var spans = sync.OnceValue(func() (s struct{ v4, v6 []span }) {
	for r := range table().Ranges() {
		if r.First.Is4() {
			first, last := r.First.As4(), r.Last.As4()
			a, b := binary.BigEndian.Uint32(first[:]), binary.BigEndian.Uint32(last[:])
			s.v4 = append(s.v4, span{uint64(a), uint64(b - a)})
			continue
		}
		first, last := r.First.As16(), r.Last.As16()
		a, b := binary.BigEndian.Uint64(first[:]), binary.BigEndian.Uint64(last[:])
		s.v6 = append(s.v6, span{a, b - a})
	}
	return s
})

// drawV4 and drawV6 pick a network of the database, then an address in it: the
// worst case for caches, since small networks come as often as large ones.
func drawV4(rng *rand.Rand) netip.Addr {
	s := spans().v4[rng.IntN(len(spans().v4))]
	ip := uint32(s.first + rng.Uint64N(s.more+1))
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)})
}

func drawV6(rng *rand.Rand) netip.Addr {
	s := spans().v6[rng.IntN(len(spans().v6))]
	hi := s.first
	if s.more < 1<<63 {
		hi += rng.Uint64N(s.more + 1)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], rng.Uint64())
	return netip.AddrFrom16(b)
}

type workload struct {
	family  string // v4, v6, mixed
	sources string // uniform, zipf, recurring, one
}

var workloads = func() (all []workload) {
	for _, family := range []string{"v4", "v6", "mixed"} {
		for _, sources := range []string{"uniform", "zipf", "recurring", "one"} {
			all = append(all, workload{family, sources})
		}
	}
	return all
}()

func (w workload) String() string { return "family=" + w.family + "/sources=" + w.sources }

// draw returns n distinct-ish sources of the family; every fourth is IPv6 when
// mixed.
func (w workload) draw(rng *rand.Rand, n int) []netip.Addr {
	addrs := make([]netip.Addr, n)
	for i := range addrs {
		if w.family == "v6" || w.family == "mixed" && i%4 == 0 {
			addrs[i] = drawV6(rng)
		} else {
			addrs[i] = drawV4(rng)
		}
	}
	return addrs
}

// recurring is the number of sources that come again and again.
const recurring = 20_000

// stream returns the addresses in the order in which they come.
func (w workload) stream() []netip.Addr {
	rng := rand.New(rand.NewPCG(1, 2))
	switch w.sources {
	case "uniform":
		return w.draw(rng, events)
	case "zipf":
		return repeated(w.draw(rng, 1<<20), rand.NewZipf(rng, 1.1, 10, 1<<20-1).Uint64)
	case "recurring":
		return repeated(w.draw(rng, recurring), func() uint64 { return rng.Uint64N(recurring) })
	}
	return repeated(w.draw(rng, 1), func() uint64 { return 0 })
}

func repeated(sources []netip.Addr, next func() uint64) []netip.Addr {
	addrs := make([]netip.Addr, events)
	for i := range addrs {
		addrs[i] = sources[next()]
	}
	return addrs
}

// streamOf makes each stream once; only the last is kept.
var streamOf = func() func(workload) []netip.Addr {
	var last workload
	var addrs []netip.Addr
	return func(w workload) []netip.Addr {
		if w != last {
			last, addrs = w, w.stream()
		}
		return addrs
	}
}()

func TestStreams(t *testing.T) {
	for _, w := range workloads {
		rng := rand.New(rand.NewPCG(1, 2))
		addrs := w.draw(rng, 1000)
		v6 := 0
		for _, a := range addrs {
			if !table().Lookup(a).IsCountry() {
				t.Fatalf("%v: %v has no country", w, a)
			}
			if a.Is6() {
				v6++
			}
		}
		if want := map[string]int{"v4": 0, "v6": 1000, "mixed": 250}[w.family]; v6 != want {
			t.Errorf("%v: %d IPv6 addresses, want %d", w, v6, want)
		}
	}
	if n := len(slices.Compact(slices.SortedFunc(slices.Values(workload{"v4", "uniform"}.draw(rand.New(rand.NewPCG(3, 4)), 1<<14)), netip.Addr.Compare))); n < 1<<14*9/10 {
		t.Errorf("uniform: only %d distinct of %d", n, 1<<14)
	}
}
