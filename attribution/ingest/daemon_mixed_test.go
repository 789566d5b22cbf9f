package ingest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
)

const (
	sshdLineOf   = "May 21 07:11:%02d h sshd[%d]: Failed password for root from 77.88.8.%d port 4000 ssh2\n"
	kernelLineOf = "May 21 07:11:%02d h kernel: [UFW BLOCK] IN=eth0 OUT= SRC=114.114.114.%d DST=9.9.9.9 LEN=40 " +
		"PROTO=TCP SPT=1 SYN\n"
)

// Packets and logins do not count together, and what is not chosen is not lost in silence.
func TestPacketsAndLogins(t *testing.T) {
	var even, mostly strings.Builder
	for i := range 30 {
		fmt.Fprintf(&even, sshdLineOf+kernelLineOf, i, i, i, i, i)
		fmt.Fprintf(&mostly, kernelLineOf, i, i)
	}
	fmt.Fprintf(&mostly, sshdLineOf, 31, 1, 1)
	_, _, err := readAll(even.String(), Options{})
	wantUndecided(t, err, "Format")
	for format, want := range map[string]int{"sshd": 30, "kernel": 30} {
		events, a, err := readAll(even.String(), Options{Format: format})
		if err != nil || len(events) != want || a.Lost != nil || a.NoRecords != 30 {
			t.Errorf("%s: %d events, lost %v, %v", format, len(events), a.Lost, err)
		}
	}
	events, a, err := readAll(mostly.String(), Options{})
	if err != nil || a.Format != "KERNEL" || len(events) != 30 || a.Lost[attribution.LostUnread] != 1 {
		t.Errorf("%s: %d events, lost %v, %v", a.Format, len(events), a.Unread, err)
	}
}

// The same records in the words of other collectors.
func TestDaemonsInCollectors(t *testing.T) {
	const said = "Failed password for invalid user a from 6.6.6.6 port 4 ssh2 from 77.88.8.8 port 4000 ssh2"
	for name, line := range map[string]string{
		"Docker":        `{"log":"sshd[7]: ` + said + `\n","stream":"stdout","time":"2024-05-21T07:11:23.5Z"}`,
		"CRI":           `2024-05-21T07:11:23.5Z stdout F sshd[7]: ` + said,
		"compose":       `sshd-1  | May 21 07:11:23 h sshd[7]: ` + said,
		"journal":       `May 21 07:11:23 h sshd-session[7]: ` + said,
		"journal ISO":   `2024-05-21T07:11:23+0000 h sshd[7]: ` + said,
		"journal JSON":  `{"__REALTIME_TIMESTAMP":"1716275483000000","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"` + said + `"}`,
		"priority":      `<86>May 21 07:11:23 sshd[7]: ` + said,
		"RFC 5424":      `<86>1 2024-05-21T07:11:23.5Z h sshd 7 - - ` + said,
		"time and text": `2024-05-21T07:11:23Z ` + said,
		"relay":         `<86>May 21 07:11:23 relay forward: May 21 07:11:22 h sshd[7]: ` + said,
		"no host":       `2024-05-21 07:11:23 sshd[7]: ` + said,
	} {
		text := line + "\n" + strings.ReplaceAll(line, "77.88.8.8", "77.88.8.9") + "\n"
		events, a, err := readAll(text, Options{Year: 2024})
		if err != nil || a.Format != "SSHD" || sourcesOf(events) != "77.88.8.8 77.88.8.9" || events[0].Time.IsZero() {
			t.Errorf("%s: %s, %s, %v, %v", name, a.Format, sourcesOf(events), a.Unread, err)
		}
	}
}

