package ingest

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

// What decides comes first, as of a pipe. A better kind of record that comes later is not passed
// over, nothing counts twice, and the account says what does not count.
func TestLateKinds(t *testing.T) {
	const (
		syslog   = "May 21 07:11:23 mx "
		smtpd    = syslog + "postfix/smtpd[7]: "
		fail2ban = "2024-05-21 07:11:23,123 fail2ban."
		dovecot  = syslog + "dovecot: "
		login    = dovecot + "imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<a>, rip="
		eve      = `{"timestamp":"2024-05-21T07:11:23+0000","flow_id":%d,"event_type":"%s","src_ip":"%s",` +
			`"dest_ip":"9.9.9.9","proto":"UDP"%s}` + "\n"
		flow = `,"flow":{"pkts_toserver":3,"bytes_toserver":300}`
		zeek = `{"_path":"%s","ts":1716275483.5,"uid":"%s","id.orig_h":"%s","id.resp_h":"9.9.9.9","proto":"udp"%s}` + "\n"
		conn = `,"orig_pkts":3,"orig_ip_bytes":300`
		tsv  = "#fields\tts\tuid\tid.orig_h\tid.resp_h"
	)
	f := fmt.Sprintf
	for _, c := range []struct {
		name, head, rest string
		o                Options
		format, sources  string
		events, bytes    uint64
		notes            string
	}{
		{name: "fail2ban", head: fail2ban + "actions [1]: NOTICE [sshd] Ban 77.88.8.8\n",
			rest: fail2ban + "filter [1]: INFO [sshd] Found 77.88.8.1 - x\n" +
				fail2ban + "actions [1]: NOTICE [sshd] Ban 77.88.8.1\n",
			format: "FAIL2BAN", sources: "77.88.8.8 77.88.8.1", events: 2,
			notes: "OTHER_KIND 1 FAIL2BAN: Ban; CHANGED_KIND 1 FAIL2BAN: Found"},
		{name: "fail2ban without a client first", head: fail2ban + "actions [1]: NOTICE [sshd] Unban 77.88.8.8\n",
			rest:   fail2ban + "actions [1]: NOTICE [sshd] Ban 77.88.8.1\n",
			format: "FAIL2BAN", sources: "77.88.8.1", events: 1},
		{name: "dovecot", head: dovecot + "auth: passwd-file(a,77.88.8.8): unknown user\n",
			rest: login + "77.88.8.8, lip=9.9.9.9\n" + login + "77.88.8.1, lip=9.9.9.9\n" +
				dovecot + "auth: passwd-file(a,77.88.8.8): unknown user\n",
			format: "DOVECOT", sources: "77.88.8.8 77.88.8.1", events: 2,
			notes: "OTHER_KIND 1 DOVECOT: authentication failed again; CHANGED_KIND 1 DOVECOT: login"},
		{name: "postfix", head: smtpd + "4ABCD: client=a.b[77.88.8.8]\n",
			rest: smtpd + "disconnect from a.b[77.88.8.8] ehlo=1\n" + smtpd + "disconnect from a.b[77.88.8.1] ehlo=1\n" +
				smtpd + "connect from a.b[77.88.8.2]\n" + smtpd + "4ABCE: client=a.b[77.88.8.2]\n" +
				smtpd + "disconnect from a.b[77.88.8.2]\n",
			format: "POSTFIX", sources: "77.88.8.8 77.88.8.1 77.88.8.2", events: 3,
			notes: "OTHER_KIND 1 POSTFIX: message or failed login; OTHER_KIND 1 POSTFIX: disconnect from; " +
				"CHANGED_KIND 1 POSTFIX: disconnect from; CHANGED_KIND 2 POSTFIX: connect from"},
		{name: "exim", head: "2024-05-21 07:11:23 1sABCd-0001Ab-Cd => c@d R=r T=t H=m.x [9.9.9.9]\n",
			rest: "2024-05-21 07:11:24 1sABCd-0001Ab-Ce <= a@b H=x.y [77.88.8.8] P=esmtp S=1\n" +
				"2024-05-21 07:11:25 SMTP connection from [77.88.8.1] (TCP/IP connection count = 1)\n" +
				"2024-05-21 07:11:26 1sABCd-0001Ab-Cf <= a@b H=x.y [77.88.8.1] P=esmtp S=1\n",
			format: "EXIM", sources: "77.88.8.8 77.88.8.1", events: 2,
			notes: "OTHER_KIND 1 EXIM: message or failure; CHANGED_KIND 1 EXIM: SMTP connection from"},
		{name: "postgres", head: "2024-05-21 07:11:23.1 UTC [1] a@b 9.9.9.9(1) DETAIL:  x\n",
			rest:   "2024-05-21 07:11:23.1 UTC [1] LOG:  connection received: host=77.88.8.1 port=1\n",
			format: "POSTGRES", sources: "77.88.8.1", events: 1},
		{name: "postgres with addresses", head: "77.88.8.8(1) 2024-05-21 07:11:23 UTC FATAL:  x\n",
			rest:   "77.88.8.1(1) 2024-05-21 07:11:23 UTC LOG:  connection received: host=77.88.8.1 port=1\n",
			format: "POSTGRES", sources: "77.88.8.8 77.88.8.1", events: 2,
			notes: "CHANGED_KIND 1 POSTGRES: connection received"},
		{name: "bind", head: "21-May-2024 07:11:23.123 client @0x7 77.88.8.8#4000 (x.com): zone transfer denied\n",
			rest: "21-May-2024 07:11:23.123 client @0x7 77.88.8.1#4000 (x.com): query: x.com IN A + (9.9.9.9)\n" +
				"21-May-2024 07:11:23.123 client @0x7 77.88.8.1#4000 (x.com): query (cache) 'x.com/A/IN' denied\n",
			format: "BIND", sources: "77.88.8.8 77.88.8.1", events: 2,
			notes: "OTHER_KIND 1 BIND: client; CHANGED_KIND 1 BIND: query"},
		{name: "suricata", head: f(eve, 1, "dns", "77.88.8.8", ""),
			rest: f(eve, 2, "alert", "77.88.8.2", "") + f(eve, 3, "dns", "77.88.8.1", "") +
				f(eve, 1, "flow", "77.88.8.8", flow) + f(eve, 4, "dns", "77.88.8.4", "") +
				f(eve, 4, "flow", "77.88.8.4", flow),
			format: "SURICATA", sources: "77.88.8.8 x2 77.88.8.1 77.88.8.4", events: 7, bytes: 600,
			notes: "OTHER_KIND 1 alert; OTHER_KIND 1 dns; CHANGED_KIND 2 flow"},
		{name: "suricata's statistics first", head: `{"timestamp":"2024-05-21T07:11:23+0000","event_type":"stats"}` + "\n",
			rest: f(eve, 1, "fileinfo", "77.88.8.1", "") + f(eve, 1, "dns", "77.88.8.1", "") +
				f(eve, 2, "http", "77.88.8.1", ""),
			format: "SURICATA", sources: "77.88.8.1", events: 1, notes: "OTHER_KIND 1 fileinfo; OTHER_KIND 1 http"},
		{name: "suricata's flows of one direction",
			head:   f(eve, 1, "netflow", "77.88.8.8", `,"netflow":{"pkts":2,"bytes":200}`),
			rest:   f(eve, 1, "flow", "77.88.8.8", flow) + f(eve, 1, "netflow", "77.88.8.8", `,"netflow":{"pkts":2}`),
			format: "SURICATA", sources: "77.88.8.8 x2", events: 3, bytes: 500,
			notes: "OTHER_KIND 1 netflow; CHANGED_KIND 1 flow"},
		{name: "suricata's flows alone", o: Options{Format: "SURICATA_FLOW"}, head: f(eve, 1, "dns", "77.88.8.8", ""),
			rest:   f(eve, 1, "flow", "77.88.8.8", flow),
			format: "SURICATA_FLOW", sources: "77.88.8.8", events: 3, bytes: 300, notes: "OTHER_KIND 1 dns"},
		{name: "zeek", head: f(zeek, "dns", "C1", "77.88.8.8", `,"query":"orig_pkts"`),
			rest: f(zeek, "dns", "C2", "77.88.8.1", "") + f(zeek, "conn", "C1", "77.88.8.8", conn) +
				f(zeek, "dns", "C3", "77.88.8.3", "") + f(zeek, "conn", "C3", "77.88.8.3", conn),
			format: "ZEEK", sources: "77.88.8.8 x2 77.88.8.1 77.88.8.3", events: 7, bytes: 600,
			notes: "OTHER_KIND 1 dns; CHANGED_KIND 2 conn"},
		{name: "zeek's connections first", head: f(zeek, "conn", "C1", "77.88.8.8", conn),
			rest:   f(zeek, "dns", "C1", "77.88.8.8", ""),
			format: "ZEEK", sources: "77.88.8.8", events: 3, bytes: 300, notes: "OTHER_KIND 1 dns"},
		{name: "zeek with tabs", head: "#path\tdns\n" + tsv + "\n1716275483.5\tC1\t77.88.8.8\t9.9.9.9\n",
			rest: "#path\tconn\n" + tsv + "\torig_pkts\torig_ip_bytes\n1716275483.5\tC1\t77.88.8.8\t9.9.9.9\t3\t300\n" +
				"#path\tdns\n" + tsv + "\n1716275483.5\tC2\t77.88.8.1\t9.9.9.9\n",
			format: "ZEEK", sources: "77.88.8.8 x2", events: 3, bytes: 300,
			notes: "OTHER_KIND 1 dns; CHANGED_KIND 1 conn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Live, c.o.Year = true, 2024
			r, err := NewReader(io.MultiReader(strings.NewReader(c.head), strings.NewReader(c.rest)), "pipe", c.o)
			if err != nil {
				t.Fatal(err)
			}
			var list []Event
			var events, octets uint64
			var e Event
			for err = r.Next(&e); err == nil; err = r.Next(&e) {
				list, events, octets = append(list, e), events+e.Events, octets+e.Bytes
			}
			a := r.Account()
			if got := sourcesOf(list); err != io.EOF || a.Format != c.format || got != c.sources || len(a.Unread) > 0 {
				t.Errorf("%s: %s, want %s; lost %v, %v", a.Format, got, c.sources, a.Unread, err)
			}
			if events != c.events || octets != c.bytes {
				t.Errorf("%d events and %d bytes, want %d and %d", events, octets, c.events, c.bytes)
			}
			var notes []string
			for _, n := range a.Notes {
				if n.Code == noteOtherKind || n.Code == noteChangedKind {
					notes = append(notes, f("%s %d %s", n.Code, n.Value, n.Subject))
				}
			}
			if got := strings.Join(notes, "; "); got != c.notes {
				t.Errorf("notes %s\nwant  %s", got, c.notes)
			}
		})
	}
}

