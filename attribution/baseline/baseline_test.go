package baseline_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// While both sides are exact, so is everything about the new sources.
func TestExact(t *testing.T) {
	usual := tallyOf(small, mix{0, counts{"RU": 10, "US": 60, "FR": 30, "": 5, "reserved": 7}})
	usual.ExtendSpan(world.Built, world.Built.Add(24*time.Hour))
	burst := tallyOf(small, mix{0, counts{"RU": 5, "US": 20, "": 2, "reserved": 3}},
		mix{fresh, counts{"RU": 70, "US": 20, "CN": 5, "": 5, "reserved": 4}})
	burst.AddFlow(attribution.Flow{Source: at("RU", fresh), Events: 100, Bytes: 5000})
	burst.AddFlow(attribution.Flow{Source: at("US", 0), Events: 700, Bytes: 9000}) // not new
	burst.Add(world.IP6(1))
	n := compare(t, burst.Snapshot(), usual.Snapshot(), "RU > 70% of sources", "RU > 71% of sources",
		"RU > 86% of events", "RU > 85% of events", "RU > 99% of bytes", "plurality RU")

	r := n.Report
	if want := (attribution.Count{Value: 101, Low: 101, High: 101, Exact: true}); n.Method != baseline.Counting ||
		r.Sources != want || r.Unlocated.Sources != 5 || r.Reserved.Sources != 4 {
		t.Errorf("%s: %+v, unlocated %v, reserved %v, want %+v, 5, 4", n.Method, r.Sources, r.Unlocated, r.Reserved, want)
	}
	if r.Events != 201 || r.Bytes != 5000 {
		t.Errorf("%d events, %d bytes, want 201 and 5000", r.Events, r.Bytes)
	}
	if n.Burst.Value != 101+27 || n.Baseline.Value != 105 || !n.BaselineFrom.Equal(world.Built) ||
		!n.BaselineTo.Equal(world.Built.Add(24*time.Hour)) {
		t.Errorf("burst %v, baseline %v from %v to %v", n.Burst, n.Baseline, n.BaselineFrom, n.BaselineTo)
	}
	if len(n.Caveats) != 0 {
		t.Errorf("caveats %v", n.Caveats)
	}
	for i, want := range []attribution.Outcome{
		attribution.Supported, attribution.Undecided, attribution.Undecided,
		attribution.Supported, attribution.Supported, attribution.Supported,
	} {
		if v := r.Verdicts[i]; v.Outcome != want {
			t.Errorf("%v, want %v", v, want)
		}
	}
	if len(n.Lift) != 4 || n.Lift[0].Origin != world.Origin("RU") || n.Lift[3].Origin != world.Origin("FR") {
		t.Fatalf("lift of %v", n.Lift)
	}
	for code, want := range map[string]float64{"RU": 71. / 101 / (10. / 105), "US": 20. / 101 / (60. / 105), "FR": 0} {
		q := liftOf(n, code).Ratio
		if math.Abs(q.Value-want) > 1e-9 || !(q.Low < want || want == 0) || !(q.High > want) {
			t.Errorf("%s: lift %v, want %v within its interval", code, q, want)
		}
	}
	q := liftOf(n, "CN").Ratio
	if !math.IsInf(q.Value, 1) || !math.IsInf(q.High, 1) || !(q.Low > 0) || math.IsInf(q.Low, 1) {
		t.Errorf("CN, which was not in the baseline: lift %v, want at least a finite number", q)
	}
}

func liftOf(n baseline.NewSources, code string) (lift baseline.Lift) {
	for _, l := range n.Lift {
		if l.Origin == world.Origin(code) {
			return l
		}
	}
	return lift
}

