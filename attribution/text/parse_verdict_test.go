package text

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/figures"
)

// verdict checks every sentence about a verdict.
func (rd reader) verdict(r *attribution.Report, v *attribution.Verdict) {
	rd.t.Helper()
	head, _, _ := strings.Cut(rd.text, "\n")
	if want := v.Outcome.String() + ": " + v.Claim.String(); !strings.HasPrefix(head, want) {
		rd.errorf("the first line is %q, want %q", head, want)
	}
	if v.Outcome == attribution.Inadmissible {
		if m := rd.find(`geolocated`); m != nil {
			rd.errorf("a place, though nothing can be said")
		}
		return
	}
	rd.counted(r, v)
	rd.interval(r, v)
	rd.beside(r, v)
	rd.dominant(r)
	rd.opinions(v)
	m := rd.find(`holds as long as fewer than PERCENT of all (\w+) are`)
	switch decided := v.Outcome == attribution.Supported || v.Outcome == attribution.Refuted; {
	case m != nil:
		rd.percent("tolerated", m[1], v.GeolocationErrorTolerated, down)
		if !decided || m[2] != v.Claim.Unit().String() {
			rd.errorf("what it tolerates")
		}
	case decided && v.GeolocationErrorTolerated > 0:
		rd.errorf("not what it tolerates")
	}
}

// claimedOf is what a report counted of what a claim is about.
func claimedOf(r *attribution.Report, v *attribution.Verdict) (n uint64) {
	for _, row := range r.Countries {
		if v.Claim.Contains(row.Origin) {
			n += figures.Amount(&row, v.Claim.Unit())
		}
	}
	return n
}

// counted checks the sentence with the share, and that the outcome is on its side of the limit.
func (rd reader) counted(r *attribution.Report, v *attribution.Verdict) {
	rd.t.Helper()
	unit := strings.TrimSuffix(v.Claim.Unit().String(), "s")
	if m := rd.find(`NUMBER of (?:the )?NUMBER (?:distinct )?` + unit + `s? \(PERCENT\)`); m != nil {
		rd.count("claimed", m[1], claimedOf(r, v), true)
		rd.count("whole", m[2], figures.Total(r, v.Claim.Unit()), true)
		rd.percent("share", m[3], v.Counted.Value, nearest, figures.Limit(v.Claim)...)
	} else if m := rd.find(`In a sample of NUMBER of about NUMBER distinct sources, PERCENT`); m != nil {
		rd.count("sample", m[1], uint64(r.SampleSize), true)
		rd.count("sources", m[2], r.Sources.Value, false)
		rd.percent("share", m[3], v.Counted.Value, nearest, figures.Limit(v.Claim)...)
	} else if m := rd.find(`(?:All|The) NUMBER events? came from one address`); m != nil && r.Sources.Value == 1 {
		rd.count("events", m[1], r.Events, true)
	} else {
		rd.errorf("no share")
	}
}

func (rd reader) interval(r *attribution.Report, v *attribution.Verdict) {
	rd.t.Helper()
	limits := figures.Limit(v.Claim)
	const beginnings = `With every uncertainty|If what was counted|Among all sources, seen|Without the forged`
	line := rd.find(`\n  ((?:` + beginnings + `)[^\n]*)\n`)
	if line == nil {
		if v.Share.Low < v.Share.High {
			rd.errorf("no interval, of %v", v.Share)
		}
		return
	}
	one := reader{rd.t, rd.name, line[1]}
	if m := one.find(`between PERCENT and PERCENT`); m != nil {
		rd.percent("low end", m[1], v.Share.Low, down, limits...)
		rd.percent("high end", m[2], v.Share.High, up, limits...)
	} else if m := one.find(`at most PERCENT`); m != nil && v.Share.Low == v.Counted.Value {
		rd.percent("high end", m[1], v.Share.High, up, limits...)
	} else if m := one.find(`at least PERCENT`); m != nil && v.Share.High == v.Counted.Value {
		rd.percent("low end", m[1], v.Share.Low, down, limits...)
	} else {
		rd.errorf("no interval, of %v", v.Share)
	}
	if m := one.find(`\(([0-9.]+) % interval\)`); m != nil {
		got, _ := strconv.ParseFloat(m[1], 64)
		if c := 100 * v.Confidence; got > c+1e-6 || got < c-.01 {
			rd.errorf("confidence of %v, of %v", got, c)
		}
	}
	if m := one.find(`forged sources, the share is PERCENT`); m != nil {
		rd.percent("without the forged", m[1], v.Share.Value, nearest, limits...)
	}
}

// beside checks the sentences beside the share.
func (rd reader) beside(r *attribution.Report, v *attribution.Verdict) {
	rd.t.Helper()
	limits := figures.Limit(v.Claim)
	if m := rd.find(`Among the (\w+) with a country, the share is PERCENT`); m != nil {
		rd.percent("located", m[2], v.Located, nearest, limits...)
	} else if figures.Amount(&r.Unlocated, v.Claim.Unit()) > 0 {
		rd.errorf("no share of what is located")
	}
	rd.reversal(r, v)
	if m := rd.find(`Those of the claim lie in NUMBER of NUMBER networks? `); m != nil {
		rd.count("networks", m[1], v.NetworksClaimed, true)
		rd.count("networks", m[2], v.Networks, true)
	}
	if m := rd.find(`weigh as ([0-9.,]+) independent`); m != nil {
		got, _ := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
		if math.Abs(got-v.EffectiveSources) > .5 {
			rd.errorf("%v independent sources, of %v", got, v.EffectiveSources)
		}
	} else if v.EffectiveSources > 0 && v.EffectiveSources < float64(r.SampleSize) {
		rd.errorf("not how many independent sources")
	}
	if len(v.Families) == 2 {
		m := rd.find(`Among the NUMBER IPv4 sources? the share is ([^,]*), ` +
			`among the NUMBER IPv6 sources? (.*)\.\n`)
		if m == nil {
			rd.errorf("no families")
			return
		}
		for i, f := range v.Families {
			rd.count(f.Family, m[1+2*i], f.Sources, r.Sources.Exact)
			rd.cell(f.Family, m[2+2*i], f.Share, limits...)
		}
	}
	if v.Lead != nil {
		rd.lead(r, v)
	}
}

