package main

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
)

// maxClaims bounds the work that one request to the page can ask for.
const maxClaims = 16

// printer writes what people read.
var printer = text.NewPrinter(language.English)

// answer is what the page says, as JSON: the hour with a verdict on each claim, and each
// burst with its own.
type answer struct {
	Report attribution.Report `json:"report"`
	Bursts []burst            `json:"bursts"`
}

type burst struct {
	monitor.Burst
	Asked []attribution.Verdict `json:"asked"` // on the claims of the query
}

// page shows the last hour, its bursts, and a verdict on each claim of the query, about the
// hour and about each burst:
//
//	GET /whence?claim=majority+RU&claim=outside+FR,NC+>+90%25
//
// in text, or in JSON where the request says ?format=json or Accept: application/json. It
// shows where clients are and how busy the server is: serve it to nobody but its operators.
func (c *counter) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil { // "5%" is written "5%25"; what is malformed must not go unseen
		http.Error(w, "query: "+err.Error(), http.StatusBadRequest)
		return
	}
	asJSON, err := wantsJSON(query.Get("format"), r.Header.Values("Accept"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if n := len(query["claim"]); n > maxClaims {
		http.Error(w, fmt.Sprintf("%d claims, at most %d can be checked at once", n, maxClaims), http.StatusBadRequest)
		return
	}
	var claims []attribution.Claim
	for _, asked := range query["claim"] {
		claim, err := attribution.ParseClaim(asked)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		claims = append(claims, claim)
	}
	a, err := c.answer(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// An error in writing means that the client has gone.
	if asJSON {
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false) // claims have a ">"
		enc.Encode(a)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	a.print(w)
}

// answer checks the claims against the hour and each burst.
func (c *counter) answer(claims []attribution.Claim) (a answer, err error) {
	a.Bursts = []burst{} // an empty list, not null
	if a.Report, err = c.report(claims...); err != nil {
		return a, err
	}
	for _, b := range c.bursts() {
		snapshot, _ := c.monitor.BurstSnapshot(b.ID)
		// While a burst runs, its verdicts are provisional.
		report, err := snapshot.Report(attribution.Policy{Joint: true, Interim: b.Interim}, claims...)
		if err != nil {
			return a, err
		}
		a.Bursts = append(a.Bursts, burst{b, report.Verdicts})
	}
	return a, nil
}

func (a answer) print(w io.Writer) {
	printer.Report(w, a.Report)
	if len(a.Bursts) == 0 {
		fmt.Fprint(w, "\nNo burst was found.\n")
	}
	for _, b := range a.Bursts {
		fmt.Fprintln(w)
		printer.Burst(w, b.Burst)
		b.Report.Verdicts = b.Asked
		for i := range b.Asked {
			fmt.Fprintln(w)
			printer.Verdict(w, b.Report, i)
		}
	}
}

// wantsJSON decides by the query's format, or else by the media types that
// Accept names: JSON if it is named and nothing readable is preferred to it.
func wantsJSON(format string, accept []string) (bool, error) {
	switch format {
	case "json", "text":
		return format == "json", nil
	case "":
	default:
		return false, fmt.Errorf("format %q: there are json and text", format)
	}
	var asJSON, asText float64
	for item := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		q := 1.0
		if weight, given := params["q"]; given {
			if q, err = strconv.ParseFloat(weight, 64); err != nil {
				continue
			}
		}
		switch media {
		case "application/json":
			asJSON = max(asJSON, q)
		case "text/plain", "text/html", "text/*":
			asText = max(asText, q)
		}
	}
	return asJSON > 0 && asJSON >= asText, nil
}
