package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// results are what one file of bench/results says.
type results struct {
	path   string
	config map[string]string               // "cpu" and the like
	names  []string                        // the benchmarks, in their order
	values map[string]map[string][]float64 // by benchmark, then unit; one for each run
}

func readResults(path string) (*results, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseResults(path, f)
}

// parseResults reads what go test -bench prints. Values keep the units that it prints.
func parseResults(path string, text io.Reader) (*results, error) {
	r := &results{path: path, config: map[string]string{}, values: map[string]map[string][]float64{}}
	reader := benchfmt.NewReader(text, path)
	for reader.Scan() {
		switch line := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, line
		case *benchfmt.Result:
			for _, c := range line.Config {
				r.config[c.Key] = string(c.Value)
			}
			r.add(line)
		}
	}
	return r, reader.Err()
}

func (r *results) add(line *benchfmt.Result) {
	name, parts := line.Name.Parts()
	for _, p := range parts {
		if p[0] != '-' { // which is GOMAXPROCS
			name = append(name[:len(name):len(name)], p...)
		}
	}
	values := r.values[string(name)]
	if values == nil {
		r.names = append(r.names, string(name))
		values = map[string][]float64{}
		r.values[string(name)] = values
	}
	for _, v := range line.Values {
		if v.OrigUnit != "" {
			v.Value, v.Unit = v.OrigValue, v.OrigUnit
		}
		values[v.Unit] = append(values[v.Unit], v.Value)
	}
}

// median returns the median over the runs.
func (r *results) median(benchmark, unit string) (float64, error) {
	v := r.values[benchmark][unit]
	if len(v) == 0 {
		return 0, fmt.Errorf("%s: no %s of Benchmark%s", r.path, unit, benchmark)
	}
	sample := benchmath.NewSample(v, &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95).Center, nil
}

// runs returns how often the benchmark was run.
func (r *results) runs(benchmark string) int {
	for _, v := range r.values[benchmark] {
		return len(v)
	}
	return 0
}

// source says where and of what the figures are.
func (r *results) source(benchmark string) string {
	c := r.config
	s := fmt.Sprintf("Medians of %d runs on %s, %s cores, %s, %s; commit %s, %s.",
		r.runs(benchmark), c["cpu"], c["cores"], c["os"], c["go"], c["commit"], c["date"])
	if c["duckdb"] != "" {
		duckdb := strings.TrimPrefix(c["duckdb"], "v")
		s += fmt.Sprintf("\nDuckDB %s, Redis %s, GoAccess %s.", duckdb, c["redis"], c["goaccess"])
	}
	return s + "\n"
}

// splice puts text between the two marker lines of a document.
func splice(name, document, marker, text string) (string, error) {
	begin, end := "<!-- "+marker+": begin -->\n", "<!-- "+marker+": end -->\n"
	before, rest, ok := strings.Cut(document, begin)
	if !ok {
		return "", fmt.Errorf("%s: there is no line %s to put the tables after", name, strings.TrimSpace(begin))
	}
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("%s: there is no line %s after the other", name, strings.TrimSpace(end))
	}
	return before + begin + "\n" + text + "\n" + end + after, nil
}
