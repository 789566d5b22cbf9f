package plausible

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
)

// The dark blocks of the tests are those of the code.
func TestDarkBlocks(t *testing.T) {
	for octet, dark := range isDark {
		if want := slices.Contains(world.DarkBlocks, byte(octet)); dark != want {
			t.Errorf("%d.0.0.0/8: dark is %v, want %v", octet, dark, want)
		}
	}
}

// Sixteen sources, counted by hand.
func TestWitnesses(t *testing.T) {
	var records []record
	add := func(facts uint8, addrs ...string) {
		for _, a := range addrs {
			records = append(records, record{netip.MustParseAddr(a), with(facts)})
		}
	}
	add(0,
		"5.1.1.1", "5.1.1.2", "5.1.1.3", "5.1.2.1", // 3 pairs in a /24, 6 in a /16
		"11.0.0.1", "11.0.0.2", "26.1.1.1", // 2 dark networks in 2 blocks, 1 pair in both
		"8.8.8.8",
		"10.0.0.1", "192.168.1.1", // reserved, but they leak
		"0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255", // bogons
		"2a00:1450:4001::1", "fe80::1",
	)
	add(snapshot.Handshake, "5.1.1.4", "127.0.0.2") // public, but proven; and no bogon
	add(snapshot.Answered, "5.9.9.9")               // tested as any other
	v := viewOf(world.Real(t).Table, options(), records)
	got := witnessesOf(v, Examine(v).suspects)
	tested := 0.0
	for _, c := range got.origins {
		tested += c.n
	}
	us, eleven := got.origins[world.Origin("US")], got.eights[11]
	if want := (crowd{2, 1, 2}); eleven != want || us.n < 3 || us.pairs24 != 1 {
		t.Errorf("in 11.0.0.0/8 %+v, in the United States %+v", eleven, us)
	}
	got.origins, got.eights, got.inDark = [256]crowd{}, [256]crowd{}, [geo.MaxOrigins]float64{}
	want := witnesses{public: 11, all: crowd{9, 4, 5}, pairs16: 7, dark: 2, bogons: 4}
	want.blocks[11], want.blocks[26] = 1, 1
	if got != want || tested != 9 {
		t.Errorf("got %+v, %v by country, want %+v", got, tested, want)
	}
}

func TestSorted24(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 1000} {
		list := make([]uint64, n)
		for i := range list {
			list[i] = uint64(rng.Uint32()>>8>>rng.IntN(24))<<32 | uint64(i)
		}
		want := slices.Sorted(slices.Values(list))
		if got := sorted24(list); !slices.Equal(got, want) {
			t.Errorf("%d numbers: not as slices sorts them", n)
		}
	}
}

// Countries that lie as the address space does have no distance but chance, by whichever
// of several databases is nearest.
func TestDistance(t *testing.T) {
	var near, far geo.Space
	near.IPv4 = [geo.MaxOrigins]float64{5: .5, 6: .5}
	far.IPv4 = [geo.MaxOrigins]float64{7: 1}
	w := witnesses{all: crowd{n: 100}}
	w.origins[5].n, w.origins[6].n = 60, 40
	for _, c := range []struct {
		name   string
		spaces []geo.Space
		want   float64
	}{
		{"near", []geo.Space{near}, .1},
		{"far", []geo.Space{far}, 1},
		{"far and near", []geo.Space{far, near}, .1},
	} {
		got, noise := w.distance(c.spaces)
		if got < c.want-1e-12 || got > c.want+1e-12 {
			t.Errorf("%s: distance %v, want %v", c.name, got, c.want)
		}
		// The mean deviation of 100 tosses of a coin is 0.08 of a half, twice over.
		if c.want == .1 && (noise < .03 || noise > .05) {
			t.Errorf("%s: chance alone makes %v", c.name, noise)
		}
	}
}
