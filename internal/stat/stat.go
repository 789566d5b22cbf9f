// Package stat has the distributions that intervals and tests are made of.
package stat

import "math"

// BinomialTail is P(Bin(n, p) >= x); neither n nor x need be whole.
func BinomialTail(n, p, x float64) float64 {
	switch {
	case x <= 0:
		return 1
	case x > n:
		return 0
	}
	return BetaCDF(p, x, n-x+1)
}

// NormalTail is the probability that a standard normal value exceeds v.
func NormalTail(v float64) float64 { return math.Erfc(v/math.Sqrt2) / 2 }

// NormalQuantile is the value that a standard normal one exceeds with probability
// 1-p, for p between 0 and 1.
func NormalQuantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }

// ClopperPearson is the exact interval, at confidence 1-alpha, of a share that
// was seen among n draws (Clopper and Pearson 1934); neither need be whole.
func ClopperPearson(share, n, alpha float64) (low, high float64) {
	x := share * n
	low, high = 0, 1
	if x > 0 {
		low = BetaQuantile(alpha/2, x, n-x+1)
	}
	if x < n {
		high = BetaQuantile(1-alpha/2, x+1, n-x)
	}
	return low, high
}
