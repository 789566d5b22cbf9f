package text

import (
	"math"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

var en = &Printer{&english}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		share  float64
		limits []float64
		want   string
	}{
		{0, nil, "0.0 %"},
		{1, nil, "100.0 %"},
		{.123, nil, "12.3 %"},
		{.555555, nil, "55.6 %"},
		{59_999. / 60_000, nil, "99.998 %"}, // all but one
		{1 - 1e-14, nil, "less than 100.0 %"},
		{.0004, nil, "less than 0.1 %"},
		{1. / 60_000, nil, "less than 0.1 %"},
		{.0006, nil, "0.1 %"},
		{.0004, []float64{.03}, "0.04 %"}, // above the limit, which less than 0.1 % would not say
		{.0004, []float64{0}, "less than 0.1 %"},
		{.50001, []float64{50}, "50.001 %"},
		{.50001, nil, "50.0 %"},
		{.5, []float64{50}, "50.0 %"},
		{.07, []float64{7}, "7.0 %"}, // also in binary
		{.5 - 1e-9, []float64{50, 49.99}, "49.9999999 %"},
		{.5 + 1e-11, []float64{50}, "more than 50.0 %"},
		{.5 + 1e-12, []float64{50}, "50.0 %"}, // as attribution compares them
		{.999, []float64{99.9}, "99.9 %"},
	} {
		if got := en.share(c.share, c.limits...); got != c.want {
			t.Errorf("share(%v, %v) = %q, want %q", c.share, c.limits, got, c.want)
		}
	}
}

// The ends of an interval are rounded outward, and never onto the limit.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		share     attribution.Share
		limits    []float64
		low, high string
	}{
		{attribution.Share{Low: .5052, High: .5209}, nil, "50.5 %", "52.1 %"},
		{attribution.Share{Low: .52, High: .52}, nil, "52.0 %", "52.0 %"},
		{attribution.Share{Low: .5004, High: .5056}, []float64{50}, "50.04 %", "50.6 %"},
		{attribution.Share{Low: .4952, High: .4999}, []float64{50}, "49.5 %", "49.99 %"},
		{attribution.Share{Low: 0, High: .00022}, nil, "0.0 %", "0.1 %"},
		{attribution.Share{Low: .00022, High: .9997}, nil, "0.02 %", "99.97 %"},
		{attribution.Share{Low: 0, High: 1}, []float64{50}, "0.0 %", "100.0 %"},
	} {
		low, high := en.atLeast(c.share.Low, c.limits...), en.atMost(c.share.High, c.limits...)
		if low != c.low || high != c.high {
			t.Errorf("%v at %v: %s to %s, want %s to %s", c.share, c.limits, low, high, c.low, c.high)
		}
	}
}

func TestCell(t *testing.T) {
	for want, s := range map[string]attribution.Share{
		"37.0 %":                {Value: .37, Low: .37, High: .37},
		"37.0 % (up to 39.0 %)": {Value: .37, Low: .37, High: .39},
		"39.0 % (from 37.0 %)":  {Value: .39, Low: .37, High: .39},
		"38.0 % (36.9–39.1 %)":  {Value: .38, Low: .36999, High: .39001},
	} {
		if got := en.cell(s); got != want {
			t.Errorf("cell(%v) = %q, want %q", s, got, want)
		}
	}
}

func TestPoints(t *testing.T) {
	for _, c := range []struct {
		difference float64
		to         rounding
		want       string
	}{
		{.123, nearest, "12.3"}, {.0041, nearest, "0.4"}, {0, nearest, "0.0"}, {-.0041, nearest, "-0.4"},
		{.1239, down, "12.3"}, {.1231, up, "12.4"}, {-.1231, down, "-12.4"}, {-.1239, up, "-12.3"},
		{math.SmallestNonzeroFloat64, down, "more than 0.0"}, {1, up, "100.0"},
		{-math.SmallestNonzeroFloat64, down, "less than 0.0"},
	} {
		if got := en.signed(c.difference, c.to); got != c.want {
			t.Errorf("signed(%v, %v) = %q, want %q", c.difference, c.to, got, c.want)
		}
	}
}

func TestCounts(t *testing.T) {
	const most = "18,446,744,073,709,551,615"
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", math.MaxUint64: most} {
		if got := en.grouped(n); got != want {
			t.Errorf("grouped(%d) = %q, want %q", n, got, want)
		}
	}
	for _, c := range []struct {
		n    uint64
		to   rounding
		want string
	}{
		{0, nearest, "0"}, {999, nearest, "999"}, {1_234, nearest, "1,230"}, {1_235, nearest, "1,240"},
		{999_600, nearest, "1,000,000"}, {894_204, down, "894,000"}, {894_204, up, "895,000"}, {894_000, up, "894,000"},
		{math.MaxUint64, up, "18,400,000,000,000,000,000"},
	} {
		if got := en.estimate(c.n, c.to).Text; got != c.want {
			t.Errorf("estimate(%d, %d) = %q, want %q", c.n, c.to, got, c.want)
		}
	}
	for v, want := range map[float64]string{
		1: "1.0", 1.44: "1.4", 9.94: "9.9", 9.95: "10", 64.59: "65", -4.2: "4.2", 1e30: most,
	} {
		if got := en.number(v).Text; got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestConfidence(t *testing.T) {
	for c, want := range map[float64]string{
		.95: "95 %", .975: "97.5 %", 1 - .01/6: "99.83 %", 1 - 1e-9: "99.99 %", .5: "50 %",
	} {
		if got := en.confidence(c); got != want {
			t.Errorf("confidence(%v) = %q, want %q", c, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 seconds", time.Second: "1 second", 119 * time.Second: "119 seconds", 2 * time.Minute: "2 minutes",
		time.Hour: "1 hour", 26 * time.Hour: "26 hours", 49 * time.Hour: "2 days", -time.Hour: "0 seconds",
		math.MaxInt64: "106,751 days",
	} {
		if got := en.span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

// Numbers that no report should have are printed, too.
func TestHostileNumbers(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 1e300, -1e300, 1e-320} {
		_ = en.share(v, 50) + en.atLeast(v, 50) + en.atMost(v, 50)
		_ = en.signed(v, up) + en.confidence(v) + en.number(v).Text
		_ = en.cell(attribution.Share{Value: v, Low: -v, High: v}, v)
	}
}
