package whencebeam

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

func init() {
	register.Function1x1(envelopeNumber)
	register.Function1x2(withoutSlot)
}

func shape() Shape {
	return Shape{KeyID: world.Key(16).ID(), Precision: sketch.MinPrecision, Window: engines.Window}
}

func envelope(node string, sequence uint64, s attribution.Snapshot) fleet.Envelope {
	return fleet.Envelope{
		Node: node, Sequence: sequence, From: windowAt(0), Window: engines.Window, Snapshot: s,
	}
}

// sent are envelopes as collectors send them: repeated, in any order, after a restart, and of several places.
func sent() []fleet.Envelope {
	restarted := envelope("oslo", 1, counted(900, 1000))
	restarted.Epoch = 7
	target := envelope("paris", 1, counted(0, 10))
	target.Target = engines.Target(3)
	later := envelope("paris", 1, counted(3000, 3100))
	later.From = windowAt(1)
	return []fleet.Envelope{
		envelope("paris", 2, counted(0, 200)), envelope("paris", 1, counted(0, 100)),
		envelope("paris", 2, counted(0, 200)), envelope("oslo", 3, counted(100, 500)), restarted, target, later,
		envelope("oslo", 1, counted(100, 200)),
	}
}

func envelopeNumber(i int) fleet.Envelope { return sent()[i] }

// withoutSlot is what one would merge at first.
func withoutSlot(e fleet.Envelope) (Place, attribution.Snapshot) {
	return Place{e.Target, e.From}, e.Snapshot
}

func envelopesOf(s beam.Scope) beam.PCollection {
	return beam.ParDo(s, envelopeNumber, beam.CreateList(s, []int{0, 1, 2, 3, 4, 5, 6, 7}))
}

func mustMergeEnvelopes(t *testing.T, s beam.Scope, shape Shape, envelopes beam.PCollection) (got, refused *taken) {
	t.Helper()
	snapshots, left, err := MergeEnvelopes(s, shape, envelopes)
	if err != nil {
		t.Fatal(err)
	}
	number, refused := newTaking()
	beam.ParDo0(s, &takeRefusedFn{number}, left)
	return take(s, snapshots), refused
}

// Of each slot the last one counts, as in a Fleet. Merging all that came counts twice.
func TestMergeEnvelopes(t *testing.T) {
	p, s := beam.NewPipelineWithRoot()
	crossed := beam.Reshuffle(s, envelopesOf(s))
	got, refused := mustMergeEnvelopes(t, s, shape(), crossed)
	all, err := Merge(s, beam.ParDo(s, withoutSlot, crossed))
	if err != nil {
		t.Fatal(err)
	}
	naive := take(s, all)
	run(t, p)

	f := world.Must(fleet.New(fleet.Options{
		KeyID: shape().KeyID, Precision: shape().Precision, Window: shape().Window, Nodes: []string{"oslo", "paris"},
	}))
	for _, e := range sent() {
		world.Must(f.Put(e))
	}
	want := map[engines.Place]attribution.Snapshot{
		{From: windowAt(0)}:                            merged(counted(0, 200), counted(100, 500), counted(900, 1000)),
		{From: windowAt(1)}:                            counted(3000, 3100),
		{Target: engines.Target(3), From: windowAt(0)}: counted(0, 10),
	}
	same(t, got.once(t), want)
	if lines := engines.Differences(naive.once(t), want); len(lines) == 0 {
		t.Error("merging all that came is right, so that this test shows nothing")
	}
	if len(refused.refused) != 0 {
		t.Errorf("refused: %v", refused.refused)
	}
	// A Fleet has the same records, and says that nobody was final.
	for at, s := range want {
		a := world.Must(f.Snapshot(at.Target, at.From, at.From.Add(engines.Window)))
		got := world.Must(a.Snapshot.Report(attribution.Policy{}))
		if r := world.Must(s.Report(attribution.Policy{})); got.Records != r.Records || got.Sources != r.Sources {
			t.Errorf("%v: a Fleet has %d records, want %d", at, got.Records, r.Records)
		}
	}
}

// slotted runs the DoFns of MergeEnvelopes, without a pipeline.
func slotted(t *testing.T, shape Shape, envelopes ...fleet.Envelope) (got parts, refused []Refused) {
	t.Helper()
	got, slots := parts{}, map[string][]fleet.Envelope{}
	refuse := func(r Refused) { refused = append(refused, r) }
	for _, e := range envelopes {
		put := func(slot string, e fleet.Envelope) { slots[slot] = append(slots[slot], e) }
		(&slotFn{shape}).ProcessElement(e, put, refuse)
	}
	for slot, list := range slots {
		next := func(e *fleet.Envelope) bool {
			if len(list) == 0 {
				return false
			}
			*e, list = list[0], list[1:]
			return true
		}
		if err := (&newestFn{}).ProcessElement(slot, next, got.emit, refuse); err != nil {
			t.Fatal(err)
		}
	}
	return got, refused
}

