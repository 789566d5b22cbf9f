package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A mailbox among fifty is bombed after a quiet hour. Its mail is deferred, others' is not.
func TestPolicy(t *testing.T) {
	m, err := monitor.New(world.Embedded(), monitor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Date(2026, 6, 21, 12, 0, 0, 0, time.UTC)
	now = func() time.Time { return clock }
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("needs the loopback interface: ", err)
	}
	defer listener.Close()
	go serve(listener, m)
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	ask := func(recipient, client string) string {
		fmt.Fprintf(conn, "request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient=%s\nclient_address=%s\n\n",
			recipient, client)
		action, err := answers.ReadString('\n')
		if empty, err2 := answers.ReadString('\n'); err != nil || err2 != nil || empty != "\n" {
			t.Fatalf("%q, %q, %v", action, empty, err)
		}
		return strings.TrimSpace(action)
	}
	for tick := range 360 {
		for i := range 10 {
			mailbox, client := fmt.Sprintf("user%d@lagoon.example", (tick+i)%50), fmt.Sprintf("193.0.%d.%d", i, tick%7)
			if got := ask(mailbox, client); got != "action=DUNNO" {
				t.Fatalf("%s after %d intervals", got, tick)
			}
		}
		clock = clock.Add(10 * time.Second)
	}
	deferred := 0
	for i := range 3000 {
		got := ask("User7@lagoon.example", fmt.Sprintf("5.136.%d.%d", i%250, i/250))
		if strings.HasPrefix(got, "action=DEFER_IF_PERMIT 4.7.1 ") {
			deferred++
		}
		if i%100 == 99 {
			clock = clock.Add(time.Second)
		}
	}
	if deferred < 1000 {
		t.Errorf("%d of 3000 were deferred", deferred)
	}
	if got := ask("user8@lagoon.example", "193.0.0.1"); got != "action=DUNNO" {
		t.Errorf("%s for another mailbox", got)
	}
	if got := ask("user8@lagoon.example", "unknown"); got != "action=DUNNO" {
		t.Errorf("%s without an address", got)
	}
}
