package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// suites are the benchmarks, by the module that they are in, and where their results are kept.
var suites = []struct {
	dir, pkg string
	flags    []string
	file     string
}{
	{".", "./bench", []string{"-bench", ".", "-skip", "BenchmarkSources|BenchmarkSparse|BenchmarkIngest"}, "tally.txt"},
	{".", "./bench", []string{"-bench", "BenchmarkSources|BenchmarkSparse", "-long"}, "sources.txt"},
	{filepath.Join("bench", "peers"), ".", []string{"-bench", "."}, "peers.txt"},
}

// record runs the benchmarks whose results are kept in a file, or all if it is empty.
func record(root, file string, count int, benchtime string) error {
	head, err := header(root)
	if err != nil {
		return err
	}
	for _, s := range suites {
		if file != "" && file != s.file {
			continue
		}
		results := bytes.NewBufferString(head)
		args := []string{"test", "-run", "^$", "-count", strconv.Itoa(count), "-benchtime", benchtime, "-timeout", "0", s.pkg}
		test := exec.Command("go", append(args, s.flags...)...)
		test.Dir = filepath.Join(root, s.dir)
		test.Stdout = io.MultiWriter(os.Stdout, results)
		test.Stderr = os.Stderr
		if err := test.Run(); err != nil {
			return fmt.Errorf("benchmarks in %s: %w", s.dir, err)
		}
		// Only whole results replace those that are there.
		if err := os.WriteFile(filepath.Join(root, "bench", "results", s.file), results.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// header returns what go test does not say: it prints the model of the processor itself.
func header(root string) (string, error) {
	commit, err := git(root, "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "", err
	}
	changes, err := git(root, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results")
	if err != nil {
		return "", err
	}
	if changes != "" {
		commit += " with changes"
	}
	return fmt.Sprintf("commit: %s\ndate: %s\ngo: %s\ncores: %d\nos: %s\n",
		commit, time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.NumCPU(), system()), nil
}

func git(root string, args ...string) (string, error) {
	out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

// system names the operating system, with its release if that is known.
func system() string {
	text, _ := os.ReadFile("/etc/os-release")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); ok {
			return strings.Trim(name, `"`)
		}
	}
	return runtime.GOOS
}