// What another program says is not what sshd says, though its client has made it look alike.
func TestOtherProgramsInTheJournal(t *testing.T) {
	const line = `{"__REALTIME_TIMESTAMP":"1716275483000000","SYSLOG_IDENTIFIER":"%s",` +
		`"MESSAGE":"Failed password for root from %s port 4000 ssh2"}` + "\n"
	text := fmt.Sprintf(line+line, "sshd", "77.88.8.8", "app", "6.6.6.6")
	events, a, err := readAll(text, Options{})
	if err != nil || a.Format != "SSHD" || sourcesOf(events) != "77.88.8.8" || a.NoRecords != 1 {
		t.Errorf("%s: %s, %v, %v", a.Format, sourcesOf(events), a.Unread, err)
	}
}

// A record that is nearly one of the format is lost. It is no address in text.
func TestNearlyARecord(t *testing.T) {
	for name, l := range map[string][3]string{ // a record, and what is changed in it
		"postfix": {"May 21 07:11:23 m postfix/smtpd[1]: connect from unknown[77.88.8.8]", "8]", "8"},
		"exim":    {"2024-05-21 07:11:23 H=(x) [77.88.8.8]:1 F=<a> rejected RCPT <b>: no", "]:1", ":1"},
		"dovecot": {"May 21 07:11:23 m dovecot: imap-login: Login: user=<a>, rip=77.88.8.8, lip=9.9.9.9", "8, lip",
			"8; lip"},
		"sshd":     {"May 21 07:11:23 m sshd[1]: Failed password for a from 77.88.8.8 port 5 ssh2", "8 port", "8.1 port"},
		"fail2ban": {"2024-05-21 07:11:23,1 fail2ban.filter [1]: INFO [sshd] Found 77.88.8.8 - x", "8 -", "8x -"},
		"kernel":   {"May 21 07:11:23 m kernel: IN=eth0 OUT= SRC=77.88.8.8 DST=9.9.9.9 LEN=4 PROTO=TCP", "8 DST", "8: DST"},
		"postgres": {"2024-05-21 07:11:23 UTC [1] LOG:  connection received: host=77.88.8.8 port=5", "8 port", "8.9 port"},
		"cef":      {"CEF:0|a|b|1|2|x|3|src=77.88.8.8 dst=9.9.9.9", "8 dst", "8.9 dst"},
		"leef":     {"LEEF:1.0|a|b|1|2|src=77.88.8.8\tdst=9.9.9.9", "8\t", "8x\t"},
		"nfdump":   {"ts,te,td,sa,da,ipkt\n2024-05-21 07:11:23,1,1,77.88.8.8,9.9.9.9,5", "8,9.", "8x,9."},
		"zeek":     {"#fields\tts\tid.orig_h\tid.resp_h\n1716275483.5\t77.88.8.8\t9.9.9.9", "8\t9.", "8.9\t9."},
		"eve":      {`{"timestamp":"2024-05-21T07:11:23+0000","event_type":"flow","src_ip":"77.88.8.8"}`, `8"}`, `8?"}`},
	} {
		record := l[0][strings.LastIndexByte(l[0], '\n')+1:]
		broken := strings.Replace(record, l[1], l[2], 1)
		other := strings.ReplaceAll(record, "77.88.8.8", "77.88.8.1")
		other = strings.ReplaceAll(strings.ReplaceAll(other, "port 5", "port 6"), "sshd[1]", "sshd[2]")
		events, a, err := readAll(strings.Join([]string{l[0], other, broken, ""}, "\n"), Options{Year: 2024})
		if got := sourcesOf(events); err != nil || got != "77.88.8.8 77.88.8.1" || a.Lost[attribution.LostUnread] != 1 {
			t.Errorf("%s: %s, lost %v, %v: %q", name, got, a.Unread, err, broken)
		}
	}
}

