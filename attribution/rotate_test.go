package attribution_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// However often a tally is rotated, every event is in exactly one of the snapshots.
func TestRotateLosesAndDoublesNothing(t *testing.T) {
	for _, perCountry := range []int{20, 120, 3000} {
		flows := flowsFrom(everywhere(uint64(perCountry), 20_000, perCountry))
		whole, rotated := emptyTally(least), emptyTally(least)
		whole.AddFlows(flows)
		var parts []attribution.Snapshot
		for i, n := 0, 1; i < len(flows); i, n = i+n, 2*n {
			rotated.AddFlows(flows[i:min(i+n, len(flows))])
			parts = append(parts, rotated.Rotate(nil))
		}
		parts = append(parts, rotated.Rotate(nil)) // nothing is left
		what := fmt.Sprintf("%d addresses per country, %d parts", perCountry, len(parts))
		mustEqual(t, what, must(attribution.Merge(parts...)), whole.Snapshot())
		mustEqual(t, what+": after the last", parts[len(parts)-1], emptyTally(least).Snapshot())
	}
}

// Rotate hands over all that a tally has, and keeps nothing of it.
func TestRotateIsSnapshotAndNew(t *testing.T) {
	for _, n := range sizes {
		o := least
		o.SamplingRate = 10
		tally := tallied(o, map[string]int{"RU": n})
		tally.ExtendSpan(world.Built, world.Built.Add(time.Hour))
		tally.Add(netip.Addr{})
		tally.AddLost(attribution.LostShed, 3)
		before := tally.Snapshot()
		taken := tally.Rotate(nil)
		mustEqual(t, fmt.Sprint(n, " sources, handed over"), taken, before)
		mustEqual(t, fmt.Sprint(n, " sources, anew"), tally.Snapshot(), emptyTally(o).Snapshot())
		if got := tally.Distinct().Value; got != 0 {
			t.Errorf("%v sources in an empty tally", got)
		}
		tally.Add(world.IP("US", 1))
		mustEqual(t, fmt.Sprint(n, " sources, while the tally goes on"), taken, before)
	}
}

// Reset forgets all that a tally has, but for its options and its table, and no snapshot.
func TestResetIsNew(t *testing.T) {
	for _, n := range sizes {
		tally := tallied(least, map[string]int{"RU": n})
		tally.ExtendSpan(world.Built, world.Built.Add(time.Hour))
		tally.AddLost(attribution.LostShed, 3)
		before := tally.Snapshot()
		encoding := encoded(before)
		tally.Add(world.IP("US", 1))
		for range 2 { // of memory that a snapshot has, and that nobody has
			tally.Reset(nil)
			mustEqual(t, fmt.Sprint(n, " sources, anew"), tally.Snapshot(), emptyTally(least).Snapshot())
			for i := range n {
				tally.Add(world.IP("US", i))
			}
			mustEqual(t, fmt.Sprint(n, " other sources"), tally.Snapshot(), tallied(least, map[string]int{"US": n}).Snapshot())
			mustEqual(t, fmt.Sprint(n, " sources, before"), before, decoded(encoding))
			tally.Add(world.IP("US", 1))
		}
		tally.Reset(world.Other())
		tally.Add(world.IP("RU", 1))
		if got := reportOn(tally.Snapshot()).Countries[0].Origin.String(); got != "US" {
			t.Errorf("after Reset with another table: %s, want US", got)
		}
	}
}

// The table stays the same until Rotate brings another.
func TestTheTableIsPinnedUntilRotate(t *testing.T) {
	where := func(s attribution.Snapshot) string { return reportOn(s).Countries[0].Origin.String() }
	tally := emptyTally(least)
	tally.Add(world.IP("RU", 1))
	if got := where(tally.Rotate(world.Other())); got != "RU" {
		t.Errorf("before Rotate: %s, want RU", got)
	}
	tally.Add(world.IP("RU", 1))
	if got := where(tally.Rotate(nil)); got != "US" {
		t.Errorf("after Rotate with another table: %s, want US", got)
	}
	tally.Add(world.IP("RU", 1))
	s := tally.Snapshot()
	if got := where(s); got != "US" {
		t.Errorf("after Rotate with none: %s, want US", got)
	}
	if dbs := s.Databases(); len(dbs) != 1 || dbs[0].SHA256 != world.Other().Info().SHA256 {
		t.Errorf("located by %v", dbs)
	}
}

// What a merge took from a tally, its sample size and its addresses, comes back with Rotate.
func TestRotateGivesTheOptionsBack(t *testing.T) {
	large, dropping := least, least
	large.SampleSize, dropping.DropAddresses = 2048, true
	tally := tallied(large, map[string]int{"RU": 1500})
	if err := tally.Merge(tallied(dropping, map[string]int{"RU": 1}).Snapshot()); err != nil {
		t.Fatal(err)
	}
	if r := reportOn(tally.Rotate(nil)); r.Sources.Exact || r.SampleSize != 1024 {
		t.Errorf("merged: exact %v, sample of %d; want the smaller sample size", r.Sources.Exact, r.SampleSize)
	}
	for i := range 1500 {
		tally.Add(world.IP("RU", i))
	}
	mustEqual(t, "counted anew", tally.Snapshot(), tallied(large, map[string]int{"RU": 1500}).Snapshot())
}
