package web

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
)

// state is what the page says, as JSON.
type state struct {
	Schema int       `json:"schema"`
	Title  string    `json:"title,omitempty"`
	Now    time.Time `json:"now"`

	Web       Stats         `json:"web"`
	Monitor   monitor.Stats `json:"monitor"`
	Databases []database    `json:"databases"` // that located the sources of the report

	Report     attribution.Report    `json:"report"`
	Bursts     []monitor.Burst       `json:"bursts"` // without those that are part of others
	MoreBursts int                   `json:"more_bursts,omitzero"`
	Targets    []monitor.TargetCount `json:"targets"` // those with most requests
}

type database struct {
	attribution.Database
	Age time.Duration `json:"age_ns,omitzero"` // 0 if it is not known when it was built
}

// stateSchema numbers the JSON of the page. Keys are only added.
const stateSchema = 1

func (h *handler) state(claims []attribution.Claim) (s state, err error) {
	o := h.observer
	s = state{
		Schema: stateSchema, Title: h.page.Title, Now: o.now().UTC(), Databases: []database{}, Bursts: []monitor.Burst{},
	}
	if s.Report, err = h.report(claims); err != nil {
		return s, err
	}
	bursts, more, err := h.bursts(claims)
	if err != nil {
		return s, err
	}
	s.Web, s.Monitor = o.Stats(), o.monitor.Stats()
	s.Bursts, s.MoreBursts = append(s.Bursts, bursts...), more
	targets := o.monitor.Targets()
	s.Targets = targets[:min(len(targets), maxTargets)]
	for _, d := range s.Report.LocatedBy {
		one := database{Database: d}
		if !d.Built.IsZero() {
			one.Age = s.Now.Sub(d.Built)
		}
		s.Databases = append(s.Databases, one)
	}
	return s, nil
}

// writeState writes the state in the format that was asked for.
func (h *handler) writeState(body *bytes.Buffer, q query) error {
	s, err := h.state(q.claims)
	if err != nil {
		return err
	}
	switch q.kind.format {
	case brief.JSON:
		enc := json.NewEncoder(body)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false) // claims have a ">"
		return enc.Encode(s)
	case brief.CSV:
		return brief.Write(body, brief.Brief{Title: s.Title, Report: s.Report}, brief.CSV)
	case brief.HTML:
		return pageTemplate.Execute(body, s.view(q, h.page.Span))
	case brief.Markdown:
		return s.writeMarkdown(body, q, h.page.Span)
	}
	return s.writeText(body, q, h.page.Span)
}

// view is the state in the words of a language.
type view struct {
	Lang    string
	Words   *words
	Title   string
	Lead    string
	Facts   []fact
	Warning []string // why the table of countries does not show who sent the requests

	Countries     []country
	MoreCountries string
	Verdicts      []verdict

	Running, Ended []burst
	MoreBursts     string
	Targets        []target

	Claims []string // as they were asked
	Chosen string   // the language of the query, if there is one
	Report string   // addresses of other pages
	Bursts string
	JSON   string
}

type fact struct{ Name, Value string }

type country struct {
	Name, Share, Sources, Events string
	Width                        float64 // of its bar, in percent
}

type verdict struct{ Outcome, Class, Claim, Share string }

type target struct {
	Name, Events string
	Bursting     bool
}

type burst struct {
	ID, Link        string
	Target          string
	Others          string // how many other targets it hits
	From, To, Since string
	Events, Sources string
	Peak            string
	Top             string
	Verdicts        []verdict
	Provisional     bool
}

