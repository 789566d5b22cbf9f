package main

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..")

// The documents show what the results say.
func TestDocuments(t *testing.T) {
	files, err := documents(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 {
		t.Errorf("%d documents, want 3", len(files))
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from bench/results; run: go -C tools run ./benchtable", name)
		}
	}
}

// A document that differs from the results is written anew.
func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"docs", filepath.Join("bench", "results")} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	readme := filepath.Join(dir, "README.md")
	old := bytes.Replace(whole, []byte("Medians of"), []byte("Means of"), 1)
	if err := os.WriteFile(readme, old, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := update(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(readme); err != nil || !bytes.Equal(got, whole) || bytes.Equal(got, old) {
		t.Errorf("README.md was not restored (%v)", err)
	}
}

const printed = `commit: 123456789abc
date: 2026-11-22
go: go1.26.8
cores: 2
os: Debian
duckdb: v1.4.5
redis: 7.0.15
goaccess: 1.7
goos: linux
cpu: AMD EPYC
BenchmarkA/b=c-2   	      20	         9.949 ns/event	         1.5 x-floor
BenchmarkA/b=c-2   	      20	        30 ns/event	         2.5 x-floor
BenchmarkA/b=c-2   	      20	        20 ns/event	         1.0 x-floor
BenchmarkD-2   	      20	         1 ns/event
BenchmarkD-2   	      20	         2 ns/event
BenchmarkE-f   	      20	         4 ns/event
BenchmarkSources/sources=100-2 	 1	 10 ns/event	 2 x-floor	 30 x-naive
BenchmarkSources/sources=100000-2 	 1	 40 ns/event	 1.25 x-floor	 20 x-naive
PASS
ok  	example.org/bench	9.460s
`

func TestResults(t *testing.T) {
	r, err := parseResults("x.txt", strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		benchmark, unit string
		want            float64
	}{{"A/b=c", "ns/event", 20}, {"A/b=c", "x-floor", 1.5}, {"D", "ns/event", 1.5}, {"E-f", "ns/event", 4}} {
		if got, err := r.median(c.benchmark, c.unit); err != nil || got != c.want {
			t.Errorf("median of %s %s: %v (%v), want %v", c.benchmark, c.unit, got, err, c.want)
		}
	}
	if n := r.runs("A/b=c"); n != 3 {
		t.Errorf("%d runs, want 3", n)
	}
	want := "Medians of 2 runs on AMD EPYC, 2 cores, Debian, go1.26.8; commit 123456789abc, 2026-11-22." +
		"\nDuckDB 1.4.5, Redis 7.0.15, GoAccess 1.7.\n"
	if got := r.source("D"); got != want {
		t.Errorf("source: %q, want %q", got, want)
	}
	columns := []column{{"ns/event", "ns/event", "%s"}, {"floor", "x-floor", "%s ×"}}
	got, err := table(r, "case", columns, []row{{"of b", "A/b=c"}})
	if want := "| case | ns/event | floor |\n|---|---:|---:|\n| of b | 20 | 1.5 × |\n"; err != nil || got != want {
		t.Errorf("table: %q (%v), want %q", got, err, want)
	}
}

// Rows of benchmarks that were not recorded are left out, and those of whole lives come with
// their table.
func TestRowsOfNewBenchmarks(t *testing.T) {
	text := printed
	for _, r := range peerRows {
		text += "Benchmark" + r.benchmark + "-2 1 10 ns/event 2 x-whence\n"
	}
	text += "Benchmark" + tallyRows[2].benchmark + "-2 1 10 ns/event 2 x-floor 30 x-naive\n"
	for _, c := range []struct {
		more  string
		lives bool
	}{{"", false}, {"Benchmark" + lifeRows[1].benchmark + "-2 1 90 ns/event 2 x-steady 1.5 x-reused 3 x-floor\n", true}} {
		r, err := parseResults("x.txt", strings.NewReader(text+c.more))
		if err != nil {
			t.Fatal(err)
		}
		got, err := speedTables(r, r)
		if err != nil {
			t.Fatal(err)
		}
		if lives := strings.Contains(got, "| 60,000 | 90 | 2.0 × | 1.5 × | 3.0 × |\n"); lives != c.lives ||
			!strings.Contains(got, tallyRows[2].title) || strings.Contains(got, tallyRows[0].title) {
			t.Errorf("whole lives: %v, want %v, of\n%s", lives, c.lives, got)
		}
	}
}

func TestGrowth(t *testing.T) {
	r, err := parseResults("x.txt", strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	points, err := growth(r)
	if want := []point{{100, 5, 10, 300}, {100_000, 32, 40, 800}}; err != nil || !slices.Equal(points, want) {
		t.Fatalf("%v (%v), want %v", points, err, want)
	}
	rows := "\n| 100 | 5.0 | 10.0 | 300 |\n| 100,000 | 32.0 | 40.0 | 800 |\n"
	if got := growthTable(points); !strings.HasSuffix(got, rows) {
		t.Errorf("table: %s", got)
	}
	figure, err := draw(points)
	if err != nil {
		t.Fatal(err)
	}
	var svg struct {
		Texts []string `xml:"g>text"`
	}
	if err := xml.Unmarshal(figure, &svg); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1", "1k", "100", "100k",
		"whence, 40 ns", "memory floor, 32 ns", "naive pipeline, 800 ns", "exact up to 65,536"} {
		if !slices.Contains(svg.Texts, want) {
			t.Errorf("no text %q in %q", want, svg.Texts)
		}
	}
	again, err := draw(points)
	if err != nil || !bytes.Equal(again, figure) {
		t.Errorf("drawn again, the figure is another (%v)", err)
	}
}

func TestErrors(t *testing.T) {
	parse := func(text string) *results {
		r, err := parseResults("x.txt", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	broken := func(text string) error {
		_, err := parseResults("x.txt", strings.NewReader(text))
		return err
	}
	whole := parse(printed)
	for _, c := range []struct {
		name, want string
		err        func() error
	}{
		{"no number", "x.txt:2: ", func() error { return broken("a: b\nBenchmarkA-2 20 fast ns/event\n") }},
		{"no unit", "x.txt:1: ", func() error { return broken("BenchmarkA-2 20 1 ns/event 3\n") }},
		{"no benchmark", "x.txt: no ns/event of BenchmarkTally/", func() error {
			_, err := speedTables(whole, whole)
			return err
		}},
		{"no unit of a benchmark", "x.txt: no x-floor of BenchmarkD", func() error {
			_, err := table(whole, "", tallyColumns, []row{{"", "D"}})
			return err
		}},
		{"no growth", "x.txt: no BenchmarkSources", func() error {
			_, err := growth(parse("BenchmarkA-2 20 1 ns/event\n"))
			return err
		}},
		{"no number of sources", `parsing "many"`, func() error {
			_, err := growth(parse("BenchmarkSources/sources=many-2 1 10 ns/event 2 x-floor 30 x-naive\n"))
			return err
		}},
		{"no begin", "x.md: there is no line <!-- part: begin -->", func() error {
			_, err := splice("x.md", "<!-- part: end -->\n", "part", "")
			return err
		}},
		{"no end", "x.md: there is no line <!-- part: end -->", func() error {
			_, err := splice("x.md", "<!-- part: end -->\n<!-- part: begin -->\n", "part", "")
			return err
		}},
	} {
		if err := c.err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to say %q", c.name, err, c.want)
		}
	}
}

func TestSplice(t *testing.T) {
	text := "a\n<!-- part: begin -->\nold\n<!-- part: end -->\nb\n"
	once, err := splice("x.md", text, "part", "| new |\n")
	if want := "a\n<!-- part: begin -->\n\n| new |\n\n<!-- part: end -->\nb\n"; err != nil || once != want {
		t.Fatalf("%q (%v), want %q", once, err, want)
	}
	if twice, err := splice("x.md", once, "part", "| new |\n"); err != nil || twice != once {
		t.Errorf("again: %q (%v), want %q", twice, err, once)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0.04: "0.0", 1.25: "1.2", 9.949: "9.9", 9.95: "10", 98.6: "99", 999.6: "1,000",
		1234567: "1,234,567"} {
		if got := number(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}
