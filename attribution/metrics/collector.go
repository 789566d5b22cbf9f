package metrics

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/figures"
)

// Collector is a [prometheus.Collector]. Any number of goroutines may collect at once: they take
// turns. Make one with [New] or [NewMonitor]; the zero Collector is invalid, and a Collector must
// not be copied.
type Collector struct {
	options  Options
	snapshot func() attribution.Snapshot
	monitor  *monitor.Monitor // nil if the source is a function
	targets  []string         // labels of the targets in the options
	all      []series
	mu       sync.Mutex
}

// New returns a Collector of what source returns, which it calls once a scrape, from the goroutine
// of the scrape. The method Snapshot of a [attribution.ShardedTally] is such a source. That of an
// [attribution.Tally] is not: it must not run while another goroutine adds. See the package
// documentation for what to do.
//
// The error wraps [attribution.ErrInvalidOptions].
func New(source func() attribution.Snapshot, o Options) (*Collector, error) {
	switch {
	case source == nil:
		return nil, invalid("no source")
	case o.Window != 0 || len(o.Targets) > 0:
		return nil, invalid("Window and Targets are of a monitor")
	}
	return newCollector(source, nil, o)
}

// NewMonitor returns a Collector of the last traffic of a monitor, of its bursts and of its
// [monitor.Stats].
//
// The error wraps [attribution.ErrInvalidOptions].
func NewMonitor(m *monitor.Monitor, o Options) (*Collector, error) {
	if m == nil {
		return nil, invalid("no monitor")
	}
	return newCollector(nil, m, o)
}

func newCollector(source func() attribution.Snapshot, m *monitor.Monitor, o Options) (*Collector, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	targets, err := targetLabels(o.Targets)
	if err != nil {
		return nil, err
	}
	c := &Collector{options: o, snapshot: source, monitor: m, targets: targets, all: slices.Clone(countedSeries)}
	if m != nil {
		c.all = append(c.all, monitorSeries...)
	}
	if o.Account != nil {
		c.all = append(c.all, inputSeries...)
	}
	return c, nil
}

// Describe implements [prometheus.Collector].
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, s := range c.all {
		to <- s.Desc
	}
}

// Collect implements [prometheus.Collector]. It reads the source once, so that all series of one
// scrape are about the same traffic.
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	for _, m := range c.gather() { // without the lock: the receiver may be slow
		to <- m
	}
}

func (c *Collector) gather() []prometheus.Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	began := time.Now()
	var s scrape
	if c.monitor == nil {
		s.snapshot(c.snapshot(), &c.options)
	} else {
		c.gatherMonitor(&s)
	}
	if c.options.Account != nil {
		s.account(c.options.Account())
	}
	s.put(scrapeSeries, time.Since(began).Seconds())
	return s.metrics
}

// scrape is what one scrape has found.
type scrape struct{ metrics []prometheus.Metric }

// put adds a sample. One that Prometheus refuses makes the scrape fail, with the reason.
func (s *scrape) put(what series, value float64, labels ...string) {
	m, err := prometheus.NewConstMetric(what.Desc, what.kind, value, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(what.Desc, err)
	}
	s.metrics = append(s.metrics, m)
}

// putTime adds a time in seconds since 1970, if it is known.
func (s *scrape) putTime(what series, t time.Time, labels ...string) {
	if !t.IsZero() {
		s.put(what, float64(t.Unix())+float64(t.Nanosecond())/1e9, labels...)
	}
}

// putOutcomes adds a sample for each outcome.
func (s *scrape) putOutcomes(what series, claim string, value func(attribution.Outcome) float64) {
	for _, o := range figures.Outcomes {
		s.put(what, value(o), claim, o.String())
	}
}

// flag is 1 for true.
func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// label makes a text of others fit to be a label: valid UTF-8 of a bounded length.
func label(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}
