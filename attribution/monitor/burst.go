package monitor

import (
	"math"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// burst is what a watch knows of one that it sees.
type burst struct {
	id        uint64 // 0: not proven
	target    Target
	onset     int64 // first interval
	end       int64 // interval after the last in which it showed; so far, while it runs
	final     bool
	uncertain bool // the end is
	evicted   bool // its target is no longer tracked
	unseen    bool // its begin is: it ran when the first record came
	byEvents  bool // it shows in the events,
	bySources bool // in the distinct sources

	inEvents, inSources detect.Proof

	volume              // from the onset to the end
	held         uint64 // events, at the look that held most
	expected     float64
	history      detect.Peak
	interim      int    // number of the last interim report; 0: none yet, or the final one
	nextInterim  uint64 // number of events at which the next one is due
	incomplete   bool   // the sources of some of its intervals are not known
	before       stored // the interval before the onset, if it is no longer recent,
	first        stored // and the first one
	endsAt       int64  // latest end that a series stated
	endUncertain bool

	// While it runs: what is no longer recent is settled up to an interval, and surely of
	// the burst. Of the pieces after it, some may lie after the end.
	settledTo     int64
	settled       *tally.Tally // without the first interval; nil: nothing
	settledVolume volume       // with the first interval
	pieces        []piece
	shares        []share // of a group
	within        bool    // it was part of the burst of the group of its target
	trail         trail   // without what is recent; in an account with it

	now int64 // its end, in Unix nanoseconds, if a look at an open interval has found it

	// Of an account only.
	waiting uint64 // records that were set aside while it ran, and are still
	quarter int    // by how many quarters of an hour events of that time were off
}

// volume is how much came in some intervals.
type volume struct {
	events, most uint64 // in all, and in one interval
	mostSources  uint64
	peak         int64 // interval with most events
	unknown      bool  // the sources of some of it are not known
}

// join adds what came in later intervals.
func (v *volume) join(later volume) {
	v.events = addSaturated(v.events, later.events)
	if later.most > v.most {
		v.most, v.peak = later.most, later.peak
	}
	v.mostSources = max(v.mostSources, later.mostSources)
	v.unknown = v.unknown || later.unknown
}

func (c *counted) volume() volume {
	return volume{
		events: c.events, most: c.events, mostSources: c.sources, peak: c.index,
		unknown: c.events > 0 && c.data == nil,
	}
}

// judge shows the series of a watch an interval. known says that the number of sources is.
// It returns the intervals that are no longer recent.
func (m *Monitor) judge(w *watch, c counted, known bool, lookback int64) (left []counted) {
	w.catchUp(c.index)
	w.told = max(w.told, c.index)
	e := w.events.Observe(c.index, float64(c.events))
	w.expected = e.Baseline
	var s detect.Reading
	if known {
		s = w.sources.Observe(c.index, float64(c.sources))
	}
	left = w.remember(c, lookback)
	if w.burst == nil && (e.State == detect.Began || s.State == detect.Began) {
		m.begin(w, c, e, s)
	}
	if b := w.burst; b != nil {
		b.see(c, e, s)
	}
	return left
}

// follow shows a watch an interval that has closed.
func (m *Monitor) follow(w *watch, c counted, known bool) {
	for _, old := range m.judge(w, c, known, m.lookback) {
		m.settle(w, old)
	}
	if early := w.foreseen; early != nil && (w.burst != nil || c.index >= early.end-1) {
		w.foreseen, m.foreseen = nil, nil
		if w.burst != nil {
			w.burst.resume(early)
		} else { // which is over already
			w.burst, early.now = early, 0
			m.attacks = append(m.attacks, m.newAttack(w))
			m.breakOff(w)
		}
	}
	b := w.burst
	if b == nil {
		return
	}
	m.harden(w)
	if !w.bursting() {
		b.uncertain = b.endUncertain
		m.finish(w, min(b.endsAt, c.index+1))
		return
	}
	b.measure(w, min(w.seen(), c.index+1))
}

// announce has the burst of a watch reported once it is proven, and again when it has
// doubled. The watch is that of a slot; negative: of all traffic.
func (m *Monitor) announce(w *watch, slot int) {
	b := w.burst
	if b == nil {
		return
	}
	if b.id == 0 && !m.reportedElsewhere(w, slot) && m.proves(w) {
		m.lastID++
		b.id = m.lastID
	}
	// No more than 64 doublings.
	if b.id != 0 && (b.interim == 0 || b.events >= b.nextInterim && b.nextInterim < math.MaxUint64) {
		m.look(w)
	}
}

// begin opens a burst, of what is recent from its onset on. What was of the burst before
// is not of it.
func (m *Monitor) begin(w *watch, c counted, e, s detect.Reading) {
	b := &burst{target: w.target, onset: math.MaxInt64, expected: e.Baseline}
	for _, r := range []detect.Reading{e, s} {
		if r.State != detect.Quiet {
			b.onset = min(b.onset, r.Onset)
		}
	}
	b.onset = max(b.onset, w.lastEnd)
	b.settledTo = b.onset
	events, sources := 0., 0.
	for _, c := range w.recent {
		if c.index >= b.onset {
			events += float64(c.events)
			sources += float64(c.sources)
		}
	}
	// The present interval is added when the burst sees it.
	b.inEvents = detect.NewProof(events-float64(c.events), c.index-b.onset, e.Baseline)
	b.inSources = detect.NewProof(sources-float64(c.sources), c.index-b.onset, s.Baseline)
	b.incomplete = b.onset <= c.index-m.lookback
	b.trail = m.newTrail(w, b.onset, c.index)
	w.burst = b
}

// measure sets the end of the burst, and how much came until then. Of a piece that lies
// across it nobody knows what came before, so that it is taken whole.
func (b *burst) measure(w *watch, end int64) {
	b.end = max(end, b.settledTo, b.onset+1)
	b.volume = b.settledVolume
	for i := range b.pieces {
		if p := &b.pieces[i]; p.index < b.end {
			b.end = max(b.end, p.to)
			b.join(p.volume)
		}
	}
	for i := range w.recent {
		if c := &w.recent[i]; c.index >= b.onset && c.index < b.end {
			b.join(c.volume())
		}
	}
	b.incomplete = b.incomplete || b.unknown
}

// see takes what the two series say.
func (b *burst) see(c counted, events, sources detect.Reading) {
	inEvents, inSources := events.State != detect.Quiet, sources.State != detect.Quiet
	b.inEvents.Add(c.events, events.Baseline)
	b.inSources.Add(c.sources, sources.Baseline)
	b.byEvents = b.byEvents || inEvents
	b.bySources = b.bySources || inSources
	for _, r := range []detect.Reading{events, sources} {
		if r.State == detect.Ended && r.End >= b.endsAt {
			b.endsAt, b.endUncertain = r.End, r.EndUncertain
		}
	}
	r := events
	if !inEvents {
		r = sources
	}
	if (inEvents || inSources) && (b.byEvents == inEvents || b.history == (detect.Peak{})) {
		b.history = r.Peak
	}
}

// proves reports whether the burst is more than chance explains, among all targets and
// groups if it is of one. What one source does counts as one decision, so that the sources
// of the burst are counted once the numbers alone are enough.
func (m *Monitor) proves(w *watch) bool {
	b := w.burst
	limit, times := detect.ProofLimit(1, m.options.FalseAlarms), 1.
	if !w.target.IsZero() {
		limit, times = detect.ProofLimit(len(m.targets.watches), m.options.FalseAlarms), 2
	}
	events := b.inEvents.Weight(w.events.Past(b.onset), times)
	sources := b.inSources.Weight(w.sources.Past(b.onset), times)
	if max(events, sources) <= limit {
		return false
	}
	all := m.soFar(w)
	distinct := max(all.Distinct().Value, float64(b.mostSources))
	each, stay := b.inEvents.Clump(distinct), b.inSources.Clump(distinct)
	if w.target.IsZero() { // a source that stays is in no more intervals than it has events
		most := detect.Clump(b.perSource(all))
		each, stay = max(each, most), max(stay, most)
	}
	return events > limit*each || sources > limit*stay
}

// soFar returns what came of a running burst.
func (m *Monitor) soFar(w *watch) *snapshot.State {
	b := w.burst
	all := m.newTally()
	merge(all, m.gathered(b, math.MaxInt64))
	b.first.addTo(all)
	for _, c := range w.recent {
		if c.index >= b.onset {
			c.addTo(all)
		}
	}
	return all.Rotate(nil)
}

// perSource returns the mean number of events of the source of an event, as they were told.
func (b *burst) perSource(s *snapshot.State) float64 {
	events, squares := 0., 0.
	for i := range s.Items {
		n := float64(s.Items[i].Events)
		events += n
		squares += n * n
	}
	mean := squares / max(events, 1)
	if s.IsMixed() {
		mean *= b.inEvents.Seen / max(float64(s.View().Events), 1)
	}
	return mean
}
