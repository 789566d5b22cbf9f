package monitor

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/tally"
)

// Monitor watches a stream of events. Any number of goroutines may observe and
// read at once. Make one with [New]; the zero Monitor is invalid, and a Monitor
// must not be copied.
type Monitor struct {
	options   Options // with all defaults filled in
	randomKey bool    // no key was given
	counting  tally.Options
	mask      source.Mask
	lookback  int64

	located  atomic.Pointer[geo.Table]           // by which an observer may look up in advance; nil: not worth it
	bursting atomic.Pointer[map[Target]struct{}] // never written

	mu    sync.Mutex
	table *geo.Table
	knowledge
	current  *interval // the one that the last event fell into
	from, to int64     // times that surely fall into current

	packer  packer
	empty   emptyTallies
	single  *batch // for events that were set aside
	changed bool   // bursting may have

	looks     []*account // of bursts that are still to be joined
	pending   []*account // that Notify is still to be called for
	reporting *account   // that it is called for now; nil: none
	notifying sync.Mutex
}

// knowledge is all that a checkpoint holds.
type knowledge struct {
	clock    clock
	open     openIntervals
	retained retained
	early    lost  // records that were lost before there was an interval
	began    int64 // first interval of the stream, since the clock was last set
	whole    *watch
	targets  *targets // nil: none are wanted
	foreseen *watch   // that has a burst in open intervals; nil: none
	lastID   uint64   // of a burst
	finals   finals
	attacks  []*group // that run, or wait for a part that does
	known    known
	stats    Stats
}

// New returns a Monitor that locates sources with table. The error, for a nil table
// and for options that [Options.Validate] refuses, wraps
// [attribution.ErrInvalidOptions].
func New(table *geo.Table, options Options) (*Monitor, error) {
	if table == nil {
		return nil, invalid("no table")
	}
	if err := options.Validate(); err != nil {
		return nil, err
	}
	options = options.filled()
	options.Claims = slices.Clone(options.Claims)
	options.Enrichment.Databases = slices.Clone(options.Enrichment.Databases)
	options.Enrichment.Lists = slices.Clone(options.Enrichment.Lists)
	random := options.Tally.Key.IsZero()
	if random {
		options.Tally.Key = tally.ProcessKey()
	}
	m := newFilled(table, options)
	m.randomKey = random
	return m, nil
}

// newFilled takes valid options with all defaults and the key filled in.
func newFilled(table *geo.Table, o Options) *Monitor {
	m := &Monitor{
		options: o, counting: o.counting(), mask: source.MaskOf(o.Tally.IPv6PrefixLen), lookback: lookback(o),
		knowledge: knowledge{clock: newClock(o), retained: retained{most: int64(o.Retention / o.Interval)}},
		single:    new(batch),
	}
	m.empty = newEmptyTallies(m.counting)
	m.use(table)
	m.watchAnew()
	m.bursting.Store(new(map[Target]struct{}))
	return m
}

// SetTable makes the monitor use another table, such as a newer database, for the
// intervals that open from now on. A nil table changes nothing.
func (m *Monitor) SetTable(table *geo.Table) {
	if table == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.use(table)
}

func (m *Monitor) use(table *geo.Table) {
	m.table = table
	m.know(snapshot.DatabaseOf(table))
}

// maxDatabases is the number of databases whose address spaces are known. No snapshot
// has more of them.
const maxDatabases = 64

// know adds databases. Beyond the limit the oldest go, whose snapshots can then no
// longer be corrected for forged sources.
func (m *Monitor) know(more ...snapshot.Database) {
	all := m.known.databases.With(more...)
	m.known.databases = all[max(0, len(all)-maxDatabases):]
}

// watchAnew forgets what was watched, but not the bursts that were found.
func (m *Monitor) watchAnew() {
	if m.whole != nil {
		m.breakOff(m.whole)
	}
	m.whole = newWatch(Target{}, m.options)
	if m.targets != nil {
		for _, w := range m.targets.watches {
			if w != nil {
				m.breakOff(w)
			}
		}
		m.stats.Evicted += m.targets.evictions()
		m.stats.Shed += m.targets.sheds
	}
	if m.options.Targets > 0 {
		m.targets = newTargets(m.options)
	}
	m.join()
}

// enter makes an open interval the current one.
func (m *Monitor) enter(index int64) {
	c := &m.clock
	m.current = m.openAt(index)
	m.from = index * c.interval
	m.to = min(m.from+c.interval, c.closing())
}

// leave sends the next event through place.
func (m *Monitor) leave() { m.current, m.from, m.to = nil, 0, 0 }