// Whatever cannot be compared is refused, and the error names both sides.
func TestMismatch(t *testing.T) {
	few := snapshotOf(small, mix{0, counts{"RU": 10}})
	many := snapshotOf(small, mix{0, counts{"RU": 3000}})
	with := func(change func(*attribution.Options)) attribution.Snapshot {
		o := small
		change(&o)
		return snapshotOf(o, mix{0, counts{"RU": 10}})
	}
	registers := must(attribution.FromSketches(world.Table(), few.KeyID(), few.Sketches()))
	difference := must(baseline.Subtract(many, few))
	for _, c := range []struct {
		name  string
		usual attribution.Snapshot
		want  sketch.MismatchError
	}{
		{"zero", attribution.Snapshot{}, sketch.MismatchError{What: "content", A: "counts", B: "nothing"}},
		{"key", with(func(o *attribution.Options) { o.Key = world.Key(9) }), sketch.MismatchError{
			What: "key", A: world.Key(1).ID().String(), B: world.Key(9).ID().String(),
		}},
		{"prefix", with(func(o *attribution.Options) { o.IPv6PrefixLen = 56 }), sketch.MismatchError{
			What: "IPv6 prefix length", A: "64", B: "56",
		}},
		{"registers", registers, sketch.MismatchError{What: "content", A: "counts", B: "registers without sources"}},
		{"registers merged", must(attribution.Merge(few, registers)), sketch.MismatchError{
			What: "content", A: "counts", B: "registers without sources",
		}},
		{"difference", difference, sketch.MismatchError{
			What: "content", A: "counts", B: "an estimated difference of two snapshots",
		}},
	} {
		check := func(what string, err error, want sketch.MismatchError) {
			t.Helper()
			var mismatch *sketch.MismatchError
			if !errors.Is(err, attribution.ErrMismatch) || !errors.As(err, &mismatch) || *mismatch != want {
				t.Errorf("%s, %s: %v, want %v", c.name, what, err, &want)
			}
		}
		back := sketch.MismatchError{What: c.want.What, A: c.want.B, B: c.want.A}
		_, err := baseline.Subtract(few, c.usual)
		check("subtracted", err, c.want)
		_, err = baseline.Subtract(c.usual, few)
		check("subtracted from", err, back)
		_, err = baseline.Compare(few, c.usual, attribution.Policy{})
		check("compared", err, c.want)
	}
	for name, usual := range map[string]attribution.Snapshot{
		"sample size": with(func(o *attribution.Options) { o.SampleSize = sketch.SmallSampleSize }),
		"precision":   with(func(o *attribution.Options) { o.Precision = 14 }),
	} {
		if n := compare(t, few, usual); n.Report.Sources != (attribution.Count{Exact: true}) || len(n.Lift) != 0 {
			t.Errorf("%s: %v", name, n)
		}
	}
	_, err := baseline.Compare(few, few, attribution.Policy{Confidence: 2})
	if !errors.Is(err, attribution.ErrInvalidPolicy) {
		t.Errorf("a policy that makes no sense: %v", err)
	}
	_, err = baseline.Compare(few, few, attribution.Policy{}, attribution.Majority("RUS"))
	if !errors.Is(err, attribution.ErrInvalidClaim) {
		t.Errorf("a claim that makes no sense: %v", err)
	}
}

// Nothing new, everything new, and nothing at all.
func TestTheEnds(t *testing.T) {
	for _, sources := range []int{0, 50, 3000} {
		same := snapshotOf(small, mix{0, counts{"RU": sources}})
		n := compare(t, same, same, "RU > 50% of sources")
		if n.Report.Sources.Value != 0 || n.Report.Verdicts[0].Outcome != attribution.Inadmissible || len(n.Lift) != 0 {
			t.Errorf("%d sources compared with themselves: %v", sources, n)
		}
		if s := n.Report.Sources; sources > 1024 &&
			(!has(n.Caveats, caveat.FewNewSources) || s.High == 0 || s.High > uint64(sources)/50) {
			t.Errorf("%d sources compared with themselves: %v with %v", sources, s, n.Caveats)
		}

		n = compare(t, same, snapshotOf(small))
		own := must(same.Report(attribution.Policy{})).Sources
		d := float64(n.Report.Sources.Value) - float64(own.Value)
		if d > 0 || math.Abs(d) > .1*float64(sources) || len(n.Lift) != 0 || n.Burst != own {
			t.Errorf("%d sources after nothing: %v, want %v", sources, n, own)
		}
		if want := []caveat.Caveat{{Code: caveat.NoBaseline}}; !reflect.DeepEqual(n.Caveats, want) {
			t.Errorf("%d sources after nothing: caveats %v, want %v", sources, n.Caveats, want)
		}
		var rows uint64
		for _, row := range n.Report.Countries {
			rows += row.Sources
		}
		if rows != n.Report.Sources.Value {
			t.Errorf("%d sources after nothing: the rows add up to %d, the total is %d", sources, rows, n.Report.Sources.Value)
		}
	}
}

