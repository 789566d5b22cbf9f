package fleet_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
)

// russian are so many Russian sources with an event each.
func russian(n int) attribution.Snapshot {
	t := newTally()
	for i := range n {
		t.Add(world.IP("RU", i))
	}
	return t.Snapshot()
}

// put takes envelopes that must be taken.
func put(t *testing.T, f *fleet.Fleet, envelopes ...fleet.Envelope) {
	t.Helper()
	for _, e := range envelopes {
		if fresh, err := f.Put(e); err != nil || !fresh {
			t.Fatalf("%s: %v, %v", e.Node, fresh, err)
		}
	}
}

// What a missing node had is not known, and no claim may be supported by leaving it out.
func TestMissing(t *testing.T) {
	f := newFleet(t, "a", "b", "c")
	put(t, f,
		envelope("a", 1, russian(400)), envelope("b", 1, russian(300)), envelope("c", 1, russian(500)),
		at(envelope("a", 1, russian(400)), 1), at(envelope("b", 1, russian(300)), 1))
	decide := func(windows int) (fleet.Answer, attribution.Verdict) {
		a := must(f.Snapshot(monitor.Target{}, begin, begin.Add(time.Duration(windows)*window)))
		r := must(a.Snapshot.Report(attribution.Policy{}, attribution.MoreThan(80, "RU").Of(attribution.Events)))
		return a, r.Verdicts[0]
	}
	a, v := decide(1)
	if len(a.Missing) != 0 || v.Outcome != attribution.Supported || !f.Complete(begin) {
		t.Errorf("all are there: missing %v, %v", a.Missing, v)
	}
	a, v = decide(2)
	want := []fleet.Missing{{Node: "c", Windows: 1, LostRecords: 500}}
	if !reflect.DeepEqual(a.Missing, want) || a.LostRecords != 500 || f.Complete(begin.Add(window)) {
		t.Errorf("missing %+v, want %+v", a.Missing, want)
	}
	// 1,900 of 2,400 records are 79 %.
	if v.Outcome != attribution.Undecided || v.Reason != caveat.UnreadRecords {
		t.Errorf("without c: %v, %s", v, v.Reason)
	}
}

// A run that broke off may have lost what it had counted since it last sent.
func TestRestart(t *testing.T) {
	f := newFleet(t, "a")
	broken := envelope("a", 1, russian(100))
	broken.Final = false
	put(t, f, at(envelope("a", 1, russian(300)), -1), broken)
	second := envelope("a", 1, russian(50))
	second.Epoch = 2
	put(t, f, second)
	a := must(f.Snapshot(monitor.Target{}, begin, begin.Add(window)))
	if r := must(a.Snapshot.Report(attribution.Policy{})); r.Events != 150 || r.Sources.Value != 100 {
		t.Errorf("%d events of %d sources", r.Events, r.Sources.Value)
	}
	if want := []fleet.Missing{{Node: "a", Windows: 1, LostRecords: 150}}; !reflect.DeepEqual(a.Missing, want) {
		t.Errorf("%+v", a.Missing)
	}
}

// A node is complete once as many targets have come as it says, in whatever order.
func TestTargetsToCome(t *testing.T) {
	f, rng := newFleet(t, "a"), rand.New(rand.NewPCG(2, 2))
	all := envelope("a", 1, count(rng, 100, 50))
	all.Targets = 2
	put(t, f, all)
	for i, target := range targets()[5:7] {
		if f.Complete(begin) {
			t.Errorf("complete with %d targets of 2", i)
		}
		e := envelope("a", 1, count(rng, 10, 50))
		e.Target, e.Final = target, false
		put(t, f, e)
	}
	if !f.Complete(begin) || !reflect.DeepEqual(f.Targets(begin), targets()[5:7]) && len(f.Targets(begin)) != 2 {
		t.Errorf("targets %v", f.Targets(begin))
	}
}

// Of windows of which nothing came nobody knows anything, if there are some around them.
func TestGap(t *testing.T) {
	f := newFleet(t)
	put(t, f, envelope("a", 1, russian(10)), at(envelope("a", 1, russian(30)), 4))
	a := must(f.Snapshot(monitor.Target{}, begin, begin.Add(10*window)))
	if want := []fleet.Missing{{Node: "a", Windows: 3, LostRecords: 90}}; !reflect.DeepEqual(a.Missing, want) {
		t.Errorf("%+v", a.Missing)
	}
	if a := must(f.Snapshot(monitor.Target{}, begin.Add(window), begin.Add(2*window))); a.Snapshot.KeyID() != 0 {
		t.Errorf("%v", a.Snapshot)
	}
}
