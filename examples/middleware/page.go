package main

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// maxClaims bounds the work that one request to the page can ask for.
const maxClaims = 16

// answer is what the page says, as JSON.
type answer struct {
	Report *attribution.Report   `json:"report"`
	Claims []attribution.Verdict `json:"claims"` // on the whole hour
	Bursts []burst               `json:"bursts"`
}

type burst struct {
	monitor.Burst
	Claims []attribution.Verdict `json:"claims"`
}

// page answers what the last hour looked like, which bursts there were, and what
// is to be said to each claim of the query, on the hour and on each burst:
//
//	GET /whence?claim=majority+RU&claim=outside+FR,NC+>+90%25
//
// in text, or in JSON where the request says ?format=json or Accept:
// application/json. It tells addresses' countries and how busy the server is:
// serve it to nobody but its operators.
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
	for _, text := range query["claim"] {
		claim, err := attribution.ParseClaim(text)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		claims = append(claims, claim)
	}
	a := answer{Report: c.report(), Bursts: []burst{}} // an empty list, not null
	a.Claims = attribution.Terms{}.CheckAll(a.Report, claims...)
	for _, b := range c.bursts() {
		// While a burst runs, its verdicts are provisional.
		terms := attribution.Terms{Look: b.Interim}
		a.Bursts = append(a.Bursts, burst{b, terms.CheckAll(b.Report, claims...)})
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
	fmt.Fprint(w, a.Report)
	for _, verdict := range a.Claims {
		fmt.Fprintf(w, "\n%v\n", verdict)
	}
	if len(a.Bursts) == 0 {
		fmt.Fprint(w, "\nNo burst was found.\n")
	}
	for _, b := range a.Bursts {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(b.String()))
		for _, verdict := range b.Claims {
			fmt.Fprintf(w, "\n%v\n", verdict)
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
		if text, given := params["q"]; given {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
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
