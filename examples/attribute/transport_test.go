package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

func TestParseProtocol(t *testing.T) {
	for text, want := range map[string]int{
		"udp": 17, "UDP": 17, "17": 17, "tcp": 6, "Tcp": 6, "6": 6, "icmp": 1, "IPv6-ICMP": 58, "gre": 47, "0": 0, "255": 255,
		"256": -1, "-1": -1, "6.0": -1, "DNS": -1, "17x": -1, "a name of more than that": -1, "99999999999999999999": -1,
	} {
		got, ok := parseProtocol([]byte(text))
		if ok != (want >= 0) || ok && int(got) != want {
			t.Errorf("%q: %d, %v, want %d", text, got, ok, want)
		}
	}
}

func TestParseFlags(t *testing.T) {
	for text, want := range map[string]int{
		"S": 2, "SA": 0x12, "S.": 0x12, "[S.]": 0x12, "R.": 0x14, "R": 4, "P.": 0x18, ".": 0x10, "none": 0,
		"FPU": 0x29, "S.EW": 0xd2, "SEC": 0xc2,
		".AP.SF": 0x1b, "......": 0, "...A..S.": 0x12, "UAPRSF": 0x3f, "CEUAPRSF": 0xff, ".A..S.": 0x12, "....S.": 2,
		"·······A··S·": 0x12, "·········R··": 4, // tshark
		"18": 0x12, "2": 2, "0": 0, "0x12": 0x12, "0X014": 0x14, "0x0c2": 0xc2, "0x112": 0x12, "274": 0x12,
		"x": -1, "SYN": -1, "0x": -1, "0xg": -1, "0x1000": -1, "4096": -1, "1b": -1, "S A": -1, "s": -1, "\xc2": -1, "[]": 0,
	} {
		got, ok := parseFlags([]byte(text))
		if ok != (want >= 0) || ok && int(got) != want {
			t.Errorf("%q: %#x, %v, want %#x", text, got, ok, want)
		}
	}
}

func TestTransportOf(t *testing.T) {
	for _, c := range []struct {
		protocol, port, flags string // "": there is no such column
		want                  transport
	}{
		{"", "", "", transport{}},
		{"udp", "53", "", transport{protocol: udp, port: 53}},
		{"udp", "53", "-", transport{protocol: udp, port: 53}},
		{"tcp", "53", "S", transport{protocol: tcp, flags: 2}}, // the port of a client
		{"", "", "S", transport{protocol: tcp, flags: 2}},
		{"", "", "0", transport{}},
		{"-", "53", "", transport{}},
		{" 17 ", " 500 ", "", transport{protocol: udp, port: 500}},
		{"DNS", "53", "", transport{bad: true}},
		{"udp", "65536", "", transport{protocol: udp, bad: true}},
		{"tcp", "", "?", transport{protocol: tcp, bad: true}},
	} {
		field := func(s string) []byte {
			if s == "" {
				return nil
			}
			return []byte(s)
		}
		if got := transportOf(field(c.protocol), field(c.port), field(c.flags)); got != c.want {
			t.Errorf("%q %q %q: %+v, want %+v", c.protocol, c.port, c.flags, got, c.want)
		}
	}
	protocol, port, flags := []byte("UDP"), []byte("500"), []byte("0x012")
	if n := testing.AllocsPerRun(100, func() { transportOf(protocol, port, flags) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

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
		{"IKE, and nobody says so", packets(n, csvHeader, "%s,17,500,"), csvArgs[:2], "", caveat.ReflectionUntested},
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
		if bad := strings.Contains(stderr, "60 of them without a readable protocol"); bad != (c.name == "nothing readable") {
			t.Errorf("%s: %s", c.name, stderr)
		}
		if len(c.args) == 8 {
			f := r.Account.Fields
			if f["protocol"] != c.args[3] || f["source_port"] != c.args[5] || f["tcp_flags"] != c.args[7] {
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
