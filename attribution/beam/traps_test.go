package whencebeam

import (
	"reflect"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/mtime"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph/window/trigger"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/teststream"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Each test shows a trap of Beam with what one would write at first, and that this package does not fall into it.

func init() {
	beam.RegisterType(reflect.TypeFor[naked]())
	beam.RegisterType(reflect.TypeFor[number]())
	register.Function1x1(toNaked)
	register.Function1x1(toNumber)
	register.Function2x1(addNaively)
	register.Function1x0(takeNaked)
	beam.RegisterDoFn(&takeNumberFn{})
	register.Function1x2(toSnapshot)
	register.Function1x2(toPlaced)
	register.Function1x1(toEvent)
}

// naked is a snapshot whose type has no coder.
type naked struct{ s attribution.Snapshot }

func toNaked(i int) naked { return naked{counted(0, i)} }

var nakedTaken []naked

func takeNaked(n naked) { nakedTaken = append(nakedTaken, n) }

// A type without a coder arrives empty, without an error. A Snapshot arrives whole.
func TestTypeWithoutCoder(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	crossed := beam.Reshuffle(s, beam.ParDo(s, toNaked, beam.Create(s, 100)))
	beam.ParDo0(s, takeNaked, crossed)
	snapshots := take(s, beam.Reshuffle(s, beam.ParDo(s, toSnapshot, beam.Create(s, 100))))
	nakedTaken = nil
	run(t, p)
	if len(nakedTaken) != 1 || encoded(nakedTaken[0].s) != encoded(attribution.Snapshot{}) {
		t.Errorf("a type without a coder: %v. Beam has changed, see doc.go", nakedTaken)
	}
	want := map[engines.Place]attribution.Snapshot{{From: windowAt(0)}: counted(0, 100)}
	same(t, snapshots.once(t), want)
}

func toSnapshot(i int) (Place, attribution.Snapshot) { return Place{From: windowAt(0)}, counted(0, i) }

// number is a sum that may be written to.
type number struct{ N int }

func toNumber(i int) *number { return &number{i} }

func addNaively(a, b *number) *number {
	a.N += b.N
	return a
}

type takeNumberFn struct{ Number int }

var numbersTaken = map[int]int{}

func (f *takeNumberFn) ProcessElement(n *number) { numbersTaken[f.Number] = n.N }

// A combination that writes to its first argument writes to an element, which another transform reads, too.
func TestMergeWritesToNoElement(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	numbers := beam.ParDo(s, toNumber, beam.Create(s, 10, 10, 20))
	for i := range 2 {
		beam.ParDo0(s, &takeNumberFn{i}, beam.Combine(s, addNaively, numbers))
	}
	snapshots := beam.ParDo(s, toSnapshot, beam.Create(s, 100, 100, 200))
	var ours []*taken
	for range 2 {
		all, err := Merge(s, snapshots)
		if err != nil {
			t.Fatal(err)
		}
		ours = append(ours, take(s, all))
	}
	run(t, p)
	if numbersTaken[0] == 40 && numbersTaken[1] == 40 {
		t.Error("the naive combination is right. Beam has changed, see doc.go")
	}
	want := map[engines.Place]attribution.Snapshot{
		{From: windowAt(0)}: merged(counted(0, 100), counted(0, 100), counted(0, 200)),
	}
	for _, got := range ours {
		same(t, got.once(t), want)
	}
}

// toEvent returns the i-th of 4 events, all in the first window.
func toEvent(i int) monitor.Event { return engines.Traffic{Events: 20_000}.Event(i) }

// lateStream has event 2 after the watermark has passed the end of its window.
func lateStream(s beam.Scope) beam.PCollection {
	c := teststream.NewConfig()
	at := func(d time.Duration) int64 { return mtime.FromTime(engines.Begin.Add(d)).Milliseconds() }
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	must(c.AddElements(at(0), 0, 1))
	must(c.AdvanceWatermark(at(2 * engines.Window)))
	must(c.AddElements(at(time.Second), 2))
	must(c.AdvanceWatermarkToInfinity())
	return teststream.Create(s, c)
}

// Windows of Beam drop what comes after the watermark, and nothing says so. Count has the window in its key.
func TestLateEventsCount(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	stream := lateStream(s)
	windowed := beam.WindowInto(s, window.NewFixedWindows(engines.Window), stream)
	naive, err := Merge(s, beam.ParDo(s, toPlaced, windowed))
	if err != nil {
		t.Fatal(err)
	}
	naiveGot := take(s, naive)
	got := take(s, mustCount(t, s, options(t), beam.ParDo(s, toEvent, stream)))
	run(t, p)
	all := engines.Place{From: windowAt(0)}
	if list := naiveGot.snapshots[all]; len(list) != 1 || encoded(list[0]) != encoded(counted(0, 2)) {
		t.Errorf("windows of Beam: %v, want event 2 dropped. Beam has changed, see doc.go", list)
	}
	if list := got.snapshots[all]; len(list) != 1 || encoded(list[0]) != encoded(counted(0, 3)) {
		t.Errorf("Count: %v, want 3 events", list)
	}
}

// toPlaced returns the i-th event as a snapshot of all traffic.
func toPlaced(i int) (Place, attribution.Snapshot) { return Place{From: windowAt(0)}, counted(i, i+1) }

// With allowed lateness a window comes again, with what it had before. A sink that adds counts twice. One that replaces
// by place is right, and so is a Fleet.
func TestWindowComesAgain(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	windowed := beam.WindowInto(s, window.NewFixedWindows(engines.Window), lateStream(s),
		beam.Trigger(trigger.AfterEndOfWindow().LateFiring(trigger.AfterCount(1))),
		beam.AllowedLateness(time.Hour), beam.PanesAccumulate())
	panes, err := Merge(s, beam.ParDo(s, toPlaced, windowed))
	if err != nil {
		t.Fatal(err)
	}
	got := take(s, panes)
	run(t, p)
	list := got.snapshots[engines.Place{From: windowAt(0)}]
	if len(list) != 2 {
		t.Fatalf("%d panes, want 2: %v", len(list), list)
	}
	want := encoded(counted(0, 3))
	if sum := merged(list...); encoded(sum) == want {
		t.Error("adding panes is right. Beam has changed, see doc.go")
	}
	f := world.Must(fleet.New(fleet.Options{
		KeyID: world.Key(16).ID(), Precision: options(t).Precision, Window: engines.Window,
	}))
	for _, pane := range []attribution.Snapshot{list[1], list[0]} { // which come in any order
		records := world.Must(pane.Report(attribution.Policy{})).Records
		e := fleet.Envelope{
			Node: "beam", Sequence: records, From: windowAt(0), Window: engines.Window, Snapshot: pane, Final: true,
		}
		if _, err := f.Put(e); err != nil {
			t.Error(err)
		}
	}
	if a := world.Must(f.Snapshot(monitor.Target{}, windowAt(0), windowAt(1))); encoded(a.Snapshot) != want {
		t.Errorf("the last pane of each place: %v, want 3 events", a.Snapshot)
	}
}

// Events in windows of Beam are refused: their bundles would send snapshots in the wrong window.
func TestCountWantsGlobalWindow(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	events := beam.ParDo(s, toEvent, beam.Create(s, 0, 1))
	mustCount(t, s, options(t), beam.WindowInto(s, window.NewFixedWindows(time.Hour), events))
	fails(t, p, "want the global window")
}

// A job whose workers lack the key fails and names the file.
func TestJobWithoutKeyFails(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	o := options(t)
	o.KeyFile += ".not"
	mustCount(t, s, o, beam.ParDo(s, toEvent, beam.Create(s, 0, 1)))
	fails(t, p, o.KeyFile)
}
