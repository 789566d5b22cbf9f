package stat

import "math"

// MeanAtLeast is a lower bound, at confidence 1-alpha, of the mean of things between 0 and
// 1, by the mean of n of them drawn at random, with or without replacement. It holds
// whatever their distribution: that of Chernoff in the form of Hoeffding (1963), which
// solves n KL(mean, bound) = log(1/alpha).
func MeanAtLeast(mean, n, alpha float64) float64 {
	if mean <= 0 || n <= 0 {
		return 0
	}
	mean = min(mean, 1)
	most := math.Log(1/alpha) / n
	low, high := 0.0, mean
	for range 60 {
		if at := (low + high) / 2; divergence(mean, at) > most {
			low = at
		} else {
			high = at
		}
	}
	return low
}

// divergence is that of Kullback and Leibler between two Bernoulli distributions.
func divergence(p, q float64) float64 {
	d := p * math.Log(p/q)
	if p < 1 {
		d += (1 - p) * math.Log((1-p)/(1-q))
	}
	return d
}
