package natsfleet_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/natsfleet"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

// A collector counts in a monitor, and ships what has closed every ten seconds.
func ExampleSender() {
	key, err := sketch.KeyFromFile("/etc/whence/key")
	if err != nil {
		log.Fatal(err)
	}
	table, err := dbip.Table()
	if err != nil {
		log.Fatal(err)
	}
	o := monitor.Options{Interval: 10 * time.Second}
	o.Tally.Key = key
	m, err := monitor.New(table, o)
	if err != nil {
		log.Fatal(err)
	}
	node, err := fleet.NewNode(m, 10*time.Second, "paris-1", uint64(time.Now().UnixNano()))
	if err != nil {
		log.Fatal(err)
	}

	conn, err := nats.Connect("tls://nats.example",
		nats.UserCredentials("/etc/whence/paris-1.creds"), nats.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		log.Fatal(err)
	}
	sender, err := natsfleet.NewSender(js, natsfleet.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for range time.Tick(10 * time.Second) { // m.Observe(event) meanwhile
		results, err := sender.Ship(context.Background(), node)
		for _, r := range results {
			if r.Refused() {
				log.Print(r.Code, ": ", r.Error)
			}
		}
		if err != nil {
			log.Print(err) // what is left is sent the next time
		}
	}
}

// A center reads what is retained, and then says who was there.
func ExampleReceiver() {
	key, err := sketch.KeyFromFile("/etc/whence/key")
	if err != nil {
		log.Fatal(err)
	}
	f, err := fleet.New(fleet.Options{
		KeyID: key.ID(), Precision: sketch.MinPrecision, Window: 10 * time.Second, Nodes: []string{"paris-1", "rome-1"},
	})
	if err != nil {
		log.Fatal(err)
	}
	conn, err := nats.Connect("tls://nats.example",
		nats.UserCredentials("/etc/whence/center.creds"), nats.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if err := natsfleet.Ensure(ctx, js, natsfleet.Options{}); err != nil {
		log.Fatal(err)
	}
	receiver, err := natsfleet.NewReceiver(js, natsfleet.Options{}, f, time.Now)
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(receiver.Run(ctx)) }()
	if err := receiver.Sync(ctx); err != nil {
		log.Fatal(err)
	}
	now := time.Now()
	a, err := f.Snapshot(monitor.Target{}, now.Add(-time.Hour), now)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Snapshot, a.Missing, receiver.Stats().Results)
}
