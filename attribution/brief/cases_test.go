package brief

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A showcase is a brief that readers can look at: its traffic is simulated and its key fixed, so that its bytes are
// too.
type showcase struct {
	name  string
	brief func(t testing.TB) Brief
}

func showcases() []showcase {
	return []showcase{
		{"incident", incident},
		{"spoofed", spoofed},
		{"single-source", singleSource},
		{"reflection", reflection},
		{"disagree", disagreement},
		{"quiet", quietFile},
		{"many", manyBursts},
	}
}

var begin = time.Date(2026, 6, 10, 7, 11, 23, 0, time.UTC)

func flowOf(e *scenario.Event) attribution.Flow {
	return attribution.Flow{
		Source: e.Source, Events: e.Events, Bytes: e.Bytes, Handshake: e.Established,
		Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
	}
}

func parsed(claims ...string) (list []attribution.Claim) {
	for _, c := range claims {
		list = append(list, world.Must(attribution.ParseClaim(c)))
	}
	return list
}

func announced(table *geo.Table) map[geo.Origin]float64 {
	space, m := table.Space(), map[geo.Origin]float64{}
	for o := range geo.Countries() {
		if share := space.Routed[o]; share > 0 {
			m[o] = share
		} else if share := space.IPv4[o]; share > 0 {
			m[o] = share
		}
	}
	return m
}

// found plays a scenario to a monitor until some time after its first burst, and returns what was found in the end.
func found(t testing.TB, b scenario.Builder, o monitor.Options, after time.Duration) []monitor.Burst {
	t.Helper()
	w := world.Real(t)
	o.Tally.Key = world.Key(3)
	m := world.Must(monitor.New(w.Table, o))
	played := world.Must(b.Build(w.Population))
	var end time.Time
	for _, b := range played.Bursts() {
		if e := b.End.Add(after); e.After(end) {
			end = e
		}
	}
	for e := range played.Events() {
		if !end.IsZero() && e.Time.After(end) {
			break
		}
		m.Observe(monitor.Event{Time: e.Time, Target: monitor.ParseTarget(e.Target), Flow: flowOf(&e)})
	}
	m.Advance(end.Add(time.Hour))
	return slices.Collect(m.Bursts())
}

// evidence is what a user gives who has kept a file.
func evidenceOf(command string) *Evidence {
	return &Evidence{File: "burst.json", SHA256: strings.Repeat("0f1e2d3c", 8), Command: command}
}

func incident(t testing.TB) Brief {
	w := world.Real(t)
	bursts := found(t, scenario.Overlay{
		Quiet:  scenario.Quiet{Rate: 8, Noise: 0.15, Targets: 60},
		Bursts: []scenario.Part{{Builder: scenario.MailBomb{}, After: time.Hour}},
	}, monitor.Options{
		Interval: time.Second, Claims: parsed("RU > 50% of sources", "RU > 50% of events"),
		Tally:      attribution.Options{SampleSize: 1 << 14},
		Enrichment: attribution.Enrichment{Databases: []*geo.Table{w.Routed}},
	}, 10*time.Minute)
	return Brief{
		Simulated: true, Bursts: bursts, Announced: announced(w.Routed),
		Evidence: evidenceOf(`attribute -burst -interval 1s -claim "RU > 50% of sources" -claim "RU > 50% of events" ` +
			`-second routed -evidence burst.json -o brief.html`),
	}
}

// reportOf counts a scenario whole.
func reportOf(t testing.TB, b scenario.Builder, o attribution.Options, enrich attribution.Enrichment, claims ...string,
) (attribution.Report, attribution.Snapshot) {
	t.Helper()
	w := world.Real(t)
	o.Key = world.Key(4)
	tally := world.Must(attribution.NewTally(w.Table, o))
	for e := range world.Must(b.Build(w.Population)).Events() {
		tally.AddFlow(flowOf(&e))
		tally.ExtendSpan(e.Time, e.Time)
	}
	s := world.Must(tally.Snapshot().Enrich(enrich))
	return world.Must(s.Report(attribution.Policy{}, parsed(claims...)...)), s
}

func spoofed(t testing.TB) Brief {
	bursts := found(t, scenario.Overlay{
		Quiet:  scenario.Quiet{Rate: 8, Noise: 0.15, Targets: 60},
		Bursts: []scenario.Part{{Builder: scenario.SpoofedFlood{Sources: 41_200}, After: time.Hour}},
	}, monitor.Options{Interval: time.Second, Claims: parsed("RU > 50% of sources")}, 10*time.Minute)
	return Brief{Simulated: true, Bursts: bursts, Evidence: evidenceOf("")}
}

func singleSource(t testing.TB) Brief {
	bursts := found(t, scenario.Overlay{
		Quiet:  scenario.Quiet{Rate: 8, Noise: 0.15, Targets: 60},
		Bursts: []scenario.Part{{Builder: scenario.SingleSource{Seed: 1, Origin: world.Origin("DE")}, After: time.Hour}},
	}, monitor.Options{Claims: parsed("DE > 50% of events")}, 15*time.Minute)
	return Brief{Simulated: true, Bursts: bursts, Evidence: evidenceOf("")}
}

func reflection(t testing.TB) Brief {
	r, _ := reportOf(t, scenario.Reflection{}, attribution.Options{}, attribution.Enrichment{}, "majority US",
		"US > 50% of events")
	return Brief{Simulated: true, Report: r}
}

func disagreement(t testing.TB) Brief {
	w := world.Real(t)
	bursts := found(t, scenario.Overlay{
		Quiet: scenario.Quiet{Rate: 8, Noise: 0.15, Targets: 60},
		Bursts: []scenario.Part{{Builder: scenario.Botnet{
			Seed: 5, Sources: 4_000, Origin: world.Origin("RU"), Share: .55, Unlocated: .01,
		}, After: time.Hour}},
	}, monitor.Options{
		Claims: parsed("majority RU"), Enrichment: attribution.Enrichment{Databases: []*geo.Table{w.Routed}},
		Tally: attribution.Options{SampleSize: 1 << 14},
	}, 15*time.Minute)
	return Brief{Simulated: true, Bursts: bursts, Announced: announced(w.Routed)}
}

func quietFile(t testing.TB) Brief {
	w := world.Real(t)
	r, _ := reportOf(t, scenario.Quiet{Rate: 2, Noise: .1}, attribution.Options{}, attribution.Enrichment{})
	return Brief{Title: "access.log of lagoon.example", Simulated: true, Report: r, Announced: announced(w.Routed)}
}

func manyBursts(t testing.TB) Brief {
	var parts []scenario.Part
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 6 {
		parts = append(parts, scenario.Part{
			Builder: scenario.Botnet{
				Seed: uint64(i), Sources: 1_000 + rng.IntN(6_000), Origin: world.Origin([]string{"RU", "CN", "US"}[i%3]),
				Share: .35 + .1*float64(i%4), Unlocated: .01, Repeat: 2,
			},
			After: time.Hour + time.Duration(i)*50*time.Minute,
		})
	}
	bursts := found(t, scenario.Overlay{
		Quiet: scenario.Quiet{Rate: 8, Noise: 0.15, Targets: 60}, Bursts: parts,
	}, monitor.Options{Claims: parsed("majority RU")}, 15*time.Minute)
	return Brief{Title: "lagoon.example", Simulated: true, Bursts: bursts}
}

// pageOf writes the page of a brief.
func pageOf(t testing.TB, b Brief) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, b, HTML, language.English); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var printer = text.NewPrinter(language.English)
