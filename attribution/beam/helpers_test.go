package whencebeam

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
)

func TestMain(m *testing.M) { ptest.Main(m) }

func init() {
	register.DoFn2x0[int, func(monitor.Event)](&eventsFn{})
	register.Emitter1[monitor.Event]()
	beam.RegisterDoFn(&takeFn{})
	beam.RegisterDoFn(&takeRefusedFn{})
	beam.RegisterDoFn(&takeTextFn{})
}

// eventsFn makes every n-th event of a stream, from the one with a number.
type eventsFn struct{ Events, Shards int }

func (f *eventsFn) ProcessElement(shard int, emit func(monitor.Event)) {
	traffic := engines.Traffic{Events: f.Events}
	for i := shard; i < f.Events; i += f.Shards {
		emit(traffic.Event(i))
	}
}

// A taken is what a pipeline ended in. Prism runs in this process.
type taken struct {
	sync.Mutex
	snapshots map[engines.Place][]attribution.Snapshot
	refused   []Refused
	texts     []string
}

var (
	takings   []*taken
	takingsMu sync.Mutex
)

func newTaking() (number int, t *taken) {
	takingsMu.Lock()
	defer takingsMu.Unlock()
	t = &taken{snapshots: map[engines.Place][]attribution.Snapshot{}}
	takings = append(takings, t)
	return len(takings) - 1, t
}

func taking(number int) *taken {
	takingsMu.Lock()
	defer takingsMu.Unlock()
	return takings[number]
}

type takeFn struct{ Number int }

func (f *takeFn) ProcessElement(p Place, s attribution.Snapshot) {
	t := taking(f.Number)
	t.Lock()
	defer t.Unlock()
	at := engines.Place{Target: p.Target, From: p.From}
	t.snapshots[at] = append(t.snapshots[at], s)
}

type takeRefusedFn struct{ Number int }

func (f *takeRefusedFn) ProcessElement(r Refused) {
	t := taking(f.Number)
	t.Lock()
	defer t.Unlock()
	t.refused = append(t.refused, r)
}

type takeTextFn struct{ Number int }

func (f *takeTextFn) ProcessElement(text string) {
	t := taking(f.Number)
	t.Lock()
	defer t.Unlock()
	t.texts = append(t.texts, text)
}

// take takes what comes out of a pipeline.
func take(s beam.Scope, snapshots beam.PCollection) *taken {
	number, t := newTaking()
	beam.ParDo0(s, &takeFn{number}, snapshots)
	return t
}

// once returns the snapshots of places. Each place came once.
func (k *taken) once(t *testing.T) map[engines.Place]attribution.Snapshot {
	t.Helper()
	got := map[engines.Place]attribution.Snapshot{}
	for p, list := range k.snapshots {
		if got[p] = list[0]; len(list) != 1 {
			t.Errorf("%v at %v came %d times", p.Target, p.From, len(list))
		}
	}
	return got
}

func same(t *testing.T, got, want map[engines.Place]attribution.Snapshot) {
	t.Helper()
	for i, line := range engines.Differences(got, want) {
		if i == 5 {
			t.Error("and more")
			break
		}
		t.Error(line)
	}
}

// run runs a pipeline on Prism. A deadline of its context would end the process.
func run(t *testing.T, p *beam.Pipeline) {
	t.Helper()
	if err := ptest.Run(p); err != nil {
		t.Fatal(err)
	}
}

// fails runs a pipeline that must fail, with an error that has some words.
func fails(t *testing.T, p *beam.Pipeline, words ...string) {
	t.Helper()
	_, err := beam.Run(context.Background(), "prism", p)
	if err == nil {
		t.Fatal("the job did not fail")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error lacks %q: %v", w, err)
		}
	}
}

// options are those of the traffic of engines, with its secret in a file.
func options(t testing.TB) Options {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, testenv.Secret(16), 0o600); err != nil {
		t.Fatal(err)
	}
	o := engines.Traffic{}.Options()
	return Options{Window: engines.Window, KeyFile: path, SampleSize: o.SampleSize, Precision: o.Precision}
}

// counted is what one tally counts of some events of the traffic.
func counted(from, to int) attribution.Snapshot {
	traffic := engines.Traffic{Events: 20_000}
	tally := world.Must(attribution.NewTally(traffic.Table(), traffic.Options()))
	for i := from; i < to; i++ {
		e := traffic.Event(i)
		tally.ExtendSpan(e.Time, e.Time)
		tally.AddFlow(e.Flow)
	}
	return tally.Snapshot()
}

func encoded(s attribution.Snapshot) string { return string(world.Must(s.MarshalBinary())) }

func merged(list ...attribution.Snapshot) attribution.Snapshot {
	return world.Must(attribution.Merge(list...))
}

func windowAt(i int) time.Time { return engines.Begin.Add(time.Duration(i) * engines.Window) }
