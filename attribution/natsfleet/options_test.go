package natsfleet_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/natsfleet"
)

func TestOptions(t *testing.T) {
	for name, o := range map[string]natsfleet.Options{
		"a dot in Stream":  {Stream: "a.b"},
		"a long Stream":    {Stream: strings.Repeat("a", 65)},
		"a wildcard":       {Prefix: "a.*"},
		"an empty word":    {Prefix: "a..b"},
		"a dot at the end": {Prefix: "a."},
		"an inbox":         {Prefix: "_INBOX"},
		"the API":          {Prefix: "$JS"},
		"a long Prefix":    {Prefix: strings.Repeat("a", 65)},
		"Replicas":         {Replicas: 6},
		"MaxAge":           {MaxAge: time.Second},
		"MaxBytes":         {MaxBytes: 1},
	} {
		if err := o.Validate(); !errors.Is(err, attribution.ErrInvalidOptions) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := natsfleet.NewSender(nil, o); err == nil {
			t.Errorf("%s: a sender", name)
		}
		if _, err := natsfleet.NewReceiver(nil, o, nil, nil); err == nil {
			t.Errorf("%s: a receiver", name)
		}
	}
	o := natsfleet.Options{Stream: "a-B_1", Prefix: "x.y-1.z_2", Replicas: 5, MaxAge: time.Minute, MaxBytes: 1 << 20}
	if err := errors.Join(o.Validate(), natsfleet.Options{}.Validate()); err != nil {
		t.Error(err)
	}
}

// A stream that does not hold what is promised is refused, and left as it is.
func TestEnsure(t *testing.T) {
	js, ctx := serve(t, 1, nil).connect(t), lasting(t)
	ensure(t, js, single)
	ensure(t, js, single)
	good := must(js.Stream(ctx, "WHENCE")).CachedInfo().Config
	for want, change := range map[string]func(*jetstream.StreamConfig){
		`subjects are ["whence.>" "more"]`:  func(c *jetstream.StreamConfig) { c.Subjects = append(c.Subjects, "more") },
		"max_msgs_per_subject is 2, want 1": func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 2 },
		"max_msgs is 9":                     func(c *jetstream.StreamConfig) { c.MaxMsgs = 9 },
		"retention is WorkQueue":            func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy },
		"discard is DiscardNew":             func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardNew },
		"storage is Memory":                 func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage },
		"no_ack is true":                    func(c *jetstream.StreamConfig) { c.NoAck = true },
		"allow_direct is false":             func(c *jetstream.StreamConfig) { c.AllowDirect = false },
		"allow_rollup_hdrs is true":         func(c *jetstream.StreamConfig) { c.AllowRollup = true },
		"allow_msg_ttl is true":             func(c *jetstream.StreamConfig) { c.AllowMsgTTL = true },
		"allow_msg_schedules is true":       func(c *jetstream.StreamConfig) { c.AllowMsgSchedules = true },
		"persist_mode is async":             func(c *jetstream.StreamConfig) { c.PersistMode = jetstream.AsyncPersistMode },
		"sources is 1": func(c *jetstream.StreamConfig) {
			c.Sources = []*jetstream.StreamSource{{Name: "elsewhere"}}
		},
		"subject_transform is true": func(c *jetstream.StreamConfig) {
			c.SubjectTransform = &jetstream.SubjectTransformConfig{Source: "whence.>", Destination: "whence.x.>"}
		},
		"max_age is 1m0s, want 24h0m0s or more": func(c *jetstream.StreamConfig) {
			c.MaxAge, c.Duplicates = time.Minute, time.Minute
		},
		"max_bytes is 5000": func(c *jetstream.StreamConfig) { c.MaxBytes = 5000 },
	} {
		c := good
		change(&c)
		if err := js.DeleteStream(ctx, "WHENCE"); err != nil {
			t.Fatal(err)
		}
		if _, err := js.CreateStream(ctx, c); err != nil {
			t.Errorf("%s: %v", want, err)
			must(js.CreateStream(ctx, good))
			continue
		}
		err := natsfleet.Ensure(ctx, js, single)
		if !errors.Is(err, natsfleet.ErrStream) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if strings.HasPrefix(want, "max_age") || strings.HasPrefix(want, "max_bytes") {
			continue
		}
		if _, err := newSender(t, js).Send(ctx, first); !errors.Is(err, natsfleet.ErrStream) {
			t.Errorf("%s: a sender: %v", want, err)
		}
		if err := must(natsfleet.NewReceiver(js, single, nil, nil)).Run(ctx); !errors.Is(err, natsfleet.ErrStream) {
			t.Errorf("%s: a receiver: %v", want, err)
		}
	}
	more := single
	more.Replicas = 3
	if err := natsfleet.Ensure(ctx, js, more); err == nil || !strings.Contains(err.Error(), "num_replicas is 1, want 3") {
		t.Errorf("%v", err)
	}
}

// Each place has a subject of its own, whatever its names are.
func TestSubject(t *testing.T) {
	e := envelope("paris-1.example:8", 1, count(1))
	if got, want := (natsfleet.Options{}).Subject(&e),
		"whence.paris-1~example:8.1.60000000000.1780315200000000000.all"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	seen := map[string]fleet.Envelope{}
	for _, node := range []string{"a", "A", "a.b", "a.b.", "a-b", "a_b", "a:b", "...", strings.Repeat(".", 64)} {
		for _, epoch := range []uint64{0, 1, 11, 1<<64 - 1} {
			for _, window := range []time.Duration{time.Second, time.Minute, 24 * time.Hour} {
				for _, target := range targets {
					e := fleet.Envelope{Node: node, Epoch: epoch, Window: window, From: time.Unix(1<<33, 0), Target: target}
					o := natsfleet.Options{Prefix: strings.Repeat("p", 64)}
					got := o.Subject(&e)
					if before, found := seen[got]; found {
						t.Errorf("%+v and %+v are %s", before, e, got)
					}
					words := strings.Split(got, ".")
					if len(got) > 250 || len(words) != 6 || strings.ContainsAny(got, " *>\r\n") {
						t.Errorf("%+v is %q", e, got)
					}
					seen[got] = e
				}
			}
		}
	}
}

var targets = []monitor.Target{
	{}, monitor.TargetAddr(netip.MustParseAddr("192.0.2.1")), monitor.TargetName("192.0.2.1"),
	monitor.TargetPrefix(netip.MustParsePrefix("192.0.2.0/24")), monitor.TargetName("192.0.2.0/24"),
	monitor.TargetName("all"), monitor.TargetName("*.>"), monitor.TargetName("\x00\r\n "), monitor.TargetName("a"),
	monitor.ParseTarget("*@a.example"), monitor.TargetName("*@a.example"), monitor.TargetName("a.example"),
	monitor.ParseTarget("/shop/*"), monitor.TargetName("/shop/"), monitor.TargetName(strings.Repeat("x", 1024)),
}

// A node whose clock is wrong leaves room to the others, and all of them together leave some memory.
func TestWaiting(t *testing.T) {
	r := must(natsfleet.NewReceiver(nil, single, nil, nil))
	sum := 0
	for i := range 20 {
		n := natsfleet.Waiting(r, string(rune('a'+i)), 5000)
		if sum += n; n != 4096 && i < 16 || i >= 16 && n != 0 {
			t.Errorf("node %d: room for %d", i, n)
		}
	}
	if got := r.Stats().Waiting; got != 65536 || got != sum {
		t.Errorf("%d wait, %d had room", got, sum)
	}
}
