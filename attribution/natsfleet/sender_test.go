package natsfleet_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/natsfleet"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// A retry of sequence 3 comes after 4. Published as it is, it replaces 4, even with an id, for it has another one. A
// sender does not let it, nor one that knows nothing of what the first one has sent.
func TestLateRetry(t *testing.T) {
	third, fourth := envelope("a", 3, count(30)), envelope("a", 4, count(40))
	ctx := lasting(t)
	t.Run("plain publish", func(t *testing.T) {
		js := alone(t)
		for _, e := range []fleet.Envelope{third, fourth, third} {
			must(js.Publish(ctx, single.Subject(&e), must(e.Pack())))
		}
		if got, _ := sees(t, js); encoded(got) != encoded(third.Snapshot) {
			t.Errorf("%v: nothing is lost, so that this test proves nothing", got)
		}
	})
	t.Run("compare and set", func(t *testing.T) {
		js := alone(t)
		one, two := newSender(t, js), newSender(t, js)
		for i, c := range []struct {
			by    *natsfleet.Sender
			e     fleet.Envelope
			fresh bool
			err   error
		}{
			{one, third, true, nil}, {one, third, false, nil}, {two, third, false, nil},
			{two, fourth, true, nil},
			{one, third, false, nil}, {one, fourth, false, nil}, {two, third, false, nil},
			{newSender(t, js), third, false, nil}, {newSender(t, js), fourth, false, nil},
			{newSender(t, js), envelope("a", 4, count(41)), false, fleet.ErrConflict},
			{one, envelope("a", 4, count(41)), false, fleet.ErrConflict},
		} {
			if fresh, err := c.by.Send(ctx, c.e); fresh != c.fresh || !errors.Is(err, c.err) {
				t.Errorf("%d: %v, %v, want %v, %v", i, fresh, err, c.fresh, c.err)
			}
		}
		if got, _ := sees(t, js); encoded(got) != encoded(fourth.Snapshot) {
			t.Errorf("%v, want %v", got, fourth.Snapshot)
		}
	})
}

