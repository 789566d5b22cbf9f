package otelconnector

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/figures"
)

// meter sends metrics once a period, and once more at the end.
type meter struct {
	core    *core
	next    consumer.Metrics
	targets []namedTarget
	worker  worker
	failing bool // and that was logged
}

type namedTarget struct {
	name   string
	target monitor.Target
}

func newMeter(c *core, next consumer.Metrics) *meter {
	m := &meter{core: c, next: next, worker: newWorker()}
	for _, name := range c.config.Metrics.Targets {
		t := namedTarget{name: name}
		if name != allTraffic {
			t.target = monitor.ParseTarget(name)
		}
		m.targets = append(m.targets, t)
	}
	return m
}

// allTraffic names the zero target.
const allTraffic = "all traffic"

func (m *meter) start() {
	m.worker.run(func() {
		ticker := time.NewTicker(m.core.config.Metrics.Period)
		defer ticker.Stop()
		for {
			select {
			case now := <-ticker.C:
				m.send(now)
			case <-m.worker.stopping:
				m.send(time.Now())
				return
			}
		}
	})
}

func (m *meter) stop(ctx context.Context) error { return m.worker.stop(ctx) }

// send hands over one batch. One that is not taken is not kept: the next has all that it says.
func (m *meter) send(now time.Time) {
	ctx, cancel := context.WithTimeout(m.worker.ctx, m.core.config.Metrics.Period)
	defer cancel()
	err := m.next.ConsumeMetrics(ctx, m.metrics(now))
	if err != nil {
		m.core.failures.Add(1)
	}
	if err != nil && !m.failing {
		m.core.log.Warn("metrics were not taken", zap.Error(err))
	}
	m.failing = err != nil
}

// metrics returns all data points as of now. Those of the window are of one snapshot; events that
// come meanwhile may be in the others.
func (m *meter) metrics(now time.Time) pmetric.Metrics {
	c := m.core
	watched := c.monitor.Load()
	b := newBatch(c.name, c.began, now)
	stats := watched.Stats()
	var from time.Time
	if !stats.Time.IsZero() {
		from = stats.Time.Add(-c.config.Metrics.Window)
	}
	r, err := watched.Snapshot(from, time.Time{}).Report(attribution.Policy{}, c.claims...)
	if err != nil { // of claims that were checked
		c.log.Error("no report", zap.Error(err))
	} else {
		b.report(&r, c.claims, c.config.Metrics.Countries)
	}
	m.interval(b, watched, stats)
	m.bursts(b, watched, stats)
	b.stats(stats, c.base)
	b.account(c.ledger.account())
	m.outputs(b)
	return b.metrics
}

// interval adds the distinct sources of the last interval that has closed.
func (m *meter) interval(b *batch, watched *monitor.Monitor, stats monitor.Stats) {
	if stats.Closed.IsZero() || !stats.Closed.After(stats.Oldest) {
		return
	}
	r, err := watched.Snapshot(stats.Closed.Add(-1), stats.Closed).Report(attribution.Policy{})
	if err == nil {
		b.count(intervalSeries, r.Sources.Value)
	}
}

func (m *meter) bursts(b *batch, watched *monitor.Monitor, stats monitor.Stats) {
	running := uint64(0)
	outcomes := map[attribution.Claim]map[attribution.Outcome]uint64{}
	for _, claim := range m.core.claims {
		outcomes[claim] = map[attribution.Outcome]uint64{}
	}
	for burst := range watched.Running() {
		running++
		for i := range burst.Report.Verdicts {
			v := &burst.Report.Verdicts[i]
			if counts := outcomes[v.Claim]; counts != nil {
				counts[v.Outcome]++
			}
		}
	}
	b.count(runningSeries, running)
	b.count(burstsSeries, stats.Bursts-min(m.core.base.Bursts, stats.Bursts))
	for _, claim := range m.core.claims {
		for _, o := range figures.Outcomes {
			b.count(burstVerdictsSeries, outcomes[claim][o], claim.String(), o.String())
		}
	}
	for _, t := range m.targets {
		b.count(burstingSeries, flag(watched.Bursting(t.target)), t.name)
	}
}

// outputs adds what became of what the connector has sent.
func (m *meter) outputs(b *batch) {
	b.count(droppedBatchesSeries, m.core.failures.Load())
	b.count(saveFailsSeries, m.core.saveFails.Load())
	if o := m.core.outbox; o != nil {
		sent, dropped := o.counts()
		b.count(sentRecordsSeries, sent)
		b.count(droppedRecordsSeries, dropped)
	}
}
