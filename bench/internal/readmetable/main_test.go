package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The README holds what the results say.
func TestREADME(t *testing.T) {
	t.Chdir(filepath.Join("..", "..", ".."))
	want, err := updated()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err) // nothing is recorded yet, or there is nowhere to write it
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s differs from the results; run: go run ./bench/internal/readmetable", readme)
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
PASS
ok  	example.org/bench	9.460s
`

func TestResults(t *testing.T) {
	r, err := parseResults("x.txt", printed)
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
	want := "Medians of 2 runs on AMD EPYC, 2 cores, Debian, go1.26.8; commit 123456789abc, 2026-11-22. DuckDB 1.4.5, Redis 7.0.15, GoAccess 1.7.\n"
	if got := source(r, "D"); got != want {
		t.Errorf("source: %q, want %q", got, want)
	}
	got, err := table(r, "case", []column{{"ns/event", "ns/event", "%s"}, {"floor", "x-floor", "%s ×"}}, []row{{"of b", "A/b=c"}})
	if want := "| case | ns/event | floor |\n|---|---:|---:|\n| of b | 20 | 1.5 × |\n"; err != nil || got != want {
		t.Errorf("table: %q (%v), want %q", got, err, want)
	}
}

func TestErrors(t *testing.T) {
	whole, err := parseResults("x.txt", printed)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		err        func() error
	}{
		{"no number", `x.txt:2: "fast ns/event"`, func() error {
			_, err := parseResults("x.txt", "a: b\nBenchmarkA-2 20 fast ns/event\n")
			return err
		}},
		{"no unit", `x.txt:1: "3"`, func() error {
			_, err := parseResults("x.txt", "BenchmarkA-2 20 1 ns/event 3\n")
			return err
		}},
		{"no benchmark", "x.txt: no ns/event of BenchmarkTally/", func() error {
			_, err := render(whole, whole)
			return err
		}},
		{"no unit of a benchmark", "x.txt: no x-floor of BenchmarkD", func() error {
			_, err := table(whole, "", tallyColumns, []row{{"", "D"}})
			return err
		}},
		{"no begin", "no line <!-- bench table: begin -->", func() error {
			_, err := splice(end, "")
			return err
		}},
		{"no end", "no line <!-- bench table: end -->", func() error {
			_, err := splice(end+begin, "")
			return err
		}},
	} {
		if err := c.err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to say %q", c.name, err, c.want)
		}
	}
}

func TestSplice(t *testing.T) {
	text := "a\n" + begin + "old\n" + end + "b\n"
	once, err := splice(text, "| new |\n")
	if want := "a\n" + begin + "\n| new |\n\n" + end + "b\n"; err != nil || once != want {
		t.Fatalf("%q (%v), want %q", once, err, want)
	}
	if twice, err := splice(once, "| new |\n"); err != nil || twice != once {
		t.Errorf("again: %q (%v), want %q", twice, err, once)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0.04: "0.0", 1.25: "1.2", 9.949: "9.9", 9.95: "10", 98.6: "99", 999.6: "1,000", 1234567: "1,234,567"} {
		if got := number(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}
