package otelconnector

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/internal/checkpoint"
	"github.com/whence-go/whence/sketch"
)

// core is what the instances of one connector share: one for metrics, one for logs, or both. Each of
// them is given every record. The first one that was made observes it.
type core struct {
	config *Config
	name   string // of the connector, such as "whence/mail"
	log    *zap.Logger
	claims []attribution.Claim
	reader *reader
	ledger *ledger
	outbox *outbox // nil: nobody takes log records

	failures  atomic.Uint64 // batches of metrics that were not taken
	saveFails atomic.Uint64 // checkpoints that were not written

	mu       sync.Mutex // of what follows; not held while observing
	made     int        // instances
	stopped  int        // of them
	started  bool
	startErr error
	began    time.Time
	base     monitor.Stats // at the start, after restoring
	monitor  atomic.Pointer[monitor.Monitor]
	stop     chan struct{}
	ticking  sync.WaitGroup

	observing sync.RWMutex // held for reading by those that observe
	closed    bool         // nobody observes any more
	seen      atomic.Uint64
}

var (
	errNotStarted = errors.New("the connector does not run")
	errLifecycle  = errors.New("the connector was shut down before")
)

func newCore(config *Config, name string, log *zap.Logger) *core {
	c := &core{
		config: config, name: name, log: log, stop: make(chan struct{}),
		reader: newReader(&config.Attributes), ledger: newLedger(&config.Attributes),
	}
	c.claims = config.claims(func(string, error) {}) // which Validate has refused
	return c
}

// start makes the monitor, once. Every instance calls it.
func (c *core) start(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.started {
		return c.startErr
	}
	c.started = true
	c.startErr = c.open()
	return c.startErr
}

func (c *core) open() error {
	if c.closed {
		return errLifecycle
	}
	options, table, err := c.options()
	if err != nil {
		return err
	}
	m, err := monitor.New(table, options)
	if err != nil {
		return err
	}
	if path := c.config.CheckpointFile; path != "" {
		if err := restore(path, m, c.log); err != nil {
			return fmt.Errorf("checkpoint_file: %w", err)
		}
	}
	c.base, c.began = m.Stats(), time.Now()
	c.monitor.Store(m)
	interval := options.Interval
	if interval == 0 {
		interval = monitorInterval
	}
	c.ticking.Go(func() { c.tick(m, interval) })
	return nil
}

// monitorInterval is the interval of a monitor that is told none.
const monitorInterval = 10 * time.Second

func (c *core) options() (o monitor.Options, table *geo.Table, err error) {
	f := c.config
	table, err = openDatabase(f.Database)
	if err != nil {
		return o, nil, fmt.Errorf("database: %w", err)
	}
	o = monitor.Options{
		Interval: f.Interval, AllowedLateness: f.AllowedLateness, Retention: f.Retention, Targets: f.Targets,
		FalseAlarms: f.FalseAlarms, Claims: c.claims, NotifyChildren: f.Logs.Children,
		Tally: attribution.Options{
			SampleSize: f.SampleSize, Precision: f.Precision, IPv6PrefixLen: f.IPv6PrefixLength,
			SamplingRate: f.SamplingRate, AssumeHandshake: f.AssumeHandshake, DropAddresses: f.DropAddresses,
		},
	}
	if o.Groups, err = f.groups(); err != nil {
		return o, nil, err
	}
	for i, path := range f.FurtherDatabases {
		further, err := geo.Open(path)
		if err != nil {
			return o, nil, fmt.Errorf("further_databases[%d]: %w", i, err)
		}
		o.Enrichment.Databases = append(o.Enrichment.Databases, further)
	}
	if f.KeyFile != "" {
		if o.Tally.Key, err = sketch.KeyFromFile(f.KeyFile); err != nil {
			return o, nil, fmt.Errorf("key_file: %w", err)
		}
	}
	if c.outbox != nil {
		o.Notify = c.outbox.put
	}
	return o, table, nil
}

func openDatabase(path string) (*geo.Table, error) {
	if path == "" {
		return dbip.Table()
	}
	return geo.Open(path)
}

// most is how many events are observed at once. It bounds the memory of a call.
const most = 1024

var buffers = sync.Pool{New: func() any { return new([most]monitor.Event) }}

// observe gives all records to the monitor.
func (c *core) observe(logs plog.Logs) error {
	c.observing.RLock()
	defer c.observing.RUnlock()
	m := c.monitor.Load()
	if m == nil || c.closed {
		return errNotStarted
	}
	buffer := buffers.Get().(*[most]monitor.Event)
	var t tally
	n, all := 0, 0
	flush := func() {
		m.Observe(buffer[:n]...)
		clear(buffer[:n]) // keeps no text of a record
		all += n
		n = 0
	}
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				buffer[n] = c.reader.event(record, &t)
				if n++; n == most {
					flush()
				}
			}
		}
	}
	flush()
	buffers.Put(buffer)
	c.ledger.add(&t)
	c.seen.Add(uint64(all))
	return nil
}

// saveEvery is how often a checkpoint is written, which may be tens of megabytes.
const saveEvery = time.Minute

// tick tells the monitor once an interval what is known of the input. While nothing comes, the time
// of the stream goes on as fast as this machine's clock, so that bursts end. Beside that it saves the
// monitor, however long the interval is.
func (c *core) tick(m *monitor.Monitor, interval time.Duration) {
	ticker, saving := time.NewTicker(interval), time.NewTicker(saveEvery)
	defer ticker.Stop()
	defer saving.Stop()
	silence := silence{}
	for {
		select {
		case <-c.stop:
			return
		case now := <-ticker.C:
			m.SetAccount(c.ledger.account())
			if to := silence.at(now, c.seen.Load(), m.Stats().Time); !to.IsZero() {
				m.Advance(to)
			}
		case <-saving.C:
			c.save()
		}
	}
}

// silence is the time since records came.
type silence struct {
	seen   uint64
	since  time.Time // when the latest were noticed
	stream time.Time // its time then
}

// at returns what time it is in the stream, if no record has come since the last call; else the
// zero time.
func (s *silence) at(now time.Time, seen uint64, stream time.Time) time.Time {
	if seen != s.seen || s.since.IsZero() {
		*s = silence{seen, now, stream}
		return time.Time{}
	}
	if s.stream.IsZero() {
		return time.Time{} // nothing ever came
	}
	return s.stream.Add(now.Sub(s.since))
}

// close ends observing, once, and writes a checkpoint. Later calls wait for it.
func (c *core) close() (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observing.Lock()
	again := c.closed
	c.closed = true
	c.observing.Unlock()
	if again {
		return nil
	}
	close(c.stop)
	c.ticking.Wait()
	if c.monitor.Load() == nil {
		return nil
	}
	return c.save()
}

func (c *core) save() error {
	path := c.config.CheckpointFile
	if path == "" {
		return nil
	}
	err := checkpoint.Write(path, c.monitor.Load())
	if err != nil {
		c.saveFails.Add(1)
		c.log.Error("the checkpoint was not written", zap.String("path", path), zap.Error(err))
	}
	return err
}
