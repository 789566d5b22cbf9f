package attribution

import (
	"strings"
	"testing"
)

func TestEstimated(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1234: "1,230", 1235: "1,240", 999600: "1,000,000", 894204: "894,000"} {
		if got := estimated(n); got != want {
			t.Errorf("estimated(%d) = %q, want %q", n, got, want)
		}
	}
}

// As many decimals as the interval is worth, ends outward, and never a rounding
// that contradicts the verdict.
func TestShareDigits(t *testing.T) {
	for _, c := range []struct {
		share            Share
		limit            float64
		value, low, high string
	}{
		{Share{.5131, .5052, .5209}, noLimit, "51.3", "50.5", "52.1"},
		{Share{.51312, .51253, .51371}, noLimit, "51.31", "51.25", "51.38"},
		{Share{.52, .52, .52}, noLimit, "52.00", "52.00", "52.00"},
		{Share{.52, .49, .55}, noLimit, "52", "49", "55"},
		{Share{.503, .5004, .5056}, 50, "50.30", "50.04", "50.56"},      // one decimal would put the end on the limit
		{Share{.50004, .4952, .5048}, 50, "50.004", "49.520", "50.480"}, // and here the value
		{Share{.5, .495, .505}, 50, "50.0", "49.5", "50.5"},             // it is the limit
		{Share{.57, .57, .57}, 57, "57.00", "57.00", "57.00"},           // also in binary
		{Share{.500000001, .500000001, .500000001}, 50, "50.0000", "50.0000", "50.0001"},
		{Share{0, 0, .00022}, noLimit, "0.00", "0.00", "0.03"},
		{Share{}, noLimit, "0.00", "0.00", "0.00"},
		{Share{1, .99978, 1}, noLimit, "100.00", "99.97", "100.00"},
	} {
		if v, l, h := c.share.digits(c.limit, false); v != c.value || l != c.low || h != c.high {
			t.Errorf("%+v at %v: %s (%s–%s), want %s (%s–%s)", c.share, c.limit, v, l, h, c.value, c.low, c.high)
		}
	}
}

func TestCountedShareDigits(t *testing.T) {
	if v, l, h := (Share{.37, .37, .39}).digits(50, true); v != "37.00" || l != "37.00" || h != "39.00" {
		t.Errorf("%s (%s–%s)", v, l, h)
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0.0 %", .0004: "less than 0.1 %", .123: "12.3 %", .9999: "more than 99.9 %", 1: "100.0 %"} {
		if got := percent(share); got != want {
			t.Errorf("percent(%v) = %q, want %q", share, got, want)
		}
	}
}

func TestAligned(t *testing.T) {
	var b strings.Builder
	aligned(&b, [][]string{{"a", "n"}, {"Curaçao", "1,000", "x"}, {"b", "10"}})
	want := "a            n\nCuraçao  1,000  x\nb           10\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
