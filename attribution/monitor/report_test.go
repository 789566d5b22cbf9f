package monitor

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// enrichment is one of each, for the plain world: Other takes the Russians for Americans.
func enrichment(t testing.TB) attribution.Enrichment {
	return attribution.Enrichment{
		Databases: []*geo.Table{world.Other()},
		ASNs:      world.ASNs(t, map[string]uint32{"5.0.0.0/9": 64_500}),
		Lists:     []*geo.PrefixSet{must(geo.ReadPrefixSet("listed", strings.NewReader("5.0.0.0/10\n")))},
	}
}

// What a burst reports can be recomputed from its snapshot, on which evidence is made:
// while it runs and in the end, by further databases too, and after a restart.
func TestBurstSnapshotGivesTheSameVerdicts(t *testing.T) {
	claims := []attribution.Claim{attribution.Majority("RU"), attribution.LessThan(30, "US").Of(attribution.Events)}
	for name, e := range map[string]attribution.Enrichment{"alone": {}, "enriched": enrichment(t)} {
		for _, joint := range []bool{false, true} {
			o := Options{Claims: claims, Enrichment: e, Policy: attribution.Policy{Confidence: .99, Joint: joint}}
			looks, m := 0, new(Monitor)
			check := func(m *Monitor, b Burst) {
				t.Helper()
				looks++
				s, known := m.BurstSnapshot(b.ID)
				policy := o.Policy
				policy.Interim = b.Interim
				if got := must(s.Report(policy, claims...)); !known || !reflect.DeepEqual(got, b.Report) {
					t.Errorf("%s, burst %d, look %d:\n%v\nand from its snapshot\n%v", name, b.ID, b.Interim, b.Report, got)
				}
				again, _ := m.BurstSnapshot(b.ID)
				sameSnapshot(t, "made once", again, s)
				file := must(must(evidence.New(s, policy, claims...)).MarshalBinary())
				proof := must(evidence.Verify(file))
				if !proof.OK() || !slices.EqualFunc(proof.Evidence.Report().Verdicts, b.Report.Verdicts, sameVerdict) {
					t.Errorf("%s, burst %d, look %d: evidence proves\n%v", name, b.ID, b.Interim, proof.Evidence.Report())
				}
			}
			o.Notify, o.NotifyChildren = func(b Burst) { check(m, b) }, true
			m = newMonitorWith(world.Table(), o)
			m.Observe(raid(0)...)
			if looks < 6 {
				t.Fatalf("%s: %d looks", name, looks)
			}
			r := restored(t, m, o)
			for b := range r.Bursts() {
				check(r, b)
				if enriched := len(b.Report.Databases) == 1; enriched != (name == "enriched") {
					t.Errorf("%s: %d further databases", name, len(b.Report.Databases))
				}
			}
			if _, known := m.BurstSnapshot(99); known {
				t.Error("a burst that never was is known")
			}
		}
	}
}

// sameVerdict reports whether two verdicts say the same. Evidence states numbers rounded.
func sameVerdict(a, b attribution.Verdict) bool {
	return a.Reason == b.Reason && a.Interim == b.Interim && a.String() == b.String()
}

// A second database takes part in the verdict, and so do systems and lists.
func TestEnrichment(t *testing.T) {
	claim := attribution.Majority("RU")
	for name, want := range map[string]attribution.Outcome{
		"alone": attribution.Supported, "enriched": attribution.Undecided,
	} {
		o := Options{Claims: []attribution.Claim{claim}}
		if name == "enriched" {
			o.Enrichment = enrichment(t)
		}
		m := newMonitorWith(world.Table(), o)
		m.Observe(raid(0)...)
		for b := range m.Bursts() {
			v := b.Report.Verdicts[0]
			if v.Outcome != want || name == "enriched" && v.Reason != caveat.DatabasesDisagree {
				t.Errorf("%s: %v", name, b)
			}
			has := func(code caveat.Code) bool {
				return slices.ContainsFunc(v.Caveats, func(c caveat.Caveat) bool { return c.Code == code })
			}
			listed := has(caveat.ListedSources) && has(caveat.NetworkConcentrated)
			if listed != (name == "enriched") {
				t.Errorf("%s: %v", name, v.Caveats)
			}
		}
	}
}

// A burst is plain data: what its JSON says is all of it.
func TestBurstIsPlainData(t *testing.T) {
	_, _, told := play(t, Options{}, overHour(8*time.Minute, scenario.MailBomb{Seed: 1}), 15*time.Minute)
	if len(told) < 4 {
		t.Fatalf("%v", told)
	}
	for _, b := range told {
		data := must(json.Marshal(b))
		var back Burst
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, b) {
			t.Errorf("%v comes back as\n%v, %v", b, back, err)
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(data, &keys); err != nil {
			t.Fatal(err)
		}
		want := strings.Fields("by_events by_sources caveats end expected_events final history id interval_ns " +
			"onset peak peak_events peak_sources report unprecedented")
		for _, key := range want {
			if _, found := keys[key]; !found {
				t.Errorf("no key %q", key)
			}
			delete(keys, key)
		}
		for _, key := range []string{"target", "interim", "new_sources", "parent", "children", "timeline"} {
			delete(keys, key)
		}
		if len(keys) > 0 {
			t.Errorf("unknown keys %v", keys)
		}
	}
}

