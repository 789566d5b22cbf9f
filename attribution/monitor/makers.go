package monitor

import (
	"math"

	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/sketch"
)

// Two bursts of one attack have sources in common. But targets share visitors, too. So
// only those sources count that make a burst: those that are new, and those that send far
// more than they did before. What visitors that come for the first time send anyway is
// subtracted from what is shared. The sources of the smaller burst decide.

// maker is a source that makes a burst.
type maker struct{ hash, events uint64 }

func (k maker) rank() uint64 { return sketch.Rank(k.hash) }

// makers are the sources that make one burst or some, or a sample of them. The zero makers
// are not known.
type makers struct {
	kept  []maker // in the order of their ranks
	limit uint64  // rank up to which all are kept
	usual float64 // events that newcomers are expected to send in that time, in all
}

const (
	maxMakers       = 256  // that are kept of one burst,
	maxAttackMakers = 1024 // and of an attack

	// Attacks that have nothing to do with each other share hardly a maker. Those of one
	// attack may share few, too, while each has seen few of its sources. So this part of
	// what makers send must come from shared ones, if these are few, or else that part.
	fewShared, fewSharedPart = 3, .25
	sharedPart               = .05
)

// makersOf returns what makes a running burst. It takes a merge of what came since the
// onset, and a look at each interval that is recent.
func (m *Monitor) makersOf(w *watch) makers {
	b := w.burst
	all := m.soFar(w)
	if all.Unsampled {
		return makers{}
	}
	before := make(map[uint64]float64, len(all.Items)) // events
	for i := range all.Items {
		before[all.Items[i].Hash] = 0
	}
	known := 1.
	begin := w.eachBefore(func(s *snapshot.State) {
		known = min(known, math.Ldexp(float64(s.Threshold()), -64))
		for i := range s.Items {
			if n, in := before[s.Items[i].Hash]; in {
				before[s.Items[i].Hash] = n + float64(s.Items[i].Events)*s.Weight()/all.Weight()
			}
		}
	})
	length := float64(w.events.Next()-b.onset) / float64(max(b.onset-1-begin, 1))
	k := makers{limit: all.Threshold(), usual: b.inEvents.Expected * (1 - known*(1-w.usual.arrivals.newPart()))}
	for i := range all.Items {
		it := &all.Items[i]
		expected := before[it.Hash] * length
		if expected == 0 || float64(it.Events) > expected+4*math.Sqrt(expected)+4 {
			k.kept = append(k.kept, maker{it.Hash, it.Events})
		}
	}
	return k.trimmed(maxMakers)
}

// eachBefore shows what came before the burst that runs, without the burst before that. It
// returns the interval from which on it has everything.
func (w *watch) eachBefore(show func(s *snapshot.State)) (begin int64) {
	begin = math.MaxInt64
	if w.usual.full != nil || w.usual.filling != nil {
		begin = w.usual.begin()
	}
	if w.usual.full != nil {
		show(w.usual.full.Snapshot())
	}
	if w.usual.filling != nil {
		show(w.usual.filling.Snapshot())
	}
	for i := range w.recent {
		if c := &w.recent[i]; c.index < w.burst.onset-1 && !w.inLast(c.index) {
			begin = min(begin, c.index)
			show(c.unpacked())
		}
	}
	return min(begin, w.burst.onset)
}

// newPart is which part of the sources of an interval comes for the first time, 1 if that
// is not known.
func (a *arrivals) newPart() float64 {
	if a.weight == 0 || a.came == 0 {
		return 1
	}
	n := 0.
	for _, f := range a.fresh {
		n += f.n
	}
	return min(n/a.came, 1)
}

// trimmed keeps no more than so many.
func (k makers) trimmed(most int) makers {
	if len(k.kept) > most {
		k.kept = k.kept[:most:most]
		k.limit = k.kept[most-1].rank()
	}
	return k
}

// upTo returns those of a rank up to a limit.
func (k makers) upTo(limit uint64) []maker {
	n := len(k.kept)
	for n > 0 && k.kept[n-1].rank() > limit {
		n--
	}
	return k.kept[:n]
}

// with returns the union of two. Of makers that are not known it is the other.
func (k makers) with(other makers) makers {
	if k.limit == 0 || other.limit == 0 {
		if k.limit == 0 {
			return other
		}
		return k
	}
	limit := min(k.limit, other.limit)
	both := makers{limit: limit, usual: k.usual + other.usual}
	x, y := k.upTo(limit), other.upTo(limit)
	for len(x) > 0 && len(y) > 0 {
		switch a, b := x[0], y[0]; {
		case a.hash == b.hash:
			both.kept = append(both.kept, maker{a.hash, addSaturated(a.events, b.events)})
			x, y = x[1:], y[1:]
		case a.rank() < b.rank():
			both.kept = append(both.kept, a)
			x = x[1:]
		default:
			both.kept = append(both.kept, b)
			y = y[1:]
		}
	}
	both.kept = append(append(both.kept, x...), y...)
	return both.trimmed(maxAttackMakers)
}

// inCommon reports whether two have more in common than chance and everyday visitors explain.
func inCommon(k, other makers) bool {
	limit := min(k.limit, other.limit)
	x, y := k.upTo(limit), other.upTo(limit)
	if len(x) > len(y) {
		k, x, y = other, y, x
	}
	if len(x) == 0 {
		return false
	}
	events, shared, n := 0., 0., 0
	for _, a := range x {
		events += float64(a.events)
		for len(y) > 0 && y[0].rank() < a.rank() {
			y = y[1:]
		}
		if len(y) > 0 && y[0].hash == a.hash {
			shared += float64(a.events)
			n++
		}
	}
	least := sharedPart
	if n < fewShared {
		least = fewSharedPart
	}
	usual := k.usual * math.Ldexp(float64(limit), -64)
	if limit < math.MaxUint64 { // a sample: two standard errors more
		least += 2 * math.Sqrt(least*(1-least)/float64(len(x)))
	}
	return shared-usual-2*math.Sqrt(usual) >= least*events
}