// malformedRecords are the ends at which the readers of records may look too far.
var malformedRecords = []string{
	"postfix/smtpd[", "postfix/smtpd[1]:", "postfix/smtpd[1]: connect from ", "postfix/smtpd[1]: connect from [",
	"postfix/smtpd[1]: connect from []", "postfix/smtpd[1]: connect from a[1.2.3.4]:",
	"postfix/smtpd: timeout after ", "postfix/smtpd: 12345: reject: ",
	"postfix/smtpd: 12345: reject: RCPT from a[1.2.3.4]: to=<", "postfix/: client=", "2024-05-21 07:11:23 H=",
	"2024-05-21 07:11:23 H=( rejected ", "2024-05-21 07:11:23 H=(x) [ rejected ",
	"2024-05-21 07:11:23 123456-123456-12", "2024-05-21 07:11:23 123456-123456-12 <= \"\\",
	"exim: x authenticator failed for ", "2024-05-21 07:11:23 H=[1.2.3.4] rejected RCPT <", "imap-login: Login: rip=",
	"imap-login: Login: user=<, rip=1.2.3.4", "imap-login: Login: rip=1.2.3.4, user=<", "dovecot: -login: Login: ",
	"sshd[1]: Failed  for  from ", "sshd: Failed a for ", "sshd: Invalid user from 1.2.3.4",
	"sshd: Connection closed by ", "sshd: Connection closed by  port ", "sshd[]: Accepted ",
	"sshd: message repeated 99999999999999999999 times: [ ",
	"sshd: message repeated 2 times: [ Invalid user a from 1.2.3.4 port",
	"sshd[1]: pam_unix: authentication failure; rhost=", "fail2ban.filter", "fail2ban.filter [",
	"fail2ban.filter [1]: INFO [", "fail2ban.filter: INFO [] Found ", "fail2ban.actions: NOTICE [a] Ban 1.2.3.0/",
	"kernel: IN= OUT=", "kernel: IN=[ OUT= SRC=", "kernel: IN=a OUT= SRC=1.2.3.4 LEN=x",
	"kernel: IN=a OUT= SRC=1.2.3.4 LEN=1 PROTO=TCP ACK", "LOG:  connection received: host=",
	"LOG:  connection received: host=1.2.3.4 port=", "1.2.3.4( FATAL: ", "1.2.3.4 FATAL: ", ":1.2.3.4(FATAL: ",
	"CEF:", "CEF:0|||||||", "CEF:0|||||||src", "CEF:0|||||||=", "CEF:0|||||||src=", "CEF:0|\\",
	"CEF:0|||||||src=1.2.3.4 src=", "LEEF:", "LEEF:2.0|||||", "LEEF:2.0||||||", "LEEF:2.0|||||x|src=1.2.3.4",
	"LEEF:2.0|||||0x|=", "LEEF:1.0|||||src=1.2.3.4\t=", "#fields", "#fields\t",
	"#fields\tid.orig_h\n1.2.3.4\n#fields\n1.2.3.4\n#fields\tx\n1.2.3.4\n", "#separator \\x09\n#fields\tx\n",
	`{"event_type":"alert","src_ip":"1.2.3.4","timestamp":0,"direction":"to_client"}`,
	`{"event_type":["flow"],"src_ip":["1.2.3.4"],"timestamp":{},"proto":6,"tcp":{"tcp_flags_ts":"zzzzz"}}`,
	"ts,te,td,sa,da,\n,,,,,\n", "ts,te,td,sa,da\n1,2,3,1.2.3.4,\nSummary", "firstSeen,x,srcAddr,\n,,1.2.3.4\n",
	"2|||||||||||||||||||||", "2|1|1|6|0|0|0|1|1|0|0|0|1|1|0|0|0|0|0|0|1|1",
	"2|-1|1|6|0|0|0|4294967296|1|0|0|0|1|1|0|0|0|0|0|0|1|1",
}

func TestMalformedRecords(t *testing.T) {
	for _, text := range malformedRecords {
		for _, prefix := range []string{"", "May 21 07:11:23 h ", "<1>1 2024-05-21T07:11:23Z h a - - - "} {
			accounted(t, prefix+text, Options{})
			for _, name := range Formats() {
				accounted(t, prefix+text+"\n"+prefix+text, Options{Format: name, Year: 2024})
			}
		}
	}
}
