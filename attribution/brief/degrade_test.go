package brief

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// plainReport counts sources of a few countries, each with so many events, in the plain world.
func plainReport(o attribution.Options, claims []string, counts map[string]int, events uint64) attribution.Report {
	o.Key = world.Key(1)
	tally := world.Must(attribution.NewTally(world.Table(), o))
	for _, code := range []string{"RU", "US", "FR", "XX"} {
		for i := range counts[code] {
			a := world.IP(code, i*1_801+1)
			if code == "XX" {
				a = netip.AddrFrom4([4]byte{203, byte(i >> 8), byte(i), 9})
			}
			tally.AddFlow(attribution.Flow{Source: a, Events: events, Bytes: 40, Handshake: true})
		}
	}
	return world.Must(tally.Snapshot().Report(attribution.Policy{}, parsed(claims...)...))
}

// timed gives a report a time.
func timed(r attribution.Report) attribution.Report {
	r.From, r.To = begin, begin.Add(8*time.Second)
	return r
}

// A degraded brief lacks something. Its page has some texts and lacks others.
type degraded struct {
	name  string
	brief func(t testing.TB) Brief
	has   []string
	lacks []string
}

func degradeds() []degraded {
	two := map[string]int{"RU": 300, "US": 200, "FR": 100}
	return []degraded{{
		"no times", func(testing.TB) Brief {
			return Brief{Report: plainReport(attribution.Options{}, []string{"majority RU"}, two, 2)}
		},
		[]string{"times unknown", "Refuted", "Falls if anything is misplaced.", "It was not checked whose networks these " +
			"are.", "no position on borders"},
		[]string{">When<", "Burst against everyday", "Who is inside", "Check it"},
	}, {
		"undecided", func(testing.TB) Brief {
			return Brief{Report: timed(plainReport(attribution.Options{}, []string{"US > 33.33% of sources"}, two, 2))}
		},
		[]string{"Supported", "200 of 600"}, nil,
	}, {
		"no country decides", func(testing.TB) Brief {
			c := map[string]int{"RU": 290, "US": 200, "XX": 110}
			return Brief{Report: timed(plainReport(attribution.Options{}, []string{"majority RU"}, c, 2))}
		},
		[]string{"The data do not settle whether", "Undecided", "Between 48.3", "No country"},
		[]string{"What would overturn it"},
	}, {
		"sampled", func(testing.TB) Brief {
			return Brief{Report: timed(plainReport(attribution.Options{SamplingRate: 100}, []string{"RU > 40% of " +
				"events"}, two, 20))}
		},
		[]string{"about 50", "Only 1 in 100 packets or flows was looked at."}, nil,
	}, {
		"estimated", func(testing.TB) Brief {
			c := map[string]int{"RU": 9_000, "US": 6_000}
			o := attribution.Options{SampleSize: 4096, Precision: 12}
			return Brief{Report: timed(plainReport(o, []string{"majority RU", "RU > 50% of events"}, c, 2))}
		},
		[]string{"about 60.8", "interval (95", "In a sample of 4,096 of about"}, []string{"every one counted"},
	}, {
		"events unknown", func(testing.TB) Brief {
			r := timed(plainReport(attribution.Options{}, []string{"majority RU", "RU > 50% of events"}, two, 1))
			return Brief{Report: withoutEvents(r)}
		},
		[]string{"The number of events of a record is not known.", "Source addresses <span class=\"nb\">(600)"},
		[]string{"Events <span", "0 events"},
	}, {
		"a row without events", func(testing.TB) Brief {
			r := timed(plainReport(attribution.Options{}, nil, two, 1))
			r.Countries[0].Events = 0
			return Brief{Report: r}
		},
		[]string{"not known"}, []string{"<i>0</i>"},
	}, {
		"partly forged", func(t testing.TB) Brief {
			r, _ := reportOf(t, scenario.SpoofedFlood{
				Seed: 3, Sources: 12_000, Real: .8, Origin: world.Origin("RU"), Share: .7,
			}, attribution.Options{}, attribution.Enrichment{}, "majority RU")
			return Brief{Report: r}
		},
		[]string{"without the forged addresses;", "as they came."}, nil,
	}, {
		"nothing counted", func(testing.TB) Brief {
			return Brief{Report: plainReport(attribution.Options{}, []string{"majority RU"}, nil, 1)}
		},
		[]string{"No public source address was counted.", "Inadmissible"}, []string{"Shares by country", "<figure"},
	}, {
		"cut addresses", func(testing.TB) Brief {
			o := attribution.Options{Key: world.Key(1)}
			tally := world.Must(attribution.NewTally(world.Table(), o))
			for i := range 300 {
				tally.AddFlow(attribution.Flow{Source: world.IP("RU", i*256), Handshake: true})
			}
			tally.AddAccount(attribution.Account{Notes: []attribution.Note{
				{Code: attribution.NoteCutIPv4, Value: 300, Subject: "/8"},
			}})
			return Brief{Report: world.Must(tally.Snapshot().Report(attribution.Policy{}, parsed("majority RU")...))}
		},
		[]string{"The addresses were cut before they were counted.", "Whole addresses."}, []string{"<figure"},
	}, {
		"many claims", func(testing.TB) Brief {
			var claims []string
			for i := range 15 {
				claims = append(claims, fmt.Sprintf("RU > %d%% of sources", 30+i))
			}
			return Brief{Report: timed(plainReport(attribution.Options{}, claims, two, 2))}
		},
		[]string{"3 more claims are in the JSON."}, []string{"<code>RU &gt; 42"},
	}, {
		"many caveats", func(testing.TB) Brief {
			r := timed(plainReport(attribution.Options{}, []string{"majority RU"}, two, 2))
			for i := range 40 {
				r.Verdicts[0].Caveats = append(r.Verdicts[0].Caveats, caveat.Caveat{
					Code: caveat.ListedSources, Value: .1, Subject: fmt.Sprintf("list %d", i),
				})
			}
			return Brief{Report: r}
		},
		[]string{"more caveats are in the JSON."}, []string{"list 38"},
	}, {
		"hosting first", func(testing.TB) Brief {
			r := timed(plainReport(attribution.Options{}, []string{"majority RU", "AS64500 > 7% of sources"}, two, 2))
			most, few := attribution.Share{Value: .98, Low: .98, High: .98}, attribution.Share{Value: .1, Low: .1, High: .1}
			r.Networks = &attribution.Networks{
				ASNs:    &attribution.Database{Name: "Some ASN"},
				Systems: []attribution.NetworkRow{{Number: 64500, Name: "Example", Sources: 60, Share: few}},
				Lists: []attribution.NetworkRow{
					{Name: "hosting networks", Sources: 590, Share: most, Events: 3, EventShare: &few},
				},
				Hosted: &most, MoreSystems: 7,
			}
			return Brief{Report: r}
		},
		[]string{
			"Who is inside", "AS64500 Example", "hosting networks", "These can be rented from anywhere.",
			"Autonomous systems by Some ASN.", "7 other systems are not shown.", "At least 98.0 % of the source addresses",
		},
		[]string{"It was not checked whose networks these are.", "7 %: limit of a claim"},
	}}
}

