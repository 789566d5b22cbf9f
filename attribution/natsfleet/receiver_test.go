package natsfleet_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/natsfleet"
	"github.com/whence-go/whence/internal/testenv/world"
)

func flow(i int) attribution.Flow { return attribution.Flow{Source: world.IP("RU", i)} }

var packer = must(zstd.NewWriter(nil))

// newer is an envelope as a later version may write it.
func newer(e fleet.Envelope) []byte {
	b := must(e.MarshalBinary())
	b[3] = '9'
	return packer.EncodeAll(b, nil)
}

// badMessages are some that are refused, by the code that they are counted under.
var badMessages = []struct {
	name, code string
	header     nats.Header
	data       []byte
}{
	{"nothing", "invalid", nil, nil},
	{"garbage", "invalid", nil, []byte("garbage")},
	{"half an envelope", "invalid", nil, must(first.Pack())[:40]},
	{"much of nothing", "invalid", nil, packer.EncodeAll(make([]byte, fleet.MaxEnvelope+1), nil)},
	{"another version", "version", nil, newer(first)},
	{"another place", "subject", nil, must(first.Pack())},
	{"an end of the consumer", "invalid", status("409", "Consumer Deleted"), nil},
	{"a shutdown", "invalid", status("409", "Server Shutdown"), nil},
	{"a heartbeat", "invalid", status("100", "Idle Heartbeat"), nil},
	{"no messages", "invalid", status("404", "No Messages"), nil},
	{"a bad request", "invalid", status("400", "Bad Request"), nil},
	{"an end of the request", "invalid", status("408", "Request Timeout"), nil},
}

var first = envelope("a", 1, count(3))

func status(code, description string) nats.Header {
	return nats.Header{"Status": {code}, "Description": {description}}
}

// Bad messages are counted and named, whatever they make the client believe, and all others are taken.
func TestBadMessages(t *testing.T) {
	js, ctx := alone(t), lasting(t)
	c := startCenter(t, js, single, fleetOptions())
	want, sender := map[string]uint64{}, newSender(t, js)
	for i, bad := range badMessages {
		must(sender.Send(ctx, envelope("good", uint64(i+1), count(i+1))))
		lie := envelope("bad", 1, first.Snapshot)
		lie.Epoch = uint64(i)
		if err := raw(js, single.Subject(&lie), bad.header, bad.data); err != nil {
			t.Fatal(bad.name, err)
		}
		if err := js.Conn().Flush(); err != nil {
			t.Fatal(err)
		}
		want[bad.code]++
	}
	if err := c.receiver.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	late, stats := sees(t, js)
	for name, got := range map[string]natsfleet.Stats{"that saw it all": c.receiver.Stats(), "that starts late": stats} {
		if delete(got.Results, "taken"); !maps.Equal(got.Results, want) || len(got.Refused) != len(badMessages) {
			t.Errorf("the center %s: %v, want %v, named %d; %s", name, got.Results, want, len(got.Refused), got.Failure)
		}
		for i, r := range got.Refused {
			if r.Result.Code != badMessages[i].code || !strings.Contains(r.Subject, "whence.bad.") || r.Result.Error == "" {
				t.Errorf("%s: %+v", badMessages[i].name, r)
			}
		}
	}
	if encoded(late) != encoded(count(len(badMessages))) {
		t.Errorf("%v", late)
	}
}

// What has not begun by the clock of the center is tried again when it has.
func TestEarly(t *testing.T) {
	js, ctx := alone(t), lasting(t)
	var now atomic.Int64
	now.Store(begin.Add(-time.Hour).Unix())
	f := must(fleet.New(fleetOptions()))
	r := must(natsfleet.NewReceiver(js, single, f, func() time.Time { return time.Unix(now.Load(), 0) }))
	go r.Run(ctx)
	must(newSender(t, js).Send(ctx, first))
	until(t, ctx, "it is early", func() bool { return r.Stats().Results["early"] == 1 })
	if err := r.Sync(ctx); err != nil || r.Stats().Waiting != 1 || f.Stats().Taken != 0 {
		t.Errorf("%+v, %v", r.Stats(), err)
	}
	now.Store(begin.Unix())
	until(t, ctx, "it is taken", func() bool { return f.Stats().Taken == 1 })
	until(t, ctx, "nothing waits", func() bool { return r.Stats().Waiting == 0 })
	if got := r.Stats(); got.Results["early"] != 1 || got.Results["taken"] != 1 || got.Dropped != 0 {
		t.Errorf("%+v", got)
	}
}

// A stream that is made anew is read from its beginning, and Sync of an empty one returns.
func TestNewStream(t *testing.T) {
	js, ctx := alone(t), lasting(t)
	c := startCenter(t, js, single, fleetOptions())
	if err := c.receiver.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	sender := newSender(t, js)
	for i := range 5 {
		must(sender.Send(ctx, envelope("a", uint64(i+1), count(i+1))))
	}
	if err := c.receiver.Sync(ctx); err != nil || c.receiver.Stats().Read != 5 {
		t.Fatalf("%+v, %v", c.receiver.Stats(), err)
	}
	if err := js.DeleteStream(ctx, "WHENCE"); err != nil {
		t.Fatal(err)
	}
	ensure(t, js, single)
	must(sender.Send(ctx, envelope("b", 1, count(9))))
	until(t, ctx, "the new one is read", func() bool { return c.fleet.Stats().Slots == 2 })
	must(js.Stream(ctx, "WHENCE")).Purge(ctx)
	if got, _ := sees(t, js); encoded(got) != encoded(attribution.Snapshot{}) {
		t.Errorf("%v", got)
	}
}

// Run says at once what will not do, and Sync does not wait for ever.
func TestRunFails(t *testing.T) {
	js, ctx := alone(t), lasting(t)
	r := must(natsfleet.NewReceiver(js, natsfleet.Options{Stream: "other"}, must(fleet.New(fleetOptions())), nil))
	if err := r.Run(ctx); !errors.Is(err, jetstream.ErrStreamNotFound) || !strings.Contains(err.Error(), "other") {
		t.Errorf("no stream: %v", err)
	}
	r = must(natsfleet.NewReceiver(js, single, must(fleet.New(fleetOptions())), nil))
	must(newSender(t, js).Send(ctx, first))
	brief, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if err := r.Sync(brief); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nobody reads: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := r.Run(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	js.Conn().Close()
	if err := r.Run(ctx); !errors.Is(err, nats.ErrConnectionClosed) {
		t.Errorf("closed: %v", err)
	}
}

// FuzzMessage is the code that meets what others wrote. Only an envelope under the subject of its place gets in.
func FuzzMessage(f *testing.F) {
	right := single.Subject(&first)
	for _, m := range badMessages {
		f.Add("whence.bad", bytes.Clone(m.data[:min(len(m.data), 4096)]))
		f.Add(right, bytes.Clone(m.data[:min(len(m.data), 4096)]))
	}
	f.Fuzz(func(t *testing.T, subject string, data []byte) {
		center := must(fleet.New(fleetOptions()))
		r := must(natsfleet.NewReceiver(nil, single, center, nil))
		natsfleet.Take(r, subject, data)
		var e fleet.Envelope
		readable := e.Unpack(data) == nil && single.Subject(&e) == subject
		got := r.Stats()
		if taken := got.Results["taken"]; taken > 0 && !readable || uint64(len(got.Refused))+taken != 1 {
			t.Errorf("%+v", got)
		}
	})
}