// A baseline that is much larger than the burst leaves few of its sources in the sample: the
// result says so, unless registers can count what is new.
func TestFewInTheSample(t *testing.T) {
	large := snapshotOf(small, mix{0, counts{"US": 100_000, "RU": 10_000}})
	burst := snapshotOf(small, mix{0, counts{"US": 1_000}}, mix{fresh, counts{"RU": 3_000, "US": 1_000}})
	n := compare(t, burst, large, "RU > 50% of sources", "RU > 50% of events")
	v := n.Report.Verdicts[0]
	if n.Method != baseline.Sampling || !has(n.Caveats, caveat.FewNewSources) || !has(v.Caveats, caveat.FewNewSources) ||
		v.Outcome != attribution.Supported {
		t.Errorf("%v\n%v", n, v)
	}
	if s := n.Report.Sources; s.Low > 4_000 || s.High < 4_000 || s.Exact || n.Report.Basis != attribution.BasisSample {
		t.Errorf("4,000 new sources counted as %v by %s", s, n.Report.Basis)
	}
	if r := n.Report; r.Events != 0 || r.Countries[0].Events != 0 || r.Verdicts[1].Reason != caveat.VolumeUnknown {
		t.Errorf("events that are not known: %v", r)
	}

	// Reserved sources crowd the others out of the sample.
	usual := snapshotOf(small, mix{0, counts{"US": 2_000}})
	burst = snapshotOf(small, mix{0, counts{"US": 1_000, "reserved": 100_000}},
		mix{fresh, counts{"RU": 6_000, "US": 2_000}})
	n = compare(t, burst, usual, "RU > 50% of sources")
	v = n.Report.Verdicts[0]
	if n.Method != baseline.Registers || len(n.Caveats) != 0 || has(v.Caveats, caveat.FewNewSources) ||
		v.Outcome != attribution.Supported {
		t.Errorf("%v\n%v", n, v)
	}
	if s := n.Report.Sources; s.Low > 8_000 || s.High < 8_000 || s.High-s.Low > 1_000 {
		t.Errorf("8,000 new sources counted as %v", s)
	}
	if n.Report.Events != 0 || n.Report.Countries[0].Events != 0 {
		t.Errorf("events that are not known: %v", n.Report)
	}
}

// The interval of a lift is about what the sources were drawn from: it is wide where few were
// seen, though all, or nearly all, were counted.
func TestLiftOfFewSources(t *testing.T) {
	const half = 500
	usual := snapshotOf(small, mix{0, counts{"RU": half, "US": half}})
	for _, c := range []struct {
		fresh, crowd int
		method       baseline.Method
	}{{half, 0, baseline.Counting}, {half + 30, 0, baseline.Sampling}, {half, 20_000, baseline.Registers}} {
		burst := snapshotOf(small, mix{fresh, counts{"RU": c.fresh, "CN": c.fresh, "reserved": c.crowd}})
		n := compare(t, burst, usual)
		if n.Method != c.method {
			t.Fatalf("counted by %s, want %s", n.Method, c.method)
		}
		l := liftOf(n, "RU")
		se := math.Sqrt(1./(2*half) + 1./(2*half)) // relative, of two shares of one half
		if n.Method == baseline.Registers {
			se = math.Hypot(se, 1.04/math.Sqrt(1<<12)/math.Sqrt2)
		}
		got := math.Log(l.Ratio.High/l.Ratio.Low) / (2 * 1.96)
		if math.Abs(got/se-1) > .08 || l.Ratio.Low > 1 || l.Ratio.High < 1 {
			t.Errorf("%s: lift %v has a standard error of %.4f, want %.4f", n.Method, l.Ratio, got, se)
		}
	}
}

// However few, there are at least as many new sources as are in the sample.
func TestAtLeastThoseSeen(t *testing.T) {
	usual := snapshotOf(small, mix{0, counts{"US": 1_100}})
	for few := range 12 {
		d := must(baseline.Subtract(snapshotOf(small, mix{0, counts{"US": 900}}, mix{fresh, counts{"RU": few}}), usual))
		r := must(d.Report(attribution.Policy{}))
		if s := r.Sources; s.Low < uint64(r.SampleSize) || s.Low > s.Value || s.High < uint64(few) {
			t.Errorf("%d are new, %d of them in the sample: %v", few, r.SampleSize, s)
		}
	}
}