// withoutEvents is a report of records whose number of events is not known.
func withoutEvents(r attribution.Report) attribution.Report {
	r.Events, r.Limits = 0, &attribution.Limits{EventsUnknown: true}
	for i := range r.Countries {
		r.Countries[i].Events = 0
	}
	for i := range r.Verdicts {
		if v := &r.Verdicts[i]; v.Claim.Unit() == attribution.Events {
			*v = attribution.Verdict{
				Claim: v.Claim, Outcome: attribution.Inadmissible, Reason: caveat.EventsNotRead, Confidence: .95,
				Caveats: []caveat.Caveat{{Code: caveat.EventsNotRead}},
			}
		}
	}
	return r
}

// What is missing changes the page as the design has it.
func TestDegrades(t *testing.T) {
	for _, c := range degradeds() {
		t.Run(c.name, func(t *testing.T) {
			page := pageOf(t, c.brief(t))
			text := strings.NewReplacer("\u202f", " ", "&#43;", "+").Replace(page)
			for _, want := range c.has {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, bare(page))
				}
			}
			for _, forbidden := range c.lacks {
				if strings.Contains(text, forbidden) {
					t.Errorf("%q in\n%s", forbidden, bare(page))
				}
			}
			sound(t, page)
		})
	}
}

// In the first block, hosting comes before any country.
func TestHostingBeforeCountries(t *testing.T) {
	for _, c := range degradeds() {
		if c.name != "hosting first" {
			continue
		}
		page := pageOf(t, c.brief(t))
		main := page[strings.Index(page, "<main>"):]
		if h, r := strings.Index(main, "hosting companies"), strings.Index(main, "Russia"); h < 0 || r < h {
			t.Errorf("hosting at %d, Russia at %d", h, r)
		}
	}
}

// A burst that runs says so everywhere, and offers no check.
func TestProvisional(t *testing.T) {
	b := Brief{Evidence: evidenceOf("again"), Bursts: []monitor.Burst{burstOf(1, 0, 5_000, 40)}}
	b.Bursts[0].Final, b.Bursts[0].Interim = false, 2
	b.Bursts[0].Report.Policy.Interim = 2
	for i := range b.Bursts[0].Report.Verdicts {
		b.Bursts[0].Report.Verdicts[i].Interim = 2
	}
	page := pageOf(t, b)
	for _, want := range []string{"So far, at 07:12:23 UTC", "badge refuted open", "UTC so far", "This is look 2"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, bare(page))
		}
	}
	if strings.Contains(page, "attribute -verify") {
		t.Error("it offers to check what is not final")
	}
}

