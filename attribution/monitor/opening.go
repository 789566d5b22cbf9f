package monitor

import (
	"github.com/whence-go/whence/attribution/monitor/internal/detect"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/stat"
)

// A burst that runs when the first record comes has no traffic before it: it is the level
// that is expected. But it has an end, and that is found as onsets are, by reading the
// intervals backwards. This is done for all traffic, while the retention still has the first
// interval, and only if no burst was seen since. A stream whose clock was set back had traffic
// before.

const (
	firstOpening = 42 // intervals after which it is looked for,
	nextOpening  = 4  // and again when a fourth more have come
	openingRatio = 1.5

	fewAfterOpening = 12 // intervals in which something came since
)

// seekOpening looks for such a burst when an interval has closed, and reports it.
func (m *Monitor) seekOpening() {
	w, kept, last := m.whole, m.retained.sinceFirst(), m.clock.closed
	if w.burst != nil || w.lastEnd != 0 || len(kept) == 0 || kept[0].index > m.began+maxOpen || m.stats.SetBack > 0 {
		return
	}
	if n := last - kept[0].index + 1; n > m.retained.most || !opensAfter(n) || !m.hasFallen(kept) {
		return
	}
	if o := m.opening(kept, last); o.end > 0 && m.goesOn(o.end) {
		m.tellOpening(o)
	}
}

// opensAfter reports whether n intervals are one of the numbers after which is looked.
func opensAfter(n int64) bool {
	at := int64(firstOpening)
	for at < n {
		at += at / nextOpening
	}
	return at == n
}

// hasFallen reports whether less comes now than in the intervals that are retained. It is
// quick, and without it there is no such burst.
func (m *Monitor) hasFallen(kept []stored) bool {
	all, lately := 0., 0.
	for i := range kept {
		all += float64(kept[i].records)
	}
	for i := range m.whole.recent {
		lately += float64(m.whole.recent[i].records)
	}
	n := m.clock.closed - kept[0].index + 1
	return all*float64(m.lookback) > openingRatio*lately*float64(n)
}

// goesOn reports whether something still comes, from an interval on. Silence may be an outage,
// and what came before it everyday traffic.
func (m *Monitor) goesOn(from int64) bool {
	n := 0
	for i := range m.whole.recent {
		if c := &m.whole.recent[i]; c.index >= from && c.events > 0 {
			n++
		}
	}
	return n >= fewAfterOpening
}

// opening is what the intervals say that were read backwards.
type opening struct {
	counts          []counted
	end             int64 // interval after its last; 0: there is none
	events, sources detect.Reading
}

// opening reads the retained intervals backwards, from the last that closed.
func (m *Monitor) opening(kept []stored, last int64) opening {
	var o opening
	states, mixed := make([]*snapshot.State, len(kept)), false
	for i, one := range kept {
		states[i] = one.unpacked()
		mixed = mixed || states[i].Mixes(states[0])
	}
	for i, one := range kept {
		s := states[i]
		if mixed { // an interval may have one rate alone
			s = s.Weighed()
		}
		c := counted{stored: one, sources: stat.Round(s.Distinct().Value)}
		for _, origin := range s.View().Counted {
			c.events = addSaturated(c.events, origin.Events)
		}
		o.counts = append(o.counts, c)
	}
	series := seriesOf(Target{}, m.options)
	events, sources := detect.New(series), detect.New(series)
	k := len(o.counts)
	for i := last; i >= o.counts[0].index; i-- {
		c := counted{stored: stored{index: i}}
		for k > 0 && o.counts[k-1].index >= i {
			k--
			c = o.counts[k]
		}
		o.events = events.Observe(last-i, float64(c.events))
		o.sources = sources.Observe(last-i, float64(c.sources))
	}
	for _, r := range []detect.Reading{o.events, o.sources} {
		if r.State == detect.Running && r.Onset >= detect.Patience(m.options.Interval) {
			o.end = max(o.end, last+1-r.Onset)
		}
	}
	return o
}

// tellOpening reports a burst that began before the first record. Who sent it is no longer
// the past.
func (m *Monitor) tellOpening(o opening) {
	w := m.whole
	b := &burst{
		target: w.target, onset: o.counts[0].index, unseen: true, expected: o.events.Baseline,
		trail:    trail{from: o.counts[0].index, step: 1},
		byEvents: o.events.State == detect.Running, bySources: o.sources.State == detect.Running,
	}
	b.inEvents = detect.NewProof(0, o.end-b.onset, o.events.Baseline)
	b.inSources = detect.NewProof(0, o.end-b.onset, o.sources.Baseline)
	recent := m.clock.closed - m.lookback
	for _, c := range o.counts {
		if c.index >= o.end {
			break
		}
		b.inEvents.Seen += float64(c.events)
		b.inSources.Seen += float64(c.sources)
		if c.index <= recent {
			b.trail.add(&c)
		}
		switch {
		case c.index > recent: // which the watch has
			continue
		case c.index == b.onset:
			b.first.take(c.stored)
		default:
			b.settled = m.grown(b.settled, c.stored)
		}
		b.settledVolume.join(c.volume())
	}
	b.settledTo = min(o.end, recent+1)
	w.burst = b
	if !m.proves(w) {
		w.burst = nil
		return
	}
	w.usual = usual{}
	m.lastID++
	b.id = m.lastID
	m.attacks = append(m.attacks, m.newAttack(w))
	m.finish(w, o.end)
	for _, c := range o.counts {
		if c.index >= o.end && c.index <= recent {
			m.pass(w, c.stored)
		}
	}
}
