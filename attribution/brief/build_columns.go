package brief

import (
	"math"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// columns are sources and events by the first database; or the unit of a claim by each database, if these disagree.
func (t *writer) columns() (list []counted) {
	open := t.open()
	for i := range t.r.Verdicts {
		v := &t.r.Verdicts[i]
		if disagree(v) && slices.Contains(open, v.Claim.Unit()) {
			return t.byDatabase(v.Claim.Unit())
		}
	}
	for _, u := range open[:min(len(open), 2)] {
		list = append(list, counted{unit: u, countries: t.r.Countries, unlocated: t.r.Unlocated})
	}
	return list
}

func (t *writer) byDatabase(u attribution.Unit) []counted {
	list := []counted{{u, t.r.Countries, t.r.Unlocated, t.nameOf(t.asked(0))}}
	for i, d := range t.r.Databases[:min(len(t.r.Databases), mostDatabases-1)] {
		list = append(list, counted{u, d.Countries, d.Unlocated, t.nameOf(t.asked(i + 1))})
	}
	return list
}

// at is the row of a country in a column.
func (c *counted) at(o geo.Origin) attribution.Row {
	if o == geo.Unlocated {
		return c.unlocated
	}
	if i := slices.IndexFunc(c.countries, func(r attribution.Row) bool { return r.Origin == o }); i >= 0 {
		return c.countries[i]
	}
	return attribution.Row{Origin: o}
}

// share is that of a row, up to what it is if all that has no country is there.
func (t *writer) shareIn(c *counted, row *attribution.Row) attribution.Share {
	r := *t.r
	r.Unlocated = c.unlocated
	return shareOf(&r, row, c.unit)
}

// most is the end of all bars: the next tenth above the greatest upper bound and the limits of claims.
func (t *writer) most(list []counted) float64 {
	most := 0.
	for i := range list {
		c := &list[i]
		for j := range c.countries {
			most = max(most, t.shareIn(c, &c.countries[j]).High)
		}
		for _, limit := range t.columnLimits(c.unit) {
			most = max(most, limit)
		}
		most = max(most, t.shareIn(c, &c.unlocated).Value)
		if _, rest := t.rows(list); len(rest) > 0 {
			value, high := t.sum(c, rest)
			most = max(most, value, high)
		}
	}
	return min(max(math.Ceil(most*10+.1)/10, .1), 1)
}

// columnLimits are the limits of the claims about countries and a unit, from 0 to 1.
func (t *writer) columnLimits(u attribution.Unit) (limits []float64) {
	for _, v := range t.r.Verdicts {
		if v.Claim.Unit() != u || v.Claim.IsPlurality() || isOnNetworks(v.Claim) {
			continue
		}
		if l := v.Claim.Percent() / 100; !slices.Contains(limits, l) {
			limits = append(limits, l)
		}
	}
	return limits[:min(len(limits), 2)]
}

func (t *writer) column(c *counted, most float64) column {
	w := &t.w.shares
	col := column{Unit: c.unit, Most: most, Limits: t.columnLimits(c.unit)}
	col.Heading = [...]string{w.sources, w.events, w.bytes}[c.unit]
	if c.unit == attribution.Sources {
		col.Total = t.say(w.total, args{"n": t.about(c.unit, t.r.Sources.Value)})
	} else {
		col.Total = t.say(w.total, args{"n": t.about(c.unit, figures.Total(t.r, c.unit))})
	}
	if c.database != "" {
		col.Heading = t.say(w.byDatabase, args{"name": word(c.database)})
	}
	step := .25
	switch {
	case most <= .2:
		step = .1
	case most > .6:
		step = .5
	}
	for v := 0.; v <= most+1e-9; v += step {
		col.Ticks = append(col.Ticks, tick{At: v / most, Text: t.percent(100 * v), Hide: step == .25 && v == .25})
	}
	return col
}
