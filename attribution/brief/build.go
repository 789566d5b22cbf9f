package brief

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/phrase"
)

// args are the arguments of a phrase.
type args = phrase.Args

// argument is what a phrase says at a place.
type argument = phrase.Arg

func word(s string) argument { return phrase.Word(s) }

// A writer puts one report, or one burst, into the words of a language.
type writer struct {
	w *words
	p *text.Printer
	b *Brief

	r     *attribution.Report
	burst *monitor.Burst // nil: there is only the report
	id    string
}

// newPage puts b into the words of the language that p prints.
func newPage(b *Brief, p *text.Printer) *page {
	w := wordsOf(p)
	pg := &page{Lang: w.tag.String(), Kind: w.kind, Separator: w.head.separator}
	if b.Simulated {
		pg.Simulated = w.simulated
	}
	base := writer{w: w, p: p, b: b}
	shown := ranked(b.Bursts)
	switch {
	case len(b.Bursts) == 0:
		t := base.of(&b.Report, nil, "")
		pg.Title, pg.Meta, pg.Parts = t.title(true), t.meta(), []part{t.part()}
	case len(shown) == 1:
		t := base.of(&shown[0].Report, &shown[0], "")
		pg.Title, pg.Meta, pg.Parts = t.title(true), t.meta(), []part{t.part()}
	default:
		base.several(pg, shown)
	}
	pg.Name = base.say(w.head.window, args{"kind": word(pg.Kind), "title": word(pg.Title)})
	pg.Foot = base.foot(pg, shown)
	return pg
}

// of returns the writer of a report, and of the burst that it is of.
func (t writer) of(r *attribution.Report, burst *monitor.Burst, id string) *writer {
	t.r, t.burst, t.id = r, burst, id
	return &t
}

func (t *writer) say(p phrase.Phrase, a args) string { return t.w.tidy(phrase.Say(p, a)) }

// sentences joins what is not empty.
func (t *writer) sentences(parts ...string) string { return phrase.Sentences(parts...) }

// n is an argument for a number of things that were counted.
func (t *writer) n(n uint64) phrase.Arg { return phrase.Arg{Text: t.p.Count(n), Form: t.p.Form(n)} }

// some is an argument for a part of the sources, which is as exact as the whole.
func (t *writer) some(n uint64) phrase.Arg {
	return phrase.Arg{Text: t.p.Sources(*t.r, n), Form: t.p.Form(n)}
}

func (t *writer) share(v float64, limits ...float64) string { return t.w.tidy(t.p.Share(v, limits...)) }

// amount is a number of a unit in words, such as "94,925 events".
func (t *writer) amount(n uint64, u attribution.Unit) string {
	if u == attribution.Sources {
		return t.say(t.w.units[u], args{"n": t.some(n)})
	}
	return t.say(t.w.units[u], args{"n": t.n(n)})
}

// volume is how much came in all: events if they are known, else sources.
func (t *writer) volume() string {
	if t.r.Events > 0 {
		return t.amount(t.r.Events+t.r.Reserved.Events, attribution.Events)
	}
	return t.amount(t.r.Sources.Value, attribution.Sources)
}

// span is how long the traffic lasted, 0 if that is not known.
func (t *writer) span() time.Duration {
	if t.burst != nil {
		return t.burst.End.Sub(t.burst.Onset)
	}
	if t.r.From.IsZero() {
		return 0
	}
	return t.r.To.Sub(t.r.From)
}

// title is what the user calls the case, or the numbers.
func (t *writer) title(own bool) string {
	if name := shown(t.b.Title); own && name != "" {
		return name
	}
	h := &t.w.head
	a := args{"amount": word(t.volume()), "span": word(t.p.Span(t.span()))}
	switch {
	case t.burst != nil && t.burst.Target.IsZero() && len(t.burst.Children) > 0:
		if top, ok := t.mostHit(); ok {
			return t.say(h.mostly, a.With(args{"target": word(top)}))
		}
		n := uint64(len(t.burst.Children) + max(t.burst.MoreChildren, 0))
		return t.say(h.targets, a.With(args{"n": t.n(n)}))
	case t.burst != nil:
		return t.say(h.burst, a.With(args{"target": word(t.target(t.burst.Target))}))
	case t.span() < time.Second:
		return t.say(h.timeless, a)
	}
	return t.say(h.report, a)
}

