package monitor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/whence-go/whence/sketch"
)

// madeBy are makers with these sources, each of which sends so many events.
func madeBy(events uint64, usual float64, sources ...int) makers {
	k := makers{limit: math.MaxUint64, usual: usual}
	for _, i := range sources {
		k.kept = append(k.kept, maker{testKey.Hash(0, uint64(i)), events})
	}
	slices.SortFunc(k.kept, func(a, b maker) int {
		if a.rank() < b.rank() {
			return -1
		}
		return 1
	})
	return k
}

func span(from, to int) (all []int) {
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

func TestShare(t *testing.T) {
	sampled := func(k makers, most int) makers { return k.trimmed(most) }
	for _, c := range []struct {
		name string
		a, b makers
		want bool
	}{
		{"the same", madeBy(1, 0, span(0, 100)...), madeBy(1, 0, span(0, 100)...), true},
		{"none", madeBy(1, 0, span(0, 100)...), madeBy(1, 0, span(100, 200)...), false},
		{"not known", makers{}, madeBy(1, 0, span(0, 100)...), false},
		{"neither known", makers{}, makers{}, false},
		{"one source", madeBy(500, 0, 1), madeBy(400, 0, 1), true},
		{"one source each", madeBy(500, 0, 1), madeBy(400, 0, 2), false},
		{"one of three", madeBy(500, 0, 1, 2, 3), madeBy(400, 0, 3, 4, 5), true},
		{"one of five", madeBy(500, 0, 1, 2, 3, 4, 5), madeBy(400, 0, 5, 6, 7, 8, 9), false},
		{"a tenth", madeBy(1, 0, span(0, 100)...), madeBy(1, 0, span(90, 190)...), true},
		{"a fiftieth", madeBy(1, 0, span(0, 100)...), madeBy(1, 0, span(98, 198)...), false},
		{"a tenth, as many newcomers", madeBy(1, 10, span(0, 100)...), madeBy(1, 10, span(90, 190)...), false},
		{"all of the smaller", madeBy(1, 0, span(0, 20)...), madeBy(1, 0, span(0, 2000)...), true},
		{"the same, sampled", sampled(madeBy(1, 0, span(0, 9000)...), 256), madeBy(1, 0, span(0, 300)...), true},
		{"none, sampled", sampled(madeBy(1, 0, span(0, 9000)...), 256), madeBy(1, 0, span(9000, 9300)...), false},
		{"too few in both samples", sampled(madeBy(1, 0, span(0, 90_000)...), 256), madeBy(1, 0, span(0, 100)...), false},
	} {
		for range 2 {
			if got := inCommon(c.a, c.b); got != c.want {
				t.Errorf("%s: %v", c.name, got)
			}
			c.a, c.b = c.b, c.a
		}
	}
}

// The union of makers has all of them up to the smaller limit, whatever the order.
func TestMakersUnion(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for range 100 {
		a, b := madeBy(2, 1, span(0, rng.IntN(900))...), madeBy(3, 2, span(300, 300+rng.IntN(900))...)
		a, b = a.trimmed(1+rng.IntN(1000)), b.trimmed(1+rng.IntN(1000))
		both := a.with(b)
		if again := b.with(a); again.limit != both.limit || !slices.Equal(again.kept, both.kept) || both.usual != 3 {
			t.Fatal("the order matters")
		}
		want := map[uint64]uint64{}
		for _, k := range append(a.upTo(both.limit), b.upTo(both.limit)...) {
			want[k.hash] += k.events
		}
		if len(want) != len(both.kept) || len(want) > maxAttackMakers {
			t.Fatalf("%d makers, want %d", len(both.kept), len(want))
		}
		for i, k := range both.kept {
			if k.events != want[k.hash] || i > 0 && both.kept[i-1].rank() >= k.rank() {
				t.Fatalf("maker %d: %v", i, k)
			}
		}
	}
}

// Of visitors that come as they did before, none makes a burst. Those that are new do, and
// those that send far more.
func TestMakersOf(t *testing.T) {
	m := newMonitor(Options{Targets: 16})
	x := &theater{rng: rand.New(rand.NewPCG(3, 3)), fresh: 100_000}
	for t := 0.; t < 1300; t += .5 {
		x.add(t, int(2*t)%40, 1)
	}
	for range 200 {
		x.add(1210+10*x.rng.Float64(), 7, 1) // one of the forty
	}
	first := x.attack(1210, 10, 20, 30, 1)
	slices.SortStableFunc(x.events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	for _, e := range x.events {
		if m.Observe(e); len(m.attacks) > 0 {
			break
		}
	}
	var k makers
	for _, at := range m.attacks {
		if !at.whole {
			k = at.makers
		}
		if at.size() > 0 {
			k = at.makers
		}
	}
	if k.limit != math.MaxUint64 || len(k.kept) < 25 || len(k.kept) > 31 {
		t.Fatalf("%d makers up to %d", len(k.kept), k.limit)
	}
	known := func(source int) bool {
		one := newMonitor(Options{Targets: -1})
		one.Observe(Event{Time: at(1), Flow: flowOf(ip(source))})
		hash := one.open[0].whole.Snapshot().Items[0].Hash
		return slices.ContainsFunc(k.kept, func(k maker) bool { return k.hash == hash && k.rank() == sketch.Rank(hash) })
	}
	if !known(7) || known(8) || !known(first) && !known(first+1) {
		t.Errorf("makers: %v %v %v", known(7), known(8), known(first))
	}
}

// An attack lists as many children as run, and a thousand in all: it counts the others.
func TestMostChildren(t *testing.T) {
	at := &group{head: 1}
	for i := range uint64(3000) {
		at.absorb(&group{}, child{id: 3001 - i, final: i%2 == 0})
	}
	if len(at.children) != 1500 || at.more != 1500 || at.size() != 3000 {
		t.Errorf("%d children and %d more", len(at.children), at.more)
	}
	at = &group{head: 1}
	for i := range uint64(3000) {
		at.absorb(&group{}, child{id: i + 2, final: true})
	}
	if len(at.children) != maxChildren || at.more != 3000-maxChildren || at.children[0].id != 3002-maxChildren {
		t.Errorf("%d children from %d on, and %d more", len(at.children), at.children[0].id, at.more)
	}
}
