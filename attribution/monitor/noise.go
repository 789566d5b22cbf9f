package monitor

import (
	"cmp"
	"math"
	"slices"
)

// noise is how far counts stray from what was expected of them: s2 is what they
// vary beyond counting, in squares of the expectation, and scale what is left
// after that is taken out. Both come from the accepted counts of three days.
type noise struct {
	s2, scale float64

	// Running means of the product of z with the z before it, and of its square:
	// how far what a count strays, the next one strays too.
	product, square, last float64

	pairs  []pair // a ring, thinned so that it spans three days
	head   int
	stride int64 // accepted counts a pair
	since  int64 // accepted counts since the last pair
	fresh  int   // pairs since the last estimate
}

// pair is a value and what was expected.
type pair struct{ y, mu float32 }

const (
	finePairs   = 864 // three days at 5 minutes
	coarsePairs = 144
	fewPairs    = 24

	firstS2 = .1 // before anything is known: ±30 %

	lagWindow      = 288 // counts that the correlation looks back
	mostLasting    = .5
	maxCorrelation = .95
)

func newNoise() noise {
	return noise{s2: firstS2, scale: 1, stride: 1, square: 1}
}

// correlation is that of z with the z before it, 0 to less than 1.
func (n *noise) correlation() float64 {
	return min(max(n.product/n.square, 0), maxCorrelation)
}

// lasting is s2 for counts that are added up: neighbours that stray together are
// not as many witnesses as there are of them. It stays so low that two counts of
// ten times the expectation are enough.
func (n *noise) lasting() float64 {
	rho := n.correlation()
	return min(n.s2*(1+rho)/(1-rho), max(n.s2, mostLasting))
}

// follow takes the z of every accepted count.
func (n *noise) follow(z float64) {
	n.product += (z*n.last - n.product) / lagWindow
	n.square += (z*z - n.square) / lagWindow
	n.last = z
}

// stabilise is a scale on which a count with mean mu and variance mu + s2 mu² has
// a variance of 1 (Anscombe 1948).
func stabilise(x, s float64) float64 {
	return 2 / s * math.Asinh(s*math.Sqrt(x+.375))
}

// residual is how far y is from mu, in standard deviations of counting and of s2.
func (n *noise) residual(y, mu float64) float64 {
	s := max(math.Sqrt(n.s2), 1e-3)
	return stabilise(y, s) - stabilise(mu, s)
}

// z is the standardised residual.
func (n *noise) z(y, mu float64) float64 { return n.residual(y, mu) / max(1, n.scale) }

// learn takes an accepted count. threeDays is in counts.
func (n *noise) learn(y, mu float64, limit int, threeDays int64) {
	if n.since++; n.since < n.stride {
		return
	}
	n.since = 0
	p := pair{float32(y), float32(mu)}
	if len(n.pairs) == limit && 2*n.stride*int64(limit) <= threeDays {
		for i := range limit / 2 {
			n.pairs[i] = n.pairs[2*i]
		}
		n.pairs, n.stride = n.pairs[:limit/2], 2*n.stride
	}
	if len(n.pairs) < limit {
		n.pairs = append(n.pairs, p)
	} else {
		n.pairs[n.head] = p
		n.head = (n.head + 1) % limit
	}
	if n.fresh++; n.fresh >= fewPairs {
		n.estimate()
		// Series that began together part, so that not all do this in one interval.
		n.fresh = int(math.Float64bits(n.square) >> 8 % (fewPairs / 2))
	}
}

// mad is the factor that makes the median absolute deviation a standard deviation
// of the normal distribution.
const mad = 1.4826

func (n *noise) estimate() {
	values := make([]float64, len(n.pairs))
	for i, p := range n.pairs {
		values[i] = math.Log((float64(p.y) + .5) / (float64(p.mu) + .5))
	}
	spread := mad * deviation(values)
	for i, p := range n.pairs {
		values[i] = 1 / (float64(p.mu) + .5)
	}
	n.s2 = max(0, spread*spread-median(values))
	for i, p := range n.pairs {
		values[i] = n.residual(float64(p.y), float64(p.mu))
	}
	n.scale = mad * deviation(values)
}

// median returns the middle of values, which it puts in another order.
func median(values []float64) float64 {
	k := len(values) / 2
	order(values, k)
	if len(values)%2 == 1 {
		return values[k]
	}
	return (slices.Max(values[:k]) + values[k]) / 2
}

// order puts the value at k that would stand there if values were sorted, what is
// less before it and what is more after it (Hoare 1961).
func order[T cmp.Ordered](values []T, k int) {
	for lo, hi := 0, len(values)-1; lo < hi; {
		pivot := values[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		if k <= j {
			hi = j
		} else if k >= i {
			lo = i
		} else {
			return
		}
	}
}

// deviation returns the median absolute deviation from the median; it overwrites
// values.
func deviation(values []float64) float64 {
	m := median(values)
	for i, v := range values {
		values[i] = math.Abs(v - m)
	}
	return median(values)
}
