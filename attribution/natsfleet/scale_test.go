package natsfleet_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/natsfleet"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/engines"
)

const collectors = 20

func collectorName(i int) string { return fmt.Sprintf("gate-%02d.paris:1", i) }

// collector counts every 20th event. It sends each window, and of every third window the first half before.
type collector struct {
	t       *testing.T
	ctx     context.Context
	traffic engines.Traffic
	number  int
	epoch   uint64
	rng     *rand.Rand
	senders []*natsfleet.Sender // as if they were programs that know nothing of each other
	failed  *atomic.Int64
	sent    *atomic.Int64

	tallies  map[monitor.Target]*attribution.Tally // of the present window
	sequence uint64
	before   []fleet.Envelope // what was sent last of this window
}

// halfway is called in the middle of each window.
func (c *collector) run(halfway func(window int)) {
	c.epoch, c.tallies = 1, map[monitor.Target]*attribution.Tally{}
	half := func(i int) int { return 2 * engines.Windows * i / c.traffic.Events }
	for i := c.number; i < c.traffic.Events; i += collectors {
		c.count(c.traffic.Event(i))
		now, next := half(i), half(min(i+collectors, c.traffic.Events))
		if now == next {
			continue
		}
		from := engines.Begin.Add(time.Duration(now/2) * engines.Window)
		restart := now == 11 && c.number%4 == 0 || now == 12 && c.number%4 == 1
		if now%2 == 0 {
			halfway(now / 2)
		}
		if final := now%2 == 1 || restart; final || (now/2+c.number)%3 == 0 {
			c.send(from, final)
		}
		if restart { // without its counts, all of which were sent
			c.epoch++
		}
		if restart || now%2 == 1 {
			clear(c.tallies)
			c.sequence, c.before = 0, nil
		}
	}
}

func (c *collector) count(e monitor.Event) {
	for _, target := range [...]monitor.Target{e.Target, {}} {
		tally := c.tallies[target]
		if tally == nil {
			tally = must(attribution.NewTally(c.traffic.Table(), c.traffic.Options()))
			c.tallies[target] = tally
		}
		tally.ExtendSpan(e.Time, e.Time)
		tally.AddFlow(e.Flow)
	}
}

// send sends all envelopes twice and in any order, and then again what was sent before of the same places.
func (c *collector) send(from time.Time, final bool) {
	c.sequence++
	var all []fleet.Envelope
	for target, tally := range c.tallies {
		e := fleet.Envelope{
			Node: collectorName(c.number), Epoch: c.epoch, Sequence: c.sequence, Target: target, From: from,
			Window: engines.Window, Snapshot: tally.Snapshot(),
		}
		if target.IsZero() {
			e.Final, e.Targets = final, uint32(len(c.tallies)-1)
		}
		all = append(all, e)
	}
	twice := slices.Concat(all, all)
	c.rng.Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
	for _, e := range twice {
		c.deliver(e)
	}
	for _, e := range c.before {
		if c.deliver(e) {
			c.t.Errorf("%s: sequence %d came in after %d", e.Node, e.Sequence, c.sequence)
		}
	}
	c.before = all
}

// deliver sends until the servers answer.
func (c *collector) deliver(e fleet.Envelope) (fresh bool) {
	c.sent.Add(1)
	sender, err := c.senders[c.rng.IntN(len(c.senders))], error(nil)
	until(c.t, c.ctx, "an answer", func() bool {
		if fresh, err = sender.Send(c.ctx, e); err != nil {
			c.failed.Add(1)
		}
		return err == nil
	})
	return fresh
}

// center reads the stream into a fleet.
type center struct {
	fleet    *fleet.Fleet
	receiver *natsfleet.Receiver
	stop     func() error
}

func startCenter(t testing.TB, js jetstream.JetStream, o natsfleet.Options, fo fleet.Options) *center {
	t.Helper()
	c := &center{fleet: must(fleet.New(fo))}
	c.receiver = must(natsfleet.NewReceiver(js, o, c.fleet, nil))
	ctx, cancel := context.WithCancel(lasting(t))
	ended := make(chan error, 1)
	go func() {
		err := c.receiver.Run(ctx)
		if ctx.Err() == nil {
			t.Errorf("a center gave up: %v", err)
		}
		ended <- err
	}()
	c.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { c.stop() })
	return c
}

// answers are what a center says of some places once it has read the stream.
func (c *center) answers(t testing.TB, places map[engines.Place]attribution.Snapshot) (
	got map[engines.Place]attribution.Snapshot,
) {
	t.Helper()
	if err := c.receiver.Sync(lasting(t)); err != nil {
		t.Fatal(err)
	}
	got = map[engines.Place]attribution.Snapshot{}
	for p := range places {
		a := must(c.fleet.Snapshot(p.Target, p.From, p.From.Add(engines.Window)))
		if len(a.Missing) > 0 {
			t.Errorf("%v at %v: missing %v", p.Target, p.From, a.Missing)
		}
		got[p] = a.Snapshot
	}
	return got
}

// Twenty collectors send everything twice, in any order, with late retries of what was replaced. Some begin a new run.
// The server that leads the stream goes away in the middle, and one center is stopped and begins anew. In the end the
// center that saw it all, the one that began anew, and one that starts only now have what one loop counts, byte for
// byte.
func TestKilledLeader(t *testing.T) {
	traffic := engines.Traffic{Events: testenv.Trials(20_000, 100_000, 10_000_000)}
	o := natsfleet.Options{Replicas: 3}
	servers := serve(t, 3, nil)
	js := servers.connect(t)
	ensure(t, js, o)
	fo := fleet.Options{KeyID: traffic.Options().Key.ID(), Precision: traffic.Options().Precision, Window: engines.Window}
	for i := range collectors {
		fo.Nodes = append(fo.Nodes, collectorName(i))
	}
	patient, stopped := startCenter(t, js, o, fo), startCenter(t, js, o, fo)

	begun := time.Now()
	var anew *center // after stopped
	var failed, sent atomic.Int64
	var all sync.WaitGroup
	for i := range collectors {
		own := servers.connect(t)
		c := collector{
			t: t, ctx: lasting(t), traffic: traffic, number: i, rng: rand.New(rand.NewPCG(uint64(i), 8)),
			senders: []*natsfleet.Sender{must(natsfleet.NewSender(own, o)), must(natsfleet.NewSender(own, o))},
			failed:  &failed, sent: &sent,
		}
		all.Go(func() {
			c.run(func(window int) {
				if i == 0 && window == engines.Windows/2 {
					t.Logf("%s, which leads the stream, goes away", servers.killLeader(t, js, "WHENCE"))
					stopped.stop()
					anew = startCenter(t, js, o, fo)
				}
			})
		})
	}
	all.Wait()
	state := must(must(js.Stream(lasting(t), "WHENCE")).Info(lasting(t))).State
	t.Logf("%d envelopes in %v, %d tries failed; the stream has %d in %d bytes",
		sent.Load(), time.Since(begun), failed.Load(), state.Msgs, state.Bytes)

	want := traffic.Plain()
	for name, c := range map[string]*center{
		"that saw it all": patient, "that began anew": anew, "that starts late": startCenter(t, js, o, fo),
	} {
		for i, line := range engines.Differences(c.answers(t, want), want) {
			if i == 5 {
				break
			}
			t.Errorf("the center %s: %s", name, line)
		}
		t.Logf("the center %s: %+v", name, c.receiver.Stats())
	}
}
