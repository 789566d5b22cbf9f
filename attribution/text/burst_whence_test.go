package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
)

// row is a country with a share and a number of sources.
func row(code string, sources uint64, share float64) attribution.Row {
	r := attribution.Row{Sources: sources, Share: attribution.Share{Value: share, Low: share, High: share}}
	if code != "" {
		r.Origin = world.Origin(code)
	}
	return r
}

// of is a report of so many counted sources.
func of(sources uint64, rows ...attribution.Row) attribution.Report {
	return attribution.Report{
		Sources:   attribution.Count{Value: sources, Low: sources, High: sources, Exact: true},
		LocatedBy: []attribution.Database{{Name: "DB"}}, Countries: rows, Events: 3 * sources, Records: sources,
	}
}

// The first sentence of a burst names the top origins of its new sources, for everyday traffic dilutes them.
func TestBurstSaysWhenceFirst(t *testing.T) {
	usual := of(1_000, row("NC", 600, .6), row("RU", 400, .4))
	fresh := of(400, row("RU", 300, .75), row("US", 80, .2), row("CN", 18, .045), row("BY", 2, .005))
	everyday := baseline.NewSources{Report: fresh, Everyday: &attribution.Count{Value: 9, Low: 3, High: 20}}
	unlocated := of(400, row("RU", 40, .1))
	unlocated.Unlocated = row("", 360, .9)
	forged := of(400, row("US", 200, .5))
	forged.SampleSize = 400
	forged.Plausibility.Spoofing = &attribution.Spoofing{Level: attribution.SpoofingUniform, Tested: 400}
	for _, c := range []struct {
		name  string
		burst monitor.Burst
		want  [2]string // English, French
	}{
		{"new sources", monitor.Burst{Report: usual, NewSources: &baseline.NewSources{Report: fresh}}, [2]string{
			`Of 400 new sources, 75.0 % are geolocated to Russia (RU), 20.0 % to the United States (US) and 4.5 % to ` +
				`China (CN) by "DB".`,
			"Sur 400 sources nouvelles, 75,0 % sont géolocalisées en Russie (RU), 20,0 % aux États-Unis (US) et 4,5 % en " +
				"Chine (CN) par « DB ».",
		}},
		{"everyday", monitor.Burst{Report: usual, NewSources: &everyday}, [2]string{
			"Of 400 new sources, without the everyday ones among them, 75.0 % are",
			"Sur 400 sources nouvelles, une fois retirées celles du trafic ordinaire, 75,0 % sont",
		}},
		{"not known which are new", monitor.Burst{Report: usual}, [2]string{
			"Which sources are new is not known. Of 1,000 in all, 60.0 % are geolocated to New Caledonia (NC) and 40.0 % to",
			"On ignore quelles sources sont nouvelles. Sur 1 000 en tout, 60,0 % sont géolocalisées en Nouvelle-Calédonie",
		}},
		{"unlocated", monitor.Burst{Report: usual, NewSources: &baseline.NewSources{Report: unlocated}}, [2]string{
			`are geolocated to Russia (RU) by "DB". 90.0 % have no country in the database.`,
			"sont géolocalisées en Russie (RU) par « DB ». La base n’attribue aucun pays à 90,0 % d’entre elles.",
		}},
		{"forged", monitor.Burst{Report: forged, NewSources: &baseline.NewSources{Report: forged}}, [2]string{
			"These data do not show where it came from.", "Ces données ne montrent pas d’où le trafic a été émis.",
		}},
		{"nothing new", monitor.Burst{Report: usual, NewSources: &baseline.NewSources{}}, [2]string{"", ""}},
		{"one source", monitor.Burst{Report: of(1, row("RU", 1, 1))}, [2]string{
			`All 3 events came from one address, geolocated to Russia (RU) by "DB".`,
			"Les 3 événements ont tous été émis par une seule adresse, géolocalisée en Russie (RU) par « DB ».",
		}},
	} {
		for i, p := range []*Printer{en, fr} {
			var b bytes.Buffer
			if err := p.Burst(&b, c.burst); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(b.String()), "\n")
			if !strings.Contains(lines[1], c.want[i]) {
				t.Errorf("%s: %q first, want %q", c.name, lines[1], c.want[i])
			}
			if c.name == "nothing new" && strings.Contains(lines[1], "%") {
				t.Errorf("%s: %q", c.name, lines[1])
			}
			if c.name == "forged" && strings.Contains(lines[1]+lines[2], "US") {
				t.Errorf("%s names a country: %q", c.name, lines[1:3])
			}
		}
	}
}

// What nobody counted is said to be unknown. It is never 0.
func TestBurstOfUnknownEvents(t *testing.T) {
	r := of(50, row("RU", 50, 1))
	r.Events, r.Limits = 0, &attribution.Limits{EventsUnknown: true}
	child := monitor.Child{ID: 2, Target: monitor.TargetName("/a"), Events: 40, PeakEvents: 9}
	known := monitor.Burst{Report: r, PeakEvents: 12, Children: []monitor.Child{child}}
	bare := known
	bare.Report.Limits, bare.Report.Records = nil, 0
	for _, c := range []struct {
		burst monitor.Burst
		want  [2][]string
	}{
		{known, [2][]string{
			{
				"50 records from 50 sources. How many events these are is not known. At most 12 records in",
				`"/a": 40 records, at most 9 in`,
			},
			{
				"50 enregistrements émis par 50 sources. Le nombre d’événements qu’ils représentent n’est pas connu. Au plus 12 " +
					"enregistrements en", "« /a » : 40 enregistrements, au plus 9 en",
			},
		}},
		{bare, [2][]string{
			{"50 sources. How many events they sent is not known."},
			{"50 sources. Le nombre de leurs événements n’est pas connu."},
		}},
	} {
		for i, p := range []*Printer{en, fr} {
			var b bytes.Buffer
			if err := p.Burst(&b, c.burst); err != nil {
				t.Fatal(err)
			}
			text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(b.String())
			for _, want := range c.want[i] {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			for _, zero := range []string{" 0 events", " 0 records", " 0 événement", " 0 enregistrement"} {
				if strings.Contains(text, zero) {
					t.Errorf("%q in\n%s", zero, text)
				}
			}
		}
	}
}

// Of a claim, what holds for the new sources stands first.
func TestVerdictsOfBurstsAreOfNewSourcesFirst(t *testing.T) {
	for name, burst := range bursts(t) {
		if burst.NewSources == nil {
			continue
		}
		var b bytes.Buffer
		if err := en.Burst(&b, burst); err != nil {
			t.Fatal(err)
		}
		for _, v := range burst.Report.Verdicts {
			_, block, _ := strings.Cut(b.String(), "\n"+en.head(&v)+"\n")
			if line, _, _ := strings.Cut(block, "\n"); !strings.Contains(line, " new source") {
				t.Errorf("%s, %v: %q first", name, v.Claim, line)
			}
		}
	}
}
