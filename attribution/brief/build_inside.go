package brief

import (
	"slices"
	"strconv"

	"github.com/whence-go/whence/attribution"
)

// mostSystems is the number of autonomous systems that are shown, beside those of the claims.
const mostSystems = 8

// isOnNetworks reports whether a claim is about autonomous systems or lists, and not about countries.
func isOnNetworks(c attribution.Claim) bool {
	for range c.Lists() {
		return true
	}
	return isOnSystems(c)
}

func isOnSystems(c attribution.Claim) bool {
	for range c.Systems() {
		return true
	}
	return false
}

// hosting says that most sources are where servers are rented or tunnels end. It stands before any country.
func (t *writer) hosting() string {
	n := t.r.Networks
	if !n.MostlyHosted() {
		return ""
	}
	return t.say(t.w.say.hosting, args{"share": word(t.w.tidy(t.p.AtLeast(n.Hosted.Low)))})
}

// inside is whose networks the sources are in.
func (t *writer) inside() *inside {
	w, n := &t.w.inside, t.r.Networks
	if n == nil || t.noise() != "" || t.r.Sources.Value == 0 {
		return nil
	}
	in := &inside{block: block{Heading: w.heading}, Caption: t.say(w.caption, nil), Name: w.name}
	if n.ASNs != nil {
		in.Caption = t.sentences(in.Caption, t.say(w.systems, args{"database": word(t.dated(*n.ASNs))}))
	}
	if !t.r.Sources.Exact {
		in.Caption = t.sentences(in.Caption, w.sampled)
	}
	in.Columns = []column{{Heading: t.w.shares.sources, Unit: attribution.Sources, Most: 1}}
	if t.r.Events > 0 {
		in.Columns = append(in.Columns, column{Heading: t.w.shares.events, Unit: attribution.Events, Most: 1})
	}
	add := func(name string, claimed bool, row *attribution.NetworkRow) {
		if row != nil && row.Sources > 0 {
			in.Rows = append(in.Rows, bars{Name: name, Hit: claimed, Cells: t.networkCells(row, len(in.Columns))})
		}
	}
	for i := range n.Lists {
		add(shown(n.Lists[i].Name), t.claimsList(n.Lists[i].Name), &n.Lists[i])
	}
	add(w.noList, false, n.NoList)
	hidden := n.MoreSystems
	for i := range n.Systems {
		row := &n.Systems[i]
		if claimed := t.claimsSystem(row.Number); i < mostSystems || claimed {
			add(systemName(row), claimed, row)
		} else {
			hidden++
		}
	}
	add(w.noSystem, false, n.NoSystem)
	if hidden > 0 {
		in.Caption = t.sentences(in.Caption, t.say(w.others, args{"n": t.n(uint64(hidden))}))
	}
	return in
}

func systemName(row *attribution.NetworkRow) string {
	name := "AS" + strconv.FormatUint(uint64(row.Number), 10)
	if row.Name != "" {
		name += " " + shown(row.Name)
	}
	return name
}

// networkCells are the bars of a row. What is not known is said, and is not 0.
func (t *writer) networkCells(row *attribution.NetworkRow, columns int) []bar {
	cell := func(s attribution.Share) bar {
		return bar{Share: t.share(s.Value), Value: s.Value, Low: s.Low, High: s.High}
	}
	cells := []bar{cell(row.Share)}
	switch {
	case columns < 2:
	case row.EventShare == nil:
		cells = append(cells, bar{Unknown: t.w.shares.unknown})
	default:
		cells = append(cells, cell(*row.EventShare))
	}
	return cells
}

func (t *writer) claimsList(name string) bool {
	return slices.ContainsFunc(t.r.Verdicts, func(v attribution.Verdict) bool {
		return !v.Claim.IsOutside() && slices.Contains(slices.Collect(v.Claim.Lists()), name)
	})
}

func (t *writer) claimsSystem(number uint32) bool {
	return slices.ContainsFunc(t.r.Verdicts, func(v attribution.Verdict) bool {
		return !v.Claim.IsOutside() && slices.Contains(slices.Collect(v.Claim.Systems()), number)
	})
}
