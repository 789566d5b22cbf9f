package metrics

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/whence-go/whence/attribution"
)

// all are the series of every kind.
func all() []series { return slices.Concat(countedSeries, monitorSeries, inputSeries) }

// The package documentation has every series with its type and labels, and no other.
func TestDocumentedSeries(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	must(t, text, err)
	got := map[string]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) > 3 && strings.HasPrefix(line, "//\twhence_") {
			if _, twice := got[fields[1]]; twice {
				t.Errorf("%s is there twice", fields[1])
			}
			got[fields[1]] = line
		}
	}
	for _, s := range all() {
		line, found := got[s.name]
		if delete(got, s.name); !found {
			t.Errorf("%s is not documented", s.name)
			continue
		}
		kind := map[prometheus.ValueType]string{prometheus.GaugeValue: "gauge", prometheus.CounterValue: "counter"}[s.kind]
		fields := strings.Fields(line)[2:]
		if fields[0] != kind || !strings.HasSuffix(strings.TrimSpace(line), strings.Join(s.labels, " ")) {
			t.Errorf("%s: documented as %q, want %s with labels %v", s.name, fields, kind, s.labels)
		}
		for _, label := range []string{"country", "claim", "outcome", "reason", "code", "database", "target"} {
			if slices.Contains(fields[1:], label) != slices.Contains(s.labels, label) {
				t.Errorf("%s: label %s", s.name, label)
			}
		}
	}
	for name := range got {
		t.Errorf("%s is documented, and there is none", name)
	}
}

// full is a collector that gives every series there is.
func full(t testing.TB) *Collector {
	t.Helper()
	m := attacked(t, options(t))
	c, err := NewMonitor(m, Options{
		Claims: options(t).Claims, Targets: hitAndMissed(), Account: func() attribution.Account { return account },
	})
	return must(t, c, err)
}

// Every series that is described is collected, and the other way round.
func TestEverySeries(t *testing.T) {
	got := gather(t, full(t))
	maps.Copy(got, collect(t, attribution.Snapshot{}, Options{Claims: options(t).Claims})) // nothing is decided
	for _, s := range all() {
		if !slices.ContainsFunc(keys(got), func(name string) bool {
			return name == s.name || strings.HasPrefix(name, s.name+"{")
		}) {
			t.Errorf("no %s", s.name)
		}
	}
}

// exposed is what a scrape gets, as text.
func exposed(t testing.TB, c prometheus.Collector) []byte {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	if err := r.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := r.Gather()
	return textOf(t, must(t, families, err))
}

func textOf(t testing.TB, families []*dto.MetricFamily) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// Names and helps are as Prometheus wants them.
func TestNames(t *testing.T) {
	text := exposed(t, full(t))
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	checkMetrics(t, text)
	for _, s := range all() {
		if !model.LegacyValidation.IsValidMetricName(s.name) {
			t.Errorf("%s is no name", s.name)
		}
	}
}

// checkMetrics gives a scrape to promtool.
func checkMetrics(t testing.TB, text []byte) {
	t.Helper()
	cmd := exec.Command(promtool(t), "check", "metrics")
	cmd.Stdin = bytes.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// promtool is a program of Prometheus. Debian has it in the package prometheus.
func promtool(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("SKIPPED: promtool is not installed (package prometheus)")
	}
	return path
}
