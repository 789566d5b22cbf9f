package detect

import (
	"cmp"
	"math"
	"slices"
)

// Counts stray from the expectation, by chance and because traffic is uneven. How
// far is learned from the accepted counts of three days: those that are no part of a
// burst or an outage.

// noise is how far counts stray from the expectation.
type noise struct {
	s2    float64 // variance beyond that of counting, relative to the squared expectation
	sure  float64 // the part of s2 that the variance confirms
	scale float64 // standard deviation of what is left once s2 is taken out

	// Running means: of the product of each z with the z before it, and of its
	// square. Their ratio says how far the next count strays like this one.
	product, square, last float64

	pairs  []pair // a ring, thinned out so that it spans three days
	head   int
	stride int64   // accepted counts for each pair
	since  int64   // accepted counts since the last pair, in parts of 1/idleParts
	busy   float64 // largest expectation at the last estimate
	fresh  int     // pairs since the last estimate

	small smallCounts // scratch
}

// pair is a count and its expectation.
type pair struct{ y, mu float32 }

const (
	finePairs   = 864 // three days at 5 minutes
	coarsePairs = 144
	fewPairs    = 24

	busyRatio = 8 // of the largest expectation to those that tell how far counts stray
	idleParts = 4 // other counts are kept so many times less often

	firstS2 = .1 // before anything is known: ±30 %

	lagWindow      = 288 // counts over which the correlation is measured
	mostLasting    = .5
	maxCorrelation = .95
)

func newNoise() noise {
	return noise{s2: firstS2, sure: firstS2, scale: 1, stride: 1, square: 1}
}

// correlation returns that of z with the z before it, from 0 to .95.
func (n *noise) correlation() float64 {
	return min(max(n.product/n.square, 0), maxCorrelation)
}

// lasting returns s2 for counts that are added up. Neighbors that stray together
// prove less than independent ones. It stays so low that two counts of ten times the
// expectation are enough for a burst.
func (n *noise) lasting() float64 {
	rho := n.correlation()
	return min(n.s2*(1+rho)/(1-rho), max(n.s2, mostLasting))
}

// Lasting returns by how much the counts stray beyond what counting explains: the relative
// variance of one of many counts that are added up.
func (s *Series) Lasting() float64 { return s.each.noise.lasting() }

// follow takes the z of every accepted count.
func (n *noise) follow(z float64) {
	n.product += (z*n.last - n.product) / lagWindow
	n.square += (z*z - n.square) / lagWindow
	n.last = z
}

// stabilize maps a count with mean mu and variance mu + s² mu² to a scale on which
// its variance is 1 (Anscombe 1948).
func stabilize(x, s float64) float64 {
	return 2 / s * math.Asinh(s*math.Sqrt(x+.375))
}

// residual returns how far y is from mu, in standard deviations of counting and s2.
func (n *noise) residual(y, mu float64) float64 {
	if y == mu {
		return 0
	}
	if n.small.s2 != n.s2 || n.small.s == 0 {
		n.small = smallCounts{s2: n.s2, s: n.beyondCounting()}
	}
	return stabilizeCount(y, n.small.s, n.small.known[:]) - stabilize(mu, n.small.s)
}

// beyondCounting returns the standard deviation beyond that of counting, relative to the expectation.
func (n *noise) beyondCounting() float64 { return max(math.Sqrt(n.s2), 1e-3) }

// smallCounts are what small counts come to when they are stabilized. Where little comes,
// they are the same again and again.
type smallCounts struct {
	s2, s float64    // by which they were
	known [8]float64 // 0: not yet
}

// stabilizeCount does what stabilize does, and remembers it if y is small.
func stabilizeCount(y, s float64, known []float64) float64 {
	if !(y < float64(len(known))) || y != math.Trunc(y) {
		return stabilize(y, s)
	}
	v := &known[int(y)]
	if *v == 0 {
		*v = stabilize(y, s)
	}
	return *v
}

// z returns the standardized residual.
func (n *noise) z(y, mu float64) float64 { return n.residual(y, mu) / max(1, n.scale) }

// learn takes an accepted count. It keeps up to limit pairs. threeDays is in counts.
func (n *noise) learn(y, mu float64, limit int, threeDays int64) {
	if n.since++; mu >= n.busy/busyRatio {
		n.since += idleParts - 1
	}
	if n.since < idleParts*n.stride {
		return
	}
	n.since = 0
	n.keep(pair{float32(y), float32(mu)}, limit, threeDays)
	n.renew()
}

