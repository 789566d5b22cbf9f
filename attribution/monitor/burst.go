package monitor

import (
	"math"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor/internal/detect"
)

// burst is what a watch knows of one that it sees.
type burst struct {
	id        uint64 // 0: not proven
	target    Target
	onset     int64 // first interval
	end       int64 // interval after the last; so far, while it runs
	final     bool
	uncertain bool // the end is
	lost      bool // its target is no longer tracked
	byEvents  bool // it shows in the events,
	bySources bool // in the distinct sources

	inEvents, inSources detect.Proof

	total, most  uint64 // events in all, and in one interval
	mostSources  uint64
	peak         int64 // interval with most events
	expected     float64
	seasonal     bool
	history      detect.Peak
	interim      int    // number of the last interim report; 0: none yet, or the final one
	nextInterim  uint64 // number of events at which the next one is due
	incomplete   bool   // some of its intervals have no tally
	before       snapshot
	first        snapshot           // of the first interval, if it is no longer recent,
	settled      *attribution.Tally // and of those after it; nil: nothing
	fading       *attribution.Tally // of what settled while it was quiet, after its end perhaps;
	fadingFrom   int64              // from this interval on
	endsAt       int64              // latest end that a series stated
	endUncertain bool
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
		b.history, b.seasonal = r.Peak, r.Seasonal
	}
}

// settle takes an interval that is no longer recent: it is part of a burst, or of
// the past, or lies at the edge of a burst.
func (m *Monitor) settle(w *watch, c counted) {
	if c.data == nil {
		return
	}
	b := w.burst
	if b == nil || c.index < b.onset-1 {
		if !w.inLast(c.index) {
			m.must(w.usual.add(c.snapshot, m.snapshots.most/2, m.newTally))
		}
		return
	}
	switch {
	case c.index < b.onset:
		b.before = c.snapshot
	case c.index == b.onset:
		b.first = c.snapshot
	default:
		if c.index < w.quietSince() {
			m.gather(b)
			b.settled = m.grown(b.settled, c.data)
			return
		}
		if b.fading == nil {
			b.fadingFrom = c.index
		}
		b.fading = m.grown(b.fading, c.data)
	}
}

// grown adds what is packed to a tally, which may be nil.
func (m *Monitor) grown(t *attribution.Tally, data []byte) *attribution.Tally {
	if t == nil {
		t = m.newTally()
	}
	m.must(mergeInto(t, data))
	return t
}

// gather makes what was fading part of the burst.
func (m *Monitor) gather(b *burst) {
	b.settled, b.fading = m.gathered(b), nil
}

// gathered is all of the burst that has settled; nil: nothing.
func (m *Monitor) gathered(b *burst) *attribution.Tally {
	switch {
	case b.fading == nil:
		return b.settled
	case b.settled == nil:
		return b.fading
	}
	all := b.settled.Clone()
	m.must(all.Merge(b.fading))
	return all
}

// finish ends the burst of a watch.
func (m *Monitor) finish(w *watch) {
	b := w.burst
	m.endSettled(w)
	if b.final, b.interim = true, 0; b.id != 0 {
		m.show(w)
	}
	w.lastOnset, w.lastEnd = b.onset, b.end
	w.burst, w.shown = nil, nil
}

// endSettled takes what was fading for part of the burst, or not, whichever is less
// wrong: mostly its end is where fading began.
func (m *Monitor) endSettled(w *watch) {
	b := w.burst
	if b.fading == nil {
		return
	}
	settled := w.events.Next() - m.lookback
	if inside := b.end - b.fadingFrom; 2*inside > settled-b.fadingFrom {
		m.gather(b)
	} else if inside > 0 {
		b.incomplete = true
	}
	b.fading = nil
}

// lose ends the burst of a watch whose target is no longer tracked.
func (m *Monitor) lose(w *watch) {
	if w.burst != nil {
		w.burst.lost = true
		m.breakOff(w)
	}
}

// breakOff ends the burst of a watch that sees no more of it.
func (m *Monitor) breakOff(w *watch) {
	if w.burst != nil {
		w.burst.uncertain = true
		m.finish(w)
	}
}

// must panics on an error that only a bug can make: snapshots are checked before
// they come in.
func (m *Monitor) must(err error) {
	if err != nil {
		panic("monitor: " + err.Error())
	}
}

func (m *Monitor) newTally() *attribution.Tally {
	return attribution.NewTally(m.table, m.options.Tally)
}
