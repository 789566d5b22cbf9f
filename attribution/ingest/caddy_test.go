package ingest

import (
	"strings"
	"testing"
)

// A log of errors without accesses is no empty log of accesses.
func TestCaddyErrorsAlone(t *testing.T) {
	text := strings.Repeat(`{"level":"error","ts":1716275484.1,"logger":"http.log.error","msg":"no upstreams available",`+
		`"request":{"remote_ip":"192.0.2.1","client_ip":"192.0.2.1","method":"GET","host":"shop.example","uri":"/"},`+
		`"status":503}`+"\n", 3)
	_, _, err := readAll(text, Options{})
	wantUndecided(t, err, "Format", "JSON")
	if events, _, err := readAll(text, Options{Format: "JSON"}); err != nil || sourcesOf(events) != "192.0.2.1 x3" {
		t.Errorf("as JSON: %s, %v", sourcesOf(events), err)
	}
	for name, o := range map[string]Options{"asked for": {Format: "CADDY"}, "live": {Live: true}} {
		access := strings.Replace(text[:strings.IndexByte(text, '\n')+1], "http.log.error", "http.log.access", 1)
		events, a, err := readAll(text+access, o)
		if err != nil || sourcesOf(events) != "192.0.2.1" || a.NoRecords != 3 {
			t.Errorf("%s: %s, %d lines without a record, %v", name, sourcesOf(events), a.NoRecords, err)
		}
	}
}
