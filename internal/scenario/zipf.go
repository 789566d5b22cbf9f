package scenario

import (
	"math"
	"math/rand/v2"
)

// zipf draws ranks below n with probabilities close to 1/(rank+1), scaled.
type zipf struct {
	n    int
	log2 float64 // of n+1
}

func newZipf(n int) zipf { return zipf{n, math.Log2(float64(n + 1))} }

// next returns (n+1)^u - 1, cut to an integer, for u uniform below 1. It is most
// of what an event costs, hence no math.Pow: the power of two of the fraction is
// interpolated, which is off by less than 3e-7.
func (z *zipf) next(rng *rand.Rand) int {
	if z.n == 1 {
		return 0
	}
	x := float64(rng.Float64() * z.log2) // rounded here on every machine
	whole := int(x)
	at := (x - float64(whole)) * float64(len(powers)-1)
	i := int(at)
	p := powers[i] + float64((powers[i+1]-powers[i])*(at-float64(i)))
	return min(int(p*float64(uint64(1)<<whole))-1, z.n-1)
}

// powers are those of two from 0 to 1, in equal steps.
var powers = func() (list [513]float64) {
	for i := range list {
		list[i] = math.Exp2(float64(i) / float64(len(list)-1))
	}
	return list
}()
