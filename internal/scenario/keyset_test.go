package scenario

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestKeySet(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	want := map[uint64]bool{}
	var s keySet
	if s.has(1) || s.has(0) {
		t.Fatal("the zero set has a member")
	}
	for range 100_000 {
		key := 1 + rng.Uint64N(60_000) // half of them twice
		if rng.IntN(2) == 0 {
			key <<= 40 // keys that differ only in their upper bits
		}
		if s.has(key) != want[key] {
			t.Fatalf("has(%#x) = %v", key, s.has(key))
		}
		if s.add(key) == want[key] {
			t.Fatalf("add(%#x) = %v", key, want[key])
		}
		want[key] = true
	}
	if s.count != len(want) {
		t.Errorf("%d members, want %d", s.count, len(want))
	}
	for key := range want {
		if !s.has(key) || s.has(key+1) != want[key+1] {
			t.Fatalf("has is wrong at %#x", key)
		}
	}
	if s.has(0) {
		t.Error("has(0)")
	}
}

func TestPermutation(t *testing.T) {
	const n = 1 << 18
	rng := rand.New(rand.NewPCG(8, 8))
	for range 3 {
		p := newPermutation(rng)
		seen := make(map[uint32]bool, n)
		var octets [256]float64
		in24 := map[uint32]int{}
		shared := 0
		for i := range uint32(n) {
			x := p.at(i)
			if seen[x] {
				t.Fatalf("%#x comes twice", x)
			}
			seen[x] = true
			octets[x>>24]++
			shared += in24[x>>8]
			in24[x>>8]++
		}
		var chi2 float64
		for _, k := range octets {
			chi2 += (k - n/256) * (k - n/256) / (n / 256)
		}
		// 255 degrees of freedom: five standard deviations.
		if math.Abs(chi2-255) > 5*math.Sqrt(2*255) {
			t.Errorf("chi-square of the first octets %.0f, want about 255", chi2)
		}
		// Pairs in a /24, without replacement in it.
		want := float64(n) * (n - 1) / 2 / (1 << 24) * 255 / 256
		if math.Abs(float64(shared)-want) > 5*math.Sqrt(want) {
			t.Errorf("%d pairs share a /24, want about %.0f", shared, want)
		}
	}
}

// The round function may be anything: a Feistel network is undone by running it
// backwards, so no two numbers have the same image.
func TestPermutationIsBijective(t *testing.T) {
	p := newPermutation(rand.New(rand.NewPCG(1, 8)))
	back := func(x uint32) uint32 {
		l, r := x>>16, x&0xffff
		for i := len(p) - 1; i >= 0; i-- {
			f := (l + p[i]) * 0x7feb352d
			f = (f ^ f>>15) * 0x846ca68b
			l, r = r^f>>16, l
		}
		return l<<16 | r
	}
	for i := range uint32(100_000) {
		if x := i * 42_949; back(p.at(x)) != x {
			t.Fatalf("%#x does not come back", x)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	pop := testPopulation()
	ru, nc := pop.bySpace()[0], pop.bySpace()[1]
	for b.Loop() {
		s := pop.Sampler(1)
		for _, how := range []Layout{Clustered4, Clustered6} {
			if _, err := s.draw(nil, ru, 50_000, how); err != nil {
				b.Fatal(err)
			}
			if _, err := s.draw(nil, nc, 50_000, how); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/200_000, "ns/source")
}
