package main

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

// collector makes events of datagrams and has a monitor watch them. Any number of goroutines may use it.
type collector struct {
	cfg     *config
	table   *geo.Table
	key     sketch.Key
	decoder *netflow.Decoder
	monitor *monitor.Monitor

	mu   sync.Mutex // of tick
	lost uint64     // records, of which the monitor knows
}

// newCollector returns a collector whose monitor calls notify for each burst.
func newCollector(cfg *config, notify func(monitor.Burst)) (c *collector, err error) {
	c = &collector{cfg: cfg}
	if cfg.db == "" {
		c.table, err = dbip.Table()
	} else {
		c.table, err = geo.Open(cfg.db)
	}
	if err != nil {
		return nil, err
	}
	if cfg.key != "" {
		if c.key, err = sketch.KeyFromFile(cfg.key); err != nil {
			return nil, err
		}
	}
	c.decoder, err = netflow.NewDecoder(netflow.Options{
		Exporters: cfg.allow, Interval: cfg.interval, Lateness: cfg.lateness, SamplingRate: cfg.sampling, Inner: cfg.inner,
	})
	if err != nil {
		return nil, err
	}
	c.monitor, err = monitor.New(c.table, monitor.Options{
		Interval: cfg.interval, AllowedLateness: cfg.lateness, Groups: cfg.targets.groups(),
		Tally: attribution.Options{Key: c.key}, Claims: cfg.claims, Notify: notify,
	})
	return c, err
}

// decode appends the events of one datagram to events.
func (c *collector) decode(
	events []monitor.Event, from netip.Addr, received time.Time, datagram []byte,
) []monitor.Event {
	first := len(events)
	events = c.decoder.Decode(events, from, received, datagram)
	if c.cfg.targets.prefixes {
		for i := range events[first:] {
			e := &events[first+i]
			e.Target = c.cfg.targets.of(e.Target)
		}
	}
	return events
}

// Records that were lost are told to the monitor one by one. More than that in an interval say no
// more: no claim can be decided then.
const mostLost = 1 << 20

// tick tells the monitor what the decoder knows, and what time it is. Once an interval is enough.
func (c *collector) tick(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.decoder.Account()
	c.monitor.SetAccount(a)
	if lost := lostFor(&a); lost > c.lost {
		c.lose(now, min(lost-c.lost, mostLost))
		c.lost = lost
	}
	c.monitor.Advance(now)
}

// lose tells the monitor of records that nobody has read.
func (c *collector) lose(now time.Time, records uint64) {
	var block [256]monitor.Event
	for i := range block {
		block[i].Time = now
	}
	for ; records > 0; records -= min(records, uint64(len(block))) {
		c.monitor.Observe(block[:min(records, uint64(len(block)))]...)
	}
}

// lostFor returns the number of records that were lost for good. Those that wait for their template
// may yet come.
func lostFor(a *attribution.Account) uint64 {
	lost := a.Lost[attribution.LostUnread] + a.Lost[attribution.LostShed]
	for _, n := range a.Notes {
		if n.Code == "WAITING" {
			lost -= min(lost, n.Value)
		}
	}
	return lost
}

// running returns the bursts that have not ended, without those that are part of others.
func (c *collector) running() []monitor.Burst { return slices.Collect(c.monitor.Running()) }
