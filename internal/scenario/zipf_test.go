package scenario

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestZipf(t *testing.T) {
	const n, ranks = 200_000, 50
	rng := rand.New(rand.NewPCG(2, 2))
	z := newZipf(ranks)
	counts := make([]int, ranks)
	for range n {
		counts[z.next(rng)]++
	}
	for r, got := range counts {
		want := n * math.Log(float64(r+2)/float64(r+1)) / math.Log(ranks+1)
		if math.Abs(float64(got)-want) > 5*math.Sqrt(want) {
			t.Errorf("rank %d drawn %d times, want about %.0f", r, got, want)
		}
	}
	for _, n := range []int{1, 2, 3, 1 << 20} {
		z, most := newZipf(n), 0
		for range 10_000 {
			r := z.next(rng)
			if r < 0 || r >= n {
				t.Fatalf("rank %d of %d", r, n)
			}
			most = max(most, r)
		}
		if most < n/2 {
			t.Errorf("no rank of %d above %d", n, most)
		}
	}
}

func TestPowers(t *testing.T) {
	const n = min(1<<40-1, math.MaxInt/2)
	z := newZipf(n)
	got, want := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(7, 7))
	for range 10_000 {
		rank := float64(z.next(got) + 1)
		exact := math.Pow(n+1, want.Float64())
		if math.Abs(rank-exact) > 1+exact*1e-6 {
			t.Fatalf("%v, want %v", rank, exact)
		}
	}
}
