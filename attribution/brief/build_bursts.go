package brief

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/figures"
)

const (
	detailed   = 3   // bursts of which there are details, unless all are asked for
	mostBursts = 100 // that have a line of their own
)

// ranked are the bursts that are reported by themselves: the largest against their history first. A burst whose parent
// is among them is shown as one of its targets.
func ranked(all []monitor.Burst) []monitor.Burst {
	ids := map[uint64]bool{}
	for i := range all {
		ids[all[i].ID] = true
	}
	own := slices.DeleteFunc(slices.Clone(all), func(b monitor.Burst) bool { return b.Parent != 0 && ids[b.Parent] })
	slices.SortStableFunc(own, func(a, b monitor.Burst) int {
		return cmp.Or(
			cmp.Compare(size(&b), size(&a)), cmp.Compare(b.Report.Events, a.Report.Events), a.Onset.Compare(b.Onset),
		)
	})
	return own
}

// size is how many times the largest before it a burst is. Where nothing came before, it is compared with what was
// expected.
func size(b *monitor.Burst) float64 { return b.History.Peak / max(b.History.Before, b.Expected, 1) }

// several writes the summary of several bursts, and the details of the largest.
func (t writer) several(pg *page, bursts []monitor.Burst) {
	w := &t.w.bursts
	n := min(len(bursts), detailed)
	if t.b.All {
		n = len(bursts)
	}
	count := t.of(&bursts[0].Report, nil, "").n(uint64(len(bursts)))
	from, to := bursts[0].Onset, bursts[0].End
	var events uint64
	for i := range bursts {
		if bursts[i].Onset.Before(from) {
			from = bursts[i].Onset
		}
		if bursts[i].End.After(to) {
			to = bursts[i].End
		}
		events += bursts[i].Report.Events
	}
	first := t.of(&bursts[0].Report, &bursts[0], "")
	a := args{"n": count, "span": word(t.p.Span(to.Sub(from)))}
	pg.Title = first.say(w.title, a)
	if name := shown(t.b.Title); name != "" {
		pg.Title = first.say(w.titleOn, a.With(args{"title": word(name)}))
	}
	plain := t.of(&bursts[0].Report, nil, "")
	pg.Meta = plain.fromTo(from, to) + t.w.head.separator + first.say(w.inBursts, args{
		"amount": word(first.amount(events, attribution.Events)),
	})
	pg.Summary = first.summary(bursts, n, from, to)
	for i := range bursts[:n] {
		one := t.of(&bursts[i].Report, &bursts[i], fmt.Sprintf("b%d-", i+1))
		pt := one.part()
		pt.Meta = one.meta()
		pt.Title = one.say(w.detail, args{
			"number": word(strconv.Itoa(i + 1)), "date": word(one.moment(bursts[i].Onset)), "title": word(one.title(false)),
		})
		pg.Parts = append(pg.Parts, pt)
	}
	if more := len(bursts) - n; more > 0 {
		pg.More = first.say(w.more, args{"n": first.n(uint64(more))})
	}
}

// summary is what may be said of all bursts together.
func (t *writer) summary(bursts []monitor.Burst, n int, from, to time.Time) *summary {
	w := &t.w.bursts
	s := &summary{block: block{Heading: t.w.say.heading}}
	count := args{"n": t.n(uint64(len(bursts)))}
	s.Sentence, s.Then = t.counts(bursts)
	s.Limits = named{t.w.say.limitsName, t.sentences(t.limitsOfAny(), t.say(w.apart, count))}
	s.Strip = t.strip(bursts, n, from, to)
	apart := len(s.Then) > 0 && s.Then[0] == w.each
	s.List = burstList{
		block:   block{Heading: t.say(w.list, count)},
		Caption: t.say(w.caption, args{"database": word(t.databases())}), Head: w.head,
	}
	for i := range bursts[:min(len(bursts), mostBursts)] {
		one := t.of(&bursts[i].Report, &bursts[i], "")
		line := one.line(i, i < n)
		if !apart {
			line.Claim = "" // the caption has it
		}
		s.List.Rows = append(s.List.Rows, line)
	}
	if v := t.r.Verdicts; !apart && len(v) > 0 {
		s.List.Caption = t.sentences(s.List.Caption, t.say(w.claim, args{"claim": word(v[0].Claim.String())}))
	}
	if more := len(bursts) - mostBursts; more > 0 {
		s.List.More = t.say(w.listedMore, args{"n": t.n(uint64(more))})
	}
	return s
}

func (t *writer) limitsOfAny() string {
	final := *t
	final.burst = nil
	return final.limitsOfStatement()
}

// counts says in how many bursts the first claim holds, if it is the same in all, and names the largest bursts.
func (t *writer) counts(bursts []monitor.Burst) (sentence string, then []string) {
	w := &t.w.bursts
	largest := t.largest(bursts)
	top := t.say(w.largest, args{"n": t.n(uint64(len(largest))), "list": word(t.p.Joined(largest...))})
	var outcomes [4]uint64
	for i := range bursts {
		verdicts := bursts[i].Report.Verdicts
		if len(verdicts) == 0 || verdicts[0].Claim != bursts[0].Report.Verdicts[0].Claim {
			return top, []string{w.each}
		}
		outcomes[verdicts[0].Outcome%4]++
	}
	v := &bursts[0].Report.Verdicts[0]
	all := t.n(uint64(len(bursts)))
	parts := []string{t.say(w.counts, args{
		"n": t.n(outcomes[attribution.Supported]), "of": all,
		"subject": word(t.subject(v)), "clause": word(t.predicate(v.Claim, true)),
	})}
	for _, c := range []struct {
		outcome attribution.Outcome
		text    string
	}{{attribution.Refuted, w.notIn}, {attribution.Undecided, w.open}, {attribution.Inadmissible, w.none}} {
		if k := outcomes[c.outcome]; k > 0 {
			parts = append(parts, t.say(c.text, args{"n": t.n(k)}))
		}
	}
	return t.sentences(parts...), []string{top}
}

