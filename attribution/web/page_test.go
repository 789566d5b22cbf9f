package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/text"
)

// visited has seen three sources, and a request without one.
func visited(t *testing.T) *Observer {
	o := newObserver(t, Options{})
	for _, peer := range []string{"185.107.56.1:80", "185.107.57.1:80", "1.1.1.1:80", "@"} {
		visit(o, peer, "/")
	}
	return o
}

// get asks for the page of an observer, when all requests are counted.
func get(o *Observer, p Page, query string, headers ...string) *httptest.ResponseRecorder {
	o.Flush()
	r := httptest.NewRequest("GET", "/whence?"+query, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	o.Handler(p).ServeHTTP(w, r)
	return w
}

func TestPageNegotiates(t *testing.T) {
	o := visited(t)
	const plain, html, markdown = "text/plain; charset=utf-8", "text/html; charset=utf-8", "text/markdown; charset=utf-8"
	const js, csv = "application/json", "text/csv; charset=utf-8; header=present"
	for _, tt := range []struct{ query, accept, want string }{
		{"", "", plain},
		{"", "*/*", plain}, // curl
		{"", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", html},
		{"", "application/xhtml+xml", html},
		{"", "application/json", js},
		{"", "APPLICATION/JSON; charset=utf-8", js},
		{"", "application/json, text/plain, */*", js}, // axios
		{"", "application/*", js},
		{"", "text/*", plain},
		{"", "text/markdown, text/html;q=0.9, text/plain;q=0.8", markdown},
		{"", "text/csv", csv},
		{"", "application/json;q=0.5, text/plain", plain},
		{"", "application/json;q=0.5, text/plain;q=0.4", js},
		{"", "text/*;q=0.1, application/json;q=0.2", js},
		{"", "text/plain;q=0, */*;q=0.1", html},
		{"", "application/json;q=high, text/csv", csv},
		{"", "text/plain;q=NaN, text/html;q=2, text/csv;q=-1", plain}, // nothing that can be read
		{"", ";;, application/json", js},
		{"", "image/png", ""},
		{"", "application/json;q=0", ""},
		{"", "*/*;q=0", ""},
		{"", strings.Repeat("image/png,", 99) + "text/html", ""},
		{"format=json", "text/plain", js},
		{"format=text", "application/json", plain},
		{"format=txt", "image/png", plain},
		{"format=html", "", html},
		{"format=md", "", markdown},
		{"format=markdown", "", markdown},
		{"format=csv", "", csv},
	} {
		w := get(o, Page{}, tt.query, "Accept", tt.accept)
		h := w.Header()
		if h.Get("Vary") != "Accept, Accept-Language" || h.Get("Cache-Control") != "no-store" ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%q, %q: headers %v", tt.query, tt.accept, h)
		}
		if tt.want == "" {
			if w.Code != http.StatusNotAcceptable || !strings.Contains(w.Body.String(), "text/html") {
				t.Errorf("%q, %q: %d %s", tt.query, tt.accept, w.Code, w.Body)
			}
			continue
		}
		if got := h.Get("Content-Type"); w.Code != http.StatusOK || got != tt.want {
			t.Errorf("%q, %q: %d, %s, want %s", tt.query, tt.accept, w.Code, got, tt.want)
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "default-src 'none'") != (tt.want == html) {
			t.Errorf("%q, %q: policy %q", tt.query, tt.accept, csp)
		}
	}
}

func TestPageLanguages(t *testing.T) {
	o := visited(t)
	if !slices.Contains(text.Languages(), language.French) {
		t.Skip("package text has no French")
	}
	for _, tt := range []struct{ query, accept, want string }{
		{"", "", "en"}, {"", "en-GB", "en"}, {"", "tlh", "en"}, {"", "fr-CA,en;q=0.5", "fr"}, {"", "de, fr;q=0.5", "fr"},
		{"", "fr;q=0.1, en", "en"}, {"", "fr;;;q=x", "en"}, {"", strings.Repeat("-", 1<<16), "en"},
		{"lang=fr", "en", "fr"}, {"lang=en", "fr", "en"}, {"lang=%3Cscript%3E", "fr", "fr"},
	} {
		for _, format := range []string{"html", "text", "md"} {
			w := get(o, Page{}, "format="+format+"&"+tt.query, "Accept-Language", tt.accept)
			lang := w.Header().Get("Content-Language")
			if w.Code != http.StatusOK || lang != tt.want {
				t.Errorf("%s, %q, %.40q: %d, %s, want %s", format, tt.query, tt.accept, w.Code, lang, tt.want)
			}
			words := map[string]string{"en": "Countries", "fr": "Pays"}[lang]
			if format == "html" && (!strings.Contains(w.Body.String(), `<html lang="`+lang+`">`) ||
				!strings.Contains(w.Body.String(), words)) {
				t.Errorf("%q, %.40q: no %s in\n%s", tt.query, tt.accept, words, w.Body)
			}
		}
	}
	if w := get(o, Page{}, "format=json", "Accept-Language", "fr"); w.Header().Get("Content-Language") != "" {
		t.Error("JSON has a language")
	}
}

// HEAD has the headers of GET, and no body. Other methods are refused.
func TestPageMethods(t *testing.T) {
	o := visited(t)
	server := httptest.NewServer(o.Handler(Page{}))
	defer server.Close()
	length := int64(0)
	for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS"} {
		r, _ := http.NewRequest(method, server.URL+"?format=html", nil)
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		switch {
		case method == "GET":
			length = response.ContentLength
		case method == "HEAD":
			if response.ContentLength != length || length < 1000 || response.StatusCode != http.StatusOK {
				t.Errorf("%s: %d bytes, %s; GET has %d", method, response.ContentLength, response.Status, length)
			}
		case response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "GET, HEAD":
			t.Errorf("%s: %s", method, response.Status)
		}
	}
	w := httptest.NewRecorder()
	o.Handler(Page{}).ServeHTTP(w, httptest.NewRequest("HEAD", "/", nil))
	if w.Body.Len() > 0 {
		t.Errorf("HEAD has a body of its own: %s", w.Body)
	}
}

