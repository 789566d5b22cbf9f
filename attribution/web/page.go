package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
)

// Page says what a handler of [Observer.Handler] shows.
type Page struct {
	// Title is what you call the site. It is shown escaped and cut.
	Title string

	// Span is how far back the page looks. 0 and less stand for an hour, which is what a
	// monitor retains unless [monitor.Options].Retention says more.
	Span time.Duration
}

// What one request to the page can ask for, and what it shows, is bounded.
const (
	maxClaims  = 16
	maxBursts  = 50
	maxTargets = 20
	maxRows    = 10 // countries
)

// Handler returns a handler that shows the state now. It answers GET and HEAD at any path;
// /whence is a good one.
//
// It tells how busy the site is, where its clients are, and who is attacked. It asks for no
// password: serve it behind your own authentication, or at an address that only operators
// reach. The package documentation says what it shows.
func (o *Observer) Handler(p Page) http.Handler {
	if p.Span <= 0 {
		p.Span = time.Hour
	}
	return &handler{o, p, make(chan struct{}, 1)}
}

type handler struct {
	observer *Observer
	page     Page
	working  chan struct{} // holds one value while a page is made
}

// failure is an error that a client gets to see.
type failure struct {
	status int
	error
}

func fail(status int, format string, args ...any) error {
	return failure{status, fmt.Errorf(format, args...)}
}

// policy is that of the page: its format, and its script and fetches, of which it has none.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept, Accept-Language")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are allowed", http.StatusMethodNotAllowed)
		return
	}
	q, err := readQuery(r)
	var body bytes.Buffer
	if err == nil {
		err = h.write(&body, r, q)
	}
	if err != nil {
		status := http.StatusInternalServerError
		if f := (failure{}); errors.As(err, &f) {
			status = f.status
		}
		http.Error(w, err.Error(), status)
		return
	}
	header.Set("Content-Type", q.kind.media)
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	switch q.kind.format {
	case brief.HTML:
		header.Set("Content-Security-Policy", policy)
		fallthrough
	case brief.Text, brief.Markdown:
		header.Set("Content-Language", q.printer.Language().String())
	}
	if r.Method != http.MethodHead {
		w.Write(body.Bytes()) // an error means that the client has gone
	}
}

// query is what a request asks for.
type query struct {
	kind    *kind
	printer *text.Printer
	claims  []attribution.Claim
	asked   []string // the claims as they came
	show    string   // "", "report", "bursts", or the number of a burst
	lang    string
}

func readQuery(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // "5%" is written "5%25"; what is malformed must not go unseen
		return query{}, fail(http.StatusBadRequest, "query: %w", err)
	}
	q := query{show: values.Get("show"), lang: values.Get("lang")}
	if len(q.lang) > longestTag {
		return q, fail(http.StatusBadRequest, "lang has %d bytes, at most %d", len(q.lang), longestTag)
	}
	q.printer = text.NewPrinter(languages(q.lang, r.Header["Accept-Language"])...)
	if name := values.Get("format"); name != "" {
		if q.kind, err = named(name); err != nil {
			return q, failure{http.StatusBadRequest, err}
		}
	} else if q.kind = accepted(r.Header["Accept"]); q.kind == nil {
		return q, fail(http.StatusNotAcceptable,
			"there are text/html, text/plain, application/json, text/markdown and text/csv")
	}
	for _, asked := range values["claim"] {
		if asked == "" { // of an empty form
			continue
		}
		if len(q.claims) == maxClaims {
			return q, fail(http.StatusBadRequest, "more than %d claims", maxClaims)
		}
		claim, err := attribution.ParseClaim(asked)
		if err != nil {
			return q, failure{http.StatusBadRequest, err}
		}
		q.claims, q.asked = append(q.claims, claim), append(q.asked, asked)
	}
	return q, nil
}

// write writes what was asked for. One page is made at a time: it may take a second while
// there are very many sources, and must not take all cores from the site.
func (h *handler) write(body *bytes.Buffer, r *http.Request, q query) error {
	select {
	case h.working <- struct{}{}:
		defer func() { <-h.working }()
	case <-r.Context().Done():
		return fail(http.StatusServiceUnavailable, "others were served until you went: %w", r.Context().Err())
	}
	switch q.show {
	case "":
		return h.writeState(body, q)
	case "report":
		report, err := h.report(q.claims)
		if err != nil {
			return err
		}
		return brief.Write(body, brief.Brief{Title: h.page.Title, Report: report}, q.kind.format, q.printer.Language())
	case "bursts":
		bursts, _, err := h.bursts(q.claims)
		if err != nil {
			return err
		}
		if len(bursts) == 0 {
			return fail(http.StatusNotFound, "there is no burst")
		}
		return brief.Write(body, brief.Brief{Title: h.page.Title, Bursts: bursts}, q.kind.format, q.printer.Language())
	}
	id, err := strconv.ParseUint(q.show, 10, 64)
	if err != nil {
		return fail(http.StatusBadRequest, "show %.20q: there are report, bursts, and numbers of bursts", q.show)
	}
	for b := range h.observer.monitor.Bursts() {
		if b.ID == id {
			if b, err = h.ask(b, q.claims); err != nil {
				return err
			}
			of := brief.Brief{Title: h.page.Title, Bursts: []monitor.Burst{b}}
			return brief.Write(body, of, q.kind.format, q.printer.Language())
		}
	}
	return fail(http.StatusNotFound, "burst %d is not known, or no longer", id)
}

// report is about the span of the page.
func (h *handler) report(claims []attribution.Claim) (attribution.Report, error) {
	o := h.observer
	snapshot := o.monitor.Snapshot(o.now().Add(-h.page.Span), time.Time{})
	report, err := snapshot.Report(attribution.Policy{Joint: true}, claims...)
	account := o.Account()
	report.Account = &account
	return report, err
}

// bursts are those that are reported by themselves: those that run first, and then by their
// onset, the latest first. Of many, more of them are only counted.
func (h *handler) bursts(claims []attribution.Claim) (list []monitor.Burst, more int, err error) {
	for b := range h.observer.monitor.Bursts() {
		if b.Parent == 0 {
			list = append(list, b)
		}
	}
	slices.SortStableFunc(list, func(a, b monitor.Burst) int {
		if a.Final != b.Final {
			if a.Final {
				return 1
			}
			return -1
		}
		return b.Onset.Compare(a.Onset)
	})
	more = len(list) - min(len(list), maxBursts)
	list = list[:len(list)-more]
	for i := range list {
		if list[i], err = h.ask(list[i], claims); err != nil {
			return nil, 0, err
		}
	}
	return list, more, nil
}

// ask adds the verdicts on some claims to those that a burst has. They are decided under the
// same policy: while the burst runs, they are provisional.
func (h *handler) ask(b monitor.Burst, claims []attribution.Claim) (monitor.Burst, error) {
	decided := func(c attribution.Claim) bool {
		return slices.ContainsFunc(b.Report.Verdicts, func(v attribution.Verdict) bool {
			return v.Claim.String() == c.String()
		})
	}
	claims = slices.DeleteFunc(slices.Clone(claims), decided)
	if len(claims) == 0 {
		return b, nil
	}
	snapshot, known := h.observer.monitor.BurstSnapshot(b.ID)
	if !known { // it was forgotten a moment ago
		return b, nil
	}
	report, err := snapshot.Report(b.Report.Policy, claims...)
	b.Report.Verdicts = slices.Concat(b.Report.Verdicts, report.Verdicts)
	return b, err
}
