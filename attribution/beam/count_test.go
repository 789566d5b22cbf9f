package whencebeam

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"

	"google.golang.org/protobuf/proto"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
)

func mustCount(t *testing.T, s beam.Scope, o Options, events beam.PCollection) beam.PCollection {
	t.Helper()
	out, err := Count(s, o, events)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Whatever the number of shards, and if nearly nothing fits in memory, the bytes are those of a plain loop.
func TestBytesOfPlainLoop(t *testing.T) {
	n := testenv.Trials(20_000, 100_000, 10_000_000)
	want := engines.Traffic{Events: n}.Plain()
	for _, c := range []struct {
		shards, maxBytes int
	}{{1, 0}, {3, 0}, {8, 0}, {8, 1 << 20}} {
		t.Run(fmt.Sprintf("shards=%d/maxBytes=%d", c.shards, c.maxBytes), func(t *testing.T) {
			p, s := beam.NewPipelineWithRoot()
			o := options(t)
			o.MaxBytes = c.maxBytes
			// Each shard is counted in a branch of its own, so that it is one bundle at least.
			var parts []beam.PCollection
			for shard := range c.shards {
				events := beam.ParDo(s, &eventsFn{n, c.shards}, beam.Create(s, shard))
				parts = append(parts, mustCount(t, s, o, events))
			}
			all, err := Merge(s, beam.Flatten(s, parts...))
			if err != nil {
				t.Fatal(err)
			}
			got := take(s, all)
			run(t, p)
			same(t, got.once(t), want)
		})
	}
}

// Events that cross between workers one by one give the same bytes, too: that is what their coder is for.
func TestEventsCross(t *testing.T) {
	const n = 20_000
	p, s := beam.NewPipelineWithRoot()
	events := beam.ParDo(s, &eventsFn{n, 3}, beam.Create(s, 0, 1, 2))
	got := take(s, mustCount(t, s, options(t), beam.Reshuffle(s, events)))
	run(t, p)
	same(t, got.once(t), engines.Traffic{Events: n}.Plain())
}

// parts collects what a countFn sends.
type parts map[Place][]attribution.Snapshot

func (p parts) emit(at Place, s attribution.Snapshot) { p[at] = append(p[at], s) }

func started(t *testing.T, o Options) *countFn {
	t.Helper()
	f := &countFn{Options: o}
	if err := f.Setup(); err != nil {
		t.Fatal(err)
	}
	f.StartBundle(nil)
	return f
}

func process(t *testing.T, f *countFn, e monitor.Event, emit func(Place, attribution.Snapshot)) {
	t.Helper()
	if err := f.ProcessElement(window.GlobalWindow{}, e, emit); err != nil {
		t.Fatal(err)
	}
}

// A bundle that fails is counted again from its begin: what a worker had counted of it counts once.
func TestFailedBundleCountsOnce(t *testing.T) {
	f, got := started(t, options(t)), parts{}
	traffic := engines.Traffic{Events: 20_000}
	for range 2 { // the first one ends without FinishBundle
		f.StartBundle(got.emit)
		for i := range 500 {
			process(t, f, traffic.Event(i), got.emit)
		}
	}
	f.FinishBundle(got.emit)
	whole := Place{From: windowAt(0)}
	if len(got[whole]) != 1 || encoded(got[whole][0]) != encoded(counted(0, 500)) {
		t.Errorf("%d snapshots, %v, want one of 500 events", len(got[whole]), got[whole])
	}
}

// Records whose time cannot be right are part of the answer, as lost ones.
func TestUndated(t *testing.T) {
	f, got := started(t, options(t)), parts{}
	e := engines.Traffic{Events: 20_000}.Event(0)
	target := e.Target
	for _, at := range []time.Time{{}, time.Unix(-1, 0), time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)} {
		e.Time = at
		process(t, f, e, got.emit)
	}
	e.Time = time.Date(2261, 12, 31, 23, 59, 59, 999_999_999, time.UTC) // the last one that counts
	process(t, f, e, got.emit)
	e.Target = monitor.Target{}
	process(t, f, e, got.emit)
	f.FinishBundle(got.emit)
	last := e.Time.Truncate(engines.Window)
	for p, want := range map[Place][2]uint64{ // counted, lost
		{Target: target, From: last}: {1, 0}, {From: last}: {2, 0}, {Target: target}: {0, 3}, {}: {0, 3},
	} {
		if len(got[p]) != 1 {
			t.Errorf("%v: %d snapshots", p, len(got[p]))
			continue
		}
		r := world.Must(got[p][0].Report(attribution.Policy{}))
		if r.Records != want[0] || r.Lost[attribution.LostUndated] != want[1] {
			t.Errorf("%v: %d records, %v lost, want %v", p, r.Records, r.Lost, want)
		}
	}
	if len(got) != 4 {
		t.Errorf("%d places, want 4", len(got))
	}
}