// learnNothing takes k counts of 0 where mu was expected. It leaves the estimates to renew.
func (n *noise) learnNothing(mu float64, k int64, limit int, threeDays int64) {
	for k > 0 {
		each := int64(1)
		if mu >= n.busy/busyRatio {
			each = idleParts
		}
		more := (idleParts*n.stride - n.since + each - 1) / each // until the next pair
		if k < more {
			n.since += k * each
			return
		}
		k -= more
		n.since = 0
		n.keep(pair{0, float32(mu)}, limit, threeDays)
	}
}

// followNothing takes the z of k accepted counts, which is the same.
func (n *noise) followNothing(z float64, k int64, each *fall) {
	n.follow(z)
	f := each.after(k - 1)
	n.product = z*z + (n.product-z*z)*f
	n.square = max(z*z+(n.square-z*z)*f, math.SmallestNonzeroFloat64)
}

// keep takes a pair.
func (n *noise) keep(p pair, limit int, threeDays int64) {
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
	n.fresh = min(n.fresh+1, fewPairs)
}

// renew computes the estimates anew once there are enough fresh pairs.
func (n *noise) renew() {
	if n.fresh >= fewPairs {
		n.estimate()
		// Series that began together must not all do this in the same interval.
		n.fresh = int(math.Float64bits(n.square) >> 8 % (fewPairs / 2))
	}
}

// mad times the median absolute deviation is the standard deviation of a normal
// distribution.
const mad = 1.4826

// estimate computes s2 and scale from the pairs. Medians keep out the bursts that
// went unnoticed.
func (n *noise) estimate() {
	if !slices.ContainsFunc(n.pairs, func(p pair) bool { return p != pair{} }) {
		n.s2, n.sure, n.scale, n.busy = 0, 0, 0, 0 // nothing came, and it was known
		return
	}
	var all [finePairs]float64
	var told [finePairs]pair
	values := all[:len(n.pairs)]
	pairs := n.telling(values, told[:0])
	values = values[:len(pairs)]
	for i, p := range pairs {
		values[i] = math.Log((float64(p.y) + .5) / (float64(p.mu) + .5))
	}
	spread := mad * deviation(values)
	n.s2, n.sure = 0, 0
	if v := spread * spread; v > 1/(n.busy+.5) { // else counting explains all of it
		for i, p := range pairs {
			values[i] = 1 / (float64(p.mu) + .5)
		}
		n.s2 = max(0, v-median(values))
		n.sure = min(n.s2, variance(pairs))
	}
	s, known := n.beyondCounting(), [64]float64{}
	for i, p := range pairs {
		if values[i] = 0; p.y != p.mu {
			values[i] = stabilizeCount(float64(p.y), s, known[:]) - stabilize(float64(p.mu), s)
		}
	}
	n.scale = mad * deviation(values)
}

// telling appends the pairs that tell how far counts stray. Where hardly anything comes
// most of the time, as outside office hours, the rest of it tells. It overwrites values.
func (n *noise) telling(values []float64, pairs []pair) []pair {
	n.busy = 0
	for i, p := range n.pairs {
		values[i] = float64(p.mu)
		n.busy = max(n.busy, values[i])
	}
	least, enough := n.busy/busyRatio, 0
	for _, mu := range values {
		if mu >= least {
			enough++
		}
	}
	if enough < fewPairs/2 {
		k := max(0, len(values)-fewPairs/2)
		order(values, k)
		least = min(least, values[k])
	}
	for _, p := range n.pairs {
		if float64(p.mu) >= least {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// variance returns the variance of pairs beyond that of counting, relative to the
// squared expectation. Of small counts it is known better than by their median.
func variance(pairs []pair) float64 {
	sum := 0.
	for _, p := range pairs {
		off, mu := float64(p.y)-float64(p.mu), float64(p.mu)
		sum += (off*off - mu) / ((mu + .5) * (mu + .5))
	}
	return max(0, sum/float64(len(pairs)))
}

// learnNoise takes a count and its expectation into the noise of a scale. During a
// burst only a season's expectation is good enough.
func (s *Series) learnNoise(at *scale, y, mu, z float64, perCount int64) {
	if math.Abs(z) >= zAccepted || s.bursting && !s.seasonal {
		return
	}
	at.noise.follow(z)
	at.noise.learn(y, mu, s.grain.pairs(), s.grid.history/perCount)
}

// median returns the median of values, and changes their order.
func median(values []float64) float64 {
	k := len(values) / 2
	order(values, k)
	if len(values)%2 == 1 {
		return values[k]
	}
	return (slices.Max(values[:k]) + values[k]) / 2
}

// order puts the value at k that stands there when values are sorted. What is less
// comes before it, what is more after it (Hoare 1961).
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

// deviation returns the median absolute deviation from the median. It overwrites
// values.
func deviation(values []float64) float64 {
	m := median(values)
	for i, v := range values {
		values[i] = math.Abs(v - m)
	}
	return median(values)
}
