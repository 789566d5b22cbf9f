package monitor

import (
	"math"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// attack is what a monitor should tell of: a burst that was laid into a stream,
// of one target or, where the target is zero, of all traffic.
type attack struct {
	target     Target
	onset, end time.Time
	scenario.Counts
}

// attacksOf returns what bursts should be told of: of each target that is hit by
// itself, and of all traffic, where those that overlap, or follow within five
// minutes, are one. Bursts of one target are of the same sources.
func attacksOf(bursts []scenario.Burst) (all []attack) {
	const pause = 5 * time.Minute
	var whole attack
	for _, b := range bursts {
		a := attack{onset: b.Onset, end: b.End, Counts: b.Counts}
		again := false
		if len(b.Targets) == 1 {
			a.target = ParseTarget(b.Targets[0])
			for i := range all {
				if old := &all[i]; old.target == a.target && b.Onset.Sub(old.end) < pause {
					old.end, again = b.End, true
				}
			}
			if !again {
				all = append(all, a)
			}
		}
		a.target = Target{}
		switch {
		case whole.onset.IsZero():
			whole = a
		case b.Onset.Sub(whole.end) < pause:
			if whole.end = later(whole.end, b.End); !again {
				whole.add(&b.Counts)
			}
		default:
			all = append(all, whole)
			whole = a
		}
	}
	if !whole.onset.IsZero() {
		all = append(all, whole)
	}
	return all
}

func (a *attack) add(c *scenario.Counts) {
	for o := range c.Sources {
		a.Sources[o] += c.Sources[o]
		a.Events[o] += c.Events[o]
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// leader is the country with most sources.
func (a *attack) leader() geo.Origin {
	most := geo.Unlocated
	for o := range geo.Countries() {
		if most == geo.Unlocated || a.Sources[o] > a.Sources[most] {
			most = o
		}
	}
	return most
}

// told is a burst, and the time of the stream when it was told.
type told struct {
	Burst
	when time.Time
}

// watched is what a monitor told of a scenario, and what it should have told.
type watched struct {
	interval time.Duration
	length   time.Duration
	told     []told
	attacks  []attack
	bursts   []scenario.Burst
	seen     map[netip.Addr][]int64 // intervals in which each source came
}

var testPopulation = sync.OnceValue(func() *scenario.Population {
	return scenario.NewPopulation(world.Embedded(), nil)
})

// watchStory has a monitor watch a scenario from its begin for some time.
func watchStory(t *testing.T, o Options, b scenario.Builder, length time.Duration) *watched {
	t.Helper()
	s, err := b.Build(testPopulation())
	if err != nil {
		t.Fatal(err)
	}
	var now time.Time
	w := &watched{length: length, bursts: s.Bursts(), seen: make(map[netip.Addr][]int64)}
	w.attacks = attacksOf(w.bursts)
	o.Notify, o.NotifyChildren = func(b Burst) { w.told = append(w.told, told{b, now}) }, true
	m := newMonitor(o)
	w.interval = m.options.Interval
	names := make(map[string]Target)
	for e := range s.Events() {
		if e.Time.Sub(begin) > length {
			break
		}
		now = e.Time
		w.see(e.Source, now)
		event := eventOf(scenario.Event{
			Time: e.Time, Source: e.Source, Events: e.Events, Bytes: e.Bytes, Transport: e.Transport,
		})
		target, known := names[e.Target]
		if !known {
			target = ParseTarget(e.Target)
			names[e.Target] = target
		}
		event.Target = target
		m.Observe(event)
	}
	now = begin.Add(length)
	m.Advance(now)
	return w
}

// matches reports whether what was told is of the attack.
func (w *watched) matches(b *Burst, a *attack) bool {
	return b.Target == a.target && w.overlaps(b, a.onset, a.end)
}

func (w *watched) overlaps(b *Burst, onset, end time.Time) bool {
	return b.Onset.Before(end.Add(w.interval)) && b.End.After(onset.Add(-w.interval))
}

// isFalse reports whether what was told is of no attack. A target of a burst on
// many of them is rightly told of, and so is a group of such targets.
func (w *watched) isFalse(b *Burst) bool {
	for i := range w.attacks {
		if w.matches(b, &w.attacks[i]) {
			return false
		}
	}
	for i := range w.bursts {
		hit := func(name string) bool { return b.Target.holds(ParseTarget(name)) }
		if x := &w.bursts[i]; slices.ContainsFunc(x.Targets, hit) && w.overlaps(b, x.Onset, x.End) {
			return false
		}
	}
	return true
}

func (w *watched) see(source netip.Addr, at time.Time) {
	if source.Is6() {
		network, _ := source.Prefix(64)
		source = network.Addr()
	}
	i := w.index(at)
	if in := w.seen[source]; len(in) == 0 || in[len(in)-1] != i {
		w.seen[source] = append(in, i)
	}
}

func (w *watched) index(at time.Time) int64 { return at.UnixNano() / int64(w.interval) }

// newcomers returns which share of the sources that came in a burst, and not in
// the time that it was compared with, are of an origin: by an exact count.
func (w *watched) newcomers(b *Burst, o geo.Origin) float64 {
	onset, end := w.index(b.Onset), w.index(b.End)
	from, to := int64(math.MaxInt64), int64(0)
	if b.NewSources != nil {
		from, to = w.index(b.NewSources.BaselineFrom), w.index(b.NewSources.BaselineTo)
	}
	var mine, all float64
	for source, in := range w.seen {
		origin := world.Embedded().Lookup(source)
		known := slices.ContainsFunc(in, func(i int64) bool { return i >= from && i <= to && !w.burstingAt(i) })
		inBurst := slices.ContainsFunc(in, func(i int64) bool { return i >= onset && i < end })
		if known || origin == geo.Reserved || !inBurst {
			continue
		}
		if all++; origin == o {
			mine++
		}
	}
	return mine / max(1, all)
}

// burstingAt reports whether an interval is of a burst of all traffic, or next to
// one: who came then is not known from before.
func (w *watched) burstingAt(i int64) bool {
	return slices.ContainsFunc(w.told, func(b told) bool {
		return b.Final && b.Target.IsZero() && i >= w.index(b.Onset)-1 && i <= w.index(b.End)
	})
}