// What grows is sent before all memory is used: first the windows that are over, each of them once.
func TestMaxBytes(t *testing.T) {
	o := options(t)
	o.MaxBytes = 4 << 20
	f, got := started(t, o), parts{}
	traffic := engines.Traffic{Events: 100_000}
	for i := range traffic.Events {
		process(t, f, traffic.Event(i), got.emit)
		if f.size > o.MaxBytes {
			t.Fatalf("%d bytes after %d events, at most %d", f.size, i, o.MaxBytes)
		}
	}
	if len(got) == 0 || len(f.tallies) == 0 {
		t.Errorf("%d places were sent early, %d are left", len(got), len(f.tallies))
	}
	f.FinishBundle(got.emit)
	sent := 0
	for _, list := range got {
		sent += len(list)
	}
	if places := engines.Windows * (engines.Targets + 1); len(got) != places || sent > places*11/10 {
		t.Errorf("%d snapshots of %d places, want hardly more than %d", sent, len(got), places)
	}
}

// The secret is not in what the runner gets. The path of its file is.
func TestSecretIsNotInTheGraph(t *testing.T) {
	const secret = "correct horse battery staple"
	o := options(t)
	if err := os.WriteFile(o.KeyFile, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	p, s := beam.NewPipelineWithRoot()
	mustCount(t, s, o, beam.ParDo(s, &eventsFn{10, 1}, beam.Create(s, 0)))
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.open(); err != nil { // the key is known to this process now
		t.Fatal(err)
	}
	graph, err := graphx.Marshal(edges, &graphx.Options{Environment: &pipepb.Environment{}})
	if err != nil {
		t.Fatal(err)
	}
	text := unpacked(string(world.Must(proto.Marshal(graph))), 4)
	if !strings.Contains(text, o.KeyFile) {
		t.Error("the path of the key file is not found, so that this test cannot find the secret either")
	}
	for _, s := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))} {
		if strings.Contains(text, s) {
			t.Errorf("%s is in the graph", s)
		}
	}
}

var base64Runs = regexp.MustCompile(`[A-Za-z0-9+/]{16,}={0,2}`)

// unpacked returns a text and what is in it as base64, to some depth, as Beam nests functions. A letter before a run
// may be a length that looks like one.
func unpacked(text string, depth int) string {
	all := text
	for _, run := range base64Runs.FindAllString(text, -1) {
		for i := range min(4, depth*4) {
			part := strings.TrimRight(run[i:], "=")
			if b, err := base64.RawStdEncoding.DecodeString(part[:len(part)/4*4]); err == nil {
				all += "\n" + unpacked(string(b), depth-1)
			}
		}
	}
	return all
}

func TestOptions(t *testing.T) {
	good := options(t)
	for want, change := range map[string]func(*Options){
		"Window is 0s":       func(o *Options) { o.Window = 0 },
		"Window is 7s":       func(o *Options) { o.Window = 7 * time.Second },
		"Window is 48h":      func(o *Options) { o.Window = 48 * time.Hour },
		"want one of them":   func(o *Options) { o.KeyFile = "" },
		"KeyEnv is \"X\"":    func(o *Options) { o.KeyEnv = "X" },
		"MaxBytes is -1":     func(o *Options) { o.MaxBytes = -1 },
		"Precision is 99":    func(o *Options) { o.Precision = 99 },
		"SampleSize is 1":    func(o *Options) { o.SampleSize = 1 },
		"IPv6PrefixLen is 5": func(o *Options) { o.IPv6PrefixLen = 5 },
	} {
		o := good
		change(&o)
		_, s := beam.NewPipelineWithRoot()
		_, err := Count(s, o, beam.ParDo(s, &eventsFn{10, 1}, beam.Create(s, 0)))
		if !errors.Is(err, attribution.ErrInvalidOptions) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	_, s := beam.NewPipelineWithRoot()
	if _, err := Count(s, good, beam.Create(s, 1, 2)); err == nil {
		t.Error("Count takes a PCollection of numbers")
	}
	if _, err := Merge(s, beam.Create(s, 1, 2)); err == nil {
		t.Error("Merge takes a PCollection of numbers")
	}
}

// A worker without key or database says what it lacks, and never counts with another one.
func TestWorkerLacksFile(t *testing.T) {
	o := options(t)
	o.KeyFile += ".not"
	if _, err := o.open(); err == nil || !strings.Contains(err.Error(), o.KeyFile) {
		t.Errorf("no key file: %v", err)
	}
	if err := os.WriteFile(o.KeyFile, testenv.Secret(16), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := o.open(); err != nil || c.options.Key != world.Key(16) {
		t.Errorf("after the file was mounted: %v", err)
	}
	o.Table = o.KeyFile
	if _, err := o.open(); err == nil || !strings.Contains(err.Error(), o.Table) {
		t.Errorf("no database: %v", err)
	}
	o = Options{Window: time.Minute, KeyEnv: "WHENCE_TEST_SECRET"}
	if _, err := o.open(); err == nil || !strings.Contains(err.Error(), o.KeyEnv) {
		t.Errorf("no variable: %v", err)
	}
	t.Setenv(o.KeyEnv, "short")
	_, err := o.open()
	if err == nil || !strings.Contains(err.Error(), o.KeyEnv) || strings.Contains(err.Error(), "short ") {
		t.Errorf("short secret: %v", err)
	}
	t.Setenv(o.KeyEnv, string(testenv.Secret(16)))
	if c, err := o.open(); err != nil || c.options.Key != world.Key(16) {
		t.Errorf("secret in a variable: %v", err)
	}
}
