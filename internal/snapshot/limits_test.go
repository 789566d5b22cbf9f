package snapshot_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Two counts together have of each limit the worse, in whatever order and grouping.
func TestLimitsTogether(t *testing.T) {
	for seed := range uint64(500) {
		r := newRandom(seed)
		a, b, c := r.limits(), r.limits(), r.limits()
		ab := a.With(b)
		if ab != b.With(a) || ab.With(c) != a.With(b.With(c)) || a.With(snapshot.Limits{}) != a {
			t.Fatalf("%+v, %+v and %+v depend on their order", a, b, c)
		}
		for _, of := range []snapshot.Limits{a, b} {
			if of.NoEvents && !ab.NoEvents || of.NoBytes && !ab.NoBytes || of.Cut4 > ab.Cut4 || of.Cut6 > ab.Cut6 ||
				of.Blocks > ab.Blocks || of.Claimed > ab.Claimed {
				t.Fatalf("%+v and %+v are %+v together, which is better", a, b, ab)
			}
		}
	}
	most := snapshot.Limits{Blocks: math.MaxUint64, Claimed: math.MaxUint64}
	if most.With(snapshot.Limits{Blocks: 1, Claimed: 1}) != most {
		t.Error("a count of records runs over")
	}
}

// Merging keeps the worst, as a State and in a tally, which forgets them when it begins anew.
func TestMergeOfLimits(t *testing.T) {
	for seed := range uint64(30) {
		r := newRandom(seed)
		of := func(code string, l snapshot.Limits) *snapshot.State {
			s := counted(world.Table(), small, record{at(code, 1), block.Event{Events: 1}})
			s.Limits = l
			return s
		}
		a, b := of("RU", r.limits()), of("US", r.limits())
		whole := must(snapshot.Merge(a, b))
		if whole.Limits != a.Limits.With(b.Limits) {
			t.Fatalf("%+v and %+v are merged to %+v", a.Limits, b.Limits, whole.Limits)
		}
		into := tally.New(world.Table(), small)
		for _, s := range []*snapshot.State{a, b} {
			if err := into.Merge(s); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(into.Rotate(nil).Append(nil), whole.Append(nil)) {
			t.Fatal("a tally merges otherwise")
		}
		if again := into.Snapshot(); again.Limits != (snapshot.Limits{}) {
			t.Fatalf("begun anew, with %+v", again.Limits)
		}
		if bare := whole.WithoutAddresses().Bare(); bare.Limits != whole.Limits {
			t.Fatalf("without addresses, %+v", bare.Limits)
		}
	}
}

// Of new sources nothing is known if the two sides were not cut alike.
func TestLimitsOfADifference(t *testing.T) {
	for _, c := range []struct{ burst, usual, want snapshot.Limits }{
		{snapshot.Limits{Cut4: 8, Claimed: 3}, snapshot.Limits{Cut4: 8, Claimed: 9}, snapshot.Limits{Cut4: 8, Claimed: 3}},
		{snapshot.Limits{Cut4: 8}, snapshot.Limits{Cut4: 16}, snapshot.Limits{Cut4: 32}},
		{snapshot.Limits{}, snapshot.Limits{Cut4: 8, Cut6: 64}, snapshot.Limits{Cut4: 32, Cut6: 128}},
		{snapshot.Limits{NoEvents: true}, snapshot.Limits{NoBytes: true}, snapshot.Limits{NoEvents: true}},
		{snapshot.Limits{Blocks: 2}, snapshot.Limits{Blocks: 5}, snapshot.Limits{Blocks: 7}},
	} {
		burst := counted(world.Table(), small, record{at("RU", 1), block.Event{Events: 1}})
		usual := counted(world.Table(), small, record{at("RU", 2), block.Event{Events: 1}})
		burst.Limits, usual.Limits = c.burst, c.usual
		d, _, err := snapshot.Minus(burst, usual)
		if err != nil || d.Limits != c.want {
			t.Errorf("%+v less %+v: %+v, %v, want %+v", c.burst, c.usual, d.Limits, err, c.want)
		}
		if burst.Limits != c.burst || usual.Limits != c.usual {
			t.Error("subtracting wrote a side")
		}
	}
}

// IPv6 that is cut to the prefix of a source or more is as it is counted.
func TestKeptBits(t *testing.T) {
	for _, c := range []struct {
		cut6   uint8
		prefix int
		bits   int
		want   bool
	}{
		{0, 128, 128, false}, {64, 64, 64, false}, {64, 128, 64, true}, {64, 48, 64, false}, {72, 64, 56, true},
		{128, 32, 0, true},
	} {
		s := &snapshot.State{Limits: snapshot.Limits{Cut6: c.cut6}}
		s.IPv6PrefixLen = c.prefix
		if bits, cut := s.KeptIPv6(); bits != c.bits || cut != c.want {
			t.Errorf("IPv6 cut by %d, counted by /%d: %d, %v", c.cut6, c.prefix, bits, cut)
		}
	}
	for cut, want := range map[uint8]int{0: 32, 8: 24, 32: 0} {
		s := &snapshot.State{Limits: snapshot.Limits{Cut4: cut}}
		if bits, is := s.KeptIPv4(); bits != want || is != (cut > 0) {
			t.Errorf("IPv4 cut by %d: %d, %v", cut, bits, is)
		}
	}
}
