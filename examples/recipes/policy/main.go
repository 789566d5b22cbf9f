// Policy tells Postfix whether a mailbox is being bombed now. Put it at the end of smtpd_recipient_restrictions in
// main.cf, behind reject_unauth_destination: check_policy_service inet:127.0.0.1:10023
package main

import (
	"bufio"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo/dbip"
)

func main() {
	notify := func(b monitor.Burst) { slog.Warn("burst", "burst", b) }
	m := must(monitor.New(must(dbip.Table()), monitor.Options{Notify: notify}))
	log.Fatal(serve(must(net.Listen("tcp", "127.0.0.1:10023")), m))
}

var now = time.Now // the clock

func serve(listener net.Listener, m *monitor.Monitor) error {
	conn, err := listener.Accept()
	for ; err == nil; conn, err = listener.Accept() {
		go answer(conn, m)
	}
	return err
}

// answer reads requests, which are lines of name=value and an empty one.
func answer(conn net.Conn, m *monitor.Monitor) {
	defer conn.Close()
	for asked, lines := map[string]string{}, bufio.NewScanner(conn); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			asked[name] = value
			continue
		}
		action, mailbox := "DUNNO", monitor.TargetName(strings.ToLower(asked["recipient"]))
		client, _ := netip.ParseAddr(asked["client_address"]) // one that is none is a lost record
		m.Observe(monitor.Event{Time: now(), Target: mailbox, Flow: attribution.Flow{Source: client, Handshake: true}})
		if m.Bursting(mailbox) {
			action = "DEFER_IF_PERMIT 4.7.1 This mailbox gets too much mail now, try again later"
		}
		fmt.Fprintf(conn, "action=%s\n\n", action)
		clear(asked)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
