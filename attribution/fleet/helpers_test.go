package fleet_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

const window = 10 * time.Second

var (
	key   = world.Key(16)
	begin = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	small = attribution.Options{Key: key, SampleSize: sketch.SmallSampleSize, Precision: sketch.MinPrecision}
)

func must[T any](v T, err error) T { return world.Must(v, err) }

func newFleet(t testing.TB, nodes ...string) *fleet.Fleet {
	t.Helper()
	f, err := fleet.New(fleet.Options{KeyID: key.ID(), Precision: sketch.MinPrecision, Window: window, Nodes: nodes})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newTally() *attribution.Tally { return must(attribution.NewTally(world.Table(), small)) }

// source draws one of n sources of two countries.
func source(rng *rand.Rand, n int) netip.Addr {
	i := rng.IntN(n)
	return world.IP([]string{"RU", "US"}[i%2], i/2)
}

// count returns a snapshot of events from some sources.
func count(rng *rand.Rand, events, sources int) attribution.Snapshot {
	t := newTally()
	for range events {
		t.Add(source(rng, sources))
	}
	return t.Snapshot()
}

func envelope(node string, sequence uint64, s attribution.Snapshot) fleet.Envelope {
	return fleet.Envelope{Node: node, Epoch: 1, Sequence: sequence, Final: true, From: begin, Window: window, Snapshot: s}
}

func encoded(s attribution.Snapshot) string { return string(must(s.MarshalBinary())) }

func name(i int) string { return fmt.Sprintf("node-%d", i) }

func targets() []monitor.Target {
	return []monitor.Target{
		{}, monitor.TargetAddr(netip.MustParseAddr("192.0.2.1")), monitor.TargetAddr(netip.MustParseAddr("2001:db8::1")),
		monitor.TargetPrefix(netip.MustParsePrefix("192.0.2.0/24")),
		monitor.TargetPrefix(netip.MustParsePrefix("2001:db8::/48")),
		monitor.TargetName("mailbox-1@lagoon.example"), monitor.TargetName("192.0.2.1"),
		monitor.TargetName("\xff\x00"), monitor.ParseTarget("*@lagoon.example"), monitor.ParseTarget("/shop/*"),
	}
}
