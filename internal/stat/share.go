package stat

import "math"

// Share is a share between 0 and 1 with its interval; of a difference of two shares,
// between -1 and 1.
type Share struct{ Value, Low, High float64 }

// The error of intervals whose confidence nobody chose, and its number of standard
// errors.
const (
	Alpha = 0.05
	Z     = 1.959964 // normal quantile of 1-Alpha/2
)

// ExactShare is part of whole, without error; 0 of nothing.
func ExactShare(part, whole float64) Share {
	if whole == 0 {
		return Share{}
	}
	s := part / whole
	return Share{s, s, s}
}

// With is the least interval that holds both, with the value of s.
func (s Share) With(other Share) Share {
	return Share{s.Value, min(s.Low, other.Low), max(s.High, other.High)}
}

// Least is the lesser of two, end by end.
func (s Share) Least(other Share) Share {
	return Share{min(s.Value, other.Value), min(s.Low, other.Low), min(s.High, other.High)}
}

// Scaled is the share of a part of the whole that is f of it.
func (s Share) Scaled(f float64) Share { return Share{s.Value * f, s.Low * f, s.High * f} }

// Positive cuts what lies below 0.
func (s Share) Positive() Share { return Share{max(s.Value, 0), max(s.Low, 0), max(s.High, 0)} }

// Difference cuts what no difference of two shares can be: what lies beyond -1 and 1.
func (s Share) Difference() Share {
	return Share{min(max(s.Value, -1), 1), min(max(s.Low, -1), 1), min(max(s.High, -1), 1)}
}

// Number is an estimated number with its variance.
type Number struct{ Value, Variance float64 }

// RelErr is the relative standard error.
func (n Number) RelErr() float64 {
	if n.Variance <= 0 {
		return 0
	}
	return math.Sqrt(n.Variance) / n.Value
}

// Less is n without a part of it that was estimated on its own.
func (n Number) Less(part Number) Number {
	return Number{n.Value - part.Value, n.Variance - part.Variance}
}

// OddsShare is the share of x in x+y, two numbers estimated independently, with an
// interval of z standard errors. The error of x in numerator and denominator cancels, and
// the logarithm of the odds has the sum of both relative variances (delta method).
func OddsShare(x, y Number, z float64) Share {
	switch {
	case x.Value <= 0:
		return Share{}
	case y.Value <= 0:
		return Share{1, 1, 1}
	}
	logit := math.Log(x.Value / y.Value)
	se := math.Hypot(x.RelErr(), y.RelErr())
	return Share{x.Value / (x.Value + y.Value), expit(logit - z*se), expit(logit + z*se)}
}

func expit(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
