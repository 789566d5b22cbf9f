package monitor

import (
	"slices"
	"sync"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// account is what a burst looked like at one moment: all that its [Burst] is made
// from. It never changes, so that the burst is made without the lock of the monitor,
// and only once.
type account struct {
	burst   burst     // without what has settled
	recent  []counted // from before the onset on, without the burst before
	settled stored
	usual   [2]stored
	before  before
	known   known

	family
	listOnce sync.Once
	listed   []Child // the children in public, once that was asked for

	made *made
}

// made is what was made from an account, once that was asked for.
type made struct {
	once  sync.Once
	burst Burst // without what is known of other bursts

	packOnce sync.Once
	packed   []byte // the snapshot that the burst reports
}

// look takes an account of a burst that runs.
func (m *Monitor) look(w *watch) {
	w.burst.lookedAt()
	m.show(w)
}

func (b *burst) lookedAt() {
	b.interim++
	b.nextInterim = addSaturated(b.events, b.events)
	b.held = b.events
}

// show takes an account of a burst. It is reported when bursts are joined.
func (m *Monitor) show(w *watch) {
	a := m.take(w)
	if !a.burst.final {
		w.shown = a
	}
	m.changed = true
	m.looks = append(m.looks, a)
}

// take returns an account of a burst.
func (m *Monitor) take(w *watch) *account {
	a := &account{burst: *w.burst, recent: w.outsideLast(), known: m.known, made: new(made)}
	a.burst.settled, a.burst.pieces, a.burst.shares, a.burst.within = nil, nil, nil, false
	a.burst.settledTo, a.burst.settledVolume = 0, volume{}
	a.burst.trail = w.burst.trail.whole(w, w.events.Next()-1)
	a.burst.history.Span += time.Duration(w.silent * m.clock.interval)
	from := a.burst.onset * m.clock.interval
	a.burst.waiting = m.clock.waiting(w.target, from)
	if o := &m.clock.offsets; o.last >= from {
		a.burst.quarter = o.quarter
	}
	a.settled = m.packer.store(0, m.gathered(w.burst, w.burst.end))
	if w.usual.full != nil {
		a.usual[0] = m.packer.store(0, w.usual.full.Snapshot())
	}
	if w.usual.filling != nil {
		a.usual[1] = m.packer.store(0, w.usual.filling.Snapshot())
	}
	a.before = before{arrivals: w.usual.arrivals, bounds: w.bounds, begin: w.usual.begin()}
	a.before.fresh = slices.Clone(a.before.fresh)
	a.before.lasting = w.sources.Lasting()
	return a
}

// finals are the accounts of bursts that have ended, of the last ones.
type finals struct {
	kept  []*account
	bytes int
}

const (
	maxFinals   = 256
	finalsBytes = 16 << 20
)

func (f *finals) add(a *account) {
	f.kept = append(f.kept, a)
	f.bytes += a.size()
	n := 0
	for len(f.kept)-n > 1 && (len(f.kept)-n > maxFinals || f.bytes > finalsBytes) {
		f.bytes -= f.kept[n].size()
		n++
	}
	f.kept = slices.Delete(f.kept, 0, n)
}

// replace puts a later account of the same burst in the place of one, if that is kept.
func (f *finals) replace(old, later *account) {
	if i := slices.Index(f.kept, old); i >= 0 {
		f.kept[i] = later
		f.bytes += later.size() - old.size()
	}
}

// size returns how many bytes the account is made from. What is made from it does not
// count: the state of a monitor must not depend on who read it.
func (a *account) size() int {
	n := len(a.settled.data) + len(a.usual[0].data) + len(a.usual[1].data)
	n += len(a.burst.before.data) + len(a.burst.first.data) + childMemory*len(a.children)
	n += 16 * len(a.burst.trail.cells)
	for _, c := range a.recent {
		n += len(c.data)
	}
	return n
}

// between returns the intervals from the first to the last, where they can be taken
// apart.
func (a *account) between(first, last int64) (in []stored) {
	for _, s := range []stored{a.burst.before, a.burst.first} {
		if s.index >= first && s.index <= last {
			in = append(in, s)
		}
	}
	for _, c := range a.recent {
		if c.index >= first && c.index <= last {
			in = append(in, c.stored)
		}
	}
	return in
}

// window returns what came from the first interval to the last, looked up in all that
// the options have.
func (a *account) window(o Options, first, last int64) attribution.Snapshot {
	state := merged(o.counting(), append(a.between(first, last), a.settled, misdated(a.burst.waiting))...)
	if !a.burst.incomplete {
		// Nothing came in the rest of the time, which is as well known.
		state.From, state.To = first*int64(o.Interval), (last+1)*int64(o.Interval)
		if last == a.burst.end-1 {
			state.To = a.burst.until(o)
		}
	}
	s := a.handOut(state)
	if !o.enriches() {
		return s
	}
	enriched, err := s.Enrich(o.Enrichment)
	if err != nil {
		panic("monitor: " + err.Error()) // the options were checked
	}
	return enriched
}

// baseline returns what came before the burst, an interval apart, and whether there is
// any.
func (a *account) baseline(o Options) (usual attribution.Snapshot, found bool) {
	past := tally.New(nil, o.counting())
	for i := range a.usual {
		a.usual[i].addTo(past)
	}
	b, span := a.before, float64(o.Retention/o.Interval/4)
	b.fresh = slices.Clone(b.fresh)
	take := func(n, index int64, s *snapshot.State) {
		if n > 0 {
			b.take(s, n, index-b.begin, span, past)
			b.last = index
		}
	}
	for _, c := range a.recent {
		if c.index > a.burst.onset-2 || c.data == nil {
			continue
		}
		if past.Records() == 0 {
			b.begin = c.index
		}
		s := c.unpacked()
		take(b.since(b.last, c.index), c.index, s)
		loseIn(past, c.lost)
		merge(past, s)
	}
	if past.Records() == 0 {
		return attribution.Snapshot{}, false
	}
	take(b.since(b.last, a.burst.onset-2), a.burst.onset-2, new(snapshot.State)) // in which nothing came
	state := past.Rotate(nil)
	state.Newcomers = b.expect(a.burst.end-a.burst.onset, a.burst.onset-1-b.begin, b.lasting)
	state.Newcomers.VolumeOfItems(state.Items)
	return a.handOut(state), true
}

// before is what else is known of the time before a burst.
type before struct {
	arrivals
	bounds
	begin   int64   // of what is usual
	lasting float64 // relative variance of the number of sources in an interval
}

// handOut makes a snapshot of a state.
func (a *account) handOut(state *snapshot.State) attribution.Snapshot {
	return a.known.handOut(state)
}

// snapshot returns what the burst reports on. It is made once, and kept packed.
func (a *account) snapshot(o Options) attribution.Snapshot {
	a.made.packOnce.Do(func() {
		state := snapshot.Unwrap(a.window(o, a.burst.onset, a.burst.end-1))
		a.made.packed = new(packer).pack(state)
	})
	state, err := unpack(a.made.packed)
	if err != nil {
		panic("monitor: " + err.Error()) // only a bug here can do it
	}
	return snapshot.Wrap(state).(attribution.Snapshot)
}
