package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
)

// golden is a log written for a format, with what a reader must say.
type golden struct {
	file, format, want string
	window             string // from and to, as time.TimeOnly
	idle, lost         uint64 // lines that are no records, and records that were lost
	blind              bool   // no record proves a handshake
	events             uint64 // their sum; 0 is the number of records
	targets            string
	mixed              bool   // some records prove a handshake
	shakes             string // those that do
}

func (g *golden) run(t *testing.T, dir string) {
	t.Run(g.file, func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join("testdata", dir, g.file))
		if err != nil {
			t.Fatal(err)
		}
		events, a, err := readAll(string(text), Options{Year: 2024})
		if err != nil {
			t.Fatal(err)
		}
		if a.Format != g.format {
			t.Errorf("read as %s, want %s", a.Format, g.format)
		}
		if got := sourcesOf(events); got != g.want {
			t.Errorf("sources %s, want %s", got, g.want)
		}
		lost := a.Lost[attribution.LostUnread]
		if a.NoRecords != g.idle || lost != g.lost {
			t.Errorf("%d lines are no records, %d are lost: %v; want %d, %d", a.NoRecords, lost, a.Unread, g.idle, g.lost)
		}
		var sum uint64
		var targets []string
		var shakes []Event
		for _, e := range events {
			if e.Handshake {
				shakes = append(shakes, e)
			}
			sum += e.Events
			if e.Handshake == g.blind && !g.mixed {
				t.Errorf("%v: handshake %v", e.Source, e.Handshake)
			}
			targets = append(targets, string(e.Target))
		}
		if got := sourcesOf(shakes); g.mixed && got != g.shakes {
			t.Errorf("handshakes of %q, want %q", got, g.shakes)
		}
		if g.events == 0 {
			g.events = uint64(len(events))
		}
		if sum != g.events {
			t.Errorf("%d events, want %d", sum, g.events)
		}
		if got := strings.Join(targets, " "); g.targets != "" && got != g.targets {
			t.Errorf("targets %q, want %q", got, g.targets)
		}
		window := ""
		if !a.From.IsZero() {
			window = a.From.Format(time.TimeOnly) + " " + a.To.Format(time.TimeOnly)
		}
		if window != g.window {
			t.Errorf("window %q, want %q", window, g.window)
		}
	})
}

