package brief

import (
	"unicode"
	"unicode/utf8"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// card is a verdict on one claim.
func (t *writer) card(v *attribution.Verdict, i int, noise caveat.Code) card {
	w := &t.w.say
	subject := t.say(w.shortSubject, args{"claimed": word(t.p.Claimed(v.Claim, t.r.Networks))})
	c := card{
		Outcome: v.Outcome.String(), Badge: capital(t.p.Outcome(v.Outcome)), Provisional: v.Interim > 0,
		Claim: t.say(w.quoted, args{"text": word(t.say(w.claim, args{
			"claim": word(subject + " " + t.predicate(v.Claim, true)),
		}))}),
		Code: v.Claim.String(),
	}
	add := func(lines ...string) {
		for _, line := range lines {
			if line != "" {
				c.Lines = append(c.Lines, line)
			}
		}
	}
	reason := t.reason(v)
	switch {
	case v.Outcome == attribution.Inadmissible && noise != "":
		add(w.noAnswer)
		if v.Reason != noise {
			add(reason)
		}
		return c
	case v.Outcome == attribution.Inadmissible:
		add(reason)
		return c
	case t.alone():
		c.Gauges = []gauge{t.gauge(v)}
		add(w.ofOne)
		return c
	case disagree(v):
		c.Beside = w.disagreeing
		c.Gauges = t.gauges(v)
		add(reason)
		return c
	}
	c.Gauges = []gauge{t.gauge(v)}
	if v.Outcome == attribution.Undecided {
		add(t.interval(v), reason)
		return c
	}
	add(t.sentences(t.counted(v), t.interval(v)), t.corrected(v), t.lead(v), t.amongNew(i))
	return c
}

// capital begins a text with a capital letter.
func capital(s string) string {
	if s == "" {
		return s
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// reason is why a claim could not be decided.
func (t *writer) reason(v *attribution.Verdict) string {
	for _, c := range v.Caveats {
		if c.Code == v.Reason {
			return t.w.tidy(t.p.VerdictCaveat(*t.r, *v, c))
		}
	}
	return ""
}

// counted is what was counted of the countries of a claim.
func (t *writer) counted(v *attribution.Verdict) string {
	w, u := &t.w.say, v.Claim.Unit()
	if u == attribution.Sources && !t.r.Sources.Exact {
		if t.r.Basis == attribution.BasisSketches {
			return ""
		}
		return t.say(w.estimated, args{
			"k": t.n(uint64(max(t.r.SampleSize, 0))), "n": t.some(t.r.Sources.Value),
		})
	}
	x := uint64(0)
	if isOnNetworks(v.Claim) {
		if !t.r.Sources.Exact {
			return ""
		}
		x = uint64(v.Counted.Value*float64(figures.Total(t.r, u)) + 0.5)
	}
	for i := range t.r.Countries {
		if row := &t.r.Countries[i]; v.Claim.Contains(row.Origin) {
			x += figures.Amount(row, u)
		}
	}
	return t.say(w.counted, args{"x": t.n(x), "whole": word(t.amount(figures.Total(t.r, u), u))})
}

// interval is within which ends the share lies.
func (t *writer) interval(v *attribution.Verdict) string {
	w, s, u := &t.w.say, v.Share, v.Claim.Unit()
	if s.Low >= s.High {
		return ""
	}
	limits := figures.Limit(v.Claim)
	a := args{
		"low": word(t.w.tidy(t.p.AtLeast(s.Low, limits...))), "high": word(t.w.tidy(t.p.AtMost(s.High, limits...))),
		"confidence": word(t.w.tidy(t.p.Percent(100 * v.Confidence))),
	}
	lost := uint64(0)
	for _, n := range t.r.Lost {
		lost = max(lost, lost+n)
	}
	unlocated := figures.Amount(&t.r.Unlocated, u)
	exact := !t.estimated(u) && len(v.Opinions) < 2 && forgedNone(t.r)
	switch {
	case exact && s.Low == v.Counted.Value && s.Value == s.Low && unlocated > 0 && lost == 0:
		return t.say(w.atMost, a.With(args{"n": t.n(unlocated), "unit": word(t.w.theUnit[u])}))
	case exact && s.High == v.Counted.Value:
		return t.say(w.atLeast, a)
	case v.Counted.Low < v.Counted.High || v.Sampling != nil:
		return t.say(w.betweenAt, a)
	}
	return t.say(w.between, a)
}

func forgedNone(r *attribution.Report) bool {
	s := r.Plausibility.Spoofing
	return s == nil || s.Level == attribution.SpoofingNone
}

// corrected is the share without forged sources, beside the one with them.
func (t *writer) corrected(v *attribution.Verdict) string {
	if v.Claim.Unit() != attribution.Sources || forgedNone(t.r) || v.Share.Value == v.Counted.Value {
		return ""
	}
	limits := figures.Limit(v.Claim)
	return t.say(t.w.say.corrected, args{
		"share": word(t.share(v.Share.Value, limits...)), "counted": word(t.share(v.Counted.Value, limits...)),
	})
}

// lead is the strongest rival of a plurality.
func (t *writer) lead(v *attribution.Verdict) string {
	if !v.Claim.IsPlurality() {
		return ""
	}
	u, most := v.Claim.Unit(), -1
	for i := range t.r.Countries {
		row := &t.r.Countries[i]
		if !v.Claim.Contains(row.Origin) && (most < 0 || figures.Amount(row, u) > figures.Amount(&t.r.Countries[most], u)) {
			most = i
		}
	}
	if most < 0 {
		return ""
	}
	row := &t.r.Countries[most]
	return t.say(t.w.say.lead, args{
		"rival": word(t.p.Country(row.Origin)), "share": word(t.share(shareOf(t.r, row, u).Value)),
	})
}

// amongNew is what becomes of the claim among the new sources of a burst.
func (t *writer) amongNew(i int) string {
	if t.burst == nil || t.burst.NewSources == nil || i >= len(t.burst.NewSources.Report.Verdicts) {
		return ""
	}
	r := &t.burst.NewSources.Report
	v := &r.Verdicts[i]
	if v.Outcome == attribution.Inadmissible || r.Sources == t.r.Sources {
		return ""
	}
	told := t.w.tidy(t.p.Interval(v.Share, figures.Limit(v.Claim)...))
	return t.say(t.w.say.amongNew, args{
		"n": t.of(r, t.burst, t.id).some(r.Sources.Value), "share": word(told), "outcome": word(t.p.Outcome(v.Outcome)),
	})
}

// gauge shows the share of a verdict, its interval and the limit.
func (t *writer) gauge(v *attribution.Verdict) gauge {
	g := t.gaugeOf(v, v.Share)
	if v.Outcome == attribution.Undecided {
		g.Open, g.Value = true, t.between(v.Share, figures.Limit(v.Claim)...)
		g.Told = t.told(v, v.Share, true)
	}
	if t.estimated(v.Claim.Unit()) && !g.Open {
		g.Value = t.say(t.w.say.about, args{"share": word(g.Value)})
	}
	return g
}

// gauges are those of each database.
func (t *writer) gauges(v *attribution.Verdict) (list []gauge) {
	for i, o := range v.Opinions {
		g := t.gaugeOf(v, o.Share)
		g.Label = t.nameOf(t.asked(i))
		list = append(list, g)
	}
	return list
}

func (t *writer) gaugeOf(v *attribution.Verdict, s attribution.Share) gauge {
	w, limit := &t.w.say, -1.
	g := gauge{
		Unit: v.Claim.Unit(), Share: s.Value, Low: s.Low, High: s.High,
		Name: t.say(w.gauge, args{
			"unit": word(t.w.ofUnit[v.Claim.Unit()]), "claimed": word(t.p.Claimed(v.Claim, t.r.Networks)),
		}),
		Value: t.share(s.Value, figures.Limit(v.Claim)...), Told: t.told(v, s, false),
		Nothing: "0", Most: t.percent(100),
	}
	if !v.Claim.IsPlurality() {
		limit = v.Claim.Percent() / 100
		g.LimitText = t.say(w.limit, args{"limit": word(t.percent(v.Claim.Percent()))})
	}
	g.Limit = limit
	return g
}

// told is a gauge for those who do not see it.
func (t *writer) told(v *attribution.Verdict, s attribution.Share, open bool) string {
	w, limits := &t.w.say, figures.Limit(v.Claim)
	a := args{
		"share": word(t.share(s.Value, limits...)), "low": word(t.w.tidy(t.p.AtLeast(s.Low, limits...))),
		"high": word(t.w.tidy(t.p.AtMost(s.High, limits...))),
	}
	text := w.gaugeBetween
	switch {
	case open:
		text = w.gaugeOpen
	case s.Low >= s.High:
		text = w.gaugeAlone
	case s.Low == s.Value:
		text = w.gaugeValue
	}
	told := t.say(text, a)
	if !v.Claim.IsPlurality() {
		told += t.w.semicolon + t.say(w.limit, args{"limit": word(t.percent(v.Claim.Percent()))})
	}
	return t.say(w.noLimit, args{"text": word(told)})
}

// between is an interval as short as a label needs it.
func (t *writer) between(s attribution.Share, limits ...float64) string {
	return t.say(t.w.bursts.between, args{
		"low":  word(t.w.tidy(t.p.AtLeast(s.Low, limits...))),
		"high": word(t.w.tidy(t.p.AtMost(s.High, limits...))),
	})
}

// stands is what can be said although no country can.
func (t *writer) stands() card {
	w := &t.w.say
	c := card{Heading: w.stands}
	text := t.volume()
	if t.span() > 0 {
		text = t.say(w.standing, args{"amount": word(text), "span": word(t.p.Span(t.span()))})
	} else {
		text = t.say(w.claim, args{"claim": word(text)})
	}
	if b := t.burst; b != nil {
		text = t.sentences(text, t.say(w.peak, args{
			"amount": word(t.amount(b.PeakEvents, attribution.Events)), "interval": word(t.p.Span(b.Interval)),
		}))
	}
	c.Lines = []string{text, w.standsText}
	return c
}

// twoNumbers are the one source and all others.
func (t *writer) twoNumbers() card {
	w, r := &t.w.say, t.r
	top := r.Plausibility.TopSource
	if r.Sources.Exact && r.Sources.Value == 1 {
		top = 1
	}
	most := uint64(top*float64(r.Events) + 0.5)
	name := w.oneUnlocated
	if o, ok := originOfTop(r); ok && o != geo.Unlocated {
		name = t.say(w.oneAddress, args{"placed": word(t.p.Placed(o))})
	}
	rows := []row{{Name: name, Hit: true, Cells: []string{t.p.Count(most), t.share(top)}}}
	if r.Sources.Value > 1 {
		rows = append(rows, row{Name: t.say(w.otherAddresses, args{"n": t.some(r.Sources.Value - 1)}), Cells: []string{
			t.p.Count(r.Events - min(most, r.Events)), t.share(1 - top),
		}})
	}
	return card{Heading: w.twoNumbers, Table: &table{Head: w.twoHead[:], Rows: rows}}
}
