package otelcol

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

const (
	builder = "go.opentelemetry.io/collector/cmd/builder@v0.165.0"
	target  = "mailbox-3@lagoon.example"

	step   = 10 * time.Second // an interval
	quiet  = 60               // intervals
	length = 6                // intervals of the burst
	after  = 45
	usual  = 40  // events of an interval
	many   = 600 // of one of the burst
)

var begin = time.Date(2026, 6, 10, 7, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The distribution is built and run. It reads a log of an attack, shows the shares of the countries and
// the burst at /metrics, prints the burst as a log record, and keeps a checkpoint. Started again, it goes on
// from there, and reads what the log has got since.
func TestDistribution(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a collector, which takes minutes")
	}
	program, state := build(t), t.TempDir()
	must(t, os.WriteFile(filepath.Join(state, "key"), testenv.Secret(1), 0o600))
	lines := attack()
	const half = usual*quiet + many*length/2
	log := filepath.Join(t.TempDir(), "access.json")

	first := start(t, program, state, log, lines[:half])
	got := first.read(half)
	value := func(name, label string) float64 {
		t.Helper()
		v, ok := got.value(name, label)
		if !ok {
			t.Errorf("no %s %s in\n%s", name, label, got)
		}
		return v
	}
	share := value("whence_source_share_ratio", `country="RU"`)
	low := value("whence_source_share_lower_ratio", `country="RU"`)
	high := value("whence_source_share_upper_ratio", `country="RU"`)
	const russian = many * length / 2 * 4 / 5
	if truth := float64(russian) / half; !(low < truth && truth < high && low < share && share < high) || high-low > 0.1 {
		t.Errorf("the share is %v, from %v to %v, want %v", share, low, high, truth)
	}
	if n := value("whence_bursts_running", ""); n != 1 {
		t.Errorf("%v bursts run", n)
	}
	if n := value("whence_burst_verdicts", `outcome="supported"`); n != 1 {
		t.Errorf("the claim is supported of %v bursts", n)
	}
	if n := value("whence_target_bursting", `target="all traffic"`); n != 1 {
		t.Errorf("all traffic bursts: %v", n)
	}
	first.stop()
	for _, want := range []string{
		"EventName: whence.burst", "Body: Str(Burst ", "whence.burst.state: Str(started)", "whence.burst.country: Str(RU)",
		"SeverityNumber: Warn(13)",
	} {
		if !strings.Contains(first.printed(), want) {
			t.Errorf("no %q in\n%s", want, first.printed())
		}
	}
	if info, err := os.Stat(filepath.Join(state, "checkpoint")); err != nil || info.Size() < 1000 {
		t.Errorf("the checkpoint: %v, %v", info, err)
	}

	second := start(t, program, state, log, lines[half:])
	got = second.read(len(lines) - half)
	if n := value("whence_monitor_dropped_records_total", `reason="late"`); n != 0 {
		t.Errorf("%v records came again", n)
	}
	if n := value("whence_records", ""); n != float64(len(lines)) {
		t.Errorf("%v records of the last hour, want %d", n, len(lines))
	}
	if n := value("whence_bursts_running", ""); n != 0 {
		t.Errorf("%v bursts run at the end", n)
	}
	second.stop()
	ids := regexp.MustCompile(`whence\.burst\.id: Int\((\d+)\)`)
	told, last := ids.FindAllStringSubmatch(first.printed(), -1), ids.FindAllStringSubmatch(second.printed(), -1)
	if len(told) == 0 || len(last) == 0 || told[len(told)-1][1] != last[len(last)-1][1] ||
		!strings.Contains(second.printed(), "whence.burst.state: Str(ended)") {
		t.Errorf("bursts %v, then %v\n%s", told, last, second.printed())
	}
}

// build builds the program of builder.yaml in another directory, and returns its path.
func build(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	must(t, err)
	text, err := os.ReadFile("builder.yaml")
	must(t, err)
	dir := t.TempDir()
	text = bytes.ReplaceAll(text, []byte("./build"), []byte(filepath.Join(dir, "build")))
	text = bytes.ReplaceAll(text, []byte("../../.."), []byte(root))
	config := filepath.Join(dir, "builder.yaml")
	must(t, os.WriteFile(config, text, 0o600))
	began := time.Now()
	// The builder would compile with -trimpath: everything anew, since no other program here is.
	run(t, ".", "go", "run", builder, "--skip-compilation", "--config", config)
	run(t, filepath.Join(dir, "build"), "go", "build", "-ldflags=-s -w", "-o", "otelcol-whence", ".")
	t.Logf("built in %v", time.Since(began).Round(time.Second))
	return filepath.Join(dir, "build", "otelcol-whence")
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
}