// Many senders write one place at once, and the highest sequence stays.
func TestRace(t *testing.T) {
	js, ctx := alone(t), lasting(t)
	rng := rand.New(rand.NewPCG(1, 1))
	const sequences = 40
	var all sync.WaitGroup
	for range 4 {
		s, order := newSender(t, js), rng.Perm(sequences)
		all.Go(func() {
			for _, n := range order {
				for {
					_, err := s.Send(ctx, envelope("a", uint64(n+1), count(n+1)))
					if err == nil {
						break
					}
					if !errors.Is(err, natsfleet.ErrContended) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	if got, _ := sees(t, js); encoded(got) != encoded(count(sequences)) {
		t.Errorf("%v", got)
	}
}

// What is in a place and is no envelope of it is replaced. What another version wrote is not.
func TestUnreadablePlace(t *testing.T) {
	js, ctx := alone(t), lasting(t)
	e := envelope("a", 1, count(3))
	other := envelope("b", 9, count(4))
	for name, data := range map[string][]byte{"garbage": []byte("garbage"), "of another place": must(other.Pack())} {
		must(js.Publish(ctx, single.Subject(&e), data))
		if fresh, err := newSender(t, js).Send(ctx, e); !fresh || err != nil {
			t.Errorf("%s: %v, %v", name, fresh, err)
		}
	}
	must(js.Publish(ctx, single.Subject(&e), newer(e)))
	var version *sketch.VersionError
	if fresh, err := newSender(t, js).Send(ctx, e); fresh || !errors.As(err, &version) || version.Version != 9 {
		t.Errorf("%v, %v", fresh, err)
	}
}

// A node ships what has closed, once. What is too large for the server is named, and does not hold up the rest.
func TestShip(t *testing.T) {
	servers := serve(t, 1, func(o *server.Options) { o.MaxPayload = 4 << 10 })
	js, ctx := servers.connect(t), lasting(t)
	ensure(t, js, single)
	m := must(monitor.New(world.Embedded(), monitor.Options{
		Interval: window, AllowedLateness: -1, Tally: counting, Groups: -1,
	}))
	observe := func(target string, events int) {
		for i := range events {
			m.Observe(monitor.Event{Time: begin, Target: monitor.TargetName(target), Flow: flow(i)})
		}
	}
	for _, target := range []string{"x", "y", "*.>", "a.b c\r\n"} {
		observe(target, 20)
	}
	observe("large", 3000)
	m.Advance(begin.Add(window))
	node := must(fleet.NewNode(m, window, "paris-1.example:8", 7))
	sender := newSender(t, js)
	codes := func() (all []string) {
		results, err := sender.Ship(ctx, node)
		if err != nil {
			t.Error(err)
		}
		for _, r := range results {
			all = append(all, r.Code)
			if r.Code == "too_large" && !strings.Contains(r.Error, "bytes") {
				t.Error(r.Error)
			}
		}
		slices.Sort(all)
		return all
	}
	want := []string{"taken", "taken", "taken", "taken", "too_large", "too_large"} // one is all traffic
	if got := codes(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := codes(); got != nil {
		t.Errorf("again: %v", got)
	}
	c := startCenter(t, js, single, fleetOptions())
	if err := c.receiver.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if got := c.fleet.Targets(begin); len(got) != 4 || c.fleet.Complete(begin) {
		t.Errorf("%v, complete: %v", got, c.fleet.Complete(begin))
	}
}

// Nothing is taken for shipped while no server answers.
func TestShipWithoutServer(t *testing.T) {
	servers := serve(t, 1, nil)
	js, ctx := servers.connect(t), lasting(t)
	ensure(t, js, single)
	m := must(monitor.New(world.Embedded(), monitor.Options{
		Interval: window, AllowedLateness: -1, Tally: counting, Groups: -1,
	}))
	m.Observe(monitor.Event{Time: begin, Target: monitor.TargetName("x"), Flow: flow(1)})
	m.Advance(begin.Add(window))
	node, sender := must(fleet.NewNode(m, window, "a", 7)), newSender(t, js)
	must(sender.Send(ctx, envelope("b", 1, count(1)))) // it has looked at the stream
	servers[0].Shutdown()
	servers[0].WaitForShutdown()
	brief, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if results, err := sender.Ship(brief, node); err == nil || len(results) != 0 {
		t.Errorf("%v, %v", results, err)
	}
	n := 0
	for range node.Envelopes() {
		n++
	}
	if n != 2 {
		t.Errorf("%d envelopes are left, want 2", n)
	}
}

// A place that cannot be is refused before anything is sent.
func TestInvalidEnvelope(t *testing.T) {
	js := alone(t)
	for name, e := range map[string]fleet.Envelope{
		"a node's name": envelope("a b", 1, count(1)), "no sequence": envelope("a", 0, count(1)),
	} {
		if _, err := newSender(t, js).Send(lasting(t), e); !errors.Is(err, fleet.ErrInvalidEnvelope) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if info := must(must(js.Stream(lasting(t), "WHENCE")).Info(lasting(t))); info.State.LastSeq != 0 {
		t.Errorf("%d messages", info.State.LastSeq)
	}
}

// With the permissions that the package names, a node writes and reads its own places and no others.
func TestPermissions(t *testing.T) {
	allow := func(subjects ...string) *server.Permissions {
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: subjects},
			Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
		}
	}
	servers := serve(t, 1, func(o *server.Options) {
		o.Users = []*server.User{
			{Username: "paris", Password: "p", Permissions: allow("whence.paris~1.>", "$JS.API.STREAM.INFO.WHENCE",
				"$JS.API.DIRECT.GET.WHENCE.whence.paris~1.>")},
			{Username: "center", Password: "c", Permissions: allow("$JS.API.STREAM.INFO.WHENCE",
				"$JS.API.STREAM.CREATE.WHENCE", "$JS.API.STREAM.MSG.GET.WHENCE",
				"$JS.API.CONSUMER.CREATE.WHENCE.>", "$JS.API.CONSUMER.MSG.NEXT.WHENCE.>")},
		}
	})
	quiet := nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})
	center := servers.connect(t, nats.UserInfo("center", "c"))
	ensure(t, center, single)
	paris, ctx := servers.connect(t, nats.UserInfo("paris", "p"), quiet), lasting(t)
	mine, theirs := envelope("paris.1", 2, count(5)), envelope("rome", 1, count(5))
	for range 2 {
		must(newSender(t, paris).Send(ctx, mine)) // the second one reads
	}
	brief, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	if fresh, err := newSender(t, paris).Send(brief, theirs); err == nil {
		t.Errorf("paris writes as rome: %v", fresh)
	}
	if got, stats := sees(t, center); encoded(got) != encoded(mine.Snapshot) || stats.Results["taken"] != 1 {
		t.Errorf("%v, %+v", got, stats)
	}
}

func raw(js jetstream.JetStream, subject string, header nats.Header, data []byte) error {
	return js.Conn().PublishMsg(&nats.Msg{Subject: subject, Header: header, Data: data})
}
