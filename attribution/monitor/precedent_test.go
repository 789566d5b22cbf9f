package monitor

import (
	"math"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

func TestPrecedent(t *testing.T) {
	for _, c := range []struct {
		p       Precedent
		verdict attribution.Decision
		text    string
	}{
		{Precedent{320, 100, 9 * day}, attribution.Undecided, "the largest in 9 days; 3.2 times the largest before"},
		{Precedent{320, 100, 28 * day}, attribution.Supported, "the largest in 28 days; 3.2 times the largest before, unprecedented in that time"},
		{Precedent{200, 100, 28*day - time.Second}, attribution.Undecided, "the largest in 27 days; 2.0 times the largest before"},
		{Precedent{199, 100, 90 * day}, attribution.Undecided, "the largest in 90 days; 2.0 times the largest before"},
		{Precedent{200, 100, 90 * day}, attribution.Supported, "the largest in 90 days; 2.0 times the largest before, unprecedented in that time"},
		{Precedent{100, 100, 90 * day}, attribution.Refuted, "not the largest in 90 days"},
		{Precedent{99, 100, time.Minute}, attribution.Refuted, "not the largest in 1 minute"},
		{Precedent{12345, 1, 10 * time.Minute}, attribution.Undecided, "the largest in 10 minutes; 12345 times the largest before"},
		{Precedent{50, 0, 2 * time.Hour}, attribution.Undecided, "the first in 2 hours"},
		{Precedent{50, 0, 30 * day}, attribution.Supported, "the first in 30 days"},
		{Precedent{}, attribution.Refuted, "not the largest in 0 seconds"},
	} {
		if got := c.p.Unprecedented(); got != c.verdict {
			t.Errorf("%+v: %v, want %v", c.p, got, c.verdict)
		}
		if got := c.p.String(); got != c.text {
			t.Errorf("%+v: %q, want %q", c.p, got, c.text)
		}
	}
	if r := (Precedent{Peak: 1}).Ratio(); !math.IsInf(r, 1) {
		t.Error("ratio to nothing: ", r)
	}
}

// The values of a burst are no past of its own, whenever it is found.
func TestRecord(t *testing.T) {
	m := model{interval: 10 * time.Second, rate: 100, phi: .7, sd: .1}
	r := m.start(3, 0)
	start := r.i
	r.wave = func(i int64) float64 {
		return between(100, 130, 10)(i-start) * between(400, 430, 8)(i-start) * between(800, 830, 30)(i-start)
	}
	bursts := watchFor(newSeries(m.interval, coarse), r, start, 1000)
	if len(bursts) != 3 {
		t.Fatal(bursts)
	}
	for k, want := range []struct{ before, ratio float64 }{{100, 10}, {1000, .8}, {1000, 3}} {
		p := bursts[k].latest
		// The largest of a burst, of noise of 14 %, against its mean.
		if p.Before < .9*want.before || p.Before > 1.5*want.before || p.Ratio() < want.ratio/1.5 || p.Ratio() > 1.5*want.ratio {
			t.Errorf("burst %d: %+v, want %v before and %v times that", k, p, want.before, want.ratio)
		}
		if first := bursts[k].first; first.Before != p.Before || first.Peak > p.Peak {
			t.Errorf("burst %d: %+v when it was found, %+v in the end", k, first, p)
		}
	}
}
