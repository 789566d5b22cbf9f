package registers

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The worked value is that of a maximum of 5 over 16 registers.
func TestImprovedEstimator(t *testing.T) {
	histogram := make([]uint32, 64)
	histogram[0], histogram[1], histogram[2], histogram[3], histogram[5] = 4, 5, 4, 2, 1
	if got := improved(histogram, 4); math.Abs(got-20.732039) > 1e-6 {
		t.Errorf("got %.6f, want 20.732039", got)
	}
}

// The histogram counts every register, however many of them are 0.
func TestHistogram(t *testing.T) {
	for precision := MinPrecision; precision <= MaxPrecision; precision++ {
		for _, n := range []int{0, 1, 100, 1 << precision, 20 << precision} {
			r, rng, want := New(precision), rand.New(rand.NewPCG(uint64(n), 12)), [64]uint32{}
			for range n {
				r.Insert(rng.Uint64())
			}
			for _, v := range r.Bytes() {
				want[v]++
			}
			if got := r.histogram(); got != want {
				t.Errorf("precision %d, %d hashes: %v, want %v", precision, n, got, want)
			}
		}
	}
}

// The error of the count over many random sets is what the package promises.
func TestEstimateError(t *testing.T) {
	const n, precision = 100_000, 14
	trials := 500
	if testing.Short() {
		trials = 100
	}
	var sum, sq float64
	r := New(precision)
	for trial := range trials {
		r.Reset()
		rng := rand.New(rand.NewPCG(uint64(trial), 11))
		for range n {
			r.Insert(rng.Uint64())
		}
		value, _ := r.Estimate()
		e := value/n - 1
		sum, sq = sum+e, sq+e*e
	}
	bias, rmse := sum/float64(trials), math.Sqrt(sq/float64(trials))
	t.Logf("n=%d p=%d over %d sets: bias %+.4f %%, RMSE %.4f %%", n, precision, trials, 100*bias, 100*rmse)
	// 0.753 % is the known value at this load; n trials know it to 1/sqrt(2n).
	if off := 3.2 / math.Sqrt(2*float64(trials)); math.Abs(rmse/0.00753-1) > off {
		t.Errorf("RMSE %.4f %%, want 0.753 %% within %.1f %% of it", 100*rmse, 100*off)
	}
	if se := rmse / math.Sqrt(float64(trials)); math.Abs(bias) > 4*se {
		t.Errorf("bias %.4f %% is beyond 4 standard errors (%.4f %%)", 100*bias, 100*se)
	}
}

// Registers that are all as large as can be give a number, not infinity.
func TestEstimateOfFullRegisters(t *testing.T) {
	r := New(12)
	for i := range r.Bytes() {
		r.Bytes()[i] = 64 - 12 + 1
	}
	if value, relErr := r.Estimate(); value != 1<<63 || relErr != 1.04/64 {
		t.Errorf("estimate %v ± %v", value, relErr)
	}
}
