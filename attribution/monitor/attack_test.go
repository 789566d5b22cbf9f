package monitor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/testenv"
)

// theater is everyday traffic with attacks of known truth in it. Visitors of sixty targets
// come again and again, one in ten events is from a newcomer, and each target gets some of
// every visitor.
type theater struct {
	rng    *rand.Rand
	events []Event
	fresh  int // number of the next source that never came
}

const theaterTargets = 60

func newTheater(seed uint64, seconds, rate float64) *theater {
	x := &theater{rng: rand.New(rand.NewPCG(seed, 88)), fresh: 100_000}
	for t := x.rng.ExpFloat64() / rate; t < seconds; t += x.rng.ExpFloat64() / rate {
		source := int(1500 * x.rng.Float64() * x.rng.Float64())
		if x.rng.IntN(10) == 0 {
			source = x.newcomer()
		}
		x.add(t, source, x.rng.IntN(theaterTargets))
	}
	return x
}

func (x *theater) newcomer() int { x.fresh++; return x.fresh }

func (x *theater) add(t float64, source, target int) {
	x.events = append(x.events, Event{Time: at(t), Target: stage(target), Flow: flowOf(ip(source))})
}

func stage(i int) Target { return TargetName(fmt.Sprint("target-", i)) }

// attack has so many new sources hit some targets, each of these so many times a second. It
// returns the number of the first source.
func (x *theater) attack(from, seconds, rate float64, sources int, targets ...int) (first int) {
	first = x.fresh + 1
	x.fresh += sources
	x.again(first, from, seconds, rate, sources, targets...)
	return first
}

// again has the sources of an attack hit other targets.
func (x *theater) again(first int, from, seconds, rate float64, sources int, targets ...int) {
	rate *= float64(len(targets))
	for t := x.rng.ExpFloat64() / rate; t < seconds; t += x.rng.ExpFloat64() / rate {
		x.add(from+t, first+x.rng.IntN(sources), targets[x.rng.IntN(len(targets))])
	}
}

// everywhere has visitors come all the time, most of them for the first time, each to all of
// some targets.
func (x *theater) everywhere(seconds, rate float64, targets int) {
	for t := 0.; t < seconds; t += x.rng.ExpFloat64() / rate {
		source := x.rng.IntN(1500)
		if x.rng.IntN(10) > 0 {
			source = x.newcomer()
		}
		for i := range targets {
			x.add(t+3*x.rng.Float64(), source, i)
		}
	}
}

// stall holds back what comes within some time, until its end.
func (x *theater) stall(from, to float64) {
	for i := range x.events {
		if e := &x.events[i]; !e.Time.Before(at(from)) && e.Time.Before(at(to)) {
			e.Time = at(to + 3*x.rng.Float64())
		}
	}
}

