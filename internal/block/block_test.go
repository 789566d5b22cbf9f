package block

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/testenv/world"
)

var (
	mask = source.MaskOf(64)
	key  = world.Key(1)
)

// mixture is at most Size addresses of every kind: IPv4, IPv4-mapped, IPv6 and invalid ones.
func mixture(rng *rand.Rand, n int) []netip.Addr {
	addrs := make([]netip.Addr, n)
	for i := range addrs {
		switch rng.IntN(4) {
		case 0:
			addrs[i] = world.IP("RU", rng.IntN(500))
		case 1:
			addrs[i] = netip.AddrFrom16(world.IP("US", rng.IntN(500)).As16())
		case 2:
			addrs[i] = world.IP6(rng.IntN(500)).WithZone([]string{"", "eth0"}[rng.IntN(2)])
		}
	}
	return addrs
}

// places are the places of a block that hold an event.
func places(b *Block) (list []int) {
	for i := range b.V4 {
		list = append(list, i)
	}
	for i := b.V6; i < Size; i++ {
		list = append(list, i)
	}
	return list
}

// check compares a block, filled in whatever way, with the addresses that it was filled with.
func check(t *testing.T, b *Block, addrs []netip.Addr, event func(i int) Event) {
	t.Helper()
	b.Locate(world.Table())
	seen := map[int]bool{}
	for _, place := range places(b) {
		i := int(b.At[place])
		seen[i] = true
		s := mask.Of(addrs[i])
		if b.Source(place) != s || (place < b.V4) != s.IsIPv4() {
			t.Fatalf("place %d has %v, want %v", place, b.Source(place), s)
		}
		if b.Hashes[place] != key.Hash(s.Hi, s.Lo) {
			t.Errorf("hash of %v is wrong", addrs[i])
		}
		if want := world.Table().Lookup(addrs[i]); b.Origins[place] != want {
			t.Errorf("%v is located in %v, want %v", addrs[i], b.Origins[place], want)
		}
		if got := b.Event(place); got != event(i) {
			t.Errorf("event %d is %+v, want %+v", i, got, event(i))
		}
	}
	for i, a := range addrs {
		if a.IsValid() != seen[i] {
			t.Errorf("%v is in the block: %v", a, seen[i])
		}
	}
	if len(seen) != len(places(b)) || len(seen)+b.Invalid != len(addrs) {
		t.Errorf("%d places and %d invalid of %d addresses", len(places(b)), b.Invalid, len(addrs))
	}
}

// Every way to fill a block gives each event a place, with its source, hash, origin and
// volume. A block that is filled again has nothing of before.
func TestFillingABlock(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	b := Get()
	defer b.Release()
	single := func(int) Event { return Event{Events: 1} }
	var words []uint64
	for range 30 {
		addrs := mixture(rng, rng.IntN(Size+1))
		b.FillAddrs(mask, key, addrs)
		if !b.Plain() {
			t.Error("addresses alone are not plain")
		}
		check(t, b, addrs, single)

		event := func(i int) Event {
			return Event{
				uint64(i) << (i % 3 * 8), uint64(i) << (i % 4 * 12), // some need more bits than others
				Transport{uint8(37 * i), uint16(911 * i)}, uint32(i%3) << (i % 2 * 30),
			}
		}
		addrs = mixture(rng, rng.IntN(Size+1))
		b.Begin()
		for i, a := range addrs {
			b.Put(i, mask, a, event(i))
		}
		b.Hash(key)
		if b.Plain() {
			t.Error("events with a volume are plain")
		}
		check(t, b, addrs, event)

		words = words[:0]
		order := make([]uint8, len(addrs)) // places by number of the event
		for _, place := range places(b) {
			order[b.At[place]] = uint8(place)
		}
		valid := addrs[:0:0]
		for i, a := range addrs {
			if a.IsValid() {
				valid = append(valid, a)
				words = b.AppendTo(words, int(order[i]), []*geo.Table{world.Table(), world.Other()}[i%7/6])
			}
		}
		all := InOrder
		numbers := slices.DeleteFunc(all[:len(addrs)], func(i uint8) bool { return !addrs[i].IsValid() })
		other := Get()
		other.FillPacked(key, words, world.Table())
		check(t, other, valid, func(i int) Event { return event(int(numbers[i])) })
		other.Release()

		addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return !a.IsValid() })
		var sources []source.Source
		for _, a := range addrs {
			sources = append(sources, mask.Of(a))
		}
		b.FillSources(key, sources)
		check(t, b, addrs, single)

		addrs = addrs[:0]
		var packed []uint32
		for range rng.IntN(Size + 1) {
			a := world.IP([]string{"RU", "", "reserved"}[rng.IntN(3)], rng.IntN(500))
			octets := a.As4()
			addrs, packed = append(addrs, a), append(packed, binary.BigEndian.Uint32(octets[:]))
		}
		b.FillIPv4(key, packed)
		check(t, b, addrs, single)
	}
}

// Full blocks of one family or of two have room for everything.
func TestFullBlocks(t *testing.T) {
	b := Get()
	defer b.Release()
	for ipv6 := 0; ipv6 <= Size; ipv6 += 64 {
		addrs := make([]netip.Addr, Size)
		for i := range addrs {
			if addrs[i] = world.IP("RU", i); i < ipv6 {
				addrs[i] = world.IP6(i)
			}
		}
		b.FillAddrs(mask, key, addrs)
		check(t, b, addrs, func(int) Event { return Event{Events: 1} })
		if b.V4 != Size-ipv6 || b.V6 != Size-ipv6 {
			t.Errorf("%d of IPv6: IPv4 up to %d, IPv6 from %d", ipv6, b.V4, b.V6)
		}
	}
}

// A block is looked up once per table, and anew when it was filled again.
func TestLocateOnce(t *testing.T) {
	b := Get()
	defer b.Release()
	where := func() geo.Origin { return b.Origins[0] }
	b.FillIPv4(key, []uint32{5 << 24})
	b.Locate(world.Table())
	b.Origins[0] = 77
	if b.Locate(world.Table()); where() != 77 {
		t.Error("it was looked up again in the same table")
	}
	if b.Locate(world.Other()); where() != world.Origin("US") {
		t.Errorf("%v in another table, want US", where())
	}
	b.FillIPv4(key, []uint32{5 << 24})
	b.Origins[0] = 77
	if b.Locate(world.Other()); where() != world.Origin("US") {
		t.Errorf("%v after it was filled again, want US", where())
	}
}

// Sources of every length come out of a packing as they went in.
func TestPackedSources(t *testing.T) {
	b := Get()
	defer b.Release()
	want := []source.Source{
		source.IPv4(0), source.IPv4(math.MaxUint32), {Hi: 1, Lo: 2}, {Hi: math.MaxUint64}, {Lo: 1}, {Hi: 1},
	}
	b.FillSources(key, want)
	var words []uint64
	for _, place := range []int{0, 1, Size - 1, Size - 2, Size - 3, Size - 4} {
		words = b.AppendTo(words, place, world.Table())
	}
	b.FillPacked(key, words, world.Table())
	for _, place := range places(b) {
		if s := want[b.At[place]]; b.Source(place) != s || b.Hashes[place] != key.Hash(s.Hi, s.Lo) {
			t.Errorf("%v came out as %v", s, b.Source(place))
		}
	}
	if n := len(places(b)); n != len(want) {
		t.Errorf("%d sources, want %d", n, len(want))
	}
}
