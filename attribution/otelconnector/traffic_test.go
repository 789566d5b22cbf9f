package otelconnector

import (
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
)

// plainConfig makes a monitor that counts the traffic of the engines as a plain loop does.
func plainConfig(t testing.TB) func(*Config) {
	return func(c *Config) {
		c.Interval, c.AllowedLateness = engines.Window, -1
		c.Groups = []string{"none"}
		c.KeyFile = keyFile(t, 16) // that of engines.Traffic.Options
		c.Claims = []string{"majority US", "majority RU"}
		c.Metrics.Window = time.Second // of the last interval alone
		c.Metrics.Countries = mostCountries
	}
}

// batchesOf are the records of the traffic.
func batchesOf(traffic engines.Traffic, size int) func(yield func(plog.Logs) bool) {
	return func(yield func(plog.Logs) bool) {
		events := make([]monitor.Event, 0, size)
		for i := range traffic.Events {
			if events = append(events, traffic.Event(i)); len(events) == size || i == traffic.Events-1 {
				if !yield(logsOf(events...)) {
					return
				}
				events = events[:0]
			}
		}
	}
}

// Records that come through the connector are counted as a plain loop counts the events, to the byte.
func TestTrafficIsPlain(t *testing.T) {
	traffic := engines.Traffic{Events: 100_000}
	if testenv.Long() {
		traffic.Events = 10_000_000
	}
	p := started(t, plainConfig(t))
	for logs := range batchesOf(traffic, 2*most+452) { // which is observed in parts
		p.consume(t, logs)
	}
	want := traffic.Plain()
	last := engines.Begin.Add((engines.Windows - 1) * engines.Window)
	compareMetrics(t, p, want[engines.Place{From: last}])

	end := engines.Begin.Add(engines.Windows * engines.Window)
	p.monitor().Advance(end)
	got := map[engines.Place]attribution.Snapshot{}
	for in := range p.monitor().Intervals(engines.Begin, end) {
		got[engines.Place{Target: in.Target, From: in.From}] = in.Snapshot
	}
	for i, line := range engines.Differences(got, want) {
		if i == 5 {
			break
		}
		t.Error(line)
	}
	report := world.Must(want[engines.Place{From: last}].Report(attribution.Policy{}))
	if n := p.points()["whence.interval.distinct_sources"]; n != float64(report.Sources.Value) {
		t.Errorf("%v sources in the last interval, want %d", n, report.Sources.Value)
	}
}

// compareMetrics compares the metrics with a report of what a plain loop has counted.
func compareMetrics(t *testing.T, p *pair, s attribution.Snapshot) {
	t.Helper()
	claims := []attribution.Claim{attribution.Majority("US"), attribution.Majority("RU")}
	r := world.Must(s.Report(attribution.Policy{}, claims...))
	got := p.points()
	want := points{
		"whence.distinct_sources":       float64(r.Sources.Value),
		"whence.distinct_sources.lower": float64(r.Sources.Low),
		"whence.distinct_sources.upper": float64(r.Sources.High),
		"whence.records":                float64(r.Records),
	}
	for _, row := range append(slices.Clone(r.Countries), r.Unlocated) {
		name := row.Origin.String()
		want["whence.sources|"+name] = float64(row.Sources)
		want["whence.events|"+name] = float64(row.Events)
		want["whence.traffic|"+name] = float64(row.Bytes)
		want["whence.source.share|"+name] = row.Share.Value
		want["whence.source.share.lower|"+name] = row.Share.Low
		want["whence.source.share.upper|"+name] = row.Share.High
	}
	want["whence.events|"+geo.Reserved.String()] = float64(r.Reserved.Events)
	for _, v := range r.Verdicts {
		want["whence.verdict|"+v.Claim.String()+"|"+v.Outcome.String()] = 1
		if v.Outcome != attribution.Inadmissible { // of forged sources, a share says nothing
			want["whence.verdict.share|"+v.Claim.String()] = v.Share.Value
		}
	}
	if r.Sources.Value == 0 || len(r.Countries) < 50 {
		t.Errorf("only %d countries", len(r.Countries))
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if value, ok := got[key]; !ok || value != want[key] {
			t.Errorf("%s is %v (%t), want %v", key, value, ok, want[key])
		}
	}
}

// Records that come from many pipelines at once are all counted, each once.
func TestTrafficAtOnce(t *testing.T) {
	traffic := engines.Traffic{Events: 20_000}
	p := started(t, func(c *Config) {
		plainConfig(t)(c)
		c.AllowedLateness = 8 * engines.Window // whose order does not matter then
	})
	all := slices.Collect(batchesOf(traffic, 500))
	var wait sync.WaitGroup
	for k := range 4 {
		wait.Go(func() {
			for i := k; i < len(all)/10; i += 4 { // of the first window
				p.consume(t, all[i])
			}
		})
	}
	wait.Wait()
	got, err := p.monitor().Snapshot(engines.Begin, engines.Begin.Add(engines.Window)).MarshalBinary()
	must(t, err)
	want, err := traffic.Plain()[engines.Place{From: engines.Begin}].MarshalBinary()
	must(t, err)
	if string(got) != string(want) {
		t.Errorf("%d bytes, want others, %d", len(got), len(want))
	}
	if a := p.metrics.core.ledger.account(); a.Records != uint64(traffic.Events/10) || len(a.Lost) > 0 {
		t.Errorf("the account has %+v", a)
	}
}
