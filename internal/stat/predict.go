package stat

import "math"

// Predict is the number of things that come in some time, with the interval, at
// confidence 1-alpha, that the number itself lies in. Seen came in a reference time,
// of which that time is so many multiples. The rate may be another by then: times is
// from times.Low to times.High, and beyond that the rate has a relative variance of
// spread.
//
// With the prior of Jeffreys the rate has a gamma distribution, and the number a negative
// binomial one. Its quantiles are prediction limits of nearly exact confidence
// (Krishnamoorthy and Peng, "Improved closed-form prediction intervals for binomial and
// Poisson distributions", 2011). The spread makes the gamma distribution wider.
func Predict(seen float64, times Share, spread, alpha float64) Share {
	if times.High <= 0 {
		return Share{}
	}
	shape := seen + .5
	if alpha >= 1 { // no confidence is asked
		n := seen * times.Value
		return Share{n, n, n}
	}
	shape = 1 / (1/shape + spread)
	n := Share{Value: seen * times.Value, High: math.Inf(1)}
	if low := (seen + .5) * times.Low; !math.IsInf(low, 1) {
		n.Low = min(negativeBinomial(shape, low, alpha/2), n.Value)
	}
	if high := (seen + .5) * times.High; !math.IsInf(high, 1) {
		n.High = max(negativeBinomial(shape, high, 1-alpha/2), n.Value)
	}
	return n
}

// negativeBinomial is the least whole number that a negative binomial one of that shape
// and mean does not exceed with probability p.
func negativeBinomial(shape, mean, p float64) float64 {
	if mean <= 0 {
		return 0
	}
	enough := func(n float64) bool { return BetaCDF(shape/(shape+mean), shape, n+1) >= p }
	sd := math.Sqrt(mean + mean*mean/shape)
	low := max(math.Floor(mean+NormalQuantile(p)*sd), 0) // near it
	high, step := low, math.Ceil(sd/8)
	if enough(low) {
		for low >= 0 && enough(low) {
			low, high, step = low-step, low, 2*step
		}
		low = max(low, -1)
	} else {
		for !enough(high) {
			low, high, step = high, high+step, 2*step
		}
	}
	for high-low > max(1, high*1e-6) {
		if middle := math.Floor((low + high) / 2); enough(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}
