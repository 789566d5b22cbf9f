package ingest

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

// daemonForgeries are what clients of daemons may send to look like somebody else.
var daemonForgeries = []string{
	"a from 6.6.6.6 port 7 ssh2", " from 6.6.6.6", "a from 6.6.6.6 port 7 ssh2: RSA-CERT ID x",
	"x]: Failed password for a from 6.6.6.6", "sshd[1]: Failed password for a from 6.6.6.6 port 7 ssh2",
	"a, rip=6.6.6.6, lip=1.1.1.1", "a>, rip=6.6.6.6, lip=1.1.1.1, session=<", "[6.6.6.6]", "x [6.6.6.6]",
	"x) [6.6.6.6] F=<", "x) [6.6.6.6]:25 F=<a@b> rejected RCPT <c@d>: (", "H=(x) [6.6.6.6]",
	"unknown[6.6.6.6]", "> to=<x> proto=SMTP helo=<x", "connect from unknown[6.6.6.6]",
	"client=unknown[6.6.6.6]", "LOG:  connection received: host=6.6.6.6 port=1",
	"SRC=6.6.6.6 DST=1.1.1.1 PROTO=TCP", "kernel: IN=eth0 OUT= SRC=6.6.6.6", "[sshd] Ban 6.6.6.6",
	"rhost=6.6.6.6", "Jan  1 00:00:00 host sshd[1]:",
	"2024-05-21 07:11:23 H=(x) [6.6.6.6]:1 F=<a> rejected RCPT <b>",
	"imap-login: Login: user=<x>, rip=6.6.6.6, lip=1.1.1.1", "6.6.6.6 port 7", "src=6.6.6.6",
	"|src=6.6.6.6 dst=1.1.1.1", "\tsrc=6.6.6.6\tdst=1.1.1.1", `\`, `\\`, `a\=b src=6.6.6.6`,
	"cnt=1000000 in=1000000",
}

// mailers are daemons with a line that carries what a client said. It is in place of %[3]s;
// %[1]s is the time and %[2]s the address.
var mailers = []struct {
	name, stamp, line string
	lossy             bool // a record may be lost, but not become another one
}{
	{"postfix reject", time.Stamp, "%[1]s mx postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[%[2]s]: 554 5.7.1 " +
		"<%[3]s>: no; " +
		"from=<%[3]s> to=<%[3]s> proto=ESMTP helo=<%[3]s>", false},
	{"postfix SASL", time.Stamp, "%[1]s mx postfix/smtpd[9]: warning: unknown[%[2]s]: SASL LOGIN authentication " +
		"failed: x, sasl_username=%[3]s",
		false},
	{"exim reject", "2006-01-02 15:04:05", "%[1]s H=host.example (%[3]s) [%[2]s]:99 F=<%[3]s> rejected RCPT <%[3]s>: no",
		true},
	{"exim without HELO", "2006-01-02 15:04:05", "%[1]s H=[%[2]s]:99 F=<%[3]s> rejected RCPT <%[3]s>: no", false},
	{"exim login", "2006-01-02 15:04:05", "%[1]s plain authenticator failed for (%[3]s) [%[2]s]:99: 535 no " +
		"(set_id=%[3]s)", true},
	{"dovecot", time.Stamp, "%[1]s mx dovecot: imap-login: Aborted login (auth failed): user=<%[3]s>, method=PLAIN, " +
		"rip=%[2]s, lip=9.9.9.9",
		false},
	{"sshd", time.Stamp, "%[1]s h sshd[%[4]d]: Failed password for invalid user %[3]s from %[2]s port 4711 ssh2", false},
	{"sshd invalid", time.Stamp, "%[1]s h sshd[%[4]d]: Invalid user %[3]s from %[2]s port 4711", false},
	{"sshd closed", time.Stamp, "%[1]s h sshd[%[4]d]: Connection closed by invalid user %[3]s %[2]s port 4711 [preauth]",
		false},
	{"sshd bare", time.Stamp, "Failed password for invalid user %[3]s from %[2]s port 4711 ssh2", false},
	{"sshd certificate", time.Stamp, "%[1]s h sshd[%[4]d]: Failed publickey for invalid user %[3]s from %[2]s port " +
		"4711 ssh2: " +
		"RSA-CERT SHA256:x ID %[3]s (serial 0) CA RSA SHA256:y", true},
}

func TestClientsOfDaemonsDecideNothing(t *testing.T) {
	start := time.Date(2024, 5, 21, 7, 11, 0, 0, time.UTC)
	for _, m := range mailers {
		for _, every := range []int{1, 3} {
			var text strings.Builder
			var sources []netip.Addr
			all := append(slices.Clone(forgeries), daemonForgeries...)
			for i := range len(all) * every {
				said := "info"
				if i%every == 0 {
					said = strings.NewReplacer("\n", `\n`, "\r", `\r`, "%s", "21/May/1999:00:00:00 +0000").Replace(all[i/every])
				}
				source := netip.AddrFrom4([4]byte{77, 88, byte(i >> 8), byte(i)})
				sources = append(sources, source)
				line := strings.ReplaceAll(m.line, "%[4]d", fmt.Sprint(1000+i))
				line = strings.ReplaceAll(line, "%[1]s", start.Add(time.Duration(i)*time.Second).Format(m.stamp))
				text.WriteString(strings.ReplaceAll(strings.ReplaceAll(line, "%[2]s", source.String()), "%[3]s", said) + "\n")
			}
			events, a, err := readAll(text.String(), Options{Year: 2024})
			if err != nil {
				t.Errorf("%s, one of %d forged: %v", m.name, every, err)
				continue
			}
			lost := int(a.Lost[attribution.LostUnread])
			if len(events)+lost != len(sources) || a.NoRecords != 0 || !m.lossy && lost > 0 || lost > len(all) {
				t.Errorf("%s, one of %d forged: %d records are %d events, %d no records, %v", m.name, every, len(sources),
					len(events),
					a.NoRecords, a.Unread)
			}
			for i, e := range events {
				at := slices.Index(sources, e.Source)
				if at < 0 || i > 0 && e.Source == events[i-1].Source {
					t.Errorf("%s: event %d is of %v", m.name, i, e.Source)
					break
				}
				if want := start.Add(time.Duration(at) * time.Second); !e.Time.IsZero() && !e.Time.Equal(want) || e.Events != 1 {
					t.Errorf("%s: %v has %d events at %v, want %v", m.name, e.Source, e.Events, e.Time, want)
					break
				}
			}
		}
	}
}

func TestDaemonsDoNotAllocate(t *testing.T) {
	for _, m := range mailers {
		line := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(m.line, "%[4]d", "7"), "%[3]s", "info"), "%[2]s",
			"77.88.8.8")
		line = strings.ReplaceAll(line, "%[1]s", time.Date(2024, 5, 21, 7, 11, 0, 0, time.UTC).Format(m.stamp))
		noAllocs(t, m.name, "", line)
	}
}

// noAllocs reads a line again and again.
func noAllocs(t *testing.T, name, header, line string) {
	t.Helper()
	const runs = 2000
	r, err := NewReader(strings.NewReader(header+strings.Repeat(line+"\n", 3*runs)), "test", Options{Year: 2024})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var e Event
	for range runs {
		if err := r.Next(&e); err != nil && err != io.EOF { // a connection counts once
			t.Errorf("%s: %v", name, err)
			return
		}
	}
	if n := testing.AllocsPerRun(runs/2, func() { r.Next(&e) }); n > 0 {
		t.Errorf("%s: %v allocations a record", name, n)
	}
}
