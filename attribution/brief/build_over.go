package brief

import (
	"math"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/figures"
)

// goodDatabases is about what good country databases differ by on such sources, see docs/CLAIMS.md.
const goodDatabases = 0.02

// overturn is what would overturn the verdicts, or make an answer possible. It is nil if there is neither.
func (t *writer) overturn() *over {
	w := &t.w.over
	noise := t.noise()
	switch {
	case noise != "":
		ways := t.w.ways[noise]
		if len(ways) == 0 {
			return nil
		}
		return &over{block: block{Heading: w.ways}, Ways: ways}
	case t.alone():
		return &over{block: block{Heading: w.heading}, Ways: w.oneSource}
	}
	o := &over{block: block{Heading: w.heading, Lead: w.lead}}
	worst := goodDatabases
	var seen []string
	for i := range t.r.Verdicts[:min(len(t.r.Verdicts), mostClaims)] {
		v := &t.r.Verdicts[i]
		if v.Outcome != attribution.Supported && v.Outcome != attribution.Refuted {
			continue
		}
		o.Rows = append(o.Rows, t.tolerated(v, &seen))
		worst = max(worst, v.GeolocationErrorTolerated)
	}
	if len(o.Rows) == 0 {
		return nil
	}
	if d, ok := t.dispute(); ok {
		o.Rows = append(o.Rows, d)
		worst = max(worst, d.Share)
	}
	o.Rows = append(o.Rows, tolerated{
		Name: w.good, Scale: true, Share: goodDatabases, Value: t.share(goodDatabases), Text: t.w.tidy(w.goodText),
	})
	o.Scale = min(math.Ceil(worst*20)/20, 1)
	if o.Scale < worst*1.05 {
		o.Scale = min(o.Scale+.05, 1)
	}
	o.Note = t.agreement()
	return o
}

// tolerated is how much of one verdict may be wrong.
func (t *writer) tolerated(v *attribution.Verdict, seen *[]string) tolerated {
	w, u := &t.w.over, v.Claim.Unit()
	a := args{
		"outcome": word(capital(t.p.Outcome(v.Outcome))), "unit": word(t.w.theUnit[u]), "claim": word(v.Claim.String()),
	}
	name := t.say(w.name, a)
	if len(t.r.Verdicts) > 2 {
		name = t.say(w.nameOfAll, a)
	}
	*seen = append(*seen, name)
	part := v.GeolocationErrorTolerated
	n := uint64(part * float64(figures.Total(t.r, u)))
	share := t.w.tidy(t.p.AtLeast(part))
	row := tolerated{Name: name, Unit: u, Share: part, Value: share}
	a = args{
		"n": t.n(n), "whole": word(t.amount(figures.Total(t.r, u), u)), "share": word(share), "unit": word(t.w.ofUnit[u]),
	}
	switch {
	case part <= 0:
		row.Text, row.Value = w.never, t.w.unusual.none
	case t.estimated(u):
		row.Text = t.say(w.estimated, a)
	default:
		row.Text = t.say(w.counted, a)
	}
	if h := t.r.Plausibility.Heavy; u == attribution.Events && h != nil {
		row.Text = t.sentences(row.Text, t.say(w.busy, args{"n": t.n(h.Sources), "share": word(t.share(h.Share))}))
	}
	return row
}

// dispute is how much the databases that were asked differ about the countries of a claim.
func (t *writer) dispute() (tolerated, bool) {
	w := &t.w.over
	for i := range t.r.Verdicts {
		most, at := 0., 0
		for j, o := range t.r.Verdicts[i].Opinions {
			if o.Disagreement.Value > most {
				most, at = o.Disagreement.Value, j
			}
		}
		if at == 0 {
			continue
		}
		return tolerated{
			Name: w.here, Scale: true, Share: most, Value: t.share(most),
			Text: t.say(w.hereText, args{"database": word(t.dated(t.asked(at)))}),
		}, true
	}
	return tolerated{}, false
}

// agreement says that further databases lead to the same verdicts.
func (t *writer) agreement() string {
	w := &t.w.over
	if len(t.r.Databases) == 0 || len(t.r.Verdicts) == 0 {
		return ""
	}
	var told []string
	for i, d := range t.r.Databases {
		var list []string
		same := true
		for _, v := range t.r.Verdicts {
			if len(v.Opinions) <= i+1 {
				continue
			}
			o := v.Opinions[i+1]
			same = same && o.Outcome == v.Outcome
			list = append(list, t.say(w.finding, args{
				"share": word(t.w.tidy(t.p.Interval(o.Share, figures.Limit(v.Claim)...))),
				"unit":  word(t.w.ofUnit[v.Claim.Unit()]),
			}))
		}
		if !same || len(list) == 0 || len(list) > mostClauses {
			continue
		}
		told = append(told, t.say(w.second, args{
			"database": word(t.dated(d.Database)), "list": word(t.p.Joined(list...)),
			"n": t.n(uint64(len(list))),
		}))
		if d.Unlocated.Share.Value > 0 {
			told = append(told, t.say(w.leaves, args{"share": word(t.share(d.Unlocated.Share.Value))}))
		}
	}
	return t.sentences(told...)
}

// whyForged is the test of forged addresses, where they rule out an answer.
func (t *writer) whyForged() *table {
	s := t.r.Plausibility.Spoofing
	if s == nil || t.noise() != caveat.Spoofed {
		return nil
	}
	w := &t.w.forged
	pairs, mix := w.thin, w.noise
	if float64(s.Pairs24) > 2*s.Pairs24IfForged+3 {
		pairs = w.clustered
	}
	if s.MixDistance > 2*s.MixNoise {
		mix = w.more
	}
	tb := &table{
		block: block{Heading: w.heading},
		Caption: t.say(w.caption, args{
			"n": t.n(s.Tested), "low": word(t.w.tidy(t.p.AtLeast(s.Forged.Low))),
		}),
		Head: w.head[:],
		Rows: []row{
			{Name: w.pairs, Cells: []string{t.p.Count(s.Pairs24), t.p.Number(s.Pairs24IfForged), pairs}},
			{Name: w.dark, Cells: []string{t.p.Count(s.Dark), w.notZero, w.nobody}},
		},
	}
	if s.Bogons > 0 {
		tb.Rows = append(tb.Rows, row{Name: w.bogons, Cells: []string{t.p.Count(s.Bogons), w.notZero, w.impossible}})
	}
	if s.MixNoise > 0 {
		tb.Rows = append(tb.Rows, row{Name: w.mix, Cells: []string{t.share(s.MixDistance), t.share(s.MixNoise), mix}})
	}
	return tb
}
