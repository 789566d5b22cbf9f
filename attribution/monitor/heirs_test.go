package monitor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"github.com/whence-go/whence/internal/testenv"
	"slices"
	"testing"
	"time"
)

// leftover is an attack on three targets, two of which it goes on at for long, too weakly
// to be seen in all traffic.
func leftover() *theater {
	x := newTheater(4, 3000, 100)
	x.events = slices.DeleteFunc(x.events, func(e Event) bool {
		return (e.Target == stage(1) || e.Target == stage(2)) && x.rng.IntN(3) > 0
	})
	first := x.attack(1200, 60, 80, 300, 1, 2, 3)
	x.again(first, 1260, 1200, 2, 300, 1, 2)
	return x
}

// An attack that goes on when its parent has ended has a new parent among those that run.
func TestHeirs(t *testing.T) {
	testenv.OneGoroutine(t)
	told, known := leftover().play(Options{Targets: 64})
	finals := finalsOf(t, told, known)
	for _, b := range told {
		t.Logf("%.120v", b)
	}
	if len(finals) != 2 || len(finals[0].Children) != 3 || len(finals[1].Children) != 1 {
		t.Fatalf("%v", finals)
	}
	parent, heir := finals[0], finals[1]
	for _, c := range parent.Children {
		if c.Final != (c.Target == stage(3)) {
			t.Errorf("%+v", c)
		}
	}
	if !parent.Target.IsZero() || heir.Parent != parent.ID || heir.End.Sub(at(2460)).Abs() > 60e9 {
		t.Errorf("%v\n%v", parent, heir)
	}
	last := known[slices.IndexFunc(known, func(b Burst) bool { return b.ID == heir.Children[0].ID })]
	if last.Parent != heir.ID || !last.Final || !heir.Children[0].Final {
		t.Errorf("%v", last)
	}
	if len(told) > 10 {
		t.Errorf("%d calls", len(told))
	}
}

// Who has ended before the parent is found, or another one, leads to it all the same.
func TestEndedChildrenChangeParents(t *testing.T) {
	m := newMonitor(Options{})
	first, second := &account{burst: burst{id: 2, final: true}}, &account{burst: burst{id: 3, final: true}}
	second.parent = 2
	m.finals.add(first)
	m.finals.add(second)
	targets := &group{head: 2, held: first, children: []child{second.burst.child()}}
	whole := &group{head: 1, whole: true}
	m.attacks = []*group{whole, targets}
	j := &joining{m: m, running: map[uint64]*watch{}, of: map[uint64]*group{}}
	j.own(whole)
	j.own(targets)
	j.merge(whole, targets)
	j.pass()
	for _, a := range m.finals.kept {
		if a.parent != 1 {
			t.Errorf("burst %d has the parent %d", a.burst.id, a.parent)
		}
	}
	if len(m.attacks) != 1 || len(whole.children) != 2 || !whole.children[0].final {
		t.Errorf("%+v", whole)
	}
}

// A monitor that is restored at any moment of an attack tells the same as one that was not,
// in the same order, to the last byte.
func TestAttackRestored(t *testing.T) {
	testenv.OneGoroutine(t)
	fifty := newTheater(1, 2200, 10)
	fifty.attack(1200, 100, 5, 300, upTo(50)...)
	catchUp := newTheater(2, 2200, 20)
	catchUp.stall(1200, 1500)
	for name, x := range map[string]*theater{"fifty": fifty, "leftover": leftover(), "catch-up": catchUp} {
		if testing.Short() && name == "leftover" {
			continue
		}
		slices.SortStableFunc(x.events, func(a, b Event) int { return a.Time.Compare(b.Time) })
		var through, stopped []string
		into := func(log *[]string) Options {
			return Options{Targets: 64, Notify: func(b Burst) { *log = append(*log, string(must(json.Marshal(b)))) }}
		}
		m, r := newMonitor(into(&through)), newMonitor(into(&stopped))
		done, middle := 0, 0
		for seconds := 1190.; seconds < 2000; seconds += 97 {
			n, _ := slices.BinarySearchFunc(x.events, at(seconds), func(e Event, when time.Time) int {
				return e.Time.Compare(when)
			})
			m.Observe(x.events[done:n]...)
			r.Observe(x.events[done:n]...)
			done = n
			if len(r.attacks) > 0 {
				middle++
			}
			before := checkpointOf(t, r).Bytes()
			r = restored(t, r, into(&stopped))
			if !bytes.Equal(checkpointOf(t, r).Bytes(), before) {
				t.Fatalf("%s, after %v s: written again, a checkpoint differs", name, seconds)
			}
		}
		for _, one := range []*Monitor{m, r} {
			one.Observe(x.events[done:]...)
			one.Advance(x.events[len(x.events)-1].Time.Add(1000e9))
		}
		if !slices.Equal(through, stopped) || len(through) < 2 || middle < 3 {
			t.Errorf("%s: %d calls, want %d; restored %d times", name, len(stopped), len(through), middle)
		}
		if !bytes.Equal(checkpointOf(t, m).Bytes(), checkpointOf(t, r).Bytes()) {
			t.Errorf("%s: the states differ", name)
		}
		known := func(m *Monitor) string { return fmt.Sprint(slices.Collect(m.Bursts())) }
		if known(m) != known(r) {
			t.Errorf("%s: other bursts are known", name)
		}
	}
}
