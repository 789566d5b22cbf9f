package detect

import (
	"math"
	"testing"
)

// Known values of the stabilised residual.
func TestResidual(t *testing.T) {
	for _, c := range []struct{ y, mu, s, want float64 }{
		{10, 5, .1, 1.73931},
		{300, 100, .1, 8.69603},
		{15000, 5000, .1, 10.91962},
		{7, 5, .001, .79458},
	} {
		n := noise{s2: c.s * c.s}
		if got := n.residual(c.y, c.mu); math.Abs(got-c.want) > 1e-5 {
			t.Errorf("residual of %v against %v at s = %v: got %.5f, want %v", c.y, c.mu, c.s, got, c.want)
		}
	}
}
