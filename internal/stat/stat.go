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
// 1-p, for p between 0 and 1. It is finite for every p that is not 0 or 1, so that
// tails too small to be told from 0 in 1-p belong on the left.
func NormalQuantile(p float64) float64 {
	if p <= 0 || p > 1e-9 {
		return -math.Sqrt2 * math.Erfcinv(2*p)
	}
	// math.Erfcinv knows no such tail. Newton's method on the logarithm of the
	// tail, which is nearly a parabola, needs a few steps.
	x := math.Sqrt(-2 * math.Log(p))
	for range 8 {
		tail := NormalTail(x)
		x += math.Log(tail/p) * tail * math.Sqrt(2*math.Pi) * math.Exp(x*x/2)
	}
	return -x
}

// MaxDraws is the number of draws that an interval or a test is made for at most:
// what more would tell is beyond the third decimal of a percentage, and the
// incomplete beta function takes a time that grows with the root of their number.
const MaxDraws = 1e9

// ClopperPearson is the exact interval, at confidence 1-alpha, of a share that
// was seen among n draws (Clopper and Pearson 1934); neither need be whole. Of
// more than MaxDraws it takes no more, which is on the safe side. An alpha of 1 asks
// for no confidence, and gives the share itself.
func ClopperPearson(share, n, alpha float64) (low, high float64) {
	if alpha >= 1 {
		return share, share
	}
	n = min(n, MaxDraws)
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
