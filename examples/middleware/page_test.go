package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// visited returns a counter that has seen three sources.
func visited(t *testing.T) *counter {
	c := testCounter(t)
	handler := c.middleware(http.NotFoundHandler())
	for _, source := range []string{"185.107.56.1:80", "185.107.57.1:80", "1.1.1.1:80", "@"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = source
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	return c
}

func get(c *counter, query, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/whence?"+query, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	c.page(w, r)
	return w
}

func TestPageText(t *testing.T) {
	w := get(visited(t), "claim=majority+NL&claim=AU+%3C+5%25", "text/html, */*;q=0.8")
	if h := w.Header(); w.Code != http.StatusOK || h.Get("Content-Type") != "text/plain; charset=utf-8" ||
		h.Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	body := w.Body.String()
	for _, want := range []string{"3 ", "Netherlands", "NL", "DB-IP", "AU < 5%", "No burst"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

func TestPageJSON(t *testing.T) {
	c := visited(t)
	for _, w := range []*httptest.ResponseRecorder{
		get(c, "claim=majority+NL", "application/json"),
		get(c, "claim=majority+NL&format=json", ""),
	} {
		var a struct {
			Report struct {
				Sources  struct{ Value int }
				Lost     map[string]int
				Verdicts []struct{ Claim, Outcome string }
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Header().Get("Content-Type") != "application/json" {
			t.Fatal(err, w.Header(), w.Body)
		}
		if r := a.Report; r.Sources.Value != 3 || r.Lost["unread"] != 1 || len(r.Verdicts) != 1 ||
			r.Verdicts[0].Claim != "NL > 50% of sources" || r.Verdicts[0].Outcome == "" {
			t.Errorf("%+v", a)
		}
	}
	w := get(c, "format=json", "")
	for _, list := range []string{`"verdicts": []`, `"bursts": []`} {
		if !strings.Contains(w.Body.String(), list) {
			t.Errorf("no empty list %s in %s", list, w.Body)
		}
	}
}

func TestPageErrors(t *testing.T) {
	c := visited(t)
	for query, want := range map[string]string{
		"claim=most+of+them":                 "column",
		"claim=majority+XX":                  "XX",
		"claim=RU>5%":                        `"%"`,
		"format=xml":                         `"xml"`,
		strings.Repeat("claim=RU>5%25&", 17): "at most 16",
	} {
		if w := get(c, query, ""); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
}

func TestWantsJSON(t *testing.T) {
	for _, c := range []struct {
		format, accept string
		want           bool
	}{
		{"", "", false},
		{"", "*/*", false},
		{"", "application/json", true},
		{"", "APPLICATION/JSON; charset=utf-8", true},
		{"", "application/json, text/plain, */*", true},
		{"", "text/html,application/xhtml+xml,*/*;q=0.8", false},
		{"", "application/json;q=0.5, text/plain", false},
		{"", "application/json;q=0", false},
		{"", "text/*;q=0.1, application/json;q=0.2", true},
		{"", "application/json;q=high", false},
		{"", ";;, application/json", true},
		{"json", "text/plain", true},
		{"text", "application/json", false},
	} {
		if got, err := wantsJSON(c.format, []string{c.accept}); got != c.want || err != nil {
			t.Errorf("format %q, Accept %q: %v, %v", c.format, c.accept, got, err)
		}
	}
}
