package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// scraped is what Prometheus has stored of scrapes at several times: values of each series, "_" where
// it had none.
type scraped struct {
	values map[string][]string
	n      int
}

func (s *scraped) add(got samples) {
	for name := range got {
		if s.values[name] == nil {
			s.values[name] = slices.Repeat([]string{"_"}, s.n)
		}
	}
	for name, list := range s.values {
		value := "_"
		if v, found := got[name]; found {
			value = strconv.FormatFloat(v, 'f', -1, 64)
		}
		s.values[name] = append(list, value)
	}
	s.n++
}

// scene is scraped once a minute: everyday traffic, then an attack that still runs.
func scene(t testing.TB) *scraped {
	t.Helper()
	o := options(t)
	m, err := monitor.New(everywhere(), o)
	must(t, m, err)
	c, err := NewMonitor(m, Options{
		Claims: append(o.Claims, claims(t, "RU > 10% of bytes")...), Targets: hitAndMissed(), Window: time.Minute,
		Account: func() attribution.Account { return account },
	})
	must(t, c, err)
	s := &scraped{values: map[string][]string{}}
	for minute := range time.Duration(25) {
		if minute < 20 {
			m.Observe(traffic(minute*time.Minute, (minute+1)*time.Minute)...)
		} else {
			m.Observe(attack(minute*time.Minute, (minute+1)*time.Minute)...)
		}
		s.add(gather(t, c))
	}
	return s
}

// Every query of the dashboard, and what every rule looks at, is there of a monitor under attack:
// promtool asks for it in what was scraped.
func TestQueries(t *testing.T) {
	tool := promtool(t)
	queries := []string{
		"whence_bursts_running > 0", `whence_burst_verdicts{outcome="supported"} > 0`,
		`whence_verdict{outcome=~"supported|refuted"}`, "last_over_time(whence_scrape_duration_seconds[1h])",
		"sum without (reason) (whence_lost_records) / (whence_records + sum without (reason) (whence_lost_records))",
		"time() - whence_database_build_timestamp_seconds", "time() - whence_monitor_time_timestamp_seconds",
	}
	replace := strings.NewReplacer("$job", "test", "$instance", "host:80", "$__rate_interval", "5m")
	verdicts := ""
	for _, p := range readDashboard(t).Panels {
		for _, x := range p.Targets {
			query := replace.Replace(x.Expr)
			if strings.Contains(query, "$") {
				t.Errorf("%q: unknown variable in %s", p.Title, x.Expr)
			}
			queries = append(queries, query)
		}
		if p.Title == "Verdicts on all traffic" {
			verdicts = queries[len(queries)-1]
		}
	}
	s := scene(t)
	if out, err := s.ask(t, tool, queries...); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// The numbers of the states are those that the panel gives a name.
	for claim, state := range map[string]int{"RU > 50% of sources": 1, "FR > 50% of sources": 2} {
		query := fmt.Sprintf("(%s == %d) and on (claim) whence_verdict{claim=%q}", verdicts, state, claim)
		if out, err := s.ask(t, tool, query); err != nil {
			t.Errorf("%s: %v\n%s", claim, err, out)
		}
	}
	// What is not there is noticed.
	if out, err := s.ask(t, tool, `whence_sources{country="XX"}`); err == nil {
		t.Errorf("%s", out)
	}
}

// series are the input of a test of promtool.
func (s *scraped) series() (list []object) {
	const target = `job="test",instance="host:80"`
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		full := name + "{" + target + "}"
		if bare, labels, found := strings.Cut(name, "{"); found {
			full = bare + "{" + target + "," + labels
		}
		list = append(list, object{"series": full, "values": strings.Join(s.values[name], " ")})
	}
	return list
}

// object is one of JSON, which is YAML, too.
type object = map[string]any

// ask has promtool check that queries give something at the end of what was scraped.
func (s *scraped) ask(t *testing.T, tool string, queries ...string) (out []byte, err error) {
	t.Helper()
	var tests []object
	for _, q := range queries {
		tests = append(tests, object{
			"expr": "count(" + q + ") > bool 0", "eval_time": fmt.Sprintf("%dm", s.n-1),
			"exp_samples": []object{{"labels": "{}", "value": 1}},
		})
	}
	text, err := json.Marshal(object{
		"evaluation_interval": "1m",
		"tests":               []object{{"interval": "1m", "input_series": s.series(), "promql_expr_test": tests}},
	})
	path := filepath.Join(t.TempDir(), "test.yml")
	if err := os.WriteFile(path, must(t, text, err), 0o600); err != nil {
		t.Fatal(err)
	}
	return exec.Command(tool, "test", "rules", path).CombinedOutput()
}

// The alerts are valid, and their tests fire each of them.
func TestAlerts(t *testing.T) {
	tool := promtool(t)
	for _, args := range [][]string{{"check", "rules", rulesFile}, {"test", "rules", ruleTestsFile}} {
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
	rules, err := os.ReadFile(rulesFile)
	must(t, rules, err)
	tests, err := os.ReadFile(ruleTestsFile)
	must(t, tests, err)
	names := regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(string(rules), -1)
	for _, name := range names {
		fires := regexp.MustCompile(`alertname: ` + name[1] + `\n +exp_alerts:\n`)
		if !fires.Match(tests) {
			t.Errorf("no test fires %s", name[1])
		}
	}
	if len(names) < 8 {
		t.Errorf("%d alerts", len(names))
	}
}
