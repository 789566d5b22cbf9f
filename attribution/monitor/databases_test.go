package monitor

import (
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Every snapshot has the address spaces of its databases, which closed intervals are kept
// without: it equals that of tallies of the same events, also of intervals that an older
// database located, and after a restart with the newer one.
func TestSnapshotsKnowTheirDatabases(t *testing.T) {
	o := Options{Targets: 16}
	victim := TargetName("victim")
	before := sources("RU", 2000, 0, .05, victim)
	after := sources("RU", 2000, 130, .05, victim)
	m := newMonitorWith(world.Table(), o)
	m.Observe(before...)
	m.Advance(at(130)) // the intervals of before have closed
	m.SetTable(world.Other())
	m.Observe(after...)

	tally := func(old bool, events []Event) attribution.Snapshot {
		table := world.Other()
		if old {
			table = world.Table()
		}
		one := must(attribution.NewTally(table, m.options.Tally))
		for _, e := range events {
			one.AddFlow(e.Flow)
			one.ExtendSpan(e.Time, e.Time)
		}
		return one.Snapshot()
	}
	restarted := newMonitorWith(world.Other(), o)
	if _, err := restarted.Restore(checkpointOf(t, m)); err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*Monitor{"through": m, "restarted": restarted} {
		sameSnapshot(t, name+": before", m.Snapshot(at(0), at(120)), tally(true, before))
		sameSnapshot(t, name+": after", m.Snapshot(at(130), at(300)), tally(false, after))
		both := must(attribution.Merge(tally(true, before), tally(false, after)))
		sameSnapshot(t, name+": both", everything(m), both)
		s, _ := m.TargetSnapshot(victim)
		if got := reportOf(s); len(got.LocatedBy) != 2 || got.Events != 4000 {
			t.Errorf("%s: of the target: %v", name, got)
		}
		for _, d := range snapshot.Unwrap(s).Databases {
			if d.Space == nil {
				t.Errorf("%s: the address space of %v is not known", name, d)
			}
		}
	}
}

// What more databases located than fit into one snapshot counts as lost, and nothing else
// fails.
func TestTooManyDatabases(t *testing.T) {
	m := newMonitorWith(world.Table(), Options{Targets: 16})
	n := 0
	for i := range 80 {
		m.SetTable(world.MakeTable(world.Blocks(), world.Built.Add(time.Duration(i)*time.Hour)))
		events := sources("RU", 10, float64(20*i), 1, TargetName("a"))
		m.Observe(events...)
		n += len(events)
	}
	r := reportOf(everything(m))
	if len(r.LocatedBy) != 64 || r.Records == 0 || r.Records+r.Lost[attribution.LostShed] != uint64(n) {
		t.Errorf("%d databases, %d records, lost %v", len(r.LocatedBy), r.Records, r.Lost)
	}
	if r := reportOf(m.Snapshot(at(1560), at(1600))); len(r.LocatedBy) != 2 || r.Lost != nil {
		t.Errorf("of the last two: %v, lost %v", r, r.Lost)
	}
	restored(t, m, Options{Targets: 16})
}