// The line for logs is one line, by value and by pointer.
func TestBurstString(t *testing.T) {
	m := newMonitorWith(world.Table(), Options{
		Claims: []attribution.Claim{attribution.Majority("RU")},
		Tally:  attribution.Options{SampleSize: 1 << 16},
	})
	m.Observe(raid(0)...)
	want := []string{
		"burst 1 target victim parent 2 from 2024-05-21T07:15:00Z to 2024-05-21T07:16:40Z final events 5000 ",
		"burst 2 children 1 from 2024-05-21T07:15:00Z to 2024-05-21T07:16:40Z final events 5000 sources 5000 peak 500 " +
			"expected 9.899; supported RU > 50% of sources 0.6 [0.6, 0.6] ",
	}
	i := 0
	for b := range m.Bursts() {
		line := fmt.Sprint(b)
		if line != fmt.Sprint(&b) || strings.Contains(line, "\n") || !strings.HasPrefix(line, want[i]) ||
			!strings.Contains(line, "; SHORT_HISTORY") || b.NewSources != nil != strings.Contains(line, "; new 5") {
			t.Errorf("%v\n%v\nwant %s", line, &b, want[i])
		}
		i++
	}
	if i != 2 {
		t.Errorf("%d bursts", i)
	}
}

// A verdict that another window would change has a caveat for its claim, with the number
// of such windows, and no other verdict has one.
func TestWindowSensitive(t *testing.T) {
	claims := []attribution.Claim{attribution.Majority("RU"), attribution.LessThan(1, "CN"), attribution.Majority("US")}
	m := newMonitorWith(world.Table(), Options{Targets: -1, Claims: claims})
	m.Observe(join(
		sources("FR", 900, 0, 1, Target{}),
		sources("US", 1000, 900, .01, Target{}),
		sources("RU", 1200, 910, 1./120, Target{}),
		sources("FR", 900, 920, 1, Target{}),
	)...)
	bursts := slices.Collect(m.Bursts())
	if len(bursts) != 1 || !bursts[0].Final || bursts[0].End.Sub(bursts[0].Onset) != 20*time.Second {
		t.Fatalf("%v", bursts)
	}
	var got []caveat.Caveat
	for _, c := range bursts[0].Caveats {
		if c.Code == caveat.WindowSensitive {
			got = append(got, c)
		}
	}
	// Without its last interval the burst is American.
	want := []caveat.Caveat{
		{Code: caveat.WindowSensitive, Value: 1, Subject: claims[0].String()},
		{Code: caveat.WindowSensitive, Value: 1, Subject: claims[2].String()},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v\n%v", got, want, bursts[0])
	}
}

// A target is bursting from the first report of its burst to the last.
func TestBursting(t *testing.T) {
	victim := TargetName("victim")
	now := time.Time{}
	var m *Monitor
	o := Options{Targets: 16}
	m = newMonitorWith(world.Table(), o)
	var log []string
	state := ""
	for _, e := range raid(0) {
		m.Observe(e)
		now = e.Time
		s := fmt.Sprint(m.Bursting(Target{}), m.Bursting(victim), m.Bursting(TargetName("other")))
		if s != state {
			state = s
			log = append(log, fmt.Sprintf("%.0f: %s", now.Sub(begin).Seconds(), s))
			for _, c := range m.Targets() {
				if c.Bursting != m.Bursting(c.Target) {
					t.Errorf("%+v", c)
				}
			}
			if r := restored(t, m, o); r.Bursting(victim) != m.Bursting(victim) ||
				r.Bursting(Target{}) != m.Bursting(Target{}) {
				t.Errorf("%s: not after a restart", s)
			}
		}
	}
	want := []string{"0: false false false", "900: false true false", "920: true true false", "1322: false false false"}
	if !slices.Equal(log, want) {
		t.Errorf("%q, want %q", log, want)
	}
	if cost := testing.AllocsPerRun(10, func() { m.Bursting(victim) }); cost != 0 {
		t.Errorf("%v allocations", cost)
	}
}

func TestUnprecedented(t *testing.T) {
	for _, c := range []struct {
		history HistoricalPeak
		want    attribution.Outcome
	}{
		{HistoricalPeak{320, 100, 9 * day}, attribution.Undecided},
		{HistoricalPeak{320, 100, 28 * day}, attribution.Supported},
		{HistoricalPeak{200, 100, 28*day - time.Second}, attribution.Undecided},
		{HistoricalPeak{199, 100, 90 * day}, attribution.Undecided},
		{HistoricalPeak{200, 100, 90 * day}, attribution.Supported},
		{HistoricalPeak{100, 100, 90 * day}, attribution.Refuted},
		{HistoricalPeak{99, 100, time.Minute}, attribution.Refuted},
		{HistoricalPeak{50, 0, 2 * time.Hour}, attribution.Undecided},
		{HistoricalPeak{50, 0, 30 * day}, attribution.Supported},
		{HistoricalPeak{}, attribution.Refuted},
	} {
		if got := c.history.unprecedented(); got != c.want {
			t.Errorf("%+v: %v, want %v", c.history, got, c.want)
		}
	}
}