// play returns what a monitor tells of all that, and all bursts that it knows in the end.
func (x *theater) play(o Options) (told, known []Burst) {
	slices.SortStableFunc(x.events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	o.Notify = func(b Burst) { told = append(told, b) }
	m := newMonitor(o)
	m.Observe(x.events...)
	m.Advance(x.events[len(x.events)-1].Time.Add(2 * time.Hour))
	return told, slices.Collect(m.Bursts())
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// finalsOf returns the bursts that were told as ended. Each burst that is known is one of
// them, or a child of one of them that has ended, and none is twice.
func finalsOf(t *testing.T, told, known []Burst) (finals []Burst) {
	t.Helper()
	ends := map[uint64]int{}
	for _, b := range told {
		if !b.Final {
			continue
		}
		finals = append(finals, b)
		ends[b.ID]++
		for i, c := range b.Children {
			if c.Final {
				ends[c.ID]++
			}
			if i > 0 && b.Children[i-1].ID >= c.ID {
				t.Errorf("children out of order: %v", b)
			}
		}
	}
	for _, b := range known {
		if ends[b.ID] != 1 {
			t.Errorf("told as ended %d times: %v", ends[b.ID], b)
		}
		for _, parent := range known {
			i := slices.IndexFunc(parent.Children, func(c Child) bool { return c.ID == b.ID })
			if i >= 0 && b.Parent == 0 || i < 0 && b.Parent == parent.ID {
				t.Errorf("burst %d has the parent %d, and is a child of %d: %v", b.ID, b.Parent, parent.ID, i >= 0)
			}
			if i < 0 {
				continue
			}
			c := parent.Children[i]
			if c.Target != b.Target || !c.Onset.Equal(b.Onset) {
				t.Errorf("%+v\nis the child %v", c, b)
			}
			if c.Final && (!c.End.Equal(b.End) || c.PeakEvents != b.PeakEvents || c.PeakSources != b.PeakSources ||
				!c.Peak.Equal(b.Peak) || c.Events != b.Report.Events+b.Report.Reserved.Events) {
				t.Errorf("%+v\nis the child %v", c, b)
			}
		}
	}
	return finals
}

// alone returns how many bursts there are, and how many calls, if each is told by itself.
func alone(x *theater) (bursts, calls int) {
	told, known := x.play(Options{NotifyChildren: true})
	return len(known), len(told)
}

// One attack is one report, whatever it hits. Attacks that have nothing to do with each
// other are not joined, though they come at once and everyday visitors of one target are
// those of the other.
func TestAttacks(t *testing.T) {
	testenv.OneGoroutine(t)
	seeds := uint64(2)
	switch {
	case testenv.Long():
		seeds = 40
	case testing.Short():
		seeds = 1
	}
	for _, c := range []struct {
		name    string
		seconds float64
		rate    float64
		laid    func(x *theater)
		reports [][]int // targets of each; -1: all traffic. nil: of all traffic and any targets
		calls   int     // at most
	}{
		{"fifty targets", 2400, 20, func(x *theater) { x.attack(1200, 300, 5, 500, upTo(50)...) },
			[][]int{append([]int{-1}, upTo(50)...)}, 12},
		{"fifty targets, twenty times as much", 1900, 20, func(x *theater) { x.attack(1200, 60, 100, 500, upTo(50)...) },
			[][]int{append([]int{-1}, upTo(50)...)}, 12},
		{"fifty targets, one source", 2400, 20, func(x *theater) { x.attack(1200, 300, 20, 1, upTo(50)...) },
			[][]int{append([]int{-1}, upTo(50)...)}, 12},
		{"one target", 2000, 20, func(x *theater) { x.attack(1200, 100, 100, 500, 3) }, [][]int{{-1, 3}}, 8},
		{"two targets of one attack", 2000, 20, func(x *theater) { x.attack(1200, 100, 50, 500, 3, 4) },
			[][]int{{-1, 3, 4}}, 8},
		{"two attacks", 2000, 20, func(x *theater) {
			x.attack(1200, 100, 60, 500, 3)
			x.attack(1200, 100, 50, 500, 4)
		}, [][]int{{-1, 3}, {4}}, 16},
		{"two attacks on three targets each", 2000, 20, func(x *theater) {
			x.attack(1200, 100, 40, 500, 3, 4, 5)
			x.attack(1200, 100, 30, 500, 6, 7, 8)
		}, [][]int{{-1, 3, 4, 5}, {6, 7, 8}}, 20},
		{"two attacks on two targets, amid a third one", 2300, 20, func(x *theater) {
			x.attack(1200, 500, 50, 500, 5)
			x.attack(1400, 60, 30, 300, 3, 4)
		}, [][]int{{-1, 5}, {3, 4}}, 16},
		{"two attacks amid a third one", 2300, 20, func(x *theater) {
			x.attack(1200, 500, 50, 500, 5)
			x.attack(1400, 60, 30, 300, 3)
			x.attack(1400, 60, 30, 300, 4)
		}, [][]int{{-1, 5}, {3}, {4}}, 20},
		{"two attacks, everyday visitors go everywhere", 1900, .1, func(x *theater) {
			x.everywhere(1900, 1, 4)
			x.attack(1200, 100, 6, 300, 1)
			x.attack(1200, 100, 5, 300, 2)
		}, [][]int{{-1, 1}, {2}}, 16},
		{"two sources, everyday visitors go everywhere", 1900, .1, func(x *theater) {
			x.everywhere(1900, 1, 4)
			x.attack(1200, 100, 10, 1, 1)
			x.attack(1200, 100, 9, 1, 2)
		}, [][]int{{-1, 1}, {2}}, 16},
		{"a catch-up", 2800, 20, func(x *theater) { x.stall(1200, 1800) }, nil, 6},
		{"one of each, an hour apart", 6000, 20, func(x *theater) {
			x.attack(1200, 60, 20, 500, 1, 2)
			x.attack(4800, 60, 20, 500, 1, 2)
		}, [][]int{{-1, 1, 2}, {-1, 1, 2}}, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range seeds {
				x := newTheater(seed, c.seconds, c.rate)
				c.laid(x)
				told, known := x.play(Options{Targets: 128})
				finals := finalsOf(t, told, known)
				t.Logf("seed %d: %d reports in %d calls", seed, len(finals), len(told))
				if seed == 0 && !testing.Short() {
					bursts, calls := alone(x)
					t.Logf("each by itself: %d bursts in %d calls", bursts, calls)
				}
				var got [][]Target
				for _, b := range finals {
					targets := []Target{b.Target}
					for _, child := range b.Children {
						targets = append(targets, child.Target)
					}
					slices.SortFunc(targets, func(a, b Target) int { return len(a.name) - len(b.name) })
					got = append(got, targets)
				}
				switch {
				case len(told) > c.calls:
					t.Errorf("seed %d: %d calls", seed, len(told))
				case c.reports == nil && (len(finals) != 1 || !finals[0].Target.IsZero() || len(finals[0].Children) < 20):
					t.Errorf("seed %d: %v", seed, got)
				case c.reports != nil && !sameTargets(finals, c.reports):
					t.Errorf("seed %d: %v, want %v", seed, got, c.reports)
				}
			}
		})
	}
}

// sameTargets reports whether the attacks are on these targets, in any order.
func sameTargets(finals []Burst, want [][]int) bool {
	text := func(targets []Target) string {
		var names []string
		for _, target := range targets {
			names = append(names, target.String())
		}
		slices.Sort(names)
		return fmt.Sprint(names)
	}
	var a, b []string
	for _, f := range finals {
		targets := []Target{f.Target}
		for _, child := range f.Children {
			targets = append(targets, child.Target)
		}
		a = append(a, text(targets))
	}
	for _, numbers := range want {
		var targets []Target
		for _, i := range numbers {
			if i < 0 {
				targets = append(targets, Target{})
			} else {
				targets = append(targets, stage(i))
			}
		}
		b = append(b, text(targets))
	}
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
