// Package trials holds tests of chance to their promises: a test that repeats a
// trial asks whether the outcome is one that the promise makes likely. A test that
// is right fails by chance once in a thousand runs, and all tests use fixed seeds.
package trials

import (
	"math"
	"slices"
	"testing"
)

// AtLeast fails if got of n trials succeeded, and this few are rarer than 1 in 1,000
// where each trial succeeds with probability p.
func AtLeast(t testing.TB, what string, got, n, p float64) {
	t.Helper()
	if least := n*p - 3.1*math.Sqrt(n*p*(1-p)) - 1; got < least {
		t.Errorf("%s: %.0f of %.0f, want at least %.1f", what, got, n, least)
	}
}

// AtMost fails if a count is so large that it is rarer than 1 in 1,000 for a Poisson
// distribution of this mean.
func AtMost(t testing.TB, what string, got, mean float64) {
	t.Helper()
	if most := mean + 3.1*math.Sqrt(mean) + 1; got > most {
		t.Errorf("%s: %.0f, want at most %.1f", what, got, most)
	}
}

// Share returns which part of the values is at most the given one; 0 of no values.
func Share(values []float64, most float64) float64 {
	n := 0.
	for _, v := range values {
		if v <= most {
			n++
		}
	}
	return n / max(1, float64(len(values)))
}

// Quantile returns the p-quantile of the values, NaN of no values. It sorts them.
func Quantile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	return values[min(int(p*float64(len(values))), len(values)-1)]
}
