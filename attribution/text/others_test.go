package text

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/network"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// newSources are comparisons of all kinds.
func newSources(t testing.TB) map[string]baseline.NewSources {
	claims := []attribution.Claim{attribution.Majority("RU"), attribution.Plurality("US")}
	snapshot := func(size int, hours int, fill func(*attribution.Tally)) attribution.Snapshot {
		tally := world.Must(attribution.NewTally(world.Table(), attribution.Options{
			Key: world.Key(4), SampleSize: size, AssumeHandshake: true,
		}))
		if hours > 0 {
			tally.ExtendSpan(at.Add(-time.Duration(hours)*time.Hour), at)
		}
		fill(tally)
		return tally.Snapshot()
	}
	usual := func(t *attribution.Tally) {
		spread(t, "RU", 0, 40, 2)
		spread(t, "US", 0, 3_000, 1)
		spread(t, "CN", 0, 400, 1)
	}
	burst := func(t *attribution.Tally) {
		spread(t, "RU", 0, 2_000, 3)
		spread(t, "US", 2_500, 900, 1)
		spread(t, "BY", 0, 30, 1)
		spread(t, "", 0, 5, 1)
	}
	compare := func(b, u attribution.Snapshot) baseline.NewSources {
		return world.Must(baseline.Compare(b, u, attribution.Policy{}, claims...))
	}
	return map[string]baseline.NewSources{
		"new":          compare(snapshot(0, 1, burst), snapshot(0, 240, usual)),
		"new-sampled":  compare(snapshot(1024, 1, burst), snapshot(1024, 0, usual)),
		"new-no-usual": compare(snapshot(0, 1, burst), snapshot(0, 9, func(*attribution.Tally) {})),
		"new-registers": compare(snapshot(1024, 1, func(t *attribution.Tally) {
			spread(t, "RU", 0, 20_000, 1)
			spread(t, "CN", 0, 10_000, 1)
			spread(t, "US", 0, 60_000, 1)
		}), snapshot(1024, 9, func(t *attribution.Tally) { spread(t, "US", 0, 60_000, 1) })),
		"new-nothing": compare(snapshot(0, 1, usual), snapshot(0, 9, usual)),
	}
}

// breakdowns are of counts and of a sample.
func breakdowns(t testing.TB) map[string]network.Breakdown {
	list := world.Must(geo.ReadPrefixSet("hosting", strings.NewReader("5.0.0.0/20\n")))
	of := func(sources int) network.Breakdown {
		o := attribution.Options{AssumeHandshake: true, SampleSize: sketch.SmallSampleSize}
		s := plain(o, func(t *attribution.Tally) {
			for i := range sources {
				t.Add(world.IP("RU", 1+i%3*1000+i))
			}
			spread(t, "US", 0, sources/2, 5)
			for i := range 40 {
				t.Add(world.IP6(i))
			}
		})(t)
		s = world.Must(s.Enrich(attribution.Enrichment{
			Lists: []*geo.PrefixSet{list}, ASNs: world.ASNs(t, map[string]uint32{"5.0.0.0/8": 64500, "2a02::/16": 64501}),
		}))
		return world.Must(network.NewBreakdown(s, attribution.Majority("RU"), 3))
	}
	return map[string]network.Breakdown{"networks": of(900), "networks-sampled": of(6_000)}
}

// others are the texts of everything but reports.
func others(t testing.TB, p *Printer) map[string]string {
	texts := map[string]string{}
	for name, n := range newSources(t) {
		var b bytes.Buffer
		if err := p.NewSources(&b, n); err != nil {
			t.Fatal(err)
		}
		texts[name] = b.String()
	}
	for name, n := range breakdowns(t) {
		var b bytes.Buffer
		if err := p.Breakdown(&b, n); err != nil {
			t.Fatal(err)
		}
		texts[name] = b.String()
	}
	for name, n := range bursts(t) {
		var b bytes.Buffer
		if err := p.Burst(&b, n); err != nil {
			t.Fatal(err)
		}
		texts[name] = b.String()
	}
	for name, v := range verifications(t) {
		var b bytes.Buffer
		if err := p.Verification(&b, v); err != nil {
			t.Fatal(err)
		}
		texts[name] = b.String()
	}
	return texts
}

// The English text of everything but reports.
func TestGoldenOthers(t *testing.T) {
	for name, text := range others(t, en) {
		testenv.Golden(t, name+".txt", []byte(text))
	}
}

