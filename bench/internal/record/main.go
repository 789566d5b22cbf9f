// Record runs all benchmarks and keeps what they print in bench/results, headed
// by the machine, the commit and the date. It wants to be run at the root of the
// repository, on a machine that does nothing else:
//
//	go run ./bench/internal/record
//
// It takes an hour or two, less with a smaller -count or -benchtime. To be complete it needs
// redis-server and goaccess on the PATH; see bench/peers. What it writes can be
// read by benchstat, and goes into the README by bench/internal/readmetable.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// suites are the modules with benchmarks and where their results are kept.
var suites = []struct{ dir, pkg, file string }{
	{".", "./bench", "tally.txt"},
	{filepath.Join("bench", "peers"), ".", "peers.txt"},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("record: ")
	count := flag.Int("count", 10, "how often to run each benchmark")
	benchtime := flag.String("benchtime", "1s", "how long to run each, as go test takes it")
	flag.Parse()
	if flag.NArg() > 0 || *count < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := record(*count, *benchtime); err != nil {
		log.Fatal(err)
	}
}

func record(count int, benchtime string) error {
	head, err := header()
	if err != nil {
		return err
	}
	dir := filepath.Join("bench", "results")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, s := range suites {
		results := bytes.NewBufferString(head)
		test := exec.Command("go", "test", "-run", "^$", "-bench", ".", "-count", strconv.Itoa(count), "-benchtime", benchtime, "-timeout", "0", s.pkg)
		test.Dir = s.dir
		test.Stdout = io.MultiWriter(os.Stdout, results)
		test.Stderr = os.Stderr
		if err := test.Run(); err != nil {
			return fmt.Errorf("benchmarks in %s: %w", s.dir, err)
		}
		// Only whole results replace those that are there.
		if err := os.WriteFile(filepath.Join(dir, s.file), results.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// header returns what go test does not say: it prints the model of the processor
// itself.
func header() (string, error) {
	commit, err := git("rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "", err
	}
	changes, err := git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results")
	if err != nil {
		return "", err
	}
	if changes != "" {
		commit += " with changes"
	}
	return fmt.Sprintf("commit: %s\ndate: %s\ngo: %s\ncores: %d\nos: %s\n",
		commit, time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.NumCPU(), system()), nil
}

func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}

// system names the operating system, where it can with its release.
func system() string {
	text, _ := os.ReadFile("/etc/os-release")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); ok {
			return strings.Trim(name, `"`)
		}
	}
	return runtime.GOOS
}