// burstOf is a burst of one minute, some hours later.
func burstOf(id uint64, hours int, events uint64, before float64) monitor.Burst {
	r := plainReport(attribution.Options{}, []string{"majority RU"}, map[string]int{"RU": 200, "US": 300}, events/500)
	onset := begin.Add(time.Duration(hours) * time.Hour)
	return monitor.Burst{
		ID: id, Target: monitor.TargetName(fmt.Sprintf("/path-%d", id)), Onset: onset, End: onset.Add(time.Minute),
		Interval: 10 * time.Second, Final: true, Peak: onset, PeakEvents: events / 3, PeakSources: 200, Expected: 3,
		ByEvents: true, Report: r, Caveats: []caveat.Caveat{},
		History: monitor.HistoricalPeak{Peak: float64(events / 3), Before: before, Span: 40 * 24 * time.Hour},
	}
}

// Many bursts are summed up: how many, the largest against their history first, details of three or of all.
func TestManyBursts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var b Brief
	for i := range 12 {
		b.Bursts = append(b.Bursts, burstOf(uint64(i+1), 376*i, 2_000+rng.Uint64N(9_000), float64(40+i)))
	}
	child := burstOf(99, 1, 900, 50)
	child.Parent = 3
	b.Bursts[2].Children = []monitor.Child{{ID: 99, Target: child.Target, Events: 900}}
	b.Bursts = append(b.Bursts, child)
	page := pageOf(t, b)
	for _, want := range []string{
		"12 bursts in 172 days", "In 0 of 12 bursts", "In 12 that does not hold", "The 12 bursts", "9 more bursts in detail",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, bare(page))
		}
	}
	if n := strings.Count(page, "<article"); n != detailed {
		t.Errorf("details of %d bursts", n)
	}
	if n := strings.Count(page, "/path-99"); n > 2 {
		t.Errorf("a child is shown %d times", n)
	}
	last := 1e18
	for _, burst := range ranked(b.Bursts) {
		if size(&burst) > last || burst.ID == 99 {
			t.Errorf("burst %d is out of order", burst.ID)
		}
		last = size(&burst)
	}
	b.All = true
	if n := strings.Count(pageOf(t, b), "<article"); n != 12 {
		t.Errorf("details of %d bursts, want all", n)
	}
	sound(t, page)
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	styles = regexp.MustCompile(`(?s)<style>.*?</style>`)
)

// bare is what a page says.
func bare(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(styles.ReplaceAllString(page, ""), " ")), " ")
}

// places without an argument, numbers that are none, and what no brief ever says.
var never = []*regexp.Regexp{
	regexp.MustCompile(`\{[a-z]`), regexp.MustCompile(`NaN|Inf\b|%!`),
	regexp.MustCompile(`(?i)\bhackers?\b|\battackers?\b`),
	regexp.MustCompile(`\b(traffic|attacks?|requests?|events) from [A-Z]`),
	regexp.MustCompile(`\b(Russian|Chinese|American|German|Brazilian) (IP |source )?(addresses|sources|attack)`),
	regexp.MustCompile(`(Russia|China|Germany|the United States) (did|attacked|sent)`),
	regexp.MustCompile(`\b0\.0 ?.%`),
}

// sound checks what holds of every page.
func sound(t testing.TB, page string) {
	t.Helper()
	text := bare(page)
	for _, n := range never {
		if at := n.FindStringIndex(text); at != nil {
			t.Errorf("%q in …%s…", text[at[0]:at[1]], text[max(0, at[0]-60):min(len(text), at[1]+60)])
		}
	}
	for _, tag := range []string{"<script", "<link", "<img", "<iframe", " src=", "url(http", "@import", "<a "} {
		if strings.Contains(page, tag) {
			t.Errorf("the page has %s", tag)
		}
	}
	if !strings.Contains(page, "default-src 'none'") {
		t.Error("no Content-Security-Policy")
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two elements are called %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`aria-labelledby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		for _, id := range strings.Fields(m[1]) {
			if !ids[id] {
				t.Errorf("nothing is called %s", id)
			}
		}
	}
}

// A brief of every showcase says nothing that no brief says. Where nothing can be said, it names no country but those
// of the claims, and no share of any.
func TestNeverSay(t *testing.T) {
	for _, c := range showcases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := once(t, c)
			page := pageOf(t, b)
			sound(t, page)
			if c.name != "spoofed" && c.name != "reflection" {
				return
			}
			text := bare(page)
			for o := range geo.Countries() {
				name := printer.Country(o)
				if named := strings.Contains(text, name); named && o.String() != "RU" && o.String() != "US" {
					t.Errorf("it names %s", name)
				}
			}
			if strings.Contains(page, `class="map"`) || strings.Contains(page, "Shares by country") {
				t.Error("it has a map or a table")
			}
		})
	}
}
