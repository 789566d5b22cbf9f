package plausible

import (
	"math"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
)

func several(n int, addr func(i int) netip.Addr) (addrs []netip.Addr) {
	for i := range n {
		addrs = append(addrs, addr(i))
	}
	return addrs
}

func whole(i int) netip.Addr { return world.IP("RU", i+1) }
func cut(i int) netip.Addr   { return world.IP("RU", i<<8) } // the last octet is 0
func cut6(i int) netip.Addr  { return world.IP6(i << 16) }   // nothing but a /48

// Addresses that were cut before they came are networks. A family is taken for cut if
// nearly all of its sources are, and they are enough to tell.
func TestAnonymized(t *testing.T) {
	for _, c := range []struct {
		name  string
		addrs []netip.Addr
		want  float64
	}{
		{"whole", several(100, whole), 0},
		{"last octets zeroed", several(100, cut), 1},
		{"as few as can tell", several(enoughToTell, cut), 1},
		{"too few to tell", several(enoughToTell-1, cut), 0},
		{"5 of 100 are whole", append(several(95, cut), several(5, whole)...), 0},
		{"5 of 101 are whole", append(several(96, cut), several(5, whole)...), 1},
		{"IPv6 cut to /48", several(100, cut6), 1},
		{"IPv6 in one /48", several(100, world.IP6), 0},
		{"IPv6 cut, IPv4 whole", append(several(40, cut6), several(120, whole)...), .25},
	} {
		if got := examined(world.Table(), c.addrs).Anonymized(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	o := options()
	o.DropAddresses = true
	if got := Examine(viewOf(world.Table(), o, one(several(100, cut)))).Anonymized(); got != 0 {
		t.Errorf("without addresses: %v", got)
	}
	o = options()
	o.IPv6PrefixLen = 48 // then a source is no more than that
	if got := Examine(viewOf(world.Table(), o, one(several(100, cut6)))).Anonymized(); got != 0 {
		t.Errorf("of /48 as sources: %v", got)
	}
}

// Shares of traits are of the public sources, or of the events.
func TestTraits(t *testing.T) {
	records := []record{
		{world.IP("RU", 1), block.Event{Events: 10, Bytes: 1000}},
		{world.IP("RU", 2), block.Event{Events: 20, Bytes: 0, Transport: block.Transport{Facts: snapshot.Answered}}},
		{world.IP("RU", 3), block.Event{Events: 5, Bytes: 3000, Transport: block.Transport{Facts: snapshot.Answered}}},
		{world.IP("US", 1), block.Event{Events: 5}},
		{world.IP("reserved", 1), block.Event{Events: 160, Transport: block.Transport{Facts: snapshot.Answered}}},
	}
	f := Examine(viewOf(world.Table(), options(), records))
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"reflectors of sources", f.Reflected(Sources), .5},
		{"reflectors of events", f.Reflected(Events), 25. / 40},
		{"reflectors of bytes", f.Reflected(Bytes), .75},
		{"proxied", f.Proxied(), .8},
		{"top source", f.TopSource(), .5},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	nothing := Examine(viewOf(world.Table(), options(), nil))
	if nothing.Reflected(Sources) != 0 || nothing.Proxied() != 0 || nothing.TopSource() != 0 {
		t.Errorf("of nothing: %+v", nothing)
	}
}
