package scenario

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/whence-go/whence/geo"
)

func TestApportion(t *testing.T) {
	for _, c := range []struct {
		n       int
		weights []float64
		want    []int
	}{
		{10, []float64{1, 1}, []int{5, 5}},
		{10, []float64{37, 63}, []int{4, 6}},
		{10, []float64{1, 1, 1}, []int{4, 3, 3}},
		{11, []float64{1, 1, 1}, []int{4, 4, 3}},
		{7, []float64{0, 5, 0}, []int{0, 7, 0}},
		{2, []float64{0, 1, 1, 1}, []int{0, 1, 1, 0}},
		{0, []float64{1, 2}, []int{0, 0}},
		{5, []float64{0, 0}, []int{0, 0}},
		{5, nil, []int{}},
	} {
		if got := apportion(c.n, c.weights); !slices.Equal(got, c.want) {
			t.Errorf("apportion(%d, %v) = %v, want %v", c.n, c.weights, got, c.want)
		}
	}
}

func TestApportionSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for range 2000 {
		weights := make([]float64, 1+rng.IntN(60))
		for i := range weights {
			weights[i] = rng.ExpFloat64()
		}
		n := rng.IntN(1_000_000)
		sum := 0
		for _, k := range apportion(n, weights) {
			sum += k
		}
		if sum != n {
			t.Fatalf("parts of %d sum to %d", n, sum)
		}
	}
}

func TestHeavyTailed(t *testing.T) {
	const sources, events = 2000, 40_000
	c := &cast{keys: make([]uint64, sources), origins: make([]geo.Origin, sources)}
	for i := range sources / 2 {
		c.origins[i] = 5
	}
	order := heavyTailed(rand.New(rand.NewPCG(1, 1)), c, events, func(o geo.Origin) float64 {
		if o == 5 {
			return 3
		}
		return 1
	})
	if len(order) != events {
		t.Fatalf("%d events, want %d", len(order), events)
	}
	counts := make([]int, sources)
	loud := 0
	for _, i := range order {
		counts[i]++
		if c.origins[i] == 5 {
			loud++
		}
	}
	slices.Sort(counts)
	if counts[0] < 1 {
		t.Error("a source sends nothing")
	}
	top := 0
	for _, k := range counts[sources-sources/100:] {
		top += k
	}
	if top < events/10 {
		t.Errorf("the loudest 1 %% of sources send %d of %d events: no heavy tail", top, events)
	}
	if share := float64(loud) / events; share < 0.6 || share > 0.85 {
		t.Errorf("sources three times as loud send %.2f of the events, want about 3/4", share)
	}
}

func TestDrawAround(t *testing.T) {
	nc := origin(t, "NC")
	for _, c := range []struct {
		n                int
		share, unlocated float64
		own, unknown     uint64
	}{
		{1000, 0.5, 0, 500, 0},
		{1001, 0.5, 0.1, 501, 100},
		{999, 0.5005, 0.0005, 500, 0},
		{100, 1, 0, 100, 0},
		{100, 0, 1, 0, 100},
		{100, 0, 0, 0, 0},
	} {
		cast, err := drawAround(testPopulation().Sampler(1), c.n, nc, Clustered4, c.share, c.unlocated, 0.1)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		got := map[geo.Origin]uint64{}
		for _, o := range cast.origins {
			got[o]++
		}
		if len(cast.keys) != c.n || got[nc] != c.own || got[geo.Unlocated] != c.unknown || got[geo.Reserved] != 0 {
			t.Errorf("%+v: %d sources, %d of NC, %d unlocated", c, len(cast.keys), got[nc], got[geo.Unlocated])
		}
	}
	for _, c := range []struct{ share, unlocated float64 }{{0.6, 0.5}, {-0.1, 0}, {0, -0.1}, {1.1, 0}} {
		if _, err := drawAround(testPopulation().Sampler(1), 100, nc, Clustered4, c.share, c.unlocated, 0); err == nil {
			t.Errorf("no error for %+v", c)
		}
	}
	alone := NewPopulation(compile([]testNetwork{{netip.MustParsePrefix("5.8.0.0/16"), "NC"}}), nil)
	if _, err := drawAround(alone.Sampler(1), 100, nc, Clustered4, 0.5, 0, 0); !errors.Is(err, ErrTooFew) {
		t.Errorf("error %v when there is no other country, want %v", err, ErrTooFew)
	}
}