// A file whose first flow stands far behind the lines that decide.
func TestFlowsBehindTheHead(t *testing.T) {
	var b strings.Builder
	const line = `{"timestamp":"2024-05-21T07:11:23+0000","flow_id":%d,"event_type":"%s","src_ip":"77.88.%d.%d"%s}` + "\n"
	for i := range 3 * headLines / 2 {
		fmt.Fprintf(&b, line, i, "dns", i/200, i%200, "")
	}
	for i := range 4 * headLines {
		fmt.Fprintf(&b, line, i, "flow", i/200, i%200, `,"flow":{"pkts_toserver":3,"bytes_toserver":300}`)
	}
	events, _, err := readAll(b.String(), Options{})
	sum := uint64(0)
	for _, e := range events {
		sum += e.Events
	}
	if want := uint64(4 * headLines * 3); err != nil || sum != want {
		t.Errorf("%d events, want %d: %v", sum, want, err)
	}
}

// What is remembered of flows that have counted is bounded, and the oldest are forgotten.
func TestCountedIsBounded(t *testing.T) {
	var c counted
	const n = 3 * countedRows * countedWays / 2
	for i := range uint64(n) {
		c.add(i, 1)
		c.add(i, 1)
	}
	if c.n != countedRows*countedWays {
		t.Errorf("%d flows are remembered", c.n)
	}
	for key, want := range map[uint64]uint64{0: 5, n - 1: 3, n - countedRows*countedWays: 3} {
		if e := (Event{Flow: attribution.Flow{Events: 5}}); !c.once(key, &e) || e.Events != want {
			t.Errorf("flow %d: %d events, want %d", key, e.Events, want)
		}
	}
	if e := (Event{Flow: attribution.Flow{Events: 2}}); c.once(n-2, &e) {
		t.Errorf("nothing is left of a flow, but %d events count", e.Events)
	}
	if c.take(n-1) != 0 || c.n != countedRows*countedWays-3 {
		t.Errorf("%d flows are left", c.n)
	}
}
