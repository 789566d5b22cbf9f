package natsfleet_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution/natsfleet"
	"github.com/whence-go/whence/internal/testenv/world"
)

func must[T any](v T, err error) T { return world.Must(v, err) }

// patience ends a test that hangs. No test waits for it.
const patience = 20 * time.Minute

// until asks again and again, until a condition holds. It polls: the servers elect leaders and hand on messages when
// they like, which takes milliseconds here and seconds on a busy machine.
func until(t testing.TB, ctx context.Context, what string, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("%s: %v", what, ctx.Err())
		}
	}
}

func lasting(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// cluster is some servers on loopback.
type cluster []*server.Server

// serve starts a server of its own, or several that are a cluster. Change may change the options of each.
func serve(t testing.TB, n int, change func(*server.Options)) cluster {
	t.Helper()
	routes, ports := []string{}, freePorts(t, n)
	for _, port := range ports {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", port))
	}
	var all cluster
	for i, port := range ports {
		o := &server.Options{
			ServerName: fmt.Sprint("server-", i), Host: "127.0.0.1", Port: server.RANDOM_PORT,
			NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
			JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 4 << 30,
		}
		if n > 1 {
			o.Cluster = server.ClusterOpts{Name: "loopback", Host: "127.0.0.1", Port: port}
			o.Routes = server.RoutesFromStr(strings.Join(routes, ","))
		}
		if change != nil {
			change(o)
		}
		s := must(server.NewServer(o))
		s.Start()
		t.Cleanup(func() {
			s.Shutdown()
			s.WaitForShutdown()
		})
		all = append(all, s)
	}
	for _, s := range all {
		until(t, lasting(t), s.Name()+" takes connections", func() bool { return s.ReadyForConnections(time.Second) })
	}
	return all
}

// freePorts asks the system for ports, for the routes among servers must be known before these start.
func freePorts(t testing.TB, n int) (ports []int) {
	t.Helper()
	for range n {
		l := must(net.Listen("tcp", "127.0.0.1:0"))
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// connect returns a client of all servers.
func (c cluster) connect(t testing.TB, options ...nats.Option) jetstream.JetStream {
	t.Helper()
	var urls []string
	for _, s := range c {
		urls = append(urls, s.ClientURL())
	}
	options = append(options, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	conn := must(nats.Connect(strings.Join(urls, ","), options...))
	t.Cleanup(conn.Close)
	return must(jetstream.New(conn))
}

// ensure makes the stream as soon as the servers have a leader.
func ensure(t testing.TB, js jetstream.JetStream, o natsfleet.Options) {
	t.Helper()
	ctx, err := lasting(t), error(nil)
	until(t, ctx, "the stream", func() bool {
		brief, cancel := context.WithTimeout(ctx, time.Second) // what is asked before there is a leader may be lost
		defer cancel()
		err = natsfleet.Ensure(brief, js, o)
		return err == nil || ctx.Err() != nil
	})
}

// killLeader shuts down the server that leads the stream.
func (c cluster) killLeader(t testing.TB, js jetstream.JetStream, stream string) (name string) {
	t.Helper()
	ctx := lasting(t)
	until(t, ctx, "a leader", func() bool {
		brief, cancel := context.WithTimeout(ctx, 5*time.Second) // a question may be lost
		defer cancel()
		s, err := js.Stream(brief, stream)
		if err == nil {
			name = s.CachedInfo().Cluster.Leader
		}
		return name != ""
	})
	for _, s := range c {
		if s.Name() == name {
			s.Shutdown()
			s.WaitForShutdown()
		}
	}
	return name
}
