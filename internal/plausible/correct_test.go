package plausible

import (
	"math"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

func near(a, b stat.Share, tolerance float64) bool {
	return math.Abs(a.Value-b.Value)+math.Abs(a.Low-b.Low)+math.Abs(a.High-b.High) < tolerance
}

func only(want geo.Origin) func(geo.Origin) bool {
	return func(o geo.Origin) bool { return o == want }
}

// The part that a country has of forged addresses lies between its part of all public
// addresses and its part of the announced ones. Where that is not known, it is bounded.
func TestSpaceBound(t *testing.T) {
	var space geo.Space
	space.IPv4[5], space.IPv4[6] = .3, .05
	for _, c := range []struct {
		routed float64 // 0: not known
		origin geo.Origin
		want   stat.Share
	}{
		{0, 5, stat.Share{Value: .3, Low: (.3 - .16) / .84, High: .3 / .84}},
		{0, 6, stat.Share{Value: .05, Low: 0, High: .05 / .84}},
		{.4, 5, stat.Share{Value: .3, Low: .3, High: .4}},
		{.2, 5, stat.Share{Value: .3, Low: .2, High: .3}},
	} {
		space.Routed = [geo.MaxOrigins]float64{5: c.routed}
		if got := boundBySpace(&space, only(c.origin)); !near(got, c.want, 1e-3) {
			t.Errorf("%d with %v routed: %v, want %v", c.origin, c.routed, got, c.want)
		}
	}
}

// Of several databases the widest bound counts; without any, all is possible.
func TestSpaceBoundOfDatabases(t *testing.T) {
	spaces := make([]geo.Space, 2)
	spaces[0].IPv4[5], spaces[0].Routed[5] = .3, .4
	spaces[1].IPv4[5], spaces[1].Routed[5] = .2, .25
	f := &Findings{View: &snapshot.View{}}
	for n, want := range []stat.Share{
		{Value: 0, Low: 0, High: 1}, {Value: .3, Low: .3, High: .4}, {Value: .3, Low: .2, High: .4},
	} {
		f.View.Spaces = spaces[:n]
		if got := f.SpaceBound(only(5)); !near(got, want, 1e-12) {
			t.Errorf("%d databases: %v, want %v", n, got, want)
		}
	}
}

// Taking the forged away leaves what was there without them, and more doubt about them
// leaves a wider interval.
func TestCorrectionShare(t *testing.T) {
	q := stat.Share{Value: .3, Low: .3, High: .3}
	for _, real := range []float64{0, .1, .52, 1} {
		for _, forged := range []float64{0, .1, .5, .9} {
			all := forged*q.Value + (1-forged)*real
			part := stat.Share{Value: all, Low: all, High: all}
			c := Correction{Forged: stat.Share{Value: forged, Low: forged, High: forged}}
			if got := c.Share(part, q); !near(got, stat.Share{Value: real, Low: real, High: real}, 1e-9) {
				t.Errorf("%v of the real with %v forged: %v", real, forged, got)
			}
			c.Forged = stat.Share{Value: forged, Low: forged * .8, High: min(forged*1.05, 1)}
			if wide := c.Share(part, q); wide.Low > real || wide.High < real {
				t.Errorf("%v of the real with about %v forged: %v", real, forged, wide)
			}
		}
	}
	all := Correction{Forged: stat.Share{Value: 1, Low: .8, High: 1}}
	if got := all.Share(stat.Share{Value: .4, Low: .3, High: .5}, q); got.Low != -1 || got.High != 1 {
		t.Errorf("with perhaps all forged: %v", got)
	}
}