// largest are the largest bursts, by their dates; with the time if all are of two days.
func (t *writer) largest(bursts []monitor.Burst) (list []string) {
	span := time.Duration(0)
	for i := range bursts {
		span = max(span, bursts[i].Onset.Sub(bursts[0].Onset).Abs())
	}
	for i := range bursts[:min(len(bursts), detailed)] {
		one := t.of(&bursts[i].Report, &bursts[i], "")
		at := t.w.date(bursts[i].Onset)
		if span < 2*24*time.Hour {
			at = t.moment(bursts[i].Onset)
		}
		list = append(list, one.say(t.w.bursts.one, args{"date": word(at), "amount": word(one.volume())}))
	}
	return list
}

// strip shows the bursts by date and size.
func (t *writer) strip(bursts []monitor.Burst, n int, from, to time.Time) *strip {
	w := &t.w.bursts
	span, first, last := to.Sub(from), from, to
	pad := max(span/40, time.Second)
	from, to = from.Add(-pad), to.Add(pad)
	whole := float64(to.Sub(from))
	least, most := math.Inf(1), 1.
	for i := range bursts {
		v := max(float64(bursts[i].Report.Events), 1)
		least, most = min(least, v), max(most, v)
	}
	low, high := math.Floor(math.Log10(least)), math.Log10(most)+.12
	if high-low < 1 {
		low = math.Floor(high) - 1
	}
	height := func(events float64) float64 { return (math.Log10(max(events, 1)) - low) / (high - low) }
	s := &strip{block: block{Heading: w.strip}, Name: w.strip}
	for i := len(bursts) - 1; i >= 0; i-- { // the largest last, above the others
		m := mark{
			At:     float64(bursts[i].Onset.Sub(from)) / whole,
			Height: max(height(float64(bursts[i].Report.Events)), .02),
		}
		if i < min(n, detailed) {
			m.Number = strconv.Itoa(i + 1)
		}
		s.Marks = append(s.Marks, m)
	}
	for v := low + 1; v <= high; v++ {
		s.Y = append(s.Y, tick{At: height(math.Pow10(int(v))), Text: t.p.Count(uint64(math.Pow10(int(v))))})
	}
	for len(s.Y) > 4 {
		s.Y = slices.Delete(s.Y, 1, 2)
	}
	s.X = t.dates(from, to)
	list := t.largest(bursts)
	s.Told = t.say(w.stripTold, args{
		"n": t.n(uint64(len(bursts))), "from": word(t.w.date(first)), "to": word(t.w.date(last)),
		"list": word(t.p.Joined(list...)),
	})
	s.Note = t.w.tidy(w.stripNote)
	return s
}

// dates are the labels of an axis of time: months, days or times.
func (t *writer) dates(from, to time.Time) (ticks []tick) {
	whole := to.Sub(from)
	at := func(when time.Time) float64 { return float64(when.Sub(from)) / float64(whole) }
	if whole > 70*24*time.Hour {
		months := 1 + int(whole/(8*31*24*time.Hour))
		for m := time.Date(from.UTC().Year(), from.UTC().Month(), 1, 0, 0, 0, 0, time.UTC); m.Before(to); {
			if !m.Before(from) {
				ticks = append(ticks, tick{At: at(m), Text: t.w.month(m)})
			}
			m = m.AddDate(0, months, 0)
		}
		return ticks
	}
	for _, part := range []float64{.05, .37, .7} {
		when := from.Add(time.Duration(part * float64(whole)))
		text := when.UTC().Format("15:04")
		if whole > 36*time.Hour {
			text = t.w.day(when)
		}
		ticks = append(ticks, tick{At: at(when), Text: text})
	}
	return ticks
}

// line is a burst among others.
func (t *writer) line(i int, hit bool) burstRow {
	w, b := &t.w.bursts, t.burst
	r := burstRow{
		Number: strconv.Itoa(i + 1), Start: t.moment(b.Onset), Lasting: t.p.Span(t.span()), Target: t.target(b.Target),
		Events: w.unknown, Sources: t.about(attribution.Sources, t.r.Sources.Value).Text, Times: w.noHistory, Hit: hit,
	}
	if t.r.Events > 0 {
		r.Events = t.p.Count(t.r.Events)
	}
	if b.History.Before >= 1 {
		r.Times = t.p.Times(b.History.Peak / b.History.Before)
	}
	top, ok := t.mostHit()
	if ok {
		r.Target = top
	}
	if n := len(b.Children) + max(b.MoreChildren, 0); n > 1 || n == 1 && !ok {
		r.Targets = t.say(w.targets, args{"n": t.n(uint64(n))})
	}
	if len(t.r.Verdicts) == 0 {
		return r
	}
	v := &t.r.Verdicts[0]
	r.Outcome, r.Badge = v.Outcome.String(), capital(t.p.Outcome(v.Outcome))
	switch {
	case v.Outcome == attribution.Inadmissible:
		r.Share = w.noShare
	case t.alone():
		r.Share = t.say(w.oneSource, args{"share": word(t.share(t.r.Plausibility.TopSource))})
	case v.Outcome == attribution.Undecided:
		r.Share = t.between(v.Share, figures.Limit(v.Claim)...)
	default:
		r.Share = t.w.tidy(t.p.Interval(v.Share, figures.Limit(v.Claim)...))
	}
	r.Claim = v.Claim.String()
	return r
}
