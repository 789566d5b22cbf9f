package monitor

import (
	"math"
	"slices"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// watch is what is remembered of one target, or of all traffic: how much came in
// each interval, who sent the last of it, and who sent before.
type watch struct {
	target  Target // zero: all traffic
	events  *detect.Series
	sources *detect.Series

	// recent are the last intervals in which something came or was lost, in the order
	// of their numbers, as far back as it takes to find that a burst has begun or
	// ended.
	recent []counted
	usual  usual

	expected float64 // events in the interval that closes, without a burst; scratch

	told  int64   // the last interval that it was told of; those later had no events
	holds holding // as it is in the sum of all targets

	silent int64 // intervals before the series begin, in which nothing came
	known  int64 // the first interval of which it knows how much came

	burst    *burst   // that is running
	foreseen *burst   // that was found in open intervals
	shown    *account // of either, at the last interim report
	bounds
}

// bounds are those of the burst before.
type bounds struct{ lastOnset, lastEnd int64 }

// counted is a closed interval as a watch remembers it.
type counted struct {
	stored          // without data if nothing came, or the sources were shed
	events, sources uint64
}

// lookback returns how many intervals are recent: those in which the end of a burst
// is found, and a few for its onset.
func lookback(o Options) int64 { return detect.Patience(o.Interval) + 8 }

// seriesOf returns what a series is made with. The past of a target is remembered less
// finely: there are thousands of targets, and all traffic once.
func seriesOf(target Target, o Options) detect.Options {
	d := detect.Options{Interval: o.Interval, Grain: detect.Fine, FalseAlarms: o.FalseAlarms}
	if !target.IsZero() {
		d.Grain = detect.Coarse
	}
	return d
}

func newWatch(target Target, o Options) *watch {
	series := seriesOf(target, o)
	return &watch{
		target: target, bounds: bounds{1, 0}, // none
		events: detect.New(series), sources: detect.New(series),
	}
}

// bursting reports whether a burst shows in the events or the sources.
func (w *watch) bursting() bool { return w.events.Bursting() || w.sources.Bursting() }

const introduced = 24 // intervals, twice as many as a series needs

// introduce shows a new watch the most that can have come in the n intervals before i.
// Its target weighed no more than bound in the time that weights last, or else it would
// have been tracked. A source counts once in that time, so that there may be more of
// them in an interval, but no more than events. If it is known that nothing came in any of
// these intervals, they are its history.
func (w *watch) introduce(i, n int64, bound sketch.Weight, known bool) {
	w.known, w.told = i, i-1
	events := float64(bound.Events) / float64(max(1, min(n, fade)))
	sources := min(float64(bound.Sources), events)
	for j := i - min(n, introduced); j < i; j++ {
		w.events.Observe(j, events)
		w.sources.Observe(j, sources)
	}
	if known {
		w.silent, w.known = max(n-introduced, 0), i-n
	}
}

// remember takes a closed interval, and returns those that are no longer recent.
func (w *watch) remember(c counted, lookback int64) (left []counted) {
	n := 0
	for n < len(w.recent) && w.recent[n].index <= c.index-lookback {
		n++
	}
	left = slices.Clone(w.recent[:n])
	w.recent = slices.Delete(w.recent, 0, n)
	if c.events > 0 || !c.isEmpty() {
		w.recent = append(w.recent, c)
	}
	return left
}

// outsideLast returns what is recent without what the burst before sent, which is
// no baseline of the one that runs.
func (w *watch) outsideLast() []counted {
	recent := make([]counted, 0, len(w.recent))
	for _, c := range w.recent {
		if c.index >= w.burst.onset-1 || !w.inLast(c.index) {
			recent = append(recent, c)
		}
	}
	return recent
}

// since returns how many intervals have passed from one on to another, without those of the
// burst before, and of those at its edge.
func (b bounds) since(from, to int64) int64 {
	if from == 0 {
		return 1
	}
	return to - from - max(min(to, b.lastEnd)-max(from+1, b.lastOnset-1)+1, 0)
}

// inLast reports whether an interval belongs to the burst before, or lies at its
// edge.
func (b bounds) inLast(index int64) bool { return index >= b.lastOnset-1 && index <= b.lastEnd }

// series yields those that show the burst that runs.
func (w *watch) series() (in []*detect.Series) {
	for _, s := range []*detect.Series{w.events, w.sources} {
		if s.Bursting() {
			in = append(in, s)
		}
	}
	return in
}

// seen returns the interval after the last one in which the burst that runs shows.
func (w *watch) seen() int64 {
	seen := w.burst.endsAt
	for _, s := range w.series() {
		seen = max(seen, s.Seen())
	}
	return seen
}

// surely returns the interval before which the burst that runs surely has not ended, and
// the longest step in which the end of it is looked for.
func (w *watch) surely() (until, step int64) {
	until, step = math.MaxInt64, 1
	for _, s := range w.series() {
		from, in := s.Surely()
		until, step = min(until, from), max(step, in)
	}
	if until == math.MaxInt64 {
		until = w.burst.settledTo
	}
	return max(until, w.burst.endsAt), step
}

// usual is who sent before what is recent, without what a burst sent: one or two
// spans of half the retention.
type usual struct {
	full, filling  *tally.Tally // nil: nothing
	fullFrom, from int64        // intervals at which they began
	arrivals       arrivals
}

// begin returns the interval from which on u has everything.
func (u *usual) begin() int64 {
	if u.full != nil {
		return u.fullFrom
	}
	return u.from
}

// add takes an interval in which something came, the last of n since the one before.
func (u *usual) add(s stored, state *snapshot.State, n, span int64, empty func() *tally.Tally) {
	if u.filling != nil && s.index >= u.from+max(span, 1) {
		u.full, u.filling, u.fullFrom = u.filling, nil, u.from
	}
	if u.filling == nil {
		u.filling, u.from = empty(), s.index
	}
	if n > 0 {
		u.arrivals.take(state, n, s.index-u.begin(), float64(span)/2, u.full, u.filling)
		u.arrivals.last = s.index
	}
	loseIn(u.filling, s.lost)
	merge(u.filling, state)
}

func (u *usual) memory() int { return size(u.full) + size(u.filling) }

// size returns about how many bytes a tally holds, which may be nil.
func size(t *tally.Tally) int {
	if t == nil {
		return 0
	}
	return t.Size()
}

func addSaturated(a, b uint64) uint64 { return snapshot.AddSaturated(a, b) }
