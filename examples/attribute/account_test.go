package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// The account says what the input was read as, which fields were taken, and what was lost.
func TestAccount(t *testing.T) {
	const line = `77.88.55.60 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5` + "\n"
	for _, tt := range []struct {
		name, text string
		args       []string
		format     string
		fields     map[string]string
		records    uint64
		lost       uint64
		first      string
	}{
		{"addr", "8.8.8.8\n10.0.0.1\n", nil, "ADDR", map[string]string{"source": "every address"}, 2, 0, ""},
		{"common", line + "x\n\n" + line + "y\n", nil, "COMMON",
			map[string]string{"source": "1", "time": "in brackets", "bytes": "size"}, 2, 2, "line 2, byte 68"},
		{"csv", "port,Client_IP,when\n25,8.8.8.8,1716329586\n25,-,1716329586\n",
			[]string{"-time", "WHEN"}, "CSV", map[string]string{"source": "Client_IP", "time": "when", "target": "port"},
			1, 1, "line 3, byte 42"},
		{"csv, a name that was asked for", "ip,peer\n8.8.8.8,8.8.4.4\n", []string{"-addr", "peer"},
			"CSV", map[string]string{"source": "peer"}, 1, 0, ""},
		{"json", `{"c":{"ip":"8.8.8.8"},"t":1716329586}` + "\n{\n", []string{"-addr", "c.ip", "-time", "t"},
			"JSON", map[string]string{"source": "c.ip", "time": "t"}, 1, 1, "line 2, byte 38"},
	} {
		r, _, stderr := attributeJSON(t, tt.text, append(tt.args, "-")...)
		a := r.Account
		delete(tt.fields, "target") // which counting does not need
		if a == nil || a.Format != tt.format || !maps.Equal(a.Fields, tt.fields) || a.Records != tt.records ||
			a.Lost[attribution.LostUnread] != tt.lost || a.First[attribution.LostUnread] != tt.first {
			t.Errorf("%s: account %+v, want %+v\n%s", tt.name, a, tt, stderr)
		}
		if !maps.Equal(r.Lost, a.Lost) || r.Records != tt.records {
			t.Errorf("%s: %d records, lost %v; the account has %+v", tt.name, r.Records, r.Lost, a)
		}
	}
}

// Where a claim is open because records could not be read, the exit status says so.
func TestUnreadDecides(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "133.%d.%d.%d - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5\n", i%256, i/256, i%251+1)
	}
	for lost, want := range map[int]int{0: exitOK, 30: exitOK, 6000: exitUnread} {
		text := b.String() + strings.Repeat("x\n", lost)
		r, status, stderr := attributeJSON(t, text, "-claim", "majority JP", "-")
		if status != want || (status == exitOK) != (r.Verdicts[0].Outcome == attribution.Supported) {
			t.Errorf("%d lost: exit status %d, want %d, %v, %s", lost, status, want, r.Verdicts[0], stderr)
		}
	}
}
