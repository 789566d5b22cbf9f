package natsfleet_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/natsfleet"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/internal/testenv/world"
)

var (
	counting = engines.Traffic{}.Options()
	single   = natsfleet.Options{Replicas: 1, MaxBytes: 64 << 20}
	begin    = engines.Begin
)

const window = engines.Window

// count returns a snapshot of some events, each from another source.
func count(events int) attribution.Snapshot {
	tally := must(attribution.NewTally(world.Embedded(), counting))
	for i := range events {
		tally.AddFlow(attribution.Flow{Source: world.IP("FR", i)})
	}
	return tally.Snapshot()
}

func envelope(node string, sequence uint64, s attribution.Snapshot) fleet.Envelope {
	return fleet.Envelope{
		Node: node, Epoch: 1, Sequence: sequence, Final: true, From: begin, Window: window, Snapshot: s,
	}
}

func encoded(s attribution.Snapshot) string { return string(must(s.MarshalBinary())) }

func fleetOptions() fleet.Options {
	return fleet.Options{KeyID: counting.Key.ID(), Precision: counting.Precision, Window: window}
}

// alone returns a client of one server that has the stream.
func alone(t testing.TB) jetstream.JetStream {
	t.Helper()
	js := serve(t, 1, nil).connect(t)
	ensure(t, js, single)
	return js
}

func newSender(t testing.TB, js jetstream.JetStream) *natsfleet.Sender {
	t.Helper()
	return must(natsfleet.NewSender(js, single))
}

// sees returns what a center that starts now has of all traffic in the first window.
func sees(t testing.TB, js jetstream.JetStream) (attribution.Snapshot, natsfleet.Stats) {
	t.Helper()
	c := startCenter(t, js, single, fleetOptions())
	defer c.stop()
	if err := c.receiver.Sync(lasting(t)); err != nil {
		t.Fatal(err)
	}
	return must(c.fleet.Snapshot(monitor.Target{}, begin, begin.Add(time.Nanosecond))).Snapshot, c.receiver.Stats()
}
