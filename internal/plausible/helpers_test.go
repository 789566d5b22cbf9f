package plausible

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// options are those of a tally that keeps 65,536 sources.
func options() tally.Options {
	return tally.Options{
		Key: world.Key(1), SampleSize: sketch.DefaultSampleSize, Precision: 12, IPv6PrefixLen: 64, SamplingRate: 1,
	}
}

// record is one source with what is known of it.
type record struct {
	source netip.Addr
	block.Event
}

// with is one event that establishes facts.
func with(facts uint8) block.Event {
	return block.Event{Events: 1, Transport: block.Transport{Facts: facts}}
}

// one is one event of each address, without any facts.
func one(addrs []netip.Addr) []record {
	records := make([]record, len(addrs))
	for i, a := range addrs {
		records[i] = record{a, block.Event{Events: 1}}
	}
	return records
}

// viewOf counts records.
func viewOf(table *geo.Table, o tally.Options, records []record) *snapshot.View {
	t := tally.New(table, o)
	for _, r := range records {
		t.AddRecord(r.source, r.Event)
	}
	return t.Snapshot().View()
}

// examined looks at sources of which nobody saw a handshake.
func examined(table *geo.Table, addrs []netip.Addr) *Findings {
	return Examine(viewOf(table, options(), one(addrs)))
}

// drawn are n sources of a real population.
func drawn(t *testing.T, p world.Honest, s *scenario.Sampler, n int) []netip.Addr {
	t.Helper()
	addrs, err := p.Draw(s, n)
	if err != nil {
		t.Fatal(err)
	}
	return addrs
}

// trialKey is another one for each trial.
func trialKey(name string, trial int) sketch.Key {
	return world.Must(sketch.KeyFrom(fmt.Appendf(nil, "%32s %d", name, trial)))
}
