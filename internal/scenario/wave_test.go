package scenario

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestClock(t *testing.T) {
	const n = 100_000
	for _, c := range []struct {
		name string
		rate []float64
	}{
		{"constant", nil},
		{"one part", []float64{7}},
		{"ramp", []float64{1, 2, 4, 8, 4}},
		{"pause", []float64{3, 0, 1}},
		{"silent ends", []float64{0, 1, 0}},
	} {
		clock := newClock(n, c.rate)
		rng := rand.New(rand.NewPCG(9, 9))
		want := c.rate
		if want == nil {
			want = []float64{1, 1, 1, 1}
		}
		var sum float64
		for _, r := range want {
			sum += r
		}
		counts := make([]int, len(want))
		last := 0.0
		for range n {
			x := clock.next(rng)
			if x < last || x >= 1 {
				t.Fatalf("%s: time %v after %v", c.name, x, last)
			}
			last = x
			counts[int(x*float64(len(counts)))]++
		}
		for i, r := range want {
			// Five standard deviations of a binomial count.
			mean := n * r / sum
			if dev := math.Abs(float64(counts[i]) - mean); dev > 5*math.Sqrt(mean*(1-r/sum))+1e-6 {
				t.Errorf("%s: %d events in part %d, want about %.0f", c.name, counts[i], i, mean)
			}
		}
	}
}

// Uniform times with their order given have exponential gaps: the squared
// coefficient of variation is 1, of evenly spaced events it is 0.
func TestClockIsPoisson(t *testing.T) {
	const n = 20_000
	clock := newClock(n, nil)
	rng := rand.New(rand.NewPCG(4, 4))
	var sum, squares, last float64
	for range n {
		x := clock.next(rng)
		gap := x - last
		last = x
		sum += gap
		squares += gap * gap
	}
	mean := sum / n
	if cv := squares/n/(mean*mean) - 1; cv < 0.9 || cv > 1.1 {
		t.Errorf("squared coefficient of variation of the gaps %.3f, want about 1", cv)
	}
}

func TestClusterRanks(t *testing.T) {
	const n = 300_000
	rng := rand.New(rand.NewPCG(3, 3))
	c := newClusters(1000)
	if c.count != 3000 {
		t.Fatalf("%d clusters, want 3000", c.count)
	}
	counts := make([]int, c.count)
	for range n {
		counts[c.pick(rng)]++
	}
	// Sizes by rank fall by 2^(-1/1.2) with each doubling. From the sums
	// over ranks r to 2r, the exponent is log2 of their ratio less 1.
	band := func(from, to int) (sum float64) {
		for _, k := range counts[from-1 : to-1] {
			sum += float64(k)
		}
		return sum
	}
	for r := 8; r <= 512; r *= 4 {
		got := math.Log2(band(2*r, 4*r)/band(r, 2*r)) - 1
		if math.Abs(got+1/1.2) > 0.08 {
			t.Errorf("sizes fall as rank^%.3f near rank %d, want ^%.3f", got, r, -1/1.2)
		}
	}
	if more := newClusters(1_000_000); more.count != 15_625 {
		t.Errorf("%d clusters for a million sources", more.count)
	}
}
