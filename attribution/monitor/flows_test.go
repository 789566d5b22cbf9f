package monitor_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
	"golang.org/x/text/language"
)

// flows is half an hour of flows in the order of their begins, stamped by their ends: most
// last a second, the others minutes. From the 15th minute on an attack comes from Russia,
// whose flows are short, and from the United States, whose flows are long.
func flows() (events []monitor.Event) {
	rng := rand.New(rand.NewPCG(3, 33))
	begin := time.Date(2024, 5, 21, 7, 0, 0, 0, time.UTC)
	for now := 0.0; now < 1800; {
		rate, short, long := 20., "FR", "FR"
		if now >= 900 && now < 1000 {
			rate, short, long = 200, "RU", "US"
		}
		now += rng.ExpFloat64() / rate
		code, lasts := short, rng.ExpFloat64()
		if rng.Float64() < .6 {
			code, lasts = long, 30+rng.ExpFloat64()*10
		}
		when := begin.Add(time.Duration((now + lasts) * float64(time.Second)))
		events = append(events, monitor.Event{
			Time: when, Flow: attribution.Flow{Source: world.IP(code, rng.IntN(1<<20))},
		})
	}
	return events
}

// Where a part of the flows comes too late, nothing that is said of a burst or of the whole
// looks complete: not the report, its JSON, its text, its evidence, or a verdict.
func TestFlowsThatComeLate(t *testing.T) {
	p := text.NewPrinter(language.English)
	claims := []attribution.Claim{attribution.MoreThan(20, "RU"), attribution.MoreThan(80, "US")}
	key := world.Must(sketch.KeyFrom([]byte("a key of thirty-two bytes for us")))
	m := world.Must(monitor.New(world.Table(), monitor.Options{
		Tally:  attribution.Options{SampleSize: 65_536, Key: key},
		Claims: claims,
	}))
	events := flows()
	m.Observe(events...)
	stats := m.Stats()
	t.Logf("%+v of %d", stats, len(events))
	if stats.Late < uint64(len(events))/8 {
		t.Errorf("few are late: %+v", stats)
	}

	whole := m.Snapshot(time.Time{}, time.Time{})
	r := world.Must(whole.Report(attribution.Policy{}, claims...))
	if r.Lost[attribution.LostLate] != stats.Late || r.Lost[attribution.LostMisdated] != uint64(stats.Waiting) ||
		r.Records+stats.Late+uint64(stats.Waiting) != uint64(len(events)) {
		t.Errorf("%d records, lost %v, of %d and %+v", r.Records, r.Lost, len(events), stats)
	}
	judge := func(what string, s attribution.Snapshot, policy attribution.Policy, r attribution.Report, said string) {
		late := r.Lost[attribution.LostLate]
		if late == 0 || !strings.Contains(said, "late") || strings.Contains(said, "one by one") {
			t.Errorf("%s: %d late, and it says\n%s", what, late, said)
		}
		var data struct{ Lost map[string]uint64 }
		if err := json.Unmarshal(world.Must(json.Marshal(r)), &data); err != nil || data.Lost["late"] != late {
			t.Errorf("%s: %v in JSON, %v", what, data.Lost, err)
		}
		proof := world.Must(evidence.Verify(world.Must(world.Must(evidence.New(s, policy, claims...)).MarshalBinary())))
		if !proof.OK() || proof.Evidence.Report().Lost[attribution.LostLate] != late {
			t.Errorf("%s: evidence has %v", what, proof.Evidence.Report().Lost)
		}
		for _, v := range r.Verdicts {
			i := slices.IndexFunc(v.Caveats, func(c caveat.Caveat) bool { return c.Code == caveat.LateEvents })
			if i < 0 || v.Caveats[i].Value != float64(late) {
				t.Errorf("%s: %v", what, v)
			}
		}
	}
	said := func(print func(*strings.Builder) error) string {
		var b strings.Builder
		if err := print(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	judge("the whole", whole, attribution.Policy{}, r, said(func(b *strings.Builder) error { return p.Report(b, r) }))
	found := false
	for b := range m.Bursts() {
		found = true
		s, _ := m.BurstSnapshot(b.ID)
		judge("the burst", s, b.Report.Policy, b.Report, said(func(w *strings.Builder) error { return p.Burst(w, b) }))
		// Of what was counted 94 % is American, of what came 60 %.
		for _, v := range b.Report.Verdicts {
			if v.Outcome != attribution.Undecided || v.Reason != caveat.LateEvents {
				t.Errorf("%v of %v", v, b)
			}
		}
	}
	if !found {
		t.Error("no burst was found")
	}
}