// attack has the lines of a log: quiet traffic with a burst in it, of which four of five sources are in
// Russia by the embedded database.
func attack() (lines []string) {
	sampler := scenario.NewPopulation(world.Embedded(), nil).Sampler(1)
	draw := func(code string) func() string {
		all := world.Must(sampler.Draw(world.Origin(code), 4096, scenario.Scattered4))
		n := 0
		return func() string {
			n++
			return all[n%len(all)].String()
		}
	}
	german, russian, american := draw("DE"), draw("RU"), draw("US")
	for i := range quiet + length + after {
		events, source, hit := usual, german, "mailbox-1@lagoon.example"
		if i >= quiet && i < quiet+length {
			events, hit = many, target
		}
		for k := range events {
			if events == many {
				if source = russian; k%5 == 0 {
					source = american
				}
			}
			at := begin.Add(time.Duration(i)*step + step*time.Duration(k)/time.Duration(events))
			line := world.Must(json.Marshal(map[string]any{
				"time": at, "source.address": source(), "destination.address": hit, "network.io.bytes": 100 + k,
			}))
			lines = append(lines, string(line))
		}
	}
	return lines
}

// collector is the program while it runs.
type collector struct {
	t       *testing.T
	command *exec.Cmd
	url     string

	mu     sync.Mutex
	output bytes.Buffer
	ended  chan error
}

// Write takes what the program prints.
func (c *collector) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output.Write(p)
}

func (c *collector) printed() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output.String()
}

// start adds some lines to a log and starts the program with config.yaml, which reads it.
func start(t *testing.T, program, state, log string, lines []string) *collector {
	t.Helper()
	file, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	must(t, err)
	_, err = file.WriteString(strings.Join(lines, "\n") + "\n")
	must(t, err)
	must(t, file.Close())
	for {
		if c := try(t, program, state, log); c.isReady() {
			return c
		}
	}
}

// try starts the program at a port that was free a moment ago.
func try(t *testing.T, program, state, log string) *collector {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := listener.Addr().String()
	must(t, listener.Close())
	c := &collector{
		t: t, command: exec.Command(program, "--config", "config.yaml"), url: "http://" + address + "/metrics",
		ended: make(chan error, 1),
	}
	c.command.Env = append(os.Environ(), "WHENCE_LOG="+log, "WHENCE_STATE="+state, "WHENCE_METRICS="+address)
	c.command.Stdout, c.command.Stderr = c, c
	must(t, c.command.Start())
	go func() { c.ended <- c.command.Wait() }()
	t.Cleanup(func() {
		c.command.Process.Kill()
		if t.Failed() {
			t.Logf("the end of what it printed:\n%s", tail(c.printed(), 4000))
		}
	})
	return c
}

// isReady waits until the program reads and listens. It reports false if the port was taken meanwhile.
func (c *collector) isReady() bool {
	c.t.Helper()
	for !strings.Contains(c.printed(), "Everything is ready") {
		select {
		case err := <-c.ended:
			if !strings.Contains(c.printed(), "address already in use") {
				c.t.Fatalf("it has ended: %v", err)
			}
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
	return true
}

func tail(text string, most int) string { return text[max(0, len(text)-most):] }

// stop ends the program as a service manager does.
func (c *collector) stop() {
	c.t.Helper()
	must(c.t, c.command.Process.Signal(syscall.SIGTERM))
	if err := <-c.ended; err != nil {
		c.t.Errorf("it ended with %v", err)
	}
}

// read returns the metrics when so many records were read.
func (c *collector) read(records int) exposition {
	c.t.Helper()
	for {
		select {
		case err := <-c.ended:
			c.t.Fatalf("it has ended: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
		e, err := scrape(c.url)
		n, _ := e.value("whence_input_records_total", "")
		if n > float64(records) {
			c.t.Fatalf("it has read %v records, want %d", n, records)
		}
		if err == nil && n == float64(records) {
			return e
		}
	}
}

// exposition is what Prometheus would read.
type exposition string

func scrape(url string) (exposition, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return exposition(body), err
}

// value returns the value of the series of a name whose labels have a text in them.
func (e exposition) value(name, label string) (float64, bool) {
	for line := range strings.Lines(string(e)) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != '{' || !strings.Contains(rest, label) {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(rest[strings.LastIndexByte(rest, ' ')+1:]), 64)
		return value, err == nil
	}
	return 0, false
}

func (e exposition) String() string {
	return fmt.Sprintf("%d bytes:\n%s", len(e), tail(string(e), 8000))
}
