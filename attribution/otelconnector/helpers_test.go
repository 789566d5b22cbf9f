package otelconnector

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/goleak"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pair is a connector in a logs pipeline that feeds metrics and logs, as the collector makes it.
type pair struct {
	config  *Config
	metrics *instance
	logs    *instance

	gotMetrics *consumertest.MetricsSink
	gotLogs    *consumertest.LogsSink
}

func newPair(t testing.TB, change func(*Config)) *pair {
	t.Helper()
	f := NewFactory()
	p := &pair{
		config: f.CreateDefaultConfig().(*Config), gotMetrics: new(consumertest.MetricsSink),
		gotLogs: new(consumertest.LogsSink),
	}
	if change != nil {
		change(p.config)
	}
	set := connectortest.NewNopSettings(Type)
	metrics, err := f.CreateLogsToMetrics(t.Context(), set, p.config, p.gotMetrics)
	must(t, err)
	logs, err := f.CreateLogsToLogs(t.Context(), set, p.config, p.gotLogs)
	must(t, err)
	p.metrics, p.logs = metrics.(*instance), logs.(*instance)
	return p
}

// started returns a pair that runs until the test ends.
func started(t testing.TB, change func(*Config)) *pair {
	t.Helper()
	p := newPair(t, change)
	must(t, p.start())
	t.Cleanup(func() { p.stop(t) })
	return p
}

func (p *pair) start() error {
	host := componenttest.NewNopHost()
	for _, c := range []connector.Logs{p.metrics, p.logs} {
		if err := c.Start(context.Background(), host); err != nil {
			return err
		}
	}
	return nil
}

func (p *pair) stop(t testing.TB) {
	t.Helper()
	must(t, p.metrics.Shutdown(context.Background()))
	must(t, p.logs.Shutdown(context.Background()))
}

// consume hands over a batch as the pipeline does: to both.
func (p *pair) consume(t testing.TB, logs plog.Logs) {
	t.Helper()
	must(t, p.metrics.ConsumeLogs(t.Context(), logs))
	must(t, p.logs.ConsumeLogs(t.Context(), logs))
}

func (p *pair) monitor() *monitor.Monitor { return p.metrics.core.monitor.Load() }

// snapshot returns all metrics as of now.
func (p *pair) points() points { return pointsOf(p.metrics.output.(*meter).metrics(time.Now())) }

// points are the values of data points, by the name of the metric and the values of the attributes.
type points map[string]float64

func pointsOf(metrics pmetric.Metrics) points {
	all := points{}
	for _, m := range metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		for _, p := range dataPoints(m).All() {
			key := m.Name()
			for _, v := range p.Attributes().All() {
				key += "|" + v.Str()
			}
			if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
				all[key] = float64(p.IntValue())
			} else {
				all[key] = p.DoubleValue()
			}
		}
	}
	return all
}

func dataPoints(m pmetric.Metric) pmetric.NumberDataPointSlice {
	if m.Type() == pmetric.MetricTypeSum {
		return m.Sum().DataPoints()
	}
	return m.Gauge().DataPoints()
}

// logsOf returns the records of some events.
func logsOf(events ...monitor.Event) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	records.EnsureCapacity(len(events))
	for _, e := range events {
		r := records.AppendEmpty()
		r.SetTimestamp(pcommon.NewTimestampFromTime(e.Time))
		a := r.Attributes()
		a.PutStr("source.address", e.Source.String())
		if !e.Target.IsZero() {
			a.PutStr("destination.address", e.Target.String())
		}
		if e.Bytes > 0 {
			a.PutInt("network.io.bytes", int64(e.Bytes))
		}
	}
	return logs
}

var begin = time.Date(2026, 6, 10, 7, 0, 0, 0, time.UTC)

const (
	step   = 10 * time.Second // the default interval
	quiet  = 60               // intervals
	length = 6                // intervals of the burst
	after  = 45

	perInterval = 600 // events of the burst, each of a source of its own
)

var hit = monitor.TargetName("mailbox-3@lagoon.example")

// sourcesOf has 4,096 addresses of each country by the embedded database, in no order.
var sourcesOf = sync.OnceValue(func() map[string][]netip.Addr {
	all := map[string][]netip.Addr{}
	sampler := scenario.NewPopulation(world.Embedded(), nil).Sampler(1)
	for _, code := range []string{"DE", "RU", "US"} {
		all[code] = world.Must(sampler.Draw(world.Origin(code), 4096, scenario.Scattered4))
	}
	return all
})

func sourceOf(country string, n int) netip.Addr { return sourcesOf()[country][n] }

// story is a quiet time with a burst in it, of which four of five sources are in Russia by the embedded
// database. It is one batch for each interval.
func story() (batches []plog.Logs) {
	n := 0
	for i := range quiet + length + after {
		var events []monitor.Event
		add := func(k, of int, target monitor.Target, source netip.Addr) {
			at := begin.Add(time.Duration(i)*step + step*time.Duration(k)/time.Duration(of))
			events = append(events, monitor.Event{
				Time: at, Target: target, Flow: attribution.Flow{Source: source, Bytes: 100},
			})
		}
		if i < quiet || i >= quiet+length {
			for k := range 40 {
				add(k, 40, monitor.TargetName([]string{"a", "b", "c"}[k%3]), sourceOf("DE", i%7*40+k))
			}
		} else {
			for k := range perInterval {
				country := "RU"
				if k%5 == 0 {
					country = "US"
				}
				add(k, perInterval, hit, sourceOf(country, n))
				n++
			}
		}
		batches = append(batches, logsOf(events...))
	}
	return batches
}

// keyFile returns the path of a secret.
func keyFile(t testing.TB, n byte) string {
	path := filepath.Join(t.TempDir(), "key")
	must(t, os.WriteFile(path, testenv.Secret(n), 0o600))
	return path
}

// eventually waits until something is so. A test that hangs is ended by go test.
func eventually(so func() bool) {
	for !so() {
		time.Sleep(time.Millisecond)
	}
}
