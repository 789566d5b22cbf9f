package stat

import "math"

// Product is a*b, of two independent estimates that are not negative. On the scale of
// logarithms the distances of the ends add in squares (Zou and Donner, "Construction of
// confidence limits about effect measures", 2008). That keeps what the two intervals have
// of asymmetry. Neither need be a share.
func Product(a, b Share) Share {
	p := Share{a.Value * b.Value, a.Low * b.Low, a.High * b.High}
	if p.Value > 0 {
		if p.Low > 0 {
			p.Low = p.Value * math.Exp(-math.Hypot(math.Log(a.Value/a.Low), math.Log(b.Value/b.Low)))
		}
		p.High = p.Value * math.Exp(math.Hypot(math.Log(a.High/a.Value), math.Log(b.High/b.Value)))
	}
	return p
}

// Quotient is a/b in the same way. A quotient by 0 is infinite.
func Quotient(a, b Share) Share {
	q := Share{a.Value / b.Value, a.Low / b.High, a.High / b.Low}
	if a.Value > 0 && b.Value > 0 {
		if a.Low > 0 {
			q.Low = q.Value * math.Exp(-math.Hypot(math.Log(a.Value/a.Low), math.Log(b.High/b.Value)))
		}
		q.High = q.Value * math.Exp(math.Hypot(math.Log(a.High/a.Value), math.Log(b.Value/b.Low)))
	}
	return q
}
