package sketch

import "math"

// Estimate is an estimated number together with its error.
type Estimate struct {
	Value float64 // estimated number, 0 or more
	// RelErr is the relative standard error of Value. 0 says that Value is exact.
	RelErr float64
}

// Exact reports whether the number has no error.
func (e Estimate) Exact() bool { return e.RelErr == 0 }

// Interval returns the ends of the interval that lies z standard errors to either
// side, on a logarithmic scale. z = 1.96 gives 95 % confidence.
func (e Estimate) Interval(z float64) (low, high float64) {
	return e.Value * math.Exp(-z*e.RelErr), e.Value * math.Exp(z*e.RelErr)
}
