package detect

import (
	"testing"
	"time"
)

// The counts of a burst are not its own past, whenever it is found.
func TestPeak(t *testing.T) {
	m := model{interval: 10 * time.Second, rate: 100, phi: .7, sd: .1}
	r := m.start(3, 0)
	start := r.i
	r.wave = func(i int64) float64 {
		return between(100, 130, 10)(i-start) * between(400, 430, 8)(i-start) * between(800, 830, 30)(i-start)
	}
	bursts := watchFor(New(Options{Interval: m.interval, Grain: Coarse}), r, start, 1000)
	if len(bursts) != 3 {
		t.Fatal(bursts)
	}
	for k, want := range []struct{ before, ratio float64 }{{100, 10}, {1000, .8}, {1000, 3}} {
		p := bursts[k].latest
		// The largest count of a burst, with noise of 14 %, is compared with its mean.
		ratio := p.Peak / p.Before
		if p.Before < .9*want.before || p.Before > 1.5*want.before || ratio < want.ratio/1.5 || ratio > 1.5*want.ratio {
			t.Errorf("burst %d: %+v, want %v before and %v times that", k, p, want.before, want.ratio)
		}
		if first := bursts[k].first; first.Before != p.Before || first.Peak > p.Peak {
			t.Errorf("burst %d: %+v when it was found, %+v in the end", k, first, p)
		}
	}
}
