package netflow

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// Decoder makes events of datagrams. [NewDecoder] makes one. It may be used by many goroutines
// at once: datagrams of one exporter are decoded one after the other.
type Decoder struct {
	options  Options
	reach    int64
	interval int64
	seed     maphash.Seed
	memory   atomic.Int64 // bytes of templates, samplers and sets that wait, of all exporters
	now      atomic.Int64 // the latest time of arrival, Unix nanoseconds

	older sync.Pool // *[]monitor.Event, scratch

	mu        sync.RWMutex
	exporters map[netip.Addr]*exporter
	gone      ledger // of exporters that were forgotten
	foreign   atomic.Uint64
	refused   atomic.Uint64 // datagrams of exporters for which there was no room
	searched  int64         // when exporters to forget were last looked for
	rejected  atomic.Pointer[origin]
}

// Bounds on what anybody can make a decoder keep.
const (
	maxExporters = 4096
	maxMemory    = 128 << 20 // bytes of all exporters
	idleAfter    = int64(10 * time.Minute)
	searchEvery  = int64(time.Second)
)

// NewDecoder returns a decoder. The error wraps [attribution.ErrInvalidOptions].
func NewDecoder(o Options) (*Decoder, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.filled()
	return &Decoder{
		options: o, reach: int64(o.reach()), interval: int64(o.Interval),
		seed: maphash.MakeSeed(), exporters: map[netip.Addr]*exporter{},
		older: sync.Pool{New: func() any { return new([]monitor.Event) }},
	}, nil
}

// Decode appends the events of one datagram to events, and returns them. The datagram came from
// the address of an exporter at a time. A zero time is for exports that were stored: the clock of
// the exporter is then believed, and nothing is forgotten. What cannot be read is in the account.
// Decode keeps no reference to the datagram. Pieces of a record that lie in earlier intervals come
// behind all others, so that a monitor can count many events of one interval at once.
func (d *Decoder) Decode(
	events []monitor.Event, from netip.Addr, received time.Time, datagram []byte,
) []monitor.Event {
	from = from.Unmap().WithZone("")
	if d.options.Exporters != nil && !d.options.Exporters.Contains(from) {
		d.foreign.Add(1)
		return events
	}
	var now int64
	if !received.IsZero() {
		now = max(received.UnixNano(), 1)
		for {
			old := d.now.Load()
			if old >= now || d.now.CompareAndSwap(old, now) {
				break
			}
		}
	}
	for {
		e := d.exporter(from)
		if e == nil {
			if n := d.refused.Add(1); n == 1 {
				d.rejected.Store(&origin{from, 1})
			}
			return events
		}
		if events, ok := e.decode(events, now, datagram); ok {
			return events
		}
	}
}

// exporter returns the state of an exporter, or nil if there is no room for it.
func (d *Decoder) exporter(from netip.Addr) *exporter {
	d.mu.RLock()
	e := d.exporters[from]
	d.mu.RUnlock()
	if e != nil {
		return e
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if e = d.exporters[from]; e != nil {
		return e
	}
	if len(d.exporters) >= maxExporters && !d.forgetIdle() {
		return nil
	}
	e = newExporter(d, from)
	d.exporters[from] = e
	return e
}

// forgetIdle makes room, and reports whether there is some now.
func (d *Decoder) forgetIdle() bool {
	now := d.now.Load()
	if now < d.searched+searchEvery {
		return false
	}
	d.searched = now
	for from, e := range d.exporters {
		e.mu.Lock()
		if e.last < now-idleAfter {
			e.forget()
			d.gone.add(&e.ledger)
			delete(d.exporters, from)
		}
		e.mu.Unlock()
	}
	return len(d.exporters) < maxExporters
}

// reserve takes memory for an exporter, and reports whether there was enough.
func (d *Decoder) reserve(n int64) bool {
	if d.memory.Add(n) > maxMemory {
		d.memory.Add(-n)
		return false
	}
	return true
}

// Account returns what the decoder says about all exporters together. Sets that wait for their
// template count as unread until they are decoded.
func (d *Decoder) Account() attribution.Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := d.gone
	speaking := uint64(0)
	for _, e := range d.exporters {
		e.mu.Lock()
		l := e.current()
		e.mu.Unlock()
		if l.records > 0 {
			speaking++
		}
		all.add(&l)
	}
	all.notes[foreignExporters] += d.foreign.Load()
	if n := d.refused.Load(); n > 0 {
		all.lost[tooManyExporters] += n
		if o := d.rejected.Load(); o != nil {
			all.first[tooManyExporters] = *o
		}
	}
	if speaking > 1 {
		all.notes[severalExporters] = speaking
	}
	return all.account(&d.options)
}
