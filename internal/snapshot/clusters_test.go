package snapshot

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// itemsOf are the items of some addresses, in this order.
func itemsOf(addrs ...string) (items []sketch.Item) {
	for _, text := range addrs {
		s := source.MaskOf(64).Of(netip.MustParseAddr(text))
		items = append(items, sketch.Item{Hi: s.Hi, Lo: s.Lo, Events: 1, Part: uint8(s.OriginIn(world.Table()))})
	}
	return items
}

// Items are gathered by network, by holder and by autonomous system.
func TestClusters(t *testing.T) {
	s := &State{Items: itemsOf("5.0.0.1", "5.0.0.2", "5.0.1.1", "5.1.0.1", "2a02:1:1::", "2a02:1:1:9::", "2a02:1:2::")}
	for name, c := range map[string]struct{ got, want Clusters }{
		"sites":    {s.Sites(), Clusters{0, 0, 1, 2, 3, 3, 4}},
		"holdings": {s.Holdings(), Clusters{0, 0, 0, 1, 2, 2, 2}},
		"systems":  {s.Systems(), nil},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	s.ASNs = &ASNs{Numbers: []uint32{7, 7, 7, 9, 0, 0, 7}}
	if got, want := s.Systems(), (Clusters{0, 0, 0, 1, 2, 2, 0}); !slices.Equal(got, want) {
		t.Errorf("systems: %v, want %v: what has none is gathered by site", got, want)
	}
}

// Numbers are given in the order in which keys come, each key its own.
func TestNumbering(t *testing.T) {
	n := NewNumbering(5000)
	key := func(i int) uint64 { return uint64(i+1) * 0x9e3779b97f4a7c15 } // an odd factor: no two alike
	for range 2 {
		for i := range 5000 {
			if got := n.Of(key(i)); int(got) != i {
				t.Fatalf("key %d has number %d", i, got)
			}
		}
	}
	if n.Len() != 5000 {
		t.Errorf("%d numbers, want 5,000", n.Len())
	}
}

// A set of origins holds what was added, in order.
func TestOriginSets(t *testing.T) {
	var s Origins
	want := []geo.Origin{0, 1, 63, 64, 127, 128, 192, 255}
	for _, o := range slices.Backward(want) {
		s.Add(o)
		s.Add(o)
	}
	if got := slices.Collect(s.All()); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for i := range geo.MaxOrigins {
		if o := geo.Origin(i); s.Has(o) != slices.Contains(want, o) {
			t.Errorf("has %d: %v", o, s.Has(o))
		}
	}
	for range s.All() {
		break
	}
	if same := s; same != s {
		t.Error("sets are not comparable")
	}
}