// Counts that contradict each other, packets that nobody looked at, and databases that
// disagree.
func TestDoubtfulCounts(t *testing.T) {
	usual := snapshotOf(small, mix{0, counts{"US": 5_000}})
	burst := snapshotOf(small, mix{0, counts{"US": 2_000}}, mix{fresh, counts{"RU": 3_000}})
	if n := compare(t, burst, usual); len(n.Caveats) != 0 {
		t.Errorf("honest counts: %v", n.Caveats)
	}
	tampered := *snapshot.Unwrap(burst)
	more := snapshotOf(small, mix{0, counts{"US": 2_000, "RU": 3_000}}, mix{fresh, counts{"RU": 9_000}})
	tampered.Dense = snapshot.Unwrap(more).Dense
	n := compare(t, snapshot.Wrap(&tampered).(attribution.Snapshot), usual)
	if len(n.Caveats) != 1 || n.Caveats[0].Code != caveat.EstimatorsDisagree || n.Caveats[0].Value < 4 {
		t.Errorf("tampered counts: %v", n.Caveats)
	}

	o := small
	o.SamplingRate = 100
	n = compare(t, burst, snapshotOf(o, mix{0, counts{"US": 5_000}}))
	want := []caveat.Caveat{{Code: caveat.PacketSampled, Value: 100, Subject: "baseline"}}
	if !reflect.DeepEqual(n.Caveats, want) {
		t.Errorf("a baseline of sampled packets: %v, want %v", n.Caveats, want)
	}

	elsewhere := must(attribution.NewTally(world.Other(), small))
	for i := range 5_000 {
		elsewhere.Add(at("RU", i))
	}
	burst = snapshotOf(small, mix{0, counts{"RU": 2_000}}, mix{fresh, counts{"RU": 3_000}})
	n = compare(t, burst, elsewhere.Snapshot())
	want = []caveat.Caveat{{Code: caveat.MixedDatabases, Value: 2, Subject: "baseline"}}
	if s := n.Report.Sources; !reflect.DeepEqual(n.Caveats, want) || s.Low > 3_000 || s.High < 3_000 {
		t.Errorf("located with another database: %v with %v", s, n.Caveats)
	}
}

// The JSON form gives back an equal value, of every method.
func TestJSON(t *testing.T) {
	all := counts{"US": 2_000, "reserved": 90}
	few := counts{"US": 20, "": 3}
	policy := attribution.Policy{Confidence: 0.99, Joint: true}
	claims := []attribution.Claim{attribution.Majority("RU"), attribution.Plurality("CN").Of(attribution.Events)}
	list := listOf("5.0.0.0/9")
	keys := map[baseline.Method]map[string]any{}
	with := func(m counts, more counts) attribution.Snapshot {
		return snapshotOf(small, mix{0, m}, mix{fresh, more})
	}
	for name, c := range map[string]struct{ burst, usual attribution.Snapshot }{
		"exact":    {with(few, counts{"RU": 40, "CN": 7}), with(few, nil)},
		"sampled":  {with(all, counts{"RU": 900, "CN": 300, "": 60}), with(all, nil)},
		"counted":  {with(counts{"reserved": 90_000}, counts{"RU": 6_000}), with(all, nil)},
		"nothing":  {with(nil, nil), with(nil, nil)},
		"all new":  {with(all, nil), with(nil, nil)},
		"none new": {with(all, nil), with(all, nil)},
	} {
		enriched := must(c.burst.Enrich(attribution.Enrichment{Lists: list, Databases: []*geo.Table{world.Other()}}))
		n := must(baseline.Compare(enriched, c.usual, policy, claims...))
		data := must(json.Marshal(n))
		var back baseline.NewSources
		if err := json.Unmarshal(data, &back); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(back, n) {
			t.Errorf("%s:\n%+v became\n%+v", name, n, back)
		}
		var object map[string]any
		if err := json.Unmarshal(data, &object); err != nil {
			t.Fatal(err)
		}
		keys[n.Method] = object
	}
	if len(keys) != 3 {
		t.Errorf("methods %v, want all three", keys)
	}
	for method, object := range keys {
		if len(object) != 6 || object["method"] != string(method) || object["lift"] == nil || object["caveats"] == nil {
			t.Errorf("%s: keys %v", method, fmt.Sprint(maps.Keys(object)))
		}
	}
}

func TestRatio(t *testing.T) {
	q := baseline.Ratio{Value: 1, Low: 2, High: 3}
	if json.Unmarshal([]byte(`{"value": "x"}`), &q) == nil || q != (baseline.Ratio{Value: 1, Low: 2, High: 3}) {
		t.Errorf("a malformed ratio was read as %v", q)
	}
	q = baseline.Ratio{Value: math.Inf(1), Low: 2.5, High: math.Inf(1)}
	if data := must(json.Marshal(q)); string(data) != `{"value":null,"low":2.5,"high":null}` {
		t.Errorf("JSON %s", data)
	}
	if s := (baseline.Ratio{Value: 12.346, Low: 1, High: math.Inf(1)}).String(); s != "12.35 [1, +Inf]" {
		t.Error(s)
	}
}
