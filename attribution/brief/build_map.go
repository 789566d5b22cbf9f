package brief

import (
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/figures"
)

// classes are the least shares of the classes of the map, from the palest.
var classes = [...]float64{0, .02, .05, .2}

// mostToldCountries is how many countries the description of the map names, and mostLabels how many the map.
const (
	mostToldCountries = 6
	mostLabels        = 4
)

// worldMap is where the sources are. It is nil where a map would mislead.
func (t *writer) worldMap() *worldMap {
	w := &t.w.world
	if t.noise() != "" || t.alone() || !slices.Contains(t.open(), attribution.Sources) || len(t.r.Countries) == 0 {
		return nil
	}
	m := &worldMap{
		block: block{Heading: w.heading}, Name: w.name, Class: map[geo.Origin]int{}, Claimed: map[geo.Origin]bool{},
	}
	var list []string
	hasDots := false
	for i := range t.r.Countries {
		row := &t.r.Countries[i]
		if row.Sources == 0 {
			continue
		}
		m.Class[row.Origin] = classOf(row.Share.Value)
		hasDots = hasDots || isDot(row.Origin)
		share := t.share(row.Share.Value, figures.Limits(t.r, row.Origin, attribution.Sources)...)
		if i < mostToldCountries {
			list = append(list, t.say(w.part, args{"country": word(t.p.Country(row.Origin)), "share": word(share)}))
		}
		if i < mostLabels && row.Share.Value >= .05 {
			m.Labels = append(m.Labels, label{row.Origin, row.Origin.String() + " " + share})
		}
	}
	if more := len(t.r.Countries) - mostToldCountries; more > 0 {
		list = append(list, t.say(w.more, args{"n": t.n(uint64(more))}))
	}
	m.Told = t.say(w.told, args{"list": word(t.p.Joined(list...))})
	outlined := ""
	for _, v := range t.r.Verdicts {
		if v.Claim.IsOutside() {
			continue
		}
		for o := range v.Claim.Countries() {
			m.Claimed[o] = true
			outlined = w.claimed
		}
	}
	for i := range w.classes {
		m.Keys = append(m.Keys, key{"m" + string(rune('4'-i)), t.w.tidy(w.classes[i])})
	}
	if hasDots {
		m.Keys = append(m.Keys, key{"dot", w.dot})
	}
	m.Caption = t.sentences(t.say(w.caption, args{"database": word(t.database())}), outlined, w.borders)
	return m
}

// classOf is the class of a share, from 1 to 4.
func classOf(share float64) (class int) {
	for i, least := range classes {
		if share >= least {
			class = i + 1
		}
	}
	return class
}
