package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// results are what one file of bench/results says.
type results struct {
	path   string
	config map[string]string               // "cpu" and the like
	values map[string]map[string][]float64 // by benchmark, then unit; one for each run
}

func readResults(path string) (*results, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseResults(path, string(text))
}

// parseResults reads what go test -bench prints.
func parseResults(path, text string) (*results, error) {
	r := &results{path, map[string]string{}, map[string]map[string][]float64{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if key, value, ok := strings.Cut(line, ": "); ok && !strings.ContainsAny(key, " \t") {
			r.config[key] = value
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue // "PASS", "ok ..."
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i >= 0 && strings.Trim(name[i+1:], "0123456789") == "" {
			name = name[:i] // the rest is GOMAXPROCS
		}
		if r.values[name] == nil {
			r.values[name] = map[string][]float64{}
		}
		for pair := range slices.Chunk(fields[2:], 2) { // after the iterations
			v, err := strconv.ParseFloat(pair[0], 64)
			if err != nil || len(pair) < 2 {
				return nil, fmt.Errorf("%s:%d: %q is no value with its unit", path, n, strings.Join(pair, " "))
			}
			r.values[name][pair[1]] = append(r.values[name][pair[1]], v)
		}
	}
	return r, nil
}

// median returns the median over the runs.
func (r *results) median(benchmark, unit string) (float64, error) {
	v := slices.Sorted(slices.Values(r.values[benchmark][unit]))
	if len(v) == 0 {
		return 0, fmt.Errorf("%s: no %s of Benchmark%s", r.path, unit, benchmark)
	}
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2, nil
}

// runs returns how often the benchmark was run.
func (r *results) runs(benchmark string) int {
	n := 0
	for _, v := range r.values[benchmark] {
		n = cmp.Or(n, len(v))
	}
	return n
}
