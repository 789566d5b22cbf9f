package ingest

import (
	"errors"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// What a proxy has written is taken where a proxy stands in front, and a log of requests proves
// that its clients are there.
func TestProxiesAndServers(t *testing.T) {
	behind := func(client, list string) string {
		return client + ` - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 100 "-" "probe/1" "` + list + "\"\n"
	}
	facts := func(handshake, claimed bool) func(t *testing.T, events []Event, a attribution.Account) {
		return func(t *testing.T, events []Event, a attribution.Account) {
			if e := events[0]; e.Handshake != handshake || e.Claimed != claimed {
				t.Errorf("handshake %v, claimed %v", e.Handshake, e.Claimed)
			}
		}
	}
	proxies := prefixes4(t, "9.9.9.0/24")
	runAll(t, []reading{
		{name: "proxy of one's own", text: behind("10.0.0.1", "8.8.8.8") + behind("10.0.0.1", "7.7.7.7, 9.9.9.9"),
			format: "COMBINED", sources: "8.8.8.8 7.7.7.7", notes: "CLAIMED", check: facts(false, true)},
		{name: "no proxy", text: behind("192.0.2.1", "8.8.8.8") + behind("192.0.2.2", "-"), format: "COMBINED",
			sources: "192.0.2.1 192.0.2.2", check: facts(true, false)},
		{name: "trusted proxy", text: behind("9.9.9.9", "6.6.6.6, 8.8.8.8") + behind("192.0.2.2", "7.7.7.7"),
			o: Options{Trusted: proxies}, format: "COMBINED", sources: "8.8.8.8 192.0.2.2", check: facts(true, false)},
		{name: "proxy in JSON", format: "JSON", sources: "8.8.8.8", notes: "CLAIMED", check: facts(false, true),
			text: `{"remote_addr":"10.0.0.1","http_x_forwarded_for":"8.8.8.8","status":200,"request":"GET /"}`},
		{name: "requests in JSON", text: `{"remote_ip":"8.8.8.8","status":200,"method":"GET","protocol":"HTTP/2.0"}`,
			format: "JSON", sources: "8.8.8.8", check: facts(true, false)},
		{name: "flows in JSON", text: `{"src_ip":"8.8.8.8","src_port":53,"proto":"UDP","status":"x"}`, format: "JSON",
			sources: "8.8.8.8", check: func(t *testing.T, events []Event, a attribution.Account) {
				if e := events[0]; e.Handshake || e.Protocol != 17 || e.SourcePort != 53 {
					t.Errorf("%+v", e.Flow)
				}
			}},
		{name: "flags of flows", text: "sa,da,pr,sp,dp,flg\n8.8.8.8,9.9.9.9,TCP,80,5,.AP.S.\n8.8.8.9,9.9.9.9,TCP,80,5,0x12\n",
			format: "CSV", sources: "8.8.8.8 8.8.8.9", idle: 1, check: func(t *testing.T, events []Event,
				a attribution.Account) {
				if events[0].TCPFlags != 0x1a || events[1].TCPFlags != 0x12 || events[0].Protocol != 6 {
					t.Errorf("%+v", events)
				}
			}},
		{name: "a counter that grows", text: `{"ClientHost":"8.8.8.8","RequestCount":91}`, format: "JSON", sources: "8.8.8.8",
			check: func(t *testing.T, events []Event, a attribution.Account) {
				if events[0].Events != 1 {
					t.Errorf("%d events", events[0].Events)
				}
			}},
		{name: "a server that never varies", text: strings.Repeat("listening on 9.9.9.9\n", 6), option: "Format",
			choices: "TEXT"},
	})
}

// A header that servers write before the client, in quotes, is the client's: it proves nothing, and
// it is no site.
func TestHeaderFirst(t *testing.T) {
	line := func(lead string) string {
		return lead + ` - - [21/May/2024:07:11:23 +0000] "GET /a HTTP/1.1" 200 5` + "\n"
	}
	facts := func(claimed bool) func(*testing.T, []Event, attribution.Account) {
		return func(t *testing.T, events []Event, a attribution.Account) {
			for i, e := range events {
				if e.Claimed != claimed || e.Handshake == claimed || string(e.Target) != "/a" {
					t.Errorf("record %d: claimed %v, handshake %v, target %q", i+1, e.Claimed, e.Handshake, e.Target)
				}
			}
		}
	}
	alone := line(`"8.8.8.8"`) + line(`"7.7.7.7"`)
	both := line(`"8.8.8.8" "10.0.0.1"`) + line(`"7.7.7.7" "10.0.0.1"`)
	before := line(`"8.8.8.8" 192.0.2.1`) + line(`"-" 192.0.2.2`) + line(`"6.6.6.6, 7.7.7.7" 192.0.2.3`)
	runAll(t, []reading{
		{name: "alone", text: alone, format: "COMMON", sources: "8.8.8.8 7.7.7.7", notes: "CLAIMED", check: facts(true)},
		{name: "asked for", text: alone, o: Options{Source: "1"}, format: "COMMON", sources: "8.8.8.8 7.7.7.7",
			notes: "CLAIMED", check: facts(true)},
		{name: "trusted", text: line(`"8.8.8.8"`) + line(`"6.6.6.6, 7.7.7.7, 9.9.9.9"`), format: "COMMON",
			o: Options{Trusted: prefixes4(t, "9.9.9.0/24")}, sources: "8.8.8.8 7.7.7.7", check: facts(false)},
		{name: "two of them", text: both, format: "COMMON", sources: "8.8.8.8 7.7.7.7", notes: "CLAIMED", check: facts(true)},
		{name: "before the client", text: before, format: "COMMON", sources: "192.0.2.1 192.0.2.2 192.0.2.3",
			fields: "target=path", check: facts(false)},
		{name: "without quotes", text: line("- 192.0.2.1") + line("8.8.8.8 192.0.2.2"), o: Options{Source: "2"},
			format: "COMMON", sources: "192.0.2.1 192.0.2.2", fields: "target=path", check: facts(false)},
		{name: "a block", text: line(`"8.0.0.0/8"`) + alone, format: "COMMON", sources: "8.8.8.8 7.7.7.7",
			lost: "1 NO_ADDRESS", notes: "CLAIMED", check: facts(true)},
	})
}

// Dates and times come in many forms, alone and in two fields.
func TestTimes(t *testing.T) {
	second := func(want ...int) func(t *testing.T, events []Event, a attribution.Account) {
		return func(t *testing.T, events []Event, a attribution.Account) {
			for i, e := range events {
				got := e.Time.Second()
				if e.Time.IsZero() {
					got = -1
				}
				if got != want[i] {
					t.Errorf("record %d: %v, want second %d", i+1, e.Time, want[i])
				}
			}
		}
	}
	runAll(t, []reading{
		{name: "two fields", text: "date,time,c-ip\n2024-05-21,07:11:23,192.0.2.1\n2024-05-21,07:11:24,192.0.2.2\n",
			o: Options{}, format: "CSV", sources: "192.0.2.1 192.0.2.2", idle: 1, notes: "NO_ZONE", check: second(23, 24)},
		{name: "numbers", text: "{\"ip\":\"192.0.2.1\",\"ts\":1716275483.25}\n{\"ip\":\"192.0.2.2\",\"ts\":1716275484000}\n" +
			"{\"ip\":\"192.0.2.3\",\"ts\":\"1716275485000000000\"}\n{\"ip\":\"192.0.2.4\",\"ts\":5}\n", o: Options{Time: "ts"},
			format: "JSON", sources: "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", check: second(23, 24, 25, -1)},
		{name: "a process id", text: `192.0.2.1 - - [53962] "GET / HTTP/1.1" 200 100` + "\n", o: Options{Format: "TEXT"},
			format: "TEXT", sources: "192.0.2.1", notes: "NO_TIME NO_DIRECTION", check: second(-1)},
		{name: "months of another language", text: `192.0.2.1 - - [21/Mai/2024:07:11:23 +0200] "GET / HTTP/1.1" 200 100` +
			"\n",
			format: "COMMON", sources: "192.0.2.1", check: second(23)},
		{name: "day and month", text: "ip,time\n192.0.2.1,05/06/2024 07:11:23\n192.0.2.2,05/21/2024 07:11:24\n",
			format:  "CSV",
			sources: "192.0.2.1 192.0.2.2", idle: 1, notes: "NO_ZONE", check: second(23, 24)},
		{name: "day or month", text: "ip,time\n192.0.2.1,05/06/2024 07:11:23\n", format: "CSV", sources: "192.0.2.1", idle: 1,
			check: func(t *testing.T, events []Event, a attribution.Account) {
				if !events[0].Time.IsZero() || a.NotTaken["time"] != "time" {
					t.Errorf("%v, not taken %v", events[0].Time, a.NotTaken)
				}
			}},
		{name: "no zone", text: "when,ip\n2024-05-21 07:11:23,192.0.2.1\n", o: Options{Time: "when"}, format: "CSV",
			sources: "192.0.2.1", idle: 1, notes: "NO_ZONE", check: second(23)},
	})
}

// The last field in quotes can be asked for, where a proxy with a public address writes the log.
func TestLastField(t *testing.T) {
	line := func(forwarded string) string {
		return `198.51.100.7 - - [21/May/2024:07:11:23 +0000] "GET / HTTP/1.1" 200 5 "-" "curl" "` + forwarded + "\"\n"
	}
	text := line("192.0.2.1") + line("192.0.2.2, 198.51.100.9")
	events, a, err := readAll(text, Options{})
	if err != nil || sourcesOf(events) != "198.51.100.7 x2" || a.Instead["source"] != lastField {
		t.Errorf("%s, %v, %v", sourcesOf(events), a.Instead, err)
	}
	events, a, err = readAll(text, Options{Source: "last"})
	if err != nil || sourcesOf(events) != "192.0.2.1 192.0.2.2" || !events[0].Claimed || a.Fields["source"] != lastField {
		t.Errorf("%s, %v, %v", sourcesOf(events), a.Fields, err)
	}
	if _, _, err := readAll(line("-"), Options{Source: "last"}); !errors.Is(err, ErrOptions) {
		t.Errorf("error %v, want %v", err, ErrOptions)
	}
}
