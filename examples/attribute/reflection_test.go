package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

// packets are those of n sources in as many networks of one country, in a form.
func packets(n int, header, form string) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		fmt.Fprintf(&b, form+"\n", fmt.Sprintf("133.%d.7.1", i))
	}
	return b.String()
}

// Packets are judged by what their columns say of the transport.
func TestReflectionInFiles(t *testing.T) {
	const n = 60
	const csvHeader = "src,ip.proto,udp.srcport,tcp.flags\n"
	csvArgs := []string{"-addr", "src", "-proto", "ip.proto", "-sport", "udp.srcport", "-flags", "tcp.flags"}
	jsonArgs := []string{"-addr", "ip", "-proto", "l4.proto", "-sport", "l4.port", "-flags", "l4.flags"}
	for _, c := range []struct {
		name, text     string
		args           []string
		reason, beside caveat.Code
	}{
		{"IKE", packets(n, csvHeader, "%s,17,500,"), csvArgs, caveat.Reflection, ""},
		{"IKE, by the names of the columns", packets(n, csvHeader, "%s,17,500,"), nil, caveat.Reflection, ""},
		{"IKE, and nobody says so", packets(n, "src,a,b,c\n", "%s,17,500,"), nil, "", caveat.ReflectionUntested},
		{"a port that all share", packets(n, csvHeader, "%s,udp,44818,"), csvArgs, caveat.Reflection, ""},
		{"SYN-ACKs", packets(n, csvHeader, "%s,6,,0x012"), csvArgs, caveat.Reflection, ""},
		{"resets", packets(n, csvHeader, "%s,tcp,,R."), csvArgs, caveat.Reflection, ""},
		{"connections", packets(n, csvHeader, "%[1]s,tcp,,S\n%[1]s,tcp,,.\n%[1]s,tcp,,R."), csvArgs, "", ""},
		{"flows of connections", packets(n, csvHeader, "%s,tcp,,.AP.SF"), csvArgs, "", ""},
		{"nothing in the columns", packets(n, csvHeader, "%s,,,"), csvArgs, "", caveat.ReflectionUntested},
		{"nothing readable", packets(n, csvHeader, "%s,x,y,z"), csvArgs, "", caveat.ReflectionUntested},
		{"JSON, IKE", packets(n, "", `{"ip":"%s","l4":{"proto":"udp","port":4500}}`), jsonArgs, caveat.Reflection, ""},
		{"JSON, SYN-ACKs", packets(n, "", `{"ip":"%s","l4":{"proto":6,"flags":"SA"}}`), jsonArgs, caveat.Reflection, ""},
		{"JSON, SYNs", packets(n, "", `{"ip":"%s","l4":{"proto":6,"flags":2}}`), jsonArgs, "", ""},
		{"a list", packets(n, "", "%s"), nil, "", caveat.ReflectionUntested},
		{"a list of handshakes", packets(n, "", "%s"), []string{"-handshake"}, "", ""},
		{"an access log", packets(n, "", `%s - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5`), nil, "", ""},
		{"an access log behind a proxy", packets(n, "",
			`%s, 10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5`), nil, "", caveat.ReflectionUntested},
	} {
		r, status, stderr := attributeJSON(t, c.text, slices.Concat(c.args, []string{"-claim", "plurality JP", "-"})...)
		v := r.Verdicts[0]
		var untested caveat.Code
		for _, x := range v.Caveats {
			if x.Code == caveat.ReflectionUntested {
				untested = x.Code
			}
		}
		if status != exitOK || v.Reason != c.reason || untested != c.beside ||
			(c.reason == "") != (v.Outcome == attribution.Supported) {
			t.Errorf("%s: exit status %d, %v, %s", c.name, status, v, stderr)
		}
		unreadable := slices.Contains(r.Account.Notes, attribution.Note{Code: "NO_TRANSPORT", Value: 60})
		if unreadable != (c.name == "nothing readable") {
			t.Errorf("%s: notes %v", c.name, r.Account.Notes)
		}
		if len(c.args) == 8 {
			f := r.Account.Fields
			if f["protocol"] != c.args[3] || f["source_port"] != c.args[5] || f["flags"] != c.args[7] {
				t.Errorf("%s: the account has %v", c.name, f)
			}
		}
	}
}

// Bursts are judged so as well, also where the records have to be put in order first.
func TestReflectionInBursts(t *testing.T) {
	for _, newestFirst := range []bool{false, true} {
		var lines []string
		for second := range 1200 {
			lines = append(lines, fmt.Sprintf("%d,8.8.8.%d,6,,S", 1_716_300_000+second, second%50))
			for i := range 60 {
				if second >= 900 && second < 930 {
					lines = append(lines, fmt.Sprintf("%d,133.%d.7.1,17,500,", 1_716_300_000+second, i))
				}
			}
		}
		if newestFirst {
			slices.Reverse(lines)
		}
		text := "at,src,proto,port,flags\n" + strings.Join(lines, "\n") + "\n"
		path := fileOf(t, "packets.csv", text)
		status, stdout, stderr := attribute(t, "", "-burst", "-claim", "plurality JP", "-addr", "src", "-time", "at",
			"-proto", "proto", "-sport", "port", "-flags", "flags", path)
		if status != exitOK || !strings.Contains(stdout, "inadmissible: plurality JP") ||
			!strings.Contains(stdout, "reflectors") {
			t.Errorf("newest first %v: exit status %d, %s%s", newestFirst, status, stdout, stderr)
		}
	}
}