func TestPageErrors(t *testing.T) {
	o := visited(t)
	for query, want := range map[string]string{
		"claim=most+of+them":                 "400 column",
		"claim=majority+XX":                  "400 XX",
		"claim=RU>5%":                        `400 "%"`,
		"format=xml":                         `400 "xml"`,
		strings.Repeat("claim=RU>5%25&", 17): "400 16",
		"lang=" + strings.Repeat("en-", 30):  "400 lang",
		"show=everything":                    "400 everything",
		"show=1":                             "404 not known",
		"show=bursts":                        "404 no burst",
		"show=99999999999999999999":          "400 show",
	} {
		w := get(o, Page{}, query)
		if status, message, _ := strings.Cut(want, " "); strconv.Itoa(w.Code) != status ||
			!strings.Contains(w.Body.String(), message) || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	if w := get(o, Page{}, "claim=&claim="); w.Code != http.StatusOK {
		t.Errorf("an empty form: %d %s", w.Code, w.Body)
	}
}

// One page is made at a time. Who does not wait is told so.
func TestPageIsBusy(t *testing.T) {
	h := visited(t).Handler(Page{}).(*handler)
	h.working <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// The page never waits for the monitor's Notify, and says what waits.
func TestPageDoesNotWaitForNotify(t *testing.T) {
	o := visited(t)
	o.flushing.Lock()
	defer o.flushing.Unlock()
	w := httptest.NewRecorder()
	o.Handler(Page{}).ServeHTTP(w, httptest.NewRequest("GET", "/?format=json", nil))
	if !strings.Contains(w.Body.String(), `"waiting": 4`) {
		t.Errorf("%s", w.Body)
	}
}

func TestPageJSON(t *testing.T) {
	o := visited(t)
	var a struct {
		Schema int
		Now    time.Time
		Web    Stats
		Report struct {
			Sources  struct{ Value int }
			Lost     map[string]int
			Verdicts []struct{ Claim, Outcome string }
			Account  struct {
				Records int
				Unread  []struct{ Code string }
			}
		}
		Databases []struct {
			Name   string
			Age_ns time.Duration
		}
	}
	w := get(o, Page{}, "claim=majority+NL", "Accept", "application/json")
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	r := a.Report
	if a.Schema != 1 || !a.Now.Equal(noon) || a.Web.Requests != 4 || a.Web.NoAddress != 1 || r.Sources.Value != 3 ||
		r.Lost["unread"] != 1 || len(r.Verdicts) != 1 || r.Verdicts[0].Claim != "NL > 50% of sources" ||
		r.Verdicts[0].Outcome == "" || r.Account.Records != 3 || r.Account.Unread[0].Code != NoPeer ||
		a.Databases[0].Name == "" || a.Databases[0].Age_ns < 24*time.Hour {
		t.Errorf("%+v", a)
	}
	for _, list := range []string{`"verdicts": []`, `"bursts": []`} {
		if w := get(o, Page{}, "format=json"); !strings.Contains(w.Body.String(), list) {
			t.Errorf("no empty list %s in %s", list, w.Body)
		}
	}
	if w := get(newObserver(t, Options{}), Page{}, "format=json"); !strings.Contains(w.Body.String(), `"databases": []`) {
		t.Errorf("no empty list of databases in %s", w.Body)
	}
}

// What the page shows, in every format for people.
func TestPageShows(t *testing.T) {
	o := visited(t)
	for range o.limit {
		visit(o, "185.107.56.1:80", "/")
	}
	want := []string{"lagoon", "Netherlands", "NL > 50%", "DB-IP", "days", "16,388", "2026-06-21 12:00:00"}
	for _, format := range []string{"html", "text", "md"} {
		w := get(o, Page{Title: "lagoon"}, "claim=majority+NL&format="+format)
		body := strings.NewReplacer("&gt;", ">", `\>`, ">", "&#43;", "+", `\-`, "-").Replace(w.Body.String())
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s: no %q in\n%s", format, text, body)
			}
		}
		if !strings.Contains(body, "Dropped") || !strings.Contains(body, "4") {
			t.Errorf("%s does not say what was dropped:\n%s", format, body)
		}
	}
	// Without traffic there is a page too.
	for _, format := range []string{"html", "text", "md", "csv"} {
		if w := get(newObserver(t, Options{}), Page{}, "format="+format); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", format, w.Code, w.Body)
		}
	}
}
