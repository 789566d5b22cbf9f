package otelconnector

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/whence-go/whence/attribution/monitor"
)

// records returns all log records that came out.
func (p *pair) records() (all []plog.LogRecord) {
	for _, logs := range p.gotLogs.AllLogs() {
		all = append(all, logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0))
	}
	return all
}

// told runs the story, and returns the records about its burst.
func told(t *testing.T, change func(*Config)) (*pair, []plog.LogRecord) {
	t.Helper()
	p := newPair(t, change)
	must(t, p.start())
	for _, logs := range story() {
		p.consume(t, logs)
	}
	p.stop(t)
	return p, p.records()
}

func valueOf(t *testing.T, r plog.LogRecord, key string) string {
	t.Helper()
	v, ok := r.Attributes().Get(key)
	if !ok {
		t.Errorf("no attribute %s", key)
	}
	return v.AsString()
}

// A burst is told when it starts, grows and ends. The record has what an alert needs.
func TestBurstRecords(t *testing.T) {
	p, all := told(t, func(c *Config) { c.Claims = []string{"majority RU", "majority US"} })
	if len(all) < 3 {
		t.Fatalf("%d records", len(all))
	}
	// That of the target may be found first. It is then part of that of all traffic, which is told last.
	id := valueOf(t, all[len(all)-1], "whence.burst.id")
	all = slices.DeleteFunc(all, func(r plog.LogRecord) bool { return valueOf(t, r, "whence.burst.id") != id })
	var states []string
	for i, r := range all {
		states = append(states, valueOf(t, r, "whence.burst.state"))
		if r.EventName() != "whence.burst" {
			t.Errorf("record %d: %s, %v", i, r.EventName(), r.Attributes().AsRaw())
		}
	}
	last := len(all) - 1
	if states[0] != "started" || states[last] != "ended" || slices.ContainsFunc(states[1:last], func(s string) bool {
		return s != "updated"
	}) {
		t.Errorf("states %q", states)
	}
	if s := all[0].SeverityNumber(); s != plog.SeverityNumberWarn || all[0].SeverityText() != "WARN" {
		t.Errorf("a burst that runs has severity %v, %q", s, all[0].SeverityText())
	}
	r := all[last]
	if r.SeverityNumber() != plog.SeverityNumberInfo || r.Timestamp() != pcommon.NewTimestampFromTime(
		begin.Add((quiet+length)*step)) || time.Since(r.ObservedTimestamp().AsTime()) > time.Hour {
		t.Errorf("severity %v, timestamps %v, %v", r.SeverityNumber(), r.Timestamp(), r.ObservedTimestamp())
	}
	for key, want := range map[string]string{
		"whence.burst.onset":                begin.Add(quiet * step).Format(time.RFC3339),
		"whence.burst.end":                  begin.Add((quiet + length) * step).Format(time.RFC3339),
		"whence.burst.events":               "3600",
		"whence.burst.sources":              "3600",
		"whence.burst.new_sources":          "3600",
		"whence.burst.interim":              "0",
		"whence.burst.peak_events":          "600",
		"whence.burst.country":              "RU",
		"whence.burst.claims":               `["RU > 50% of sources","US > 50% of sources"]`,
		"whence.burst.verdicts":             `["supported","refuted"]`,
		"whence.burst.new_sources.claims":   `["RU > 50% of sources","US > 50% of sources"]`,
		"whence.burst.new_sources.verdicts": `["supported","refuted"]`,
	} {
		if got := valueOf(t, r, key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	if codes := valueOf(t, r, "whence.burst.caveats"); !strings.Contains(codes, `"SHORT_HISTORY"`) {
		t.Errorf("caveats %s", codes)
	}
	share, _ := r.Attributes().Get("whence.burst.country.share")
	low, _ := r.Attributes().Get("whence.burst.country.share.lower")
	high, _ := r.Attributes().Get("whence.burst.country.share.upper")
	if l, s, h := low.Double(), share.Double(), high.Double(); !(0.79 < l && l <= s && s <= h && h < 0.81) {
		t.Errorf("share %v, from %v to %v", s, l, h)
	}
	body := r.Body().Str()
	if !strings.HasPrefix(body, "Burst "+id+" of all traffic: Of 3,600 new sources") ||
		!strings.Contains(body, "geolocated to Russia (RU)") || strings.Contains(body, "\n") {
		t.Errorf("body %q", body)
	}
	if _, ok := r.Attributes().Get("whence.burst.report"); ok {
		t.Error("a report that was not asked for")
	}
	if sent, dropped := p.logs.core.outbox.counts(); sent != uint64(len(p.records())) || dropped != 0 {
		t.Errorf("%d sent, %d dropped, want %d", sent, dropped, len(p.records()))
	}
	name, _ := p.gotLogs.AllLogs()[0].ResourceLogs().At(0).Resource().Attributes().Get(connectorKey)
	if name.Str() != p.logs.core.name || p.gotMetrics.DataPointCount() == 0 {
		t.Errorf("of the connector %q, want %q", name.Str(), p.logs.core.name)
	}
}

// The report in a record is the burst that the monitor has.
func TestBurstReport(t *testing.T) {
	p, all := told(t, func(c *Config) { c.Logs.Report = true })
	var got monitor.Burst
	must(t, json.Unmarshal([]byte(valueOf(t, all[len(all)-1], "whence.burst.report")), &got))
	for b := range p.monitor().Bursts() {
		if b.ID == got.ID {
			want, err := json.Marshal(b)
			must(t, err)
			if again, err := json.Marshal(got); err != nil || string(again) != string(want) {
				t.Errorf("%v: got %s\nwant %s", err, again, want)
			}
			return
		}
	}
	t.Errorf("burst %d is unknown", got.ID)
}

// Bursts that are part of another one get records if that is asked for.
func TestBurstChildren(t *testing.T) {
	_, without := told(t, nil)
	_, with := told(t, func(c *Config) { c.Logs.Children = true })
	parents := func(all []plog.LogRecord) (n int) {
		for _, r := range all {
			if _, ok := r.Attributes().Get("whence.burst.parent"); ok {
				n++
			}
		}
		return n
	}
	if len(with) <= len(without) || parents(with) == 0 || parents(without) != 0 {
		t.Errorf("%d records, %d with a parent; without children %d, %d", len(with), parents(with), len(without),
			parents(without))
	}
}

// What an attacker has named is cut, and is valid UTF-8.
func TestBurstOfHostileNames(t *testing.T) {
	b := monitor.Burst{
		ID: 1, Target: monitor.TargetName(strings.Repeat("\xff\n\u202e", 300)), Onset: begin, End: begin, Interim: 1,
	}
	r := newWriter("whence", true).logs(b, begin).ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	target := valueOf(t, r, "whence.burst.target")
	if len(target) > mostName || strings.ContainsAny(target, "\n\u202e") || len(r.Body().Str()) > mostBody ||
		strings.Contains(r.Body().Str(), "\n") {
		t.Errorf("%q\n%q", target, r.Body().Str())
	}
}
