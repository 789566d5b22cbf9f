package otelconnector

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/whence-go/whence/internal/figures"
)

// prometheusName is what an exporter makes of a metric by the rules of OpenTelemetry:
// https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
func prometheusName(m pmetric.Metric) string {
	name := strings.ReplaceAll(m.Name(), ".", "_")
	switch m.Unit() {
	case "By":
		name += "_bytes"
	case "s":
		name += "_seconds"
	case "1":
		if m.Type() == pmetric.MetricTypeGauge {
			name += "_ratio"
		}
	}
	if m.Type() == pmetric.MetricTypeSum {
		name += "_total"
	}
	return name
}

// Every series of attribution/metrics is there, with the same name, kind and labels, as far as it has a
// meaning here.
func TestSeriesAreThoseOfPrometheus(t *testing.T) {
	doc, err := os.ReadFile("../metrics/doc.go")
	must(t, err)
	p := newPair(t, func(c *Config) {
		c.Claims, c.Metrics.Targets = []string{"majority RU"}, []string{"all traffic"}
	})
	must(t, p.start())
	for _, logs := range story() {
		p.consume(t, logs)
	}
	p.stop(t)
	got := map[string]string{}
	reported := p.metrics.output.(*meter).metrics(time.Now())
	for _, m := range reported.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		labels := ""
		for key := range dataPoints(m).At(0).Attributes().All() {
			labels += " " + key
		}
		kind := "gauge"
		if m.Type() == pmetric.MetricTypeSum {
			kind = "counter"
		}
		got[prometheusName(m)] = kind + labels
	}
	without := []string{ // no record is excluded, a scrape is none, and no record is unread or noted in the story
		"whence_scrape_duration_seconds", "whence_input_excluded_records_total", "whence_verdict_reason",
		"whence_input_unread_records", "whence_input_notes",
	}
	rows := regexp.MustCompile(`(?m)^//\t(whence_\S+) +(gauge|counter) +(?:\S+|0 (?:to|or) 1)((?: +[a-z]+(?: [a-z]+)*)?)$`)
	all := rows.FindAllStringSubmatch(string(doc), -1)
	if len(all) < 40 {
		t.Fatalf("%d rows in the documentation of metrics", len(all))
	}
	for _, row := range all {
		want := strings.TrimSuffix(row[2]+" "+strings.TrimSpace(row[3]), " ")
		if !slices.Contains(without, row[1]) && got[row[1]] != want {
			t.Errorf("%s is %q, want %q", row[1], got[row[1]], want)
		}
	}
}

// Sums begin where the connector did, are cumulative, and never fall. Gauges have no start.
func TestTimestamps(t *testing.T) {
	before := time.Now()
	p := started(t, nil)
	p.consume(t, story()[0])
	first := p.metrics.output.(*meter).metrics(time.Now())
	p.consume(t, story()[1])
	at := time.Now()
	second := p.metrics.output.(*meter).metrics(at)
	starts := map[time.Time]bool{}
	for _, m := range first.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		if m.Type() == pmetric.MetricTypeSum {
			starts[m.Sum().DataPoints().At(0).StartTimestamp().AsTime()] = true
		}
	}
	for _, m := range second.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		for _, point := range dataPoints(m).All() {
			if got := point.Timestamp().AsTime(); !got.Equal(at) {
				t.Errorf("%s has the time %v, want %v", m.Name(), got, at)
			}
			if m.Type() != pmetric.MetricTypeSum {
				if point.StartTimestamp() != 0 {
					t.Errorf("%s has a start", m.Name())
				}
				continue
			}
			starts[point.StartTimestamp().AsTime()] = true
			if !m.Sum().IsMonotonic() || m.Sum().AggregationTemporality() != pmetric.AggregationTemporalityCumulative {
				t.Errorf("%s is %v", m.Name(), m.Sum().AggregationTemporality())
			}
		}
	}
	for start := range starts {
		if len(starts) != 1 || start.Before(before) || start.After(at) {
			t.Errorf("starts %v, want one from %v to %v", starts, before, at)
		}
	}
	for key, n := range map[string][2]float64{
		"whence.monitor.records": {40, 80}, "whence.input.records": {40, 80},
	} {
		if a, b := pointsOf(first)[key], pointsOf(second)[key]; a != n[0] || b != n[1] {
			t.Errorf("%s is %v, then %v, want %v", key, a, b, n)
		}
	}
}

// While the burst runs, the metrics have it and the state of each claim; afterwards not.
func TestClaimStates(t *testing.T) {
	p := started(t, func(c *Config) {
		c.Claims = []string{"majority RU", "majority US", "KP < 1%"}
		c.Metrics.Targets = []string{"all traffic", "mailbox-3@lagoon.example", "a"}
		c.Metrics.Window = step // as long as the burst is told of
	})
	check := func(when string, want points) {
		t.Helper()
		got := p.points()
		for key, value := range want {
			if have, ok := got[key]; !ok || have != value {
				t.Errorf("%s: %s is %v (%t), want %v", when, key, have, ok, value)
			}
		}
	}
	states := func(claim, state string) points {
		all := points{}
		for _, o := range figures.Outcomes {
			all["whence.verdict|"+claim+"|"+o.String()] = float64(flag(o.String() == state))
		}
		return all
	}
	batches := story()
	check("before anything came", points{"whence.bursts.running": 0, "whence.monitor.records": 0})
	for i, logs := range batches {
		p.consume(t, logs)
		switch i {
		case quiet - 1:
			check("before", points{"whence.bursts.running": 0, "whence.target.bursting|all traffic": 0})
			check("before", states("RU > 50% of sources", "refuted"))
		case quiet + length - 1:
			check("while it runs", points{
				"whence.bursts.running": 1, "whence.target.bursting|all traffic": 1,
				"whence.target.bursting|mailbox-3@lagoon.example": 1, "whence.target.bursting|a": 0,
				"whence.burst.verdicts|RU > 50% of sources|supported": 1,
				"whence.burst.verdicts|US > 50% of sources|refuted":   1,
				"whence.verdict.limit|RU > 50% of sources":            0.5,
				"whence.verdict.share|RU > 50% of sources":            0.8,
				"whence.verdict.share|US > 50% of sources":            0.2,
			})
			check("while it runs", states("RU > 50% of sources", "supported"))
			check("while it runs", states("US > 50% of sources", "refuted"))
		}
	}
	check("afterwards", points{
		"whence.bursts.running": 0, "whence.target.bursting|all traffic": 0,
		"whence.burst.verdicts|RU > 50% of sources|supported": 0,
	})
	if n := p.points()["whence.bursts"]; n < 1 {
		t.Errorf("%v bursts", n)
	}
}

// Whatever comes, there are at most so many data points.
func TestCardinality(t *testing.T) {
	p := started(t, func(c *Config) { c.Metrics.Countries, c.Metrics.Window = 2, time.Hour })
	for i, logs := range story() {
		for k, r := range logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			r.Attributes().PutStr("destination.address", fmt.Sprintf("made-up-%d-%d", i, k))
			r.Attributes().PutStr(fmt.Sprintf("made-up-%d-%d", i, k), "x")
		}
		p.consume(t, logs)
	}
	got := p.points()
	shown := 0
	for key := range got {
		if strings.HasPrefix(key, "whence.source.share.lower|") {
			shown++
		}
		if strings.Contains(key, "made-up") {
			t.Errorf("%s is of the input", key)
		}
	}
	if shown != 2+1 || len(got) > 6*2+1+70 { // two countries, and unlocated sources; docs/OTEL.md has the bound
		t.Errorf("%d countries with bounds, %d data points", shown, len(got))
	}
}
