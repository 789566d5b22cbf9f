package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A shipper's JSON inside Docker's: what the inner one says is read before its line is unescaped.
func TestEnvelopeInEnvelope(t *testing.T) {
	var b strings.Builder
	quote := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	begin := time.Date(2024, 5, 21, 7, 0, 0, 0, time.UTC)
	const n = 50
	for i := range n {
		line := fmt.Sprintf("INFO:     192.0.2.%d:4711 - \"GET /%s HTTP/1.1\" 200 OK", i, strings.Repeat("a", 80))
		inner := fmt.Sprintf(`{"@timestamp":"%s","log":%s}`, begin.Add(time.Duration(i)*time.Minute).Format(time.RFC3339),
			quote(line))
		fmt.Fprintf(&b, `{"log":%s,"stream":"stdout","time":"2024-06-01T00:00:00Z"}`+"\n", quote(inner+"\n"))
	}
	events, a, err := readAll(b.String(), Options{})
	if err != nil || len(events) != n {
		t.Fatalf("%d of %d records, %+v, %v", len(events), n, a, err)
	}
	for i, e := range events {
		if want := begin.Add(time.Duration(i) * time.Minute); !e.Time.Equal(want) {
			t.Errorf("record %d is of %v, not %v", i, e.Time, want)
		}
	}
}
