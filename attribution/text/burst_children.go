package text

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/attribution/monitor"
)

// mostChildren is how many children a burst lists: with the rest of it they fit on a screen.
const mostChildren = 12

// family says what else is part of the same attack: the parent, or the targets with most events.
func (p *Printer) family(burst *monitor.Burst) (lines []string) {
	w := &p.words.burst
	if burst.Parent != 0 {
		lines = append(lines, say(w.parent, args{"id": p.count(burst.Parent)}))
	}
	all := slices.Clone(burst.Children)
	if len(all) == 0 {
		return lines
	}
	slices.SortStableFunc(all, func(a, b monitor.Child) int { return cmp.Compare(b.Events, a.Events) })
	head := w.children
	if !burst.Target.IsZero() {
		head = w.others
	}
	n := uint64(len(all) + max(burst.MoreChildren, 0))
	lines = append(lines, say(head, args{"n": p.count(n)}))
	for i := range min(len(all), mostChildren) {
		lines = append(lines, "  "+p.child(&all[i], burst))
	}
	if more := n - uint64(min(len(all), mostChildren)); more > 0 {
		lines = append(lines, "  "+say(w.more, args{"n": p.count(more)}))
	}
	return lines
}

// child is the line of one target. The onset and the end are there where they are not those of the parent.
func (p *Printer) child(c *monitor.Child, parent *monitor.Burst) string {
	w := &p.words.burst
	a := args{
		"target": word(p.target(c.Target)), "events": p.amount(c.Events, &parent.Report),
		"n": p.count(c.PeakEvents), "interval": word(p.span(parent.Interval)),
		"period": p.period(c.Onset, c.End),
	}
	switch {
	case !c.Final && parent.Final:
		return say(w.childRuns, a)
	case c.Onset.Equal(parent.Onset) && c.End.Equal(parent.End):
		return say(w.child, a)
	}
	return say(w.childApart, a)
}
