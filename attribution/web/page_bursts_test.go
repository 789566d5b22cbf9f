package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// attacked has seen a botnet, which goes on.
func attacked(t *testing.T, target string, notify func(monitor.Burst)) *Observer {
	t.Helper()
	const after = 20 * time.Minute
	stream, err := scenario.Overlay{
		Quiet: scenario.Quiet{Days: 1, Rate: 3, Targets: 20},
		Bursts: []scenario.Part{{
			Builder: scenario.Botnet{Sources: 3000, Repeat: 2, Target: "/login", Span: 2 * time.Minute}, After: after,
		}},
	}.Build(scenario.NewPopulation(world.Embedded(), nil))
	if err != nil {
		t.Fatal(err)
	}
	attack := stream.Bursts()[0]
	var now time.Time
	m := newMonitor(t, monitor.Options{Notify: notify})
	o, err := New(m, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	tick := attack.Onset.Add(-after)
	for e := range stream.Events() {
		if now = e.Time; now.After(attack.End) {
			break
		}
		for ; !tick.After(now); tick = tick.Add(10 * time.Second) {
			o.Flush()
			m.Advance(now)
		}
		path := "/" + strings.TrimPrefix(e.Target, "/")
		if path == "/login" {
			path = target
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.RemoteAddr = path, netip.AddrPortFrom(e.Source, 4711).String()
		o.Observe(r)
	}
	return o
}

// A burst is on the page while it runs and when it has ended, with a brief of its own.
func TestPageShowsBursts(t *testing.T) {
	var told []monitor.Burst
	o := attacked(t, "/login", func(b monitor.Burst) { told = append(told, b) })
	if len(told) == 0 || told[0].Final {
		t.Fatalf("%d bursts were told of", len(told))
	}
	id := ""
	for b := range o.monitor.Bursts() {
		if b.Parent == 0 {
			id = strconv.FormatUint(b.ID, 10)
		}
	}
	var firstEvents uint64
	for _, running := range []bool{true, false} {
		if !running {
			at := o.now().Add(20 * time.Minute)
			o.now = func() time.Time { return at }
			o.monitor.Advance(at)
		}
		for _, format := range []string{"html", "text", "md"} {
			body := get(o, Page{}, "claim=majority+RU&format="+format).Body.String()
			for _, want := range []string{"login", "New sources geolocated to", "RU", "provisional"} {
				if strings.Contains(body, want) != (want != "provisional" || running) {
					t.Errorf("running %v, %s: %q in\n%s", running, format, want, body)
				}
			}
			if format == "html" && !strings.Contains(body, `href="?claim=majority&#43;RU&amp;format=html&amp;show=`+id+`"`) {
				t.Errorf("no link to burst %s in\n%s", id, body)
			}
		}
		var a struct{ Bursts []monitor.Burst }
		w := get(o, Page{}, "claim=US+%3E+40%25&claim=majority+RU&format=json") // the second one is asked already
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if len(a.Bursts) != 1 || a.Bursts[0].Final == running || len(a.Bursts[0].Report.Verdicts) != 2 ||
			a.Bursts[0].Report.Verdicts[1].Claim.String() != "US > 40% of sources" {
			t.Errorf("running %v: %+v", running, a.Bursts)
		}
		if running {
			firstEvents = a.Bursts[0].Report.Events
		} else if a.Bursts[0].Report.Events < firstEvents {
			t.Errorf("%d events after %d", a.Bursts[0].Report.Events, firstEvents)
		}
		for _, show := range []string{id, "bursts", "report"} {
			for _, format := range []string{"html", "text", "md", "csv", "json"} {
				w := get(o, Page{Title: "lagoon"}, fmt.Sprintf("show=%s&format=%s", show, format))
				if w.Code != http.StatusOK || w.Body.Len() < 100 {
					t.Errorf("%s as %s: %d %s", show, format, w.Code, w.Body)
				}
			}
		}
	}
	for b := range o.monitor.Bursts() { // what was asked for is in no one else's burst
		if len(b.Report.Verdicts) != 1 {
			t.Errorf("burst %d has %d verdicts now", b.ID, len(b.Report.Verdicts))
		}
	}
}

// What clients choose is text on the page, whatever it is.
func TestPageEscapes(t *testing.T) {
	evil := "/<script>alert(1)</script>\x1b[2J\u202e\n# [x](http://evil.example) |www.evil.example `" +
		strings.Repeat("x", 1<<16)
	o := attacked(t, evil, nil)
	for _, show := range []string{"", "report", "bursts"} {
		for _, format := range []string{"html", "text", "md", "csv"} {
			w := get(o, Page{Title: evil}, "format="+format+"&lang="+
				"%3Cscript%3E&show="+show+"&claim=majority+RU")
			body := w.Body.String()
			if w.Code != http.StatusOK || len(body) > 200_000 {
				t.Errorf("%s, %q: %d, %d bytes", format, show, w.Code, len(body))
			}
			if strings.ContainsAny(body, "\x1b\u202e\x00") || format == "html" && strings.Contains(body, "<script") {
				t.Errorf("%s, %q:\n%q", format, show, body)
			}
			for line := range strings.Lines(body) {
				if format != "csv" && strings.HasPrefix(line, "# [x]") {
					t.Errorf("%s, %q: a line is the client's: %q", format, show, line)
				}
			}
			body = strings.NewReplacer(`\]`, "", `\<`, "", "\\`", "").Replace(body)
			body = regexp.MustCompile("`[^`\n]*`").ReplaceAllString(body, "") // code is no link
			if format == "md" && show == "" && (strings.Contains(body, "](") || strings.Contains(body, " <") ||
				strings.Contains(body, "http://") || strings.Contains(body, "www.evil")) {
				t.Errorf("Markdown of the client's:\n%s", body)
			}
		}
	}
	if w := get(o, Page{}, "format=html&claim=%3Cscript%3E"); strings.Contains(w.Body.String(), "<script") &&
		strings.Contains(w.Header().Get("Content-Type"), "html") {
		t.Errorf("an error is HTML: %s", w.Body)
	}
}

// Each language has everything, with the same arguments.
func TestLanguagesAreComplete(t *testing.T) {
	places := regexp.MustCompile(`\{[a-z]+`)
	of := func(s string) (names []string) {
		names = places.FindAllString(s, -1)
		slices.Sort(names)
		return slices.Compact(names)
	}
	first := reflect.ValueOf(*catalogues[0])
	for _, w := range catalogues {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if name == "tag" {
				continue
			}
			text := v.Field(i).String()
			if text == "" || !slices.Equal(of(text), of(first.Field(i).String())) {
				t.Errorf("%v: %s is %q", w.tag, name, text)
			}
			if w.tag == language.French && regexp.MustCompile(`[^\x{a0}\x{202f}] *[:;?!]|'`).MatchString(
				regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(text, "")) {
				t.Errorf("%s is not as French is printed: %q", name, text)
			}
		}
	}
	if want := text.Languages(); len(want) != len(catalogues) {
		t.Errorf("there are %d languages, package text has %v", len(catalogues), want)
	}
}