func TestDaemons(t *testing.T) {
	for _, g := range []golden{
		{file: "postfix1.log", format: "POSTFIX", want: "77.88.8.8 x2 2001:db8:25::7 114.114.114.114",
			window: "07:11:23 07:11:32", idle: 9, lost: 1},
		{file: "postfix2.log", format: "POSTFIX", want: "77.88.8.8 114.114.114.114 77.88.8.1",
			window: "07:11:23 07:11:26", idle: 6},
		{file: "postfix3.log", format: "POSTFIX", want: "77.88.8.8 77.88.8.1 114.114.114.114",
			window: "07:11:23 07:11:25", idle: 1, lost: 1, targets: "info@shop.example  "},
		{file: "exim1.log", format: "EXIM", want: "77.88.8.8 x2 114.114.114.114 77.88.8.1 168.126.63.1",
			window: "07:11:23 07:11:32", idle: 5, lost: 2, targets: " info@shop.example   "},
		{file: "exim2.log", format: "EXIM", want: "77.88.8.8 2001:db8::5", window: "05:11:23 05:11:26", idle: 3},
		{file: "exim3.log", format: "EXIM", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:25", idle: 5},
		{file: "exim4.log", format: "EXIM", window: "07:11:23 07:11:40", idle: 6, lost: 1,
			want: "77.88.8.8 77.88.8.1 77.88.8.2 77.88.8.3 77.88.8.4 77.88.8.5 77.88.8.6 77.88.8.7 77.88.8.9 77.88.8.10 " +
				"77.88.8.11 114.114.114.114 168.126.63.1"},
		{file: "postfix4.log", format: "POSTFIX", want: "77.88.8.8 77.88.8.1 77.88.8.2 77.88.8.3 114.114.114.114",
			window: "09:21:54 09:21:59", idle: 6},
		{file: "dovecot1.log", format: "DOVECOT", want: "77.88.8.8 114.114.114.114 77.88.8.1", window: "07:11:23 07:11:26",
			idle: 2, lost: 1},
		{file: "dovecot2.log", format: "DOVECOT", want: "77.88.8.8 2001:db8::9 77.88.8.1", window: "07:11:23 07:11:25",
			idle: 1, targets: "ann  "},
		{file: "dovecot3.log", format: "DOVECOT", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:24", idle: 1},
		{file: "dovecot4.log", format: "DOVECOT", want: "77.88.8.8 2001:db8::7 77.88.8.1", window: "07:11:23 07:11:25",
			idle: 1, lost: 1},
		{file: "dovecot5.log", format: "DOVECOT", want: "77.88.8.8 77.88.8.1 77.88.8.2 2001:db8::7 77.88.8.3",
			window: "07:11:23 07:11:27", idle: 2, targets: "ann bob  ann "},
		{file: "dovecot6.log", format: "DOVECOT", want: "77.88.8.8 x2 77.88.8.1", window: "07:11:23 07:11:27", idle: 2},
		{file: "mixed.log", format: "POSTFIX, DOVECOT, SSHD", want: "77.88.8.8 114.114.114.114 77.88.8.1",
			window: "07:11:23 07:11:26", idle: 3},
		{file: "sshd1.log", format: "SSHD", window: "07:11:23 07:11:35", idle: 6, lost: 1, events: 10,
			want: "77.88.8.8 x2 114.114.114.114 77.88.8.1 2001:db8::22 168.126.63.1 77.88.8.2"},
		{file: "sshd2.log", format: "SSHD", want: "77.88.8.8 x2 114.114.114.114", window: "07:11:23 07:11:28", idle: 3},
		{file: "sshd3.log", format: "SSHD", want: "77.88.8.8 77.88.8.1 114.114.114.114", idle: 1, lost: 1,
			targets: "sshd: sshd: ann"},
		{file: "sshd4.log", format: "SSHD", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:25", idle: 2},
		{file: "sshd5.log", format: "SSHD", window: "01:31:41 23:33:27", idle: 7, lost: 1,
			want: "77.88.8.8 77.88.8.3 77.88.8.4 77.88.8.5 77.88.8.7 77.88.8.9 77.88.8.10 77.88.8.11 77.88.8.12 77.88.8.13 " +
				"114.114.114.114 114.114.114.1 168.126.63.1"},
		{file: "sshd6.json", format: "SSHD", want: "77.88.8.8 77.88.8.1 2001:db8::9", window: "07:11:23 07:11:25", lost: 1},
		{file: "fail2ban1.log", format: "FAIL2BAN", want: "77.88.8.8 x2 2001:db8::3", window: "07:11:23 07:11:25", idle: 2,
			lost: 1, blind: true, targets: "sshd sshd postfix"},
		{file: "fail2ban2.log", format: "FAIL2BAN", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:25", idle: 2,
			blind: true},
		{file: "fail2ban3.log", format: "FAIL2BAN", want: "77.88.8.8 114.114.114.0/24", window: "07:11:23 07:11:25", idle: 1,
			blind: true},
		{file: "fail2ban4.log", format: "FAIL2BAN", want: "77.88.8.8 2001:db8::7", window: "07:11:23 07:11:24", idle: 2,
			blind: true},
		{file: "kernel1.log", format: "KERNEL", want: "77.88.8.8 2001:db8::7", window: "07:11:23 07:11:24", idle: 2, lost: 1,
			blind: true, targets: "9.9.9.9 2001:0db8:0000:0000:0000:0000:0000:0001"},
		{file: "kernel2.log", format: "KERNEL", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:24", blind: true},
		{file: "kernel3.log", format: "KERNEL", want: "77.88.8.8 77.88.8.1", blind: true},
		{file: "filterlog1.log", format: "FILTERLOG", want: "77.88.8.8 77.88.8.1 2001:db8::7 114.114.114.114",
			window: "07:11:23 07:11:27", idle: 3, lost: 1, blind: true, targets: "9.9.9.9 9.9.9.9 2001:db8::1 9.9.9.9"},
		{file: "filterlog2.log", format: "FILTERLOG", want: "77.88.8.8 77.88.8.1", window: "07:11:23 07:11:24", blind: true},
		{file: "filterlog3.log", format: "FILTERLOG", want: "77.88.8.8 77.88.8.1", window: "07:11:23 07:11:24", blind: true},
		{file: "filterlog4.log", format: "FILTERLOG", want: "77.88.8.8 77.88.8.1 77.88.8.2 2001:db8::9",
			window: "07:11:23 07:11:26", blind: true},
		{file: "sshd7.log", format: "SSHD", want: "77.88.8.8 77.88.8.1", window: "07:11:23 07:11:24"},
		{file: "postgres1.log", format: "POSTGRES", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:24", idle: 4,
			lost: 1},
		{file: "postgres2.log", format: "POSTGRES", want: "77.88.8.8 114.114.114.114", window: "07:11:23 07:11:24", idle: 2},
		{file: "postgres3.log", format: "POSTGRES", want: "77.88.8.8 2001:db8::1", window: "07:11:23 07:11:25", idle: 1},
	} {
		g.run(t, "daemons")
	}
}
