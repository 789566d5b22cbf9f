package brief

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

const (
	mostUnusual = 5  // countries of the burst that are compared, beside those of the claims
	mostNew     = 5  // countries of the new sources
	mostCaveats = 20 // that are told
	mostTargets = 8  // of an attack
)

// unusual compares the shares of countries with what they have otherwise: before the burst, and of the announced
// addresses.
func (t *writer) unusual() *table {
	w := &t.w.unusual
	n := t.everyday()
	if t.noise() != "" || t.alone() || !slices.Contains(t.open(), attribution.Sources) || len(t.b.Announced) == 0 {
		return nil
	}
	tb := &table{block: block{Heading: w.heading}, Caption: t.w.tidy(w.caption), Head: []string{w.head[0], w.head[4]}}
	if t.burst != nil {
		tb.Head[1] = w.head[1]
	}
	if n != nil {
		tb.Head = append(tb.Head, w.head[2])
		tb.Caption = t.sentences(tb.Caption, t.say(w.before, args{
			"n": t.of(&n.Report, t.burst, "").n(n.Baseline.Value), "span": word(t.p.Span(n.BaselineTo.Sub(n.BaselineFrom))),
		}))
	}
	tb.Head = append(tb.Head, w.head[3])
	var named []geo.Origin
	for i := range t.r.Countries {
		if o := t.r.Countries[i].Origin; i < mostUnusual || figures.IsClaimed(t.r, o) {
			named = append(named, o)
		}
	}
	if n != nil { // and those that are usual
		usual := slices.Clone(n.Lift)
		slices.SortStableFunc(usual, func(a, b baseline.Lift) int {
			return -compare(a.Baseline.Value, b.Baseline.Value)
		})
		for _, l := range usual[:min(len(usual), 2)] {
			if l.Baseline.Value > 0 && !slices.Contains(named, l.Origin) {
				named = append(named, l.Origin)
			}
		}
	}
	for _, o := range named {
		tb.Rows = append(tb.Rows, t.compared(o, n))
	}
	tb.Lead = t.excess(named)
	return tb
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// everyday is the comparison of a burst with the time before; nil if there is none.
func (t *writer) everyday() *baseline.NewSources {
	if t.burst == nil || t.burst.NewSources == nil || len(t.burst.NewSources.Lift) == 0 {
		return nil
	}
	return t.burst.NewSources
}

func (t *writer) compared(o geo.Origin, n *baseline.NewSources) row {
	none := func(v float64, limits ...float64) string {
		if v == 0 {
			return t.w.unusual.none
		}
		return t.share(v, limits...)
	}
	var now float64
	for i := range t.r.Countries {
		if t.r.Countries[i].Origin == o {
			now = t.r.Countries[i].Share.Value
		}
	}
	r := row{
		Code: o.String(), Name: t.p.Country(o), Hit: figures.IsClaimed(t.r, o),
		Cells: []string{none(now, figures.Limits(t.r, o, attribution.Sources)...)},
	}
	if n != nil {
		var before float64
		if i := slices.IndexFunc(n.Lift, func(l baseline.Lift) bool { return l.Origin == o }); i >= 0 {
			before = n.Lift[i].Baseline.Value
		}
		r.Cells = append(r.Cells, none(before))
	}
	space, ok := t.b.Announced[o]
	if !ok {
		r.Cells = append(r.Cells, t.w.shares.unknown)
		return r
	}
	r.Cells = append(r.Cells, none(space))
	return r
}

// excess says how much more than its part of the addresses the first country has.
func (t *writer) excess(named []geo.Origin) string {
	i := max(0, slices.IndexFunc(named, func(o geo.Origin) bool { return figures.IsClaimed(t.r, o) }))
	if i >= len(named) {
		return ""
	}
	at := slices.IndexFunc(t.r.Countries, func(r attribution.Row) bool { return r.Origin == named[i] })
	space := t.b.Announced[named[i]]
	if at < 0 || space < .001 || t.r.Countries[at].Share.Value < 2*space {
		return ""
	}
	share := t.r.Countries[at].Share.Value
	return t.say(t.w.unusual.lead, args{
		"country": word(t.p.Country(named[i])), "space": word(t.share(space)),
		"share": word(t.share(share, figures.Limits(t.r, named[i], attribution.Sources)...)),
		"times": word(t.p.Times(share / space)),
	})
}

// newSources compares the countries of the new sources with those of the time before.
func (t *writer) newSources() *table {
	if t.burst == nil || t.burst.NewSources == nil || t.burst.NewSources.Report.Sources.Value == 0 {
		return nil
	}
	w, n := &t.w.say, t.burst.NewSources
	fresh := t.of(&n.Report, t.burst, t.id)
	tb := &table{Head: []string{w.newHead[0], w.newHead[1], w.newHead[2]}}
	tb.Caption = t.say(w.newTable, args{
		"n": t.n(n.Baseline.Value), "span": word(t.p.Span(n.BaselineTo.Sub(n.BaselineFrom))),
	})
	if len(n.Lift) > 0 {
		tb.Head = append(tb.Head, w.newHead[3], w.times)
	}
	for i := range n.Report.Countries {
		c := &n.Report.Countries[i]
		if i >= mostNew && !figures.IsClaimed(t.r, c.Origin) {
			continue
		}
		r := row{Code: c.Origin.String(), Name: t.p.Country(c.Origin), Hit: figures.IsClaimed(t.r, c.Origin)}
		limits := figures.Limits(t.r, c.Origin, attribution.Sources)
		r.Cells = []string{fresh.some(c.Sources).Text, t.share(c.Share.Value, limits...)}
		r.Beside = []string{"", beside(t.w.tidy(t.p.Interval(c.Share, limits...)))}
		if at := slices.IndexFunc(n.Lift, func(l baseline.Lift) bool { return l.Origin == c.Origin }); at >= 0 {
			l := &n.Lift[at]
			before := t.w.unusual.none
			if l.Baseline.Value > 0 {
				before = t.share(l.Baseline.Value)
			}
			times, interval := w.only, ""
			if l.Baseline.Value > 0 {
				times, interval = t.p.Times(l.Ratio.Value), beside(t.w.tidy(t.p.Ratio(l.Ratio)))
			}
			r.Cells = append(r.Cells, before, times)
			r.Beside = append(r.Beside, "", interval)
		} else if len(n.Lift) > 0 {
			r.Cells = append(r.Cells, t.w.shares.unknown, t.w.shares.unknown)
			r.Beside = append(r.Beside, "", "")
		}
		tb.Rows = append(tb.Rows, r)
	}
	return tb
}

// beside is what stands after a number: its interval.
func beside(text string) string {
	if _, interval, ok := strings.Cut(text, "("); ok {
		return "(" + interval
	}
	return ""
}

// againstEveryday compares a burst with the time before.
func (t *writer) againstEveryday() *facts {
	w, b := &t.w.base, t.burst
	if b == nil {
		return nil
	}
	f := &facts{block: block{Heading: w.heading}}
	add := func(name string, texts ...string) { f.List = append(f.List, named{name, t.sentences(texts...)}) }
	interval := word(t.p.Span(b.Interval))
	switch n := b.NewSources; {
	case t.noise() != "": // nobody knows which sources are new
	case n == nil:
		f.List = append(f.List, w.noBaseline)
	default:
		fresh := min(n.Report.Sources.Value, n.Burst.Value)
		all, everyday := "", ""
		if fresh == n.Burst.Value {
			all = w.allNew
		}
		if e := n.Everyday; e != nil && e.High > 0 {
			everyday = t.say(w.everyday, args{"n": t.n(e.Value), "low": t.n(e.Low), "high": t.n(e.High)})
		}
		add(t.say(w.seen, args{"n": t.some(n.Burst.Value - fresh), "whole": t.some(n.Burst.Value)}),
			t.say(w.seenText, args{"span": word(t.p.Span(n.BaselineTo.Sub(n.BaselineFrom)))}), all, everyday)
	}
	add(t.say(w.against, args{"n": t.n(b.PeakEvents), "expected": word(t.p.Number(b.Expected))}),
		t.say(w.againstText, args{"interval": interval}))
	h := b.History
	span := args{"span": word(t.p.Span(h.Span))}
	precedent := w.tooShort
	switch b.Unprecedented {
	case attribution.Supported:
		precedent = w.unprecedented
	case attribution.Refuted:
		precedent = ""
	}
	switch {
	case h.Before >= h.Peak:
		add(w.notLargest, t.say(w.notLargeText, span))
	case h.Before < 1:
		add(w.first, t.say(w.firstText, span), precedent)
	default:
		add(t.say(w.times, args{"times": word(t.p.Times(h.Peak / h.Before))}), t.say(w.timesText, span), precedent)
	}
	if len(b.Children) > 0 {
		add(t.attackOn())
	}
	return f
}

// attackOn are the targets of the same attack, most events first.
func (t *writer) attackOn() (string, string) {
	w, b := &t.w.base, t.burst
	all := slices.Clone(b.Children)
	slices.SortStableFunc(all, func(x, y monitor.Child) int { return -compare(float64(x.Events), float64(y.Events)) })
	var list []string
	for i := range all[:min(len(all), mostTargets)] {
		list = append(list, t.say(w.target, args{
			"target": word(t.target(all[i].Target)), "n": word(t.amount(all[i].Events, attribution.Events)),
		}))
	}
	n := uint64(len(all) + max(b.MoreChildren, 0))
	if more := n - uint64(len(list)); more > 0 {
		list = append(list, t.say(w.andMore, args{"n": t.n(more)}))
	}
	return t.say(w.targets, args{"n": t.n(n)}), t.say(w.targetsText, args{"n": t.n(n), "list": word(t.p.Joined(list...))})
}

// caveats are those of all verdicts and of the burst, each once: first what decides, then what annotates.
func (t *writer) caveats() *caveats {
	w := &t.w.caveats
	c := &caveats{block: block{Heading: w.heading}}
	type known struct {
		code caveat.Code
		text string
	}
	var list []told
	seen := map[known]bool{}
	noise := t.noise() != ""
	add := func(one caveat.Caveat, text string) {
		if noise && namesCountry(one) {
			return
		}
		text = t.w.tidy(text)
		if k := (known{one.Code, text}); !seen[k] {
			seen[k] = true
			list = append(list, tellCaveat(one, text))
		}
	}
	for pass := range 2 {
		for i := range t.r.Verdicts {
			v := &t.r.Verdicts[i]
			for _, one := range v.Caveats {
				annotates := one.Code != v.Reason && one.Code.Effect() == caveat.Annotates
				if annotates == (pass == 1) {
					add(one, t.p.VerdictCaveat(*t.r, *v, one))
				}
			}
		}
	}
	if b := t.burst; b != nil {
		for _, one := range b.Caveats {
			add(one, t.p.Caveat(one))
		}
		if b.NewSources != nil {
			for _, one := range b.NewSources.Caveats {
				add(one, t.p.Caveat(one))
			}
		}
	}
	if len(list) == 0 {
		c.Lead = w.nothing
		return c
	}
	c.List = list[:min(len(list), mostCaveats)]
	if more := len(list) - len(c.List); more > 0 {
		c.More = t.say(w.more, args{"n": t.n(uint64(more))})
	}
	return c
}

// namesCountry reports whether a caveat says where some sources are, beside the claims.
func namesCountry(c caveat.Caveat) bool {
	_, err := geo.ParseOrigin(c.Subject)
	return c.Code == caveat.RankDiffers || err == nil && c.Subject != ""
}

// tellCaveat sets off the first sentence of a caveat, and adds the code, its number and its subject.
func tellCaveat(c caveat.Caveat, text string) told {
	head, rest, _ := strings.Cut(text, ". ")
	if rest != "" {
		head += "."
	}
	code := fmt.Sprintf("%s %.4g", shown(string(c.Code)), c.Value)
	if c.Subject != "" {
		code += " " + shown(c.Subject)
	}
	return told{Head: head, Text: rest, Code: code}
}