// times checks a printed factor.
func (rd reader) times(what, printed string, v float64, to rounding) {
	rd.t.Helper()
	got, err := strconv.ParseFloat(strings.ReplaceAll(printed, ",", ""), 64)
	if err != nil {
		rd.errorf("%s is %q", what, printed)
		return
	}
	unit := .1
	if v >= 100 {
		unit = 1
	}
	wrong := math.Abs(got-v) > unit*(1+1e-6) || to == down && got > v*(1+1e-9)+1e-6 || to == up && got < v*(1-1e-9)-1e-6
	if wrong || got == 0 != (v == 0) || got > 1 != (v > 1) && v != 1 {
		rd.errorf("%s is %q, of %v", what, printed, v)
	}
}

// The table of new sources has what raised each country's share.
func TestNewSourcesSayWhatTheyAre(t *testing.T) {
	all := newSources(t)
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 5))
		snapshot := func() attribution.Snapshot {
			tally := world.Must(attribution.NewTally(world.Table(), attribution.Options{Key: world.Key(5), SampleSize: 1024}))
			traffic(rng, tally)
			return tally.Snapshot()
		}
		n, err := baseline.Compare(snapshot(), snapshot(), attribution.Policy{}, attribution.Majority("RU"))
		if err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprint("seed ", seed)] = n
	}
	for name, n := range all {
		var b bytes.Buffer
		if err := en.NewSources(&b, n); err != nil {
			t.Fatal(err)
		}
		rd := reader{t, name, b.String()}
		rd.language()
		if m := rd.find(`\n(about |)NUMBER new sources? of (about |)NUMBER\n`); m != nil {
			rd.count("new", m[2], n.Report.Sources.Value, n.Report.Sources.Exact)
			rd.count("all", m[4], n.Burst.Value, n.Burst.Exact)
			if (m[1] == "") != n.Report.Sources.Exact || (m[3] == "") != n.Burst.Exact {
				rd.errorf("what is estimated")
			}
		} else if n.Report.Sources.Value > 0 {
			rd.errorf("no number of new sources")
		}
		for _, l := range n.Lift {
			m := rd.find(`\n` + l.Origin.String() + ` [^0-9\n]* NUMBER  +([0-9].*? %(?: \([^)]*\))?)  +PERCENT  +([^\n]*)`)
			if m == nil {
				rd.errorf("no row of %v", l.Origin)
				continue
			}
			rd.cell("new", m[2], l.New, figures.Limits(&n.Report, l.Origin, attribution.Sources)...)
			rd.percent("baseline", m[3], l.Baseline.Value, nearest)
			one := reader{t, name, m[4]}
			if m := one.find(`^(\S+) \((\S+)–(\S+)\)$`); m != nil {
				rd.times("lift", m[1], l.Ratio.Value, nearest)
				rd.times("low end", m[2], l.Ratio.Low, down)
				rd.times("high end", m[3], l.Ratio.High, up)
			} else if m := one.find(`^(?:not in the baseline \(at least (\S+)\)|\S+ \(from (\S+)\))$`); m != nil {
				if !math.IsInf(l.Ratio.High, 1) {
					rd.errorf("no high end, of %v", l.Ratio)
				}
				rd.times("low end", m[1]+m[2], l.Ratio.Low, down)
			} else {
				rd.errorf("no lift of %v in %q", l.Origin, m)
			}
		}
		if strings.Contains(rd.text, "distinct source") {
			rd.errorf("not new")
		}
	}
}

// The table of networks has every group.
func TestBreakdownsSayWhatTheyAre(t *testing.T) {
	for name, n := range breakdowns(t) {
		var b bytes.Buffer
		if err := en.Breakdown(&b, n); err != nil {
			t.Fatal(err)
		}
		rd := reader{t, name, b.String()}
		rd.language()
		for _, groups := range [][]network.Group{n.IPv4, n.IPv6, n.ASNs, n.Lists} {
			for _, g := range groups {
				m := rd.find(`\n  "?` + regexp.QuoteMeta(g.Name) + `"?  +([^\n]*)`)
				if m == nil {
					rd.errorf("no row of %s", g.Name)
					continue
				}
				cells := regexp.MustCompile(`  +`).Split(m[1], -1)
				rd.count(g.Name, cells[0], g.Sources, n.Claimed.Exact)
				rd.cell("of these", cells[1], g.Claimed)
				rd.cell("of all", cells[2], g.Share)
				rd.percent("of events", cells[3], g.EventShare, nearest)
			}
		}
	}
}
