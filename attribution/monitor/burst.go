package monitor

import (
	"math"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
	"github.com/whence-go/whence/internal/tally"
)

// burst is what a watch knows of one that it sees.
type burst struct {
	id        uint64 // 0: not proven
	target    Target
	onset     int64 // first interval
	end       int64 // interval after the last; so far, while it runs
	final     bool
	uncertain bool // the end is
	evicted   bool // its target is no longer tracked
	byEvents  bool // it shows in the events,
	bySources bool // in the distinct sources

	inEvents, inSources detect.Proof

	total, most  uint64 // events in all, and in one interval
	mostSources  uint64
	peak         int64 // interval with most events
	expected     float64
	history      detect.Peak
	interim      int    // number of the last interim report; 0: none yet, or the final one
	nextInterim  uint64 // number of events at which the next one is due
	incomplete   bool   // the sources of some of its intervals are not known
	before       stored
	first        stored       // of the first interval, if it is no longer recent,
	settled      *tally.Tally // and of those after it; nil: nothing
	fading       *tally.Tally // of what settled while it was quiet, after its end perhaps;
	fadingFrom   int64        // from this interval on
	endsAt       int64        // latest end that a series stated
	endUncertain bool

	// Of an account only.
	waiting uint64 // records that were set aside while it ran, and are still
	quarter int    // by how many quarters of an hour events of that time were off
}

// follow shows a watch an interval that has closed. known says that the number of
// sources is.
func (m *Monitor) follow(w *watch, c counted, known bool) {
	e := w.events.Observe(c.index, float64(c.events))
	var s detect.Reading
	if known {
		s = w.sources.Observe(c.index, float64(c.sources))
	}
	left := w.remember(c, m.lookback)
	if b := w.burst; b != nil {
		b.grow(c)
	} else if e.State == detect.Began || s.State == detect.Began {
		m.begin(w, c, e, s)
	}
	if b := w.burst; b != nil {
		b.see(c, e, s)
		if b.id == 0 && (w == m.whole || m.proves(w)) {
			m.lastID++
			b.id = m.lastID
		}
	}
	for _, old := range left {
		m.settle(w, old)
	}
	b := w.burst
	switch {
	case b == nil:
	case b.id == 0 && w.bursting():
	case !w.bursting():
		b.end, b.uncertain = min(b.endsAt, b.end), b.endUncertain
		m.finish(w)
	case b.interim == 0 || b.total >= b.nextInterim && b.nextInterim < math.MaxUint64: // no more doublings
		b.interim++
		b.nextInterim = addSaturated(b.total, b.total)
		m.show(w)
	}
}

// begin opens a burst, of what is recent from its onset on.
func (m *Monitor) begin(w *watch, c counted, e, s detect.Reading) {
	b := &burst{target: w.target, onset: math.MaxInt64, expected: e.Baseline}
	for _, r := range []detect.Reading{e, s} {
		if r.State != detect.Quiet {
			b.onset = min(b.onset, r.Onset)
		}
	}
	events, sources := 0., 0.
	for _, c := range w.recent {
		if c.index >= b.onset {
			b.grow(c)
			events += float64(c.events)
			sources += float64(c.sources)
		}
	}
	// The present interval is added when the burst sees it.
	b.inEvents = detect.NewProof(events-float64(c.events), c.index-b.onset, e.Baseline)
	b.inSources = detect.NewProof(sources-float64(c.sources), c.index-b.onset, s.Baseline)
	b.incomplete = b.onset <= c.index-m.lookback
	w.burst = b
}

// grow takes an interval of the burst.
func (b *burst) grow(c counted) {
	b.end = c.index + 1
	b.total = addSaturated(b.total, c.events)
	if c.events > b.most {
		b.most, b.peak = c.events, c.index
	}
	b.mostSources = max(b.mostSources, c.sources)
	b.incomplete = b.incomplete || c.events > 0 && c.data == nil
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

// proves reports whether the burst of a target is more than chance among all targets
// explains. What one source does counts as one decision, so that the sources of the
// burst are counted once the numbers alone are enough.
func (m *Monitor) proves(w *watch) bool {
	b := w.burst
	limit := detect.ProofLimit(m.options.Targets)
	events, sources := b.inEvents.Weight(w.events.Past(b.onset)), b.inSources.Weight(w.sources.Past(b.onset))
	if max(events, sources) <= limit {
		return false
	}
	distinct := max(m.sourcesSoFar(w), float64(b.mostSources))
	return events > limit*b.inEvents.Clump(distinct) || sources > limit*b.inSources.Clump(distinct)
}

// sourcesSoFar returns the number of distinct sources of a running burst.
func (m *Monitor) sourcesSoFar(w *watch) float64 {
	b := w.burst
	all := m.newTally()
	merge(all, m.gathered(b))
	b.first.addTo(all)
	for _, c := range w.recent {
		if c.index >= b.onset {
			c.addTo(all)
		}
	}
	return all.Distinct().Value
}