// link returns the address of a page with other parameters, in the same language and with the
// same claims.
func (q *query) link(show, format string) string {
	v := url.Values{}
	if show != "" {
		v.Set("show", show)
	}
	if format != "" {
		v.Set("format", format)
	}
	if q.lang != "" {
		v.Set("lang", q.lang)
	}
	for _, claim := range q.asked {
		v.Add("claim", claim)
	}
	return "?" + v.Encode()
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

func (s *state) view(q query, span time.Duration) view {
	p := q.printer
	w := wordsOf(p.Language())
	v := view{
		Lang: p.Language().String(), Words: w, Title: title(s.Title), Claims: q.asked, Chosen: q.lang,
		Lead:   w.say(w.lead, "now", instant(s.Now), "span", p.Span(span)),
		Report: q.link("report", "html"), Bursts: q.link("bursts", "html"), JSON: q.link("", "json"),
		Warning: p.Warnings(s.Report), Verdicts: verdicts(p, s.Report.Verdicts),
	}
	if v.Title == "" {
		v.Title = w.Title
	}
	if len(v.Claims) == 0 {
		v.Claims = []string{""}
	}
	v.Facts = s.facts(p, w)
	for i, row := range s.Report.Countries {
		if i == maxRows {
			v.MoreCountries = w.count(p, w.moreCountries, uint64(len(s.Report.Countries)-maxRows), "")
			break
		}
		v.Countries = append(v.Countries, newCountry(p, &s.Report, row))
	}
	if s.Report.Unlocated.Sources > 0 {
		v.Countries = append(v.Countries, newCountry(p, &s.Report, s.Report.Unlocated))
	}
	for _, b := range s.Bursts {
		if one := newBurst(p, w, b, q); b.Final {
			v.Ended = append(v.Ended, one)
		} else {
			v.Running = append(v.Running, one)
		}
	}
	if s.MoreBursts > 0 {
		v.MoreBursts = w.count(p, w.moreBursts, uint64(s.MoreBursts), "")
	}
	for _, t := range s.Targets {
		v.Targets = append(v.Targets, target{p.Target(t.Target), p.Count(t.Events), t.Bursting})
	}
	return v
}

func newCountry(p *text.Printer, r *attribution.Report, row attribution.Row) country {
	c := country{
		Name: p.Country(row.Origin), Share: p.Interval(row.Share), Sources: p.Sources(*r, row.Sources),
		Events: p.Count(row.Events), Width: 100 * row.Share.Value,
	}
	if r.Basis != attribution.BasisAll {
		c.Events = "" // not known
	}
	return c
}

// facts are what became of the requests, and what they were located with.
func (s *state) facts(p *text.Printer, w *words) (facts []fact) {
	add := func(name, value string) { facts = append(facts, fact{name, value}) }
	add(w.requests, w.say(w.since, "n", p.Count(s.Web.Requests), "since", instant(s.Web.Since)))
	dropped := p.Count(s.Web.Dropped)
	if late := s.Monitor.Late + s.Monitor.Undated + s.Monitor.Misdated; late > 0 {
		dropped = w.say(w.andLate, "n", dropped, "late", p.Count(late))
	}
	add(w.dropped, dropped)
	add(w.noAddress, p.Count(s.Web.NoAddress))
	add(w.forwarded, p.Count(s.Web.Forwarded))
	for _, d := range s.Databases {
		value := p.Database(d.Database)
		if d.Age > 0 {
			value = w.say(w.age, "database", value, "age", p.Span(d.Age))
		}
		add(w.database, value)
	}
	if len(s.Databases) == 0 {
		add(w.database, w.noDatabase)
	}
	return facts
}

func verdicts(p *text.Printer, of []attribution.Verdict) (list []verdict) {
	for _, v := range of {
		one := verdict{Outcome: p.Outcome(v.Outcome), Class: v.Outcome.String(), Claim: v.Claim.String()}
		if v.Outcome != attribution.Inadmissible {
			one.Share = p.Interval(v.Share)
		}
		list = append(list, one)
	}
	return list
}

func newBurst(p *text.Printer, w *words, b monitor.Burst, q query) burst {
	id := strconv.FormatUint(b.ID, 10)
	one := burst{
		ID: id, Link: q.link(id, "html"), Target: p.Target(b.Target), From: instant(b.Onset), To: instant(b.End),
		Events: p.Count(b.Report.Events), Sources: p.Sources(b.Report, b.Report.Sources.Value),
		Peak:     w.say(w.peak, "n", p.Count(b.PeakEvents), "interval", p.Span(b.Interval), "expected", p.Number(b.Expected)),
		Verdicts: verdicts(p, b.Report.Verdicts), Provisional: !b.Final,
	}
	if n := len(b.Children) + b.MoreChildren; n > 0 {
		var names []string
		for _, c := range b.Children[:min(len(b.Children), 3)] {
			names = append(names, p.Target(c.Target))
		}
		if n > len(names) {
			names = append(names, "…")
		}
		one.Others = w.count(p, w.others, uint64(n), strings.Join(names, ", "))
	}
	// The everyday traffic dilutes the sources of the attack, so that the new ones come first.
	of, phrase := &b.Report, w.top
	if n := b.NewSources; n != nil && len(n.Report.Countries) > 0 {
		of, phrase = &n.Report, w.topNew
	}
	if len(p.Warnings(*of)) == 0 && len(of.Countries) > 0 {
		first := of.Countries[0]
		placed := p.Claimed(attribution.Majority(first.Origin.String()), nil)
		one.Top = w.say(phrase, "placed", placed, "share", p.Interval(first.Share))
	}
	return one
}
