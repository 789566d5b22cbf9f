package monitor

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/scenario"
)

// What is told of a tracked target is what one tally of its events gives, while
// each of many others comes once.
func TestTargetSnapshot(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	victim, other := TargetName("victim"), TargetAddr(netip.MustParseAddr("203.0.113.9"))
	var all, mine []Event
	for i := range 60_000 {
		e := Event{Time: at(float64(i) / 500), Flow: flowOf(ip(rng.IntN(5000)))}
		switch rng.IntN(100) {
		case 0:
			e.Target = victim
			mine = append(mine, e)
		case 1:
			e.Target = other
		case 2: // none
		default:
			e.Target = TargetName(fmt.Sprintf("once-%d", i))
		}
		all = append(all, e)
	}
	m := newMonitor(Options{Targets: 64})
	m.Observe(all...)
	got, tracked := m.TargetSnapshot(victim)
	if !tracked {
		t.Fatal("the victim is not tracked")
	}
	sameCounts(t, got, oneTally(m, mine))
	sameSnapshot(t, "whole", m.Snapshot(begin, at(200)), oneTally(m, all))
	single := slices.DeleteFunc(m.Targets(), func(c TargetCount) bool { return c.Target.Group() != 0 })
	for i, want := range []Target{victim, other} {
		if got := single[i]; got.Target != victim && got.Target != other || got.Events < 500 {
			t.Errorf("%v: %+v", want, got)
		}
	}
	s := m.Stats()
	if s.Tracked != 64 || s.Evicted > 2000 || s.Shed != 0 {
		t.Errorf("%+v", s)
	}
	if got, tracked := m.TargetSnapshot(TargetName("once-77")); tracked || reportOf(got).Events != 0 {
		t.Error("a target that came once is tracked")
	}
	none := newMonitor(Options{Targets: -1})
	none.Observe(all...)
	if _, tracked := none.TargetSnapshot(victim); tracked || len(none.Targets()) != 0 {
		t.Error("a target is tracked although none is wanted")
	}
}

// sameCounts allows for the few events before a target is tracked.
func sameCounts(t *testing.T, got, want attribution.Snapshot) {
	t.Helper()
	a, b := reportOf(got), reportOf(want)
	few := func(got, want uint64) bool { return got <= want && got+3 >= want }
	if !few(a.Events, b.Events) || !few(a.Sources.Value, b.Sources.Value) {
		t.Errorf("%d events of %d sources, want %d of %d", a.Events, a.Sources.Value, b.Events, b.Sources.Value)
	}
}

// When target tallies hold too much, those of the targets that are hit least are
// given up; the whole, and the heaviest target, lose nothing.
func TestTargetMemory(t *testing.T) {
	m := newMonitor(Options{Targets: 64})
	m.targets.memory = 4 << 20
	m.targets.records = m.targets.memory / recordMemory
	var mine []Event
	for round := range 5 {
		var events []Event
		for i := range 150_000 {
			target := TargetName(fmt.Sprintf("target-%d", i%40))
			if i%40 < 5 {
				target = TargetName("victim")
			}
			when := at(float64(10*round) + float64(i)/15_000)
			events = append(events, Event{Time: when, Target: target, Flow: flowOf(ip(i))})
			if i%40 < 5 {
				mine = append(mine, events[i])
			}
		}
		m.Observe(events...)
		for _, iv := range m.open {
			held := 0
			for _, c := range iv.targets {
				if c != nil {
					held += size(c.tally)
				}
			}
			if held > m.targets.memory+block.Size*recordMemory {
				t.Fatalf("%d bytes are held", held)
			}
		}
	}
	if m.Stats().Shed == 0 {
		t.Error("nothing was given up")
	}
	got, _ := m.TargetSnapshot(TargetName("victim"))
	sameCounts(t, got, oneTally(m, mine))
	if _, known := m.TargetSnapshot(TargetName("target-17")); !known {
		t.Error("a target is no longer tracked")
	}
}

// Nothing is told of everyday traffic to many more targets than are tracked, most
// of which lose their place again and again.
func TestManyTargets(t *testing.T) {
	m, _, told := play(t, Options{}, scenario.Quiet{Seed: 1, Rate: 15, Targets: 50_000}, 15*time.Minute)
	for _, b := range told {
		t.Errorf("%v", b)
	}
	if m.Stats().Evicted < 100 {
		t.Errorf("%+v: the targets are not too many", m.Stats())
	}
}

// Heavy hitters and tallies agree on what one IPv6 source is, whatever the prefix.
func TestHeavyHittersCountWholeIPv6Sources(t *testing.T) {
	for bits, want := range map[int]uint64{128: 1000, 120: 4, 96: 1, 64: 1, 48: 1} {
		m := newMonitor(Options{Tally: attribution.Options{IPv6PrefixLen: bits}})
		var events []Event
		for i := range 1000 { // of one /64
			source := netip.AddrFrom16([16]byte{0: 0x2a, 1: 2, 14: byte(i >> 8), 15: byte(i)})
			events = append(events, Event{Time: at(1), Target: TargetName("victim"), Flow: flowOf(source)})
		}
		m.Observe(events...)
		tally := reportOf(oneTally(m, events)).Sources.Value
		if got := m.targets.heavy.Total().Sources; got != want || tally != want {
			t.Errorf("/%d: %d sources, the tally has %d, want %d", bits, got, tally, want)
		}
	}
}
