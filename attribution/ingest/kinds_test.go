package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
)

func prefixes4(t testing.TB, list string) *geo.PrefixSet {
	t.Helper()
	set, err := geo.ReadPrefixSet("list", strings.NewReader(strings.ReplaceAll(list, " ", "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// reading is an input, and what a reader makes of it.
type reading struct {
	name, text string
	o          Options

	format  string
	sources string // as sourcesOf writes them
	lost    string // "2 reason; 1 other"
	idle    uint64 // lines without a record
	notes   string
	fields  string // what was taken, "source=ip time=when", of those that are named
	check   func(t *testing.T, events []Event, a attribution.Account)
	option  string // of an UndecidedError
	choices string
}

func (r reading) run(t *testing.T) {
	events, a, err := readAll(r.text, r.o)
	if r.option != "" {
		wantUndecided(t, err, r.option, strings.Fields(r.choices)...)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if a.Format != r.format {
		t.Errorf("read as %s, want %s", a.Format, r.format)
	}
	if got := sourcesOf(events); got != r.sources {
		t.Errorf("sources %s\nwant    %s", got, r.sources)
	}
	var lost []string
	for _, u := range a.Unread {
		lost = append(lost, fmt.Sprintf("%d %s", u.Records, u.Code))
	}
	if got := strings.Join(lost, "; "); got != r.lost {
		t.Errorf("lost %q, want %q", got, r.lost)
	}
	if a.NoRecords != r.idle {
		t.Errorf("%d lines without a record, want %d", a.NoRecords, r.idle)
	}
	if got := strings.Join(notes(a), " "); got != r.notes {
		t.Errorf("notes %s, want %s", got, r.notes)
	}
	for pair := range strings.FieldsSeq(r.fields) {
		role, want, _ := strings.Cut(pair, "=")
		if got := a.Fields[role]; got != want {
			t.Errorf("took %q for the %s, want %q", got, role, want)
		}
	}
	if r.check != nil {
		r.check(t, events, a)
	}
}

func runAll(t *testing.T, list []reading) {
	for _, r := range list {
		t.Run(r.name, r.run)
	}
}

// A quote that is never closed, or a record that is cut, takes no other record along.
func TestNothingVanishes(t *testing.T) {
	runAll(t, []reading{
		{name: "tabs", text: "ip\tagent\tsize\n192.0.2.1\t\"x\t5\n192.0.2.2\ty\t5\n192.0.2.3\t\"z\"\t5\n", format: "CSV",
			sources: "192.0.2.1 192.0.2.2 192.0.2.3", idle: 1},
		{name: "closed by another client", text: "time;ip;agent\n1716275460;192.0.2.1;\"x\n1716275461;192.0.2.2;y\n" +
			"1716275462;192.0.2.3;z\"\n1716275463;192.0.2.4;z\n", format: "CSV",
			sources: "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", idle: 1},
		{name: "quoted by the writer", text: "\"ip\",\"text\"\n\"192.0.2.1\",\"a\n192.0.2.9,b\nc\"\n\"192.0.2.2\",\"d\"\n",
			format: "CSV", sources: "192.0.2.1 192.0.2.2", idle: 1},
		{name: "text of several lines", text: "ip,text\n192.0.2.1,\"one\ntwo\"\n192.0.2.2,three\n", format: "CSV",
			sources: "192.0.2.1 192.0.2.2", idle: 1},
		{name: "quote before the address", text: "agent,ip,path\n\"a,192.0.2.1,b\"\nc,192.0.2.2,d\nc\",192.0.2.3,\"d\n",
			format: "CSV", sources: "192.0.2.1 192.0.2.2 192.0.2.3", idle: 1},
		{name: "commas that move columns", text: "agent,ip,path\na,192.0.2.1,b\nx,198.51.100.1,192.0.2.2,y\n", format: "CSV",
			sources: "192.0.2.1", lost: "1 MANY_COLUMNS", idle: 1},
		{name: "commas behind the address", text: "time,ip,agent\n1716275460,192.0.2.1,KHTML, like Gecko\n", format: "CSV",
			sources: "192.0.2.1", idle: 1},
		{name: "cut in the address",
			text:   "time,bytes,ip\n1716275460,5,192.0.2.1\n1716275461,5,192.0.2.20\n1716275461,192.0.2.2",
			format: "CSV", sources: "192.0.2.1 192.0.2.20", lost: "1 FEW_COLUMNS", idle: 1},
		{name: "JSON cut in a value",
			text:   "{\"ip\":\"192.0.2.1\"}\n{\"ip\":\n{\"ip\":\"192.0.2.2\"}\n{\"ip\":\"192.0.2.3\"}\n",
			format: "JSON", sources: "192.0.2.1 192.0.2.2 192.0.2.3", lost: "1 NO_OBJECT"},
		{name: "JSON cut in a string", text: "{\"ip\":\"192.0.2.1\"}\n{\"ip\":\"192.0\n{\"ip\":\"192.0.2.2\"}\n{\"ip\":\"192",
			format: "JSON", sources: "192.0.2.1 192.0.2.2", lost: "2 NO_OBJECT"},
		{name: "JSON array with a bad element", text: `[{"ip":"192.0.2.1"},{"ip":x},{"ip":"192.0.2.2"}]`, format: "JSON",
			sources: "192.0.2.1 192.0.2.2", lost: "1 NO_OBJECT"},
		{name: "two logs run into each other", text: combined("192.0.2.1", "192.0.2.2") + "192.0.2.3 - - [21/May" +
			combined("192.0.2.4") + "192.0.2.5 -\n", format: "COMBINED", sources: "192.0.2.1 192.0.2.2 192.0.2.3",
			lost: "1 NO_REQUEST"},
	})
}

// combined is a log with a line of each source.
func combined(sources ...string) string {
	var b strings.Builder
	for i, s := range sources {
		fmt.Fprintf(&b, "%s - - [21/May/2024:07:11:%02d +0000] \"GET /a HTTP/1.1\" 200 100 \"-\" \"probe/1\"\n", s, i%60)
	}
	return b.String()
}

// each fills a line with 10.1.0.1, 10.1.0.2 and so on, after %s.
func each(line string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(line, "%s", fmt.Sprintf("77.1.%d.%d", i/200, 1+i%200)) + "\n")
	}
	return b.String()
}

// The address of the client is chosen, and named, or the choice is left open.
func TestWhoseAddress(t *testing.T) {
	runAll(t, []reading{
		{name: "server first", text: "server_ip,client_ip\n9.9.9.9,192.0.2.1\n9.9.9.9,192.0.2.2\n", format: "CSV",
			sources: "192.0.2.1 192.0.2.2", idle: 1, fields: "source=client_ip"},
		{name: "flow", text: `{"dst":"9.9.9.9","src":"192.0.2.1","peer_ip_src":"198.51.100.1"}`, format: "JSON",
			sources: "192.0.2.1", fields: "source=src"},
		{name: "Elastic", text: `{"host":{"ip":"9.9.9.9"},"source":{"ip":"192.0.2.1"},"destination.ip":"9.9.9.8"}`,
			format: "JSON", sources: "192.0.2.1", fields: "source=source.ip"},
		{name: "conn of Zeek as JSON",
			text:   `{"ts":1716275483.5,"id.orig_h":"192.0.2.1","id.orig_p":5,"id.resp_h":"9.9.9.9"}`,
			format: "ZEEK", sources: "192.0.2.1", fields: "source=id.orig_h time=ts source_port=id.orig_p target=id.resp_h"},
		{name: "host alone", text: `{"host":"9.9.9.9","user":"x"}`, option: "Source", choices: "host user"},
		{name: "address alone", text: "address,user\n192.0.2.1,x\n192.0.2.2,y\n", option: "Source", choices: "address user"},
		{name: "unknown names", text: "wer,wann\n192.0.2.1,1716275460\n192.0.2.2,1716275461\n", option: "Source",
			choices: "wer wann"},
		{name: "two that are as good", text: "ip,src\n192.0.2.1,198.51.100.7\n192.0.2.2,8.8.8.8\n", option: "Source",
			choices: "ip src"},
		{name: "two that agree", text: "ip,src\n192.0.2.1,192.0.2.1\n192.0.2.2,192.0.2.2\n", format: "CSV",
			sources: "192.0.2.1 192.0.2.2", idle: 1, fields: "source=ip"},
		{name: "the better name never varies", text: "client_ip,ip\n9.9.9.9,192.0.2.1\n9.9.9.9,192.0.2.2\n", option: "Source",
			choices: "client_ip ip"},
		{name: "asked for by name", text: "wer,ip\n192.0.2.1,9.9.9.9\n", o: Options{Source: "WER"}, format: "CSV",
			sources: "192.0.2.1", idle: 1},
		{name: "asked for by number", text: "1716275460,192.0.2.1,9.9.9.9\n1716275461,192.0.2.2,9.9.9.9\n",
			o: Options{Format: "csv", Source: "2", Time: "1"}, format: "CSV", sources: "192.0.2.1 192.0.2.2"},
		{name: "no header", text: "1716275460,192.0.2.1\n1716275461,192.0.2.2\n", option: "Source", choices: "2 1"},
		{name: "forwarded header alone", text: "{\"xff\":\"192.0.2.1, 10.0.0.1\"}\n{\"xff\":\"8.8.8.8\"}\n", format: "JSON",
			sources: "192.0.2.1 8.8.8.8", notes: "CLAIMED"},
		{name: "forwarded header beside the peer", format: "JSON",
			text:    "{\"remote_addr\":\"192.0.2.1\",\"http_x_forwarded_for\":\"8.8.8.8\"}\n",
			sources: "192.0.2.1", check: func(t *testing.T, _ []Event, a attribution.Account) {
				if a.Instead["source"] != "http_x_forwarded_for" {
					t.Errorf("instead: %v", a.Instead)
				}
			}},
		{name: "site before the client", text: "shop.example:443 " + combined("192.0.2.1"), format: "VCOMBINED",
			sources: "192.0.2.1", fields: "target=host"},
		{name: "sites of digits", text: each(`%s 192.0.2.9 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, 30) +
			`shop.example 192.0.2.9 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, format: "VCOMMON",
			sources: "192.0.2.9 x31"},
		{name: "nothing but sites of digits", option: "Source", choices: "1 2",
			text: each(`%s 192.0.2.9 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, 30)},
		{name: "the word that was asked for", o: Options{Source: "2"}, format: "COMMON", sources: "192.0.2.9 x30",
			fields: "target=path",
			text:   each(`%s 192.0.2.9 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, 30)},
		{name: "server and client, one line", text: "9.9.9.9 " + combined("192.0.2.1"), option: "Source", choices: "1 2"},
		{name: "users of digits", text: each(`192.0.2.9 - %s [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, 30),
			format: "COMMON", sources: "192.0.2.9 x30"},
		{name: "users of digits and more", format: "COMMON", sources: "192.0.2.9 x30",
			text: each(`192.0.2.9 - %s x [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, 30)},
		{name: "users of digits behind a site", format: "VCOMMON", sources: "192.0.2.9 x30",
			text: each(`shop.example 192.0.2.9 - %s - x [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, 30)},
		{name: "agents that look like a log", format: "CSV", sources: "192.0.2.9 x30", idle: 1,
			text: "ip,agent\n" + each(`192.0.2.9,%s - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 1`, 30)},
		{name: "one source makes nearly all", text: combined(append(slices.Repeat([]string{"9.9.9.9"}, 199), "8.8.8.8")...),
			format: "COMBINED", sources: "9.9.9.9 x199 8.8.8.8", notes: "ONE_SOURCE"},
		{name: "text with two addresses a line", text: "a 192.0.2.1 to 9.9.9.9\nb 192.0.2.2 to 9.9.9.9\n", option: "Format",
			choices: "TEXT"},
		{name: "text that was asked for", text: "a 192.0.2.1 to 9.9.9.9\nagent/1.2.3.4 std::max 07:11:23\n",
			o: Options{Format: "TEXT"}, format: "TEXT", sources: "192.0.2.1 9.9.9.9", idle: 1, notes: "NO_TIME NO_DIRECTION"},
		{name: "no address at all", text: "hello\nworld\n", option: "Format"},
	})
}

// A line that is nearly a known format keeps what it has.
func TestNearlyKnown(t *testing.T) {
	handshake := func(t *testing.T, events []Event, a attribution.Account) {
		for _, e := range events {
			if !e.Handshake || e.Bytes != 100 {
				t.Errorf("%+v: want the handshake and 100 bytes", e.Flow)
			}
		}
	}
	line := `192.0.2.1 - - [%s] "GET / HTTP/1.1" 200 100` + "\n"
	at := func(s string) string { return strings.ReplaceAll(line, "%s", s) }
	runAll(t, []reading{
		{name: "a time that cannot be read", text: at("21/Foo/2024:07:11:23 +0000"), format: "COMMON", sources: "192.0.2.1",
			check: handshake, notes: ""},
		{name: "text in brackets that is no time", text: at("-") + at("garbage here"), format: "COMMON",
			sources: "192.0.2.1 x2",
			check:   handshake},
		{name: "site behind the time",
			text:   `192.0.2.1 - - [21/May/2024:07:11:23 +0000] shop.example "GET / HTTP/1.1" 200 100`,
			format: "COMMON", sources: "192.0.2.1", check: handshake},
		{name: "time and address", text: "2024-05-21T07:11:23Z 192.0.2.1\n1716275484 192.0.2.2\n", format: "ADDR",
			sources: "192.0.2.1 192.0.2.2", notes: "STAMP"},
		{name: "address and number", text: "192.0.2.1 50\n192.0.2.2 60\n", format: "TEXT", sources: "192.0.2.1 192.0.2.2",
			notes: "NO_TIME NO_DIRECTION", check: func(t *testing.T, _ []Event, a attribution.Account) {
				if a.NotTaken["count"] == "" {
					t.Errorf("not taken: %v", a.NotTaken)
				}
			}},
		{name: "words before JSON", text: "starting up\n{\"ip\":\"192.0.2.1\"}\n{\"ip\":\"192.0.2.2\"}\n", format: "JSON",
			sources: "192.0.2.1 192.0.2.2", lost: "1 NO_OBJECT"},
		{name: "fractions and ISO", text: at("21/May/2024:07:11:23.123 +0000") + at("2024-05-21T07:11:23+02:00") +
			at("1716275483.5"),
			format: "COMMON", sources: "192.0.2.1 x3", check: handshake},
		{name: "syslog", text: "<13>May 21 07:11:23 9.9.9.9 web[5]: " + at("21/May/2024:07:11:23 +0000"), format: "COMMON",
			sources: "192.0.2.1", check: handshake, notes: "SYSLOG"},
		{name: "syslog of RFC 5424", text: `<13>1 2024-05-21T07:11:23.1Z 9.9.9.9 web 5 - [a@1 b="\]"][c d="e"] ` +
			at("21/May/2024:07:11:23 +0000"), format: "COMMON", sources: "192.0.2.1", check: handshake, notes: "SYSLOG"},
		{name: "Kubernetes", text: "2024-05-21T07:11:23.111111111Z stdout F " + at("21/May/2024:07:11:23 +0000"),
			format: "COMMON", sources: "192.0.2.1", check: handshake, notes: "CRI"},
		{name: "Docker", text: asJSON(map[string]string{"log": at("21/May/2024:07:11:23 +0000"), "stream": "stdout",
			"time": "2024-05-21T07:11:23.1Z"}) + "\n", format: "COMMON", sources: "192.0.2.1", check: handshake,
			notes: "DOCKER"},
		{name: "Docker around JSON", text: asJSON(map[string]string{"log": `{"client_ip":"192.0.2.1"}`, "stream": "stdout",
			"time": "2024-05-21T07:11:23.1Z"}) + "\n", format: "JSON", sources: "192.0.2.1", notes: "DOCKER",
			check: func(t *testing.T, events []Event, a attribution.Account) {
				if events[0].Time.Second() != 23 {
					t.Errorf("time %v, want Docker's", events[0].Time)
				}
			}},
		{name: "Docker around syslog", text: asJSON(map[string]string{"log": "May 21 07:11:23 9.9.9.9 web: " +
			at("21/May/2024:07:11:23 +0000"), "stream": "stdout", "time": "2024-05-21T07:11:23.1Z"}) + "\n",
			format: "COMMON", sources: "192.0.2.1", check: handshake, notes: "DOCKER SYSLOG"},
		{name: "shipped as JSON", text: asJSON(map[string]any{"@timestamp": "2024-05-21T07:11:23.1Z", "host": map[string]any{
			"ip": []string{"10.0.0.1"}}, "message": at("21/May/2024:07:11:23 +0000")}) + "\n", format: "COMMON",
			sources: "192.0.2.1", check: handshake, notes: "BEATS"},
		{name: "journal around JSON", text: asJSON(map[string]any{"__REALTIME_TIMESTAMP": "1716275483000000",
			"MESSAGE": `{"ip":"192.0.2.1"}`}) + "\n", format: "JSON", sources: "192.0.2.1", notes: "JOURNAL"},
		{name: "compose", text: "web_1  | " + at("21/May/2024:07:11:23 +0000"), format: "COMMON", sources: "192.0.2.1",
			check: handshake, notes: "COMPOSE"},
		{name: "stamp", text: "2024-05-21T07:11:23.1Z " + at("21/May/2024:07:11:23 +0000"), format: "COMMON",
			sources: "192.0.2.1", check: handshake, notes: "STAMP"},
		{name: "dmesg", text: "[Tue May 21 07:11:23 2024] IN=eth0 OUT= MAC=5 SRC=192.0.2.1 DST=9.9.9.9 LEN=60 PROTO=UDP " +
			"SPT=5 DPT=6 LEN=40\n", format: "KERNEL", sources: "192.0.2.1", notes: "STAMP NO_ZONE",
			check: func(t *testing.T, events []Event, a attribution.Account) {
				if events[0].Time.Second() != 23 {
					t.Errorf("time %v, want that in brackets", events[0].Time)
				}
			}},
		{name: "text behind syslog", text: "May 21 07:11:23 9.9.9.9 app: login of 192.0.2.1 failed\n" +
			"May 21 07:11:24 9.9.9.9 app: login of 192.0.2.2 failed\n", o: Options{Year: 2024}, format: "TEXT",
			sources: "192.0.2.1 192.0.2.2", notes: "NO_TIME NO_DIRECTION SYSLOG NO_ZONE",
			check: func(t *testing.T, events []Event, a attribution.Account) {
				if events[1].Time.Second() != 24 {
					t.Errorf("time %v, want that of syslog", events[1].Time)
				}
			}},
	})
}

// A list of addresses has one meaning in every format.
func TestLists(t *testing.T) {
	trusted := prefixes4(t, "10.0.0.0/8 9.9.9.9")
	log := func(client string) string {
		return client + ` - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 100` + "\n"
	}
	claimed := func(want bool) func(t *testing.T, events []Event, a attribution.Account) {
		return func(t *testing.T, events []Event, a attribution.Account) {
			if e := events[0]; e.Claimed != want || e.Claimed && e.Handshake {
				t.Errorf("claimed %v, handshake %v", e.Claimed, e.Handshake)
			}
		}
	}
	runAll(t, []reading{
		{name: "log", text: log("10.0.0.5, 8.8.8.8, 9.9.9.9"), format: "COMMON", sources: "8.8.8.8", notes: "CLAIMED",
			check: claimed(true)},
		{name: "log, trusted", text: log("6.6.6.6, 8.8.8.8, 9.9.9.9"), o: Options{Trusted: trusted}, format: "COMMON",
			sources: "8.8.8.8", check: claimed(false)},
		{name: "CSV", text: "client_ip,x\n\"8.8.8.8, 10.0.0.1\",y\n", format: "CSV", sources: "8.8.8.8", idle: 1,
			notes: "CLAIMED"},
		{name: "JSON array", text: `{"client_ip":["10.0.0.1","8.8.8.8"]}`, format: "JSON", sources: "8.8.8.8",
			notes: "CLAIMED"},
		{name: "JSON array of lists", text: `{"client_ip":["10.0.0.1, 8.8.8.8","7.7.7.7"]}`, format: "JSON",
			sources: "8.8.8.8", notes: "CLAIMED"},
		{name: "Forwarded", text: `{"client_ip":"for=_hidden;proto=http, for=\"[2001:4860::8]:4711\", for=9.9.9.9"}`,
			format: "JSON", sources: "2001:4860::8", notes: "CLAIMED"},
		{name: "Forwarded, trusted", text: `{"client_ip":"for=6.6.6.6, For=8.8.8.8;by=9.9.9.9, for=9.9.9.9:80"}`,
			o: Options{Trusted: trusted}, format: "JSON", sources: "8.8.8.8"},
		{name: "ports and zones", text: `{"client_ip":"unknown, [fe80::1%eth0]:5, 8.8.8.8:99"}`, format: "JSON",
			sources: "8.8.8.8", notes: "CLAIMED"},
		{name: "what the client makes up hides nothing", text: `{"client_ip":"' or 1=1, 8.8.8.8"}`, format: "JSON",
			sources: "8.8.8.8", notes: "CLAIMED"},
		{name: "no public one", text: log("10.0.0.5, 10.0.0.6"), format: "COMMON", sources: "10.0.0.5", notes: "CLAIMED"},
	})
}

// A record may stand for many, and says so or is not counted.
func TestCountsAndBytes(t *testing.T) {
	flows := func(want ...uint64) func(t *testing.T, events []Event, a attribution.Account) {
		return func(t *testing.T, events []Event, a attribution.Account) {
			var got []uint64
			for _, e := range events {
				got = append(got, e.Events, e.Bytes)
			}
			if !slices.Equal(got, want) {
				t.Errorf("events and bytes %v, want %v", got, want)
			}
		}
	}
	notTaken := func(role, want string) func(t *testing.T, events []Event, a attribution.Account) {
		return func(t *testing.T, events []Event, a attribution.Account) {
			if a.NotTaken[role] != want || a.Fields[role] != "" {
				t.Errorf("not taken %q, taken %v; want %q and nothing", a.NotTaken[role], a.Fields, want)
			}
		}
	}
	runAll(t, []reading{
		{name: "CSV", text: "srcaddr,packets,bytes\n192.0.2.1,10,400\n192.0.2.2,1,-\n", format: "CSV",
			sources: "192.0.2.1 192.0.2.2", idle: 1, check: flows(10, 400, 1, 0)},
		{name: "uniq -c", text: "     12 192.0.2.1\n      3 192.0.2.2\n", format: "ADDR", sources: "192.0.2.1 192.0.2.2",
			check: flows(12, 0, 3, 0)},
		{name: "strings", text: `{"ip":"192.0.2.1","hits":"7","octets":"80.0"}`, format: "JSON", sources: "192.0.2.1",
			check: flows(7, 80)},
		{name: "a title", text: "Report of May\n\nip,count\n192.0.2.1,5\n192.0.2.2,6\n", format: "CSV", idle: 3,
			sources: "192.0.2.1 192.0.2.2", check: flows(5, 0, 6, 0)},
		{name: "not a number", text: "ip,bytes\n192.0.2.1,5K\n192.0.2.2,6M\n", format: "CSV", idle: 1,
			sources: "192.0.2.1 192.0.2.2", check: notTaken("bytes", "bytes")},
		{name: "grouped digits", text: "ip,requests\n192.0.2.1,\"1,000\"\n192.0.2.2,3\n", format: "CSV", idle: 1,
			sources: "192.0.2.1 192.0.2.2", check: notTaken("count", "requests")},
		{name: "a total", text: "ip;Total Requests\n192.0.2.1;5\n192.0.2.2;3\n", format: "CSV", idle: 1,
			sources: "192.0.2.1 192.0.2.2", check: notTaken("count", "Total Requests")},
		{name: "a number of them", text: "ip,number of requests\n192.0.2.1,5\n192.0.2.2,3 k\n", format: "CSV", idle: 1,
			sources: "192.0.2.1 192.0.2.2", check: notTaken("count", "number of requests")},
		{name: "two counts", text: `{"ip":"192.0.2.1","packets":5,"events":1}`, format: "JSON", sources: "192.0.2.1",
			check: notTaken("count", "events, packets")},
		{name: "two sizes", text: "ip,bytes_sent,response_size\n192.0.2.1,5,6\n", format: "CSV", sources: "192.0.2.1",
			idle:  1,
			check: notTaken("bytes", "bytes_sent, response_size")},
		{name: "asked for", text: `{"ip":"192.0.2.1","packets":5,"events":2}`, o: Options{Count: "events"}, format: "JSON",
			sources: "192.0.2.1", check: flows(2, 0)},
		{name: "not wanted", text: `{"ip":"192.0.2.1","packets":5}`, o: Options{Count: "-"}, format: "JSON",
			sources: "192.0.2.1", check: notTaken("count", "packets")},
		{name: "no number", text: "ip,packets\n192.0.2.1,5\n192.0.2.3,6\n192.0.2.2,many\n192.0.2.4,0\n",
			o:      Options{Count: "packets"},
			format: "CSV", sources: "192.0.2.1 192.0.2.3", lost: "2 BAD_COUNT", idle: 1},
	})
}

// JSON comes in more shapes than one object a line.
func TestShapesOfJSON(t *testing.T) {
	runAll(t, []reading{
		{name: "array", text: "[{\"ip\":\"192.0.2.1\"},\n {\"ip\":\"192.0.2.2\"}\n]\n", format: "JSON",
			sources: "192.0.2.1 192.0.2.2", idle: 1},
		{name: "next to each other", text: `{"ip":"192.0.2.1"}{"ip":"192.0.2.2"} {"ip":"192.0.2.3"}`, format: "JSON",
			sources: "192.0.2.1 192.0.2.2 192.0.2.3"},
		{name: "Records", text: `{"Records":[{"ip":"192.0.2.1"},{"ip":"192.0.2.2"}]}` + "\n" +
			`{"Records":[{"ip":"192.0.2.3"}]}`,
			format: "JSON", sources: "192.0.2.1 192.0.2.2 192.0.2.3", idle: 2},
		{name: "records between other members", text: "{\n \"id\": 5,\n \"records\": [\n  {\"ip\": \"192.0.2.1\"},\n" +
			"  {\"ip\": \"192.0.2.2\"}\n ],\n \"next\": \"x\"\n}\n", format: "JSON", sources: "192.0.2.1 192.0.2.2", idle: 6},
		{name: "pretty",
			text:   "[\n  {\n    \"a\": {\n \"ip\": \"192.0.2.1\" }\n  },\n  {\n    \"a\": {\"ip\": \"192.0.2.2\"}\n  }\n]\n",
			format: "JSON", sources: "192.0.2.1 192.0.2.2", idle: 2},
		{name: "record separators", text: "\x1e{\"ip\":\"192.0.2.1\"}\n\x1e{\"ip\":\"192.0.2.2\"}\n", format: "JSON",
			sources: "192.0.2.1 192.0.2.2"},
		{name: "records without the field", text: "{\"ip\":\"192.0.2.1\"}\n{\"x\":1}\n{\"ip\":null}\n{\"ip\":\"\"}\n",
			format:  "JSON",
			sources: "192.0.2.1", lost: "2 NO_FIELD; 1 EMPTY_FIELD"},
	})
}

// Addresses that were cut are found by their zeros, or by what stands in their place.
func TestCutAddresses(t *testing.T) {
	cut := func(code, want string) func(t *testing.T, events []Event, a attribution.Account) {
		return func(t *testing.T, events []Event, a attribution.Account) {
			for _, n := range a.Notes {
				if n.Code == code && n.Subject != want {
					t.Errorf("%s %s, want %s", code, n.Subject, want)
				}
			}
		}
	}
	lines := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "%d", fmt.Sprint(i)) + "\n")
		}
		return b.String()
	}
	var v4, v6 []string
	for i := range 12 {
		v4 = append(v4, fmt.Sprintf("77.%d.0.0", i+1))
		v6 = append(v6, fmt.Sprintf("2001:%d:5::", i+1))
	}
	runAll(t, []reading{
		{name: "two octets", text: lines("77.%d.0.0", 13)[len("77.0.0.0\n"):], format: "ADDR", sources: strings.Join(v4, " "),
			notes: "CUT_IPV4", check: cut("CUT_IPV4", "/16")},
		{name: "48 bits", text: lines("2001:%d:5::", 13)[len("2001:0:5::\n"):], format: "ADDR", sources: strings.Join(v6,
			" "),
			notes: "CUT_IPV6", check: cut("CUT_IPV6", "/48")},
		{name: "letters", text: combined("77.1.2.x", "77.1.3.xxx"), format: "COMBINED", sources: "77.1.2.0/24 77.1.3.0/24",
			notes: "BLOCKS CUT_IPV4", check: cut("CUT_IPV4", "/24")},
		{name: "stars", text: "ip,x\n77.1.*.*,1\n77.1.2.*,1\n", format: "CSV", sources: "77.1.0.0/16 77.1.2.0/24", idle: 1,
			notes: "BLOCKS CUT_IPV4", check: cut("CUT_IPV4", "/16")},
		{name: "letters in a list", text: "77.1.2.x\n77.1.3.4\n77.1.3.0/24\n", format: "ADDR",
			sources: "77.1.2.0/24 77.1.3.4 77.1.3.0/24", notes: "BLOCKS CUT_IPV4",
			check: func(t *testing.T, _ []Event, a attribution.Account) {
				if n := a.Notes[len(a.Notes)-1]; n.Value != 1 || n.Subject != "/24" {
					t.Errorf("%+v, want 1 to /24", n)
				}
			}},
		{name: "letters and zeros", text: strings.Join(v4, "\n") + "\n77.1.x.x\n77.x.x.x\n", format: "ADDR",
			sources: strings.Join(v4, " ") + " 77.1.0.0/16 77.0.0.0/8", notes: "BLOCKS CUT_IPV4",
			check: func(t *testing.T, _ []Event, a attribution.Account) {
				if n := a.Notes[len(a.Notes)-1]; n.Value != 14 || n.Subject != "/8" {
					t.Errorf("%+v, want 14 to /8", n)
				}
			}},
		{name: "blocks are not cut", text: lines("77.%d.0.0/16", 12), format: "ADDR",
			sources: strings.TrimSpace(strings.ReplaceAll(lines("77.%d.0.0/16", 12), "\n", " ")), notes: "BLOCKS"},
		{name: "blocks of one", text: "ip,x\n77.1.2.3/32,1\n2001:db8::1/128,1\n", format: "CSV",
			sources: "77.1.2.3 2001:db8::1", idle: 1},
		{name: "a client writes no block", text: "x_forwarded_for,x\n77.1.2.3,1\n77.1.2.4,1\n77.x.x.x,1\n7.0.0.0/8,1\n",
			format: "CSV", sources: "77.1.2.3 77.1.2.4", idle: 1, lost: "2 NO_ADDRESS", notes: "CLAIMED"},
		{name: "whole ones", text: each("%s", 12), format: "ADDR", sources: strings.ReplaceAll(strings.TrimSpace(each("%s",
			12)), "\n", " ")},
	})
}

// Lists of addresses have blocks, ranges, comments and more than one on a line.
func TestAddressLists(t *testing.T) {
	runAll(t, []reading{
		{name: "blocks", text: "# a list\n192.0.2.0/24\n198.51.100.7/32 ; one\n\n2001:db8::/32 // doc\n", format: "ADDR",
			sources: "192.0.2.0/24 198.51.100.7 2001:db8::/32", idle: 2, notes: "BLOCKS",
			check: func(t *testing.T, _ []Event, a attribution.Account) {
				if n := a.Notes[0]; n.Value != 2 || n.Subject != "7.922816251e+28" {
					t.Errorf("%+v", n)
				}
			}},
		{name: "range", text: "192.0.2.1-192.0.2.4\n", format: "ADDR", sources: "192.0.2.1 192.0.2.2/31 192.0.2.4",
			notes: "BLOCKS"},
		{name: "one line", text: "192.0.2.1,192.0.2.2;192.0.2.3\t2001:db8::1", format: "ADDR",
			sources: "192.0.2.1 192.0.2.2 192.0.2.3 2001:db8::1"},
		{name: "nobody clicks on them", text: "192[.]0[.]2[.]1\n192.0.2[.]2\n192(.)0(.)2(.)3\n2001[:]db8::1\n",
			format:  "ADDR",
			sources: "192.0.2.1 192.0.2.2 192.0.2.3 2001:db8::1"},
		{name: "quotes and brackets", text: "'192.0.2.1', \"192.0.2.2\"\n[2001:db8::1]:80\n", format: "ADDR",
			sources: "192.0.2.1 192.0.2.2 2001:db8::1"},
		{name: "excluded", text: "192.0.2.1\n198.51.100.9\n", o: Options{Exclude: prefixes4(t, "198.51.100.0/24")},
			format:  "ADDR",
			sources: "192.0.2.1", check: func(t *testing.T, _ []Event, a attribution.Account) {
				if a.Excluded != 1 || a.Records != 1 {
					t.Errorf("%d excluded, %d used", a.Excluded, a.Records)
				}
			}},
		{name: "something else among them", text: "192.0.2.1\n192.0.2.2\n192.0.2.3 and more\nmore\n192.0.2.999\n192.0.2.4\n" +
			"192.0.2.5\n192.0.2.6\n", o: Options{Format: "ADDR"}, format: "ADDR",
			sources: "192.0.2.1 192.0.2.2 192.0.2.4 192.0.2.5 192.0.2.6", lost: "2 NO_ADDRESS; 1 OTHER_TEXT"},
		{name: "below a name", text: "ip\n192.0.2.1\n192.0.2.2\n", format: "CSV", sources: "192.0.2.1 192.0.2.2", idle: 1},
	})
}