// reversal checks that a share by the other unit is said where it is on the other side of the limit, and only there.
func (rd reader) reversal(r *attribution.Report, v *attribution.Verdict) {
	rd.t.Helper()
	other := attribution.Events
	if v.Claim.Unit() != attribution.Sources {
		other = attribution.Sources
	}
	whole := *v
	whole.Claim = v.Claim.Of(other)
	share, limit := 100*figures.Part(claimedOf(r, &whole), figures.Total(r, other)), v.Claim.Percent()
	own := 100 * v.Counted.Value
	differs := math.Abs(share-limit) > 1e-9 && math.Abs(own-limit) > 1e-9 && share > limit != (own > limit)
	m := rd.find(`By (events|sources), the share is PERCENT, which is on the other side`)
	if m != nil {
		rd.percent("by the other unit", m[2], share/100, nearest, limit)
	}
	want := differs && r.Events > 0 && !v.Claim.IsPlurality()
	if want != (m != nil) || m != nil && m[1] != other.String() {
		rd.errorf("%v by %v where it is %v: %q", share, other, own, m)
	}
}

func (rd reader) lead(r *attribution.Report, v *attribution.Verdict) {
	rd.t.Helper()
	sign := 1.0
	const between = `(?:, and between LEAD and LEAD with|\.)`
	m := rd.find(`The lead over it is LEAD percentage points` + between)
	if m == nil {
		sign = -1
		m = rd.find(`It is LEAD percentage points ahead of the claimed country` + between)
	}
	if m == nil {
		if !strings.Contains(rd.text, "No other country was counted.") {
			rd.errorf("no lead, of %v", *v.Lead)
		}
		return
	}
	l := *v.Lead
	if sign < 0 {
		l.Low, l.High = l.High, l.Low
	}
	for i, want := range []float64{l.Value, l.Low, l.High} {
		if i > 0 && l.Low == l.High && m[1+i] == "" {
			continue
		}
		got, err := strconv.ParseFloat(m[1+i], 64)
		want *= sign * 100
		d := got - want
		wrong := math.Abs(d) > .1+1e-6 || got == 0 != (want == 0) || i == 1 && d > 1e-6 || i == 2 && d < -1e-6
		if err != nil { // too near 0 to be printed
			wrong = math.Abs(want) > 1e-9 || (want > 0) != (m[1+i] == "more than 0.0")
		}
		if wrong {
			rd.errorf("a lead of %s, of %v", m[1+i], want)
		}
	}
}

// dominant checks the sentence about one source.
func (rd reader) dominant(r *attribution.Report) {
	rd.t.Helper()
	m := rd.find(`\n  One address[^\n]* sent PERCENT of the events\.`)
	if top := r.Plausibility.TopSource; m != nil {
		rd.percent("one source", m[1], top, nearest)
	} else if top > .5 && r.Events > 0 && r.Sources.Value > 1 {
		rd.errorf("not that one source sent %v", top)
	}
	if m := rd.find(`\n  One address, geolocated to [^(]*\(([A-Z]{2})\)`); m != nil {
		for _, row := range r.Countries {
			if row.Origin.String() == m[1] && float64(row.Events) < r.Plausibility.TopSource*float64(r.Events)-1 {
				rd.errorf("the one source cannot be in %s", m[1])
			}
		}
	}
}

func (rd reader) opinions(v *attribution.Verdict) {
	rd.t.Helper()
	opinion := numbers.Replace(`\n    ([A-Z]): (.*?) by "Test-Country" of [0-9-]+: (\w+)\.(?: PERCENT)?`)
	lines := regexp.MustCompile(opinion).FindAllStringSubmatch(rd.text, -1)
	if len(lines) != len(v.Opinions) {
		rd.errorf("%d opinions, want %d", len(lines), len(v.Opinions))
		return
	}
	for i, o := range v.Opinions {
		rd.cell("opinion", lines[i][2], o.Share, figures.Limit(v.Claim)...)
		if lines[i][3] != o.Outcome.String() || lines[i][1] != string(rune('A'+i)) {
			rd.errorf("opinion %d is %q, want %v", i, lines[i][0], o)
		}
		if lines[i][4] != "" {
			rd.percent("disagreement", lines[i][4], o.Disagreement.Value, nearest)
		}
	}
	if m := rd.find(`right about every source, the share is between PERCENT and PERCENT`); m != nil {
		rd.percent("bounds", m[1], v.Bounds.Low, down, figures.Limit(v.Claim)...)
		rd.percent("bounds", m[2], v.Bounds.High, up, figures.Limit(v.Claim)...)
	} else if v.Bounds != nil {
		rd.errorf("no bounds")
	}
	for _, c := range v.Caveats {
		if c.Code == caveat.DatabasesDisagree && strings.Contains(rd.text, "further database") {
			m := rd.find(`NUMBER further databases? comes? to another outcome`)
			if m == nil || whole64(m[1]) != uint64(c.Value) {
				rd.errorf("not %v", c)
			}
		}
	}
}
