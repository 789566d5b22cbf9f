package text

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/figures"
)

// place is what a claim is about.
type place uint8

const (
	aCountry place = iota
	aSystem
	aList
)

func placeOf(c attribution.Claim) place {
	for range c.Systems() {
		return aSystem
	}
	for range c.Lists() {
		return aList
	}
	return aCountry
}

// inSystems says in which autonomous systems a claim says that sources are.
func (p *Printer) inSystems(c attribution.Claim, n *attribution.Networks) string {
	w := &p.words.holders
	named, many, joint := w.systems, w.systemsMany, p.words.or
	if c.IsOutside() {
		named, many, joint = w.otherSystems, w.otherSystemsMany, p.words.and
	}
	var names []string
	for number := range c.Systems() {
		names = append(names, p.system(number, nameOf(number, n)))
	}
	count := p.count(uint64(len(names)))
	if len(names) > namedCountries {
		return say(many, args{"n": count})
	}
	return say(named, args{"systems": arg{Text: p.joined(names, joint), Form: count.Form}})
}

// onLists says on which lists a claim says that sources are.
func (p *Printer) onLists(c attribution.Claim) string {
	w := &p.words.holders
	named, many, joint := w.lists, w.listsMany, p.words.or
	if c.IsOutside() {
		named, many, joint = w.offLists, w.offListsMany, p.words.and
	}
	var names []string
	for name := range c.Lists() {
		names = append(names, p.quoted(name))
	}
	n := p.count(uint64(len(names)))
	if len(names) > namedCountries {
		return say(many, args{"n": n})
	}
	return say(named, args{"n": n, "lists": word(p.joined(names, joint))})
}

// system is an autonomous system: AS64500 "Example".
func (p *Printer) system(number uint32, name string) string {
	text := "AS" + strconv.FormatUint(uint64(number), 10)
	if clean(name, longestName) != "" {
		text += " " + p.quoted(name)
	}
	return text
}

// nameOf is the name that a report has for a system.
func nameOf(number uint32, n *attribution.Networks) string {
	if row := systemRow(number, n); row != nil {
		return row.Name
	}
	return ""
}

func systemRow(number uint32, n *attribution.Networks) *attribution.NetworkRow {
	if n == nil {
		return nil
	}
	i := slices.IndexFunc(n.Systems, func(row attribution.NetworkRow) bool { return row.Number == number })
	if i < 0 {
		return nil
	}
	return &n.Systems[i]
}

// asked is the database that says what a verdict is about.
func (t teller) asked() string {
	if n := t.r.Networks; placeOf(t.v.Claim) == aSystem && n != nil && n.ASNs != nil {
		return t.p.database(*n.ASNs)
	}
	return t.p.by(t.r.LocatedBy)
}

// inNetworks is how much of a unit the networks of the claim have; ok is false where the report does not say.
func (t teller) inNetworks(u attribution.Unit) (n uint64, ok bool) {
	if u == t.v.Claim.Unit() {
		return whole(t.v.Counted.Value * float64(figures.Total(t.r, u))), true
	}
	list := t.r.Networks
	if list == nil || !t.r.Sources.Exact || u == attribution.Bytes || t.v.Claim.IsOutside() {
		return 0, false
	}
	add := func(row attribution.NetworkRow) {
		if u == attribution.Events {
			n += row.Events
		} else {
			n += row.Sources
		}
	}
	for number := range t.v.Claim.Systems() {
		if row := systemRow(number, list); row != nil {
			add(*row)
		}
	}
	names := slices.Collect(t.v.Claim.Lists())
	for _, row := range list.Lists {
		if slices.Contains(names, row.Name) {
			add(row)
		}
	}
	return n, len(names) <= 1 // lists overlap
}

// shownSystems is the number of autonomous systems that a table shows, beside those of the claims.
const shownSystems = 10

// writeNetworks writes whose networks the sources are in.
func (p *Printer) writeNetworks(b *strings.Builder, r *attribution.Report) {
	n, w := r.Networks, &p.words.holders
	if n == nil || r.Sources.Value == 0 {
		return
	}
	b.WriteString("\n" + w.title + "\n")
	units := []attribution.Unit{attribution.Sources}
	if r.Events > 0 {
		units = append(units, attribution.Events)
	}
	rows := [][]string{p.networkHead(r, units)}
	add := func(name string, row attribution.NetworkRow) {
		rows = append(rows, p.networkRow(r, name, row, units))
	}
	if n.ASNs != nil {
		rows = append(rows, []string{say(w.systemsBy, args{"database": word(p.database(*n.ASNs))})})
		shown, hidden := p.systemRows(r)
		for _, row := range shown {
			add("  "+p.system(row.Number, row.Name), row)
		}
		if more := n.MoreSystems; more > 0 && hidden == 0 && n.OtherSystems != nil {
			add("  "+say(w.others, args{"n": p.count(uint64(more))}), *n.OtherSystems)
		} else if more += hidden; more > 0 {
			rows = append(rows, []string{"  " + say(w.hidden, args{"n": p.count(uint64(more))})})
		}
		if n.NoSystem != nil && n.NoSystem.Sources > 0 {
			add("  "+w.noSystem, *n.NoSystem)
		}
	}
	if len(n.Lists) > 0 {
		rows = append(rows, []string{p.words.network.lists})
	}
	for _, row := range n.Lists {
		add("  "+p.quoted(row.Name), row)
	}
	if n.NoList != nil {
		add("  "+w.noList, *n.NoList)
	}
	aligned(b, rows)
	if !r.Sources.Exact {
		b.WriteString(p.words.network.sampled + "\n")
	}
	if len(n.Lists) > 1 {
		b.WriteString(w.several + "\n")
	}
}

// systemRows are the rows that are shown, and how many others the report has.
func (p *Printer) systemRows(r *attribution.Report) (shown []attribution.NetworkRow, hidden int) {
	for i, row := range r.Networks.Systems {
		claimed := slices.ContainsFunc(r.Verdicts, func(v attribution.Verdict) bool {
			return slices.Contains(slices.Collect(v.Claim.Systems()), row.Number)
		})
		if i < shownSystems || claimed {
			shown = append(shown, row)
		} else {
			hidden++
		}
	}
	return shown, hidden
}

func (p *Printer) networkHead(r *attribution.Report, units []attribution.Unit) []string {
	w, head := &p.words.report, []string{""}
	for _, u := range units {
		unit, share := args{"unit": p.unit(u)}, w.share
		if !r.Sources.Exact {
			share = w.shareBetween
		}
		if u == attribution.Sources || r.Sources.Exact {
			head = append(head, say(w.amount, unit))
		}
		head = append(head, say(share, unit))
	}
	return head
}

func (p *Printer) networkRow(
	r *attribution.Report, name string, row attribution.NetworkRow, units []attribution.Unit,
) []string {
	cells := []string{name}
	for _, u := range units {
		switch {
		case u == attribution.Sources:
			cells = append(cells, p.some(r, row.Sources).Text, p.cell(row.Share))
			continue
		case r.Sources.Exact:
			cells = append(cells, p.grouped(row.Events))
		}
		share := p.words.holders.unknown
		if row.EventShare != nil {
			share = p.cell(*row.EventShare)
		}
		cells = append(cells, share)
	}
	return cells
}