// Two collectors with one name and epoch: the same one counts in any order, and the other is named.
func TestConflict(t *testing.T) {
	a, b := envelope("paris", 2, counted(0, 100)), envelope("paris", 2, counted(0, 200))
	old := envelope("paris", 1, counted(0, 50))
	at := Place{From: windowAt(0)}
	var first string
	for i, order := range [][]fleet.Envelope{{a, b, old}, {b, old, a}, {old, a, a, b}, {b, b, a}} {
		got, refused := slotted(t, shape(), order...)
		if len(refused) != 1 || !strings.Contains(refused[0].Error, "node paris, epoch 0, sequence 2") {
			t.Fatalf("%d: refused %v", i, refused)
		}
		if i == 0 {
			first = encoded(got[at][0])
		}
		if len(got[at]) != 1 || encoded(got[at][0]) != first {
			t.Errorf("%d: %v, want that of the first order", i, got[at])
		}
	}
	newer := envelope("paris", 3, counted(0, 300))
	if _, refused := slotted(t, shape(), a, newer, b); len(refused) != 0 {
		t.Errorf("what was replaced is refused: %v", refused)
	}
}

// What does not fit is refused by an error that names both sides, and the others count.
func TestMisfits(t *testing.T) {
	with := func(change func(*attribution.Options)) attribution.Snapshot {
		o := engines.Traffic{}.Options()
		change(&o)
		tally := world.Must(attribution.NewTally(world.Embedded(), o))
		tally.AddFlow(engines.Traffic{Events: 20_000}.Event(0).Flow)
		return tally.Snapshot()
	}
	longer := envelope("oslo", 1, counted(0, 10))
	longer.Window = time.Hour
	for want, e := range map[string]fleet.Envelope{
		"key":                 envelope("oslo", 1, with(func(o *attribution.Options) { o.Key = world.Key(17) })),
		"precision 12 and 14": envelope("oslo", 1, with(func(o *attribution.Options) { o.Precision = 14 })),
		"64 and 48":           envelope("oslo", 1, with(func(o *attribution.Options) { o.IPv6PrefixLen = 48 })),
		"1m0s and 1h0m0s":     longer,
	} {
		got, refused := slotted(t, shape(), e, envelope("paris", 1, counted(0, 100)))
		if len(refused) != 1 || !strings.Contains(refused[0].Error, want) || !strings.Contains(refused[0].Error, "oslo") {
			t.Errorf("%s: refused %v", want, refused)
		}
		if list := got[Place{From: windowAt(0)}]; len(list) != 1 || encoded(list[0]) != encoded(counted(0, 100)) {
			t.Errorf("%s: %v, want what fits", want, list)
		}
	}
}

func TestShape(t *testing.T) {
	for want, change := range map[string]func(*Shape){
		"KeyID is 0":         func(s *Shape) { s.KeyID = 0 },
		"Window is 7s":       func(s *Shape) { s.Window = 7 * time.Second },
		"Precision is 99":    func(s *Shape) { s.Precision = 99 },
		"IPv6PrefixLen is 5": func(s *Shape) { s.IPv6PrefixLen = 5 },
	} {
		bad := shape()
		change(&bad)
		_, s := beam.NewPipelineWithRoot()
		_, _, err := MergeEnvelopes(s, bad, envelopesOf(s))
		if !errors.Is(err, attribution.ErrInvalidOptions) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	_, s := beam.NewPipelineWithRoot()
	if _, _, err := MergeEnvelopes(s, shape(), beam.Create(s, 1)); err == nil {
		t.Error("MergeEnvelopes takes a PCollection of numbers")
	}
}

// Files that are damaged are named with the byte, and everything else is read.
func TestReadEnvelopes(t *testing.T) {
	dir := t.TempDir()
	var whole []byte
	for _, e := range sent() {
		whole = world.Must(AppendRecord(whole, &e))
	}
	second := 4 + int(whole[2])<<8 + int(whole[3])
	flipped := append([]byte(nil), whole[:second+100]...)
	flipped[40] ^= 1
	for name, content := range map[string][]byte{
		"a.whe": whole, "cut.whe": flipped, "empty.whe": nil, "text.whe": []byte("GET / HTTP/1.1\r\n"), "other.txt": {1},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, s := beam.NewPipelineWithRoot()
	envelopes, damagedFiles := ReadEnvelopes(s, filepath.Join(dir, "*.whe"))
	number, refused := newTaking()
	beam.ParDo0(s, &takeRefusedFn{number}, damagedFiles)
	got, misfits := mustMergeEnvelopes(t, s, shape(), envelopes)
	run(t, p)
	same(t, got.once(t), map[engines.Place]attribution.Snapshot{
		{From: windowAt(0)}:                            merged(counted(0, 200), counted(100, 500), counted(900, 1000)),
		{From: windowAt(1)}:                            counted(3000, 3100),
		{Target: engines.Target(3), From: windowAt(0)}: counted(0, 10),
	})
	want := map[Refused]bool{
		{File: "cut.whe"}: true, {File: "cut.whe", At: int64(second), Rest: true}: true, {File: "text.whe", Rest: true}: true,
	}
	for _, r := range refused.refused {
		if r.Error == "" {
			t.Errorf("%v: no words", r)
		}
		at := Refused{File: filepath.Base(r.File), At: r.At, Rest: r.Rest}
		if !want[at] {
			t.Errorf("refused %v", r)
		}
		delete(want, at)
	}
	if len(want) != 0 || len(misfits.refused) != 0 {
		t.Errorf("not refused: %v; refused: %v", want, misfits.refused)
	}
}