// mostHit is the target that most of a burst of all traffic went to, if there is one.
func (t *writer) mostHit() (name string, ok bool) {
	if !t.burst.Target.IsZero() || len(t.burst.Children) == 0 {
		return "", false
	}
	top := slices.MaxFunc(t.burst.Children, func(a, b monitor.Child) int { return cmp.Compare(a.Events, b.Events) })
	if top.Events <= t.r.Events/2 {
		return "", false
	}
	return t.target(top.Target), true
}

// target says what was hit.
func (t *writer) target(target monitor.Target) string {
	if target.Group() == 0 && !target.IsZero() && !target.Addr().IsValid() {
		return shown(target.Name())
	}
	return t.p.Target(target)
}

// meta says when it was, and how many sources there were.
func (t *writer) meta() string {
	h := &t.w.head
	parts := []string{t.when()}
	c := t.r.Sources
	if c.Exact {
		parts = append(parts, t.say(h.exact, args{"n": t.n(c.Value)}))
	} else {
		parts = append(parts, t.say(h.estimated, args{"n": t.some(c.Value), "low": t.some(c.Low), "high": t.some(c.High)}))
	}
	return strings.Join(parts, h.separator)
}

// when is the time of the traffic.
func (t *writer) when() string {
	h := &t.w.head
	if t.burst != nil {
		return t.fromTo(t.burst.Onset, t.burst.End)
	}
	if t.r.From.IsZero() {
		return h.untimed
	}
	return t.fromTo(t.r.From, t.r.To)
}

func (t *writer) fromTo(from, to time.Time) string {
	h := &t.w.head
	a := args{"date": word(t.w.date(from)), "from": word(t.w.clock(from)), "to": word(t.w.clock(to))}
	if !sameDay(from, to) {
		return t.say(h.days, args{"from": word(t.moment(from)), "to": word(t.moment(to))})
	}
	if t.burst != nil && !t.burst.Final {
		return t.say(h.sofar, a)
	}
	return t.say(h.sameDay, a)
}

func sameDay(a, b time.Time) bool {
	return a.UTC().Format(time.DateOnly) == b.UTC().Format(time.DateOnly)
}

// moment is a time with its date.
func (t *writer) moment(at time.Time) string { return t.w.date(at) + ", " + t.w.clock(at) }

// part is everything about one report or burst.
func (t *writer) part() part {
	pt := part{ID: t.id, Say: t.whatMayBeSaid()}
	pt.Over = t.overturn()
	pt.Forged = t.whyForged()
	pt.Shares = t.byCountry()
	pt.When = t.timeline()
	pt.Map = t.worldMap()
	pt.Unusual = t.unusual()
	pt.Inside = t.inside()
	pt.Base = t.againstEveryday()
	pt.Caveats = t.caveats()
	pt.Method = t.method()
	return pt
}

const (
	longest      = 80  // runes of a name
	longestText  = 300 // runes of a credit or a command
	longestMarks = 3   // accents and the like on one letter
)

// shown is a name of others as it is shown: on one line, cut, and with a sign in the place of what does not print.
func shown(s string) string { return shownUpTo(s, longest) }

func shownUpTo(s string, most int) string {
	var b strings.Builder
	runes, marks, space := 0, 0, false
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' || r == '\u202f' {
			space = runes > 0
			continue
		}
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if marks > longestMarks {
			continue
		}
		if space {
			b.WriteByte(' ')
			runes, space = runes+1, false
		}
		if runes >= most {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
		runes++
	}
	return b.String()
}
