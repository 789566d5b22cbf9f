package monitor

import (
	"fmt"
	"math"
	"net/netip"
	"sync"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// Monitor watches a stream of events. Any number of goroutines may observe and
// read at once. Make one with [New]; the zero Monitor is invalid, and a Monitor
// must not be copied.
type Monitor struct {
	options   Options // with all defaults filled in
	randomKey bool    // no key was given

	lookback int64

	mu    sync.Mutex
	table *geo.Table
	knowledge
	current  *interval // the one that the last event fell into
	from, to int64     // times that fall into current without a second thought

	packer  packer
	flows   []attribution.Flow // scratch of a run
	sources []netip.Addr       // likewise

	untold  []*account // bursts that are still to be told
	telling sync.Mutex
}

// knowledge is all that a checkpoint holds.
type knowledge struct {
	clock     clock
	open      openIntervals
	snapshots snapshots
	began     int64 // first interval of the stream, since the clock was last set
	whole     *watch
	targets   *targets // nil: none are wanted
	lastID    uint64   // of a burst
	finals    finals
	stats     Stats
}

// New returns a Monitor that locates sources with table. The error, for a nil table
// and for options that [Options.Validate] refuses, wraps [ErrInvalidOptions].
func New(table *geo.Table, options Options) (*Monitor, error) {
	if table == nil {
		return nil, fmt.Errorf("monitor: %w: no table", ErrInvalidOptions)
	}
	if err := options.Validate(); err != nil {
		return nil, err
	}
	options = options.filled()
	random := options.Tally.Key.IsZero()
	if random {
		options.Tally.Key = sketch.NewKey()
	}
	m := newFilled(table, options)
	m.randomKey = random
	return m, nil
}

// newFilled takes valid options with all defaults and the key filled in.
func newFilled(table *geo.Table, o Options) *Monitor {
	m := &Monitor{
		options: o, table: table, lookback: lookback(o),
		knowledge: knowledge{
			clock:     newClock(o),
			snapshots: snapshots{most: int64(o.Retention / o.Interval)},
		},
		flows: make([]attribution.Flow, 0, blockSize), sources: make([]netip.Addr, 0, blockSize),
	}
	m.watchAnew()
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
	m.table = table
}

// blockSize is the number of events that are counted together under the lock.
const blockSize = 256

// Observe counts events, in the order in which they stand. Many at once are counted
// faster than one by one, best in slices of 256 or more: m.Observe(events...). Their
// times may close intervals, which takes a few milliseconds each. Observe keeps no
// reference to events.
func (m *Monitor) Observe(events ...Event) {
	for len(events) > 0 {
		n := min(len(events), blockSize)
		m.observeBlock(events[:n])
		events = events[n:]
	}
	m.tell()
}

func (m *Monitor) observeBlock(events []Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(events) > 0 {
		n := m.run(events)
		if n == 0 {
			m.place(&events[0])
			n = 1
		}
		events = events[n:]
	}
}

// run counts the events at the front that fall into the current interval, and
// returns how many they were.
func (m *Monitor) run(events []Event) int {
	n := 0
	latest, earliest := int64(math.MinInt64), int64(math.MaxInt64)
	plain := true // nothing is known of any but the source
	total := uint64(0)
	for i := range events {
		e := &events[i]
		ns, ok := nanoseconds(e.Time)
		if !ok || ns < m.from || ns >= m.to {
			break
		}
		latest, earliest = max(latest, ns), min(earliest, ns)
		plain = plain && e.Events <= 1 && e.Bytes == 0 && e.Protocol == 0 && !e.Handshake
		if e.Source.IsValid() {
			total = addSaturated(total, e.count())
		}
		n++
	}
	if n == 0 {
		return 0
	}
	m.clock.mark = max(m.clock.mark, latest)
	iv := m.current
	iv.first, iv.last = min(iv.first, earliest), max(iv.last, latest)
	iv.events = addSaturated(iv.events, total)
	if plain {
		m.sources = m.sources[:0]
		for i := range events[:n] {
			m.sources = append(m.sources, events[i].Source)
		}
		iv.whole.AddBatch(m.sources)
	} else {
		m.flows = m.flows[:0]
		for i := range events[:n] {
			m.flows = append(m.flows, events[i].Flow)
			m.flows[i].Events = events[i].count()
		}
		iv.whole.AddFlows(m.flows)
	}
	if m.targets != nil {
		m.targets.count(m, iv, events[:n])
	}
	m.stats.Records += uint64(n)
	return n
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
		m.stats.Evicted += m.targets.heavy.Evictions()
		m.stats.Shed += m.targets.sheds
	}
	if m.options.Targets > 0 {
		m.targets = newTargets(m.options.Tally.Key, m.options)
	}
}

// enter makes an open interval the current one.
func (m *Monitor) enter(index int64) {
	iv := m.open.find(index)
	if iv == nil {
		iv = m.newInterval(index)
		m.open = append(m.open, iv)
	}
	c := &m.clock
	m.current = iv
	m.from = index * c.interval
	m.to = min(m.from+c.interval, c.closing())
}

// leave sends the next event through place.
func (m *Monitor) leave() { m.current, m.from, m.to = nil, 0, 0 }
