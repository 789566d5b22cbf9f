package attribution_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// No event allocates, on any way in, exact or beyond.
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	if testenv.Race {
		t.Skip("the race detector empties pools at random")
	}
	const n = 1024
	v4, v6, packed := make([]netip.Addr, n), make([]netip.Addr, n), make([]uint32, n)
	flows := make([]attribution.Flow, n)
	for i := range n {
		v4[i], v6[i] = world.IP("RU", i*7), world.IP6(i*7)
		b := v4[i].As4()
		packed[i] = binary.BigEndian.Uint32(b[:])
		flows[i] = attribution.Flow{Source: v4[i], Events: 2, Bytes: 100, Protocol: 17, SourcePort: 53}
	}
	exact := tallied(attribution.Options{Key: world.Key(1)}, map[string]int{"RU": 10_000})
	dense := tallied(least, map[string]int{"RU": 10_000})
	sharded := shardedTally(t, least, 1) // more of them come to the steady state by and by
	sharded.AddBatch(tenThousand())
	exact.AddBatch(v6)
	dense.AddBatch(v6)
	sharded.AddBatch(v6)
	account := everyLimit()
	i := 0
	next := func() int { i++; return i % n }
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"Add, exact", func() { exact.Add(v4[next()]) }},
		{"Add, exact, IPv6", func() { exact.Add(v6[next()]) }},
		{"Add", func() { dense.Add(v4[next()]) }},
		{"Add, IPv6", func() { dense.Add(v6[next()]) }},
		{"Add, invalid", func() { dense.Add(netip.Addr{}) }},
		{"AddBatch, exact", func() { exact.AddBatch(v4) }},
		{"AddBatch", func() { dense.AddBatch(v4) }},
		{"AddBatch, IPv6", func() { dense.AddBatch(v6) }},
		{"AddIPv4, exact", func() { exact.AddIPv4(packed) }},
		{"AddIPv4", func() { dense.AddIPv4(packed) }},
		{"AddFlow, exact", func() { exact.AddFlow(flows[next()]) }},
		{"AddFlow", func() { dense.AddFlow(flows[next()]) }},
		{"AddFlows, exact", func() { exact.AddFlows(flows) }},
		{"AddFlows", func() { dense.AddFlows(flows) }},
		{"AddLost", func() { dense.AddLost(attribution.LostLate, 1) }},
		{"AddAccount", func() { dense.AddAccount(account) }},
		{"ExtendSpan", func() { dense.ExtendSpan(world.Built, world.Built) }},
		{"Distinct", func() { dense.Distinct() }},
		{"Size", func() { dense.Size() }},
		{"ShardedTally.Add", func() { sharded.Add(v4[next()]) }},
		{"ShardedTally.AddBatch", func() { sharded.AddBatch(v4) }},
		{"ShardedTally.AddIPv4", func() { sharded.AddIPv4(packed) }},
		{"ShardedTally.AddFlow", func() { sharded.AddFlow(flows[next()]) }},
		{"ShardedTally.AddFlows", func() { sharded.AddFlows(flows) }},
		{"ShardedTally.AddLost", func() { sharded.AddLost(attribution.LostLate, 1) }},
	} {
		if got := testing.AllocsPerRun(100, c.f); got != 0 {
			t.Errorf("%s allocates %v times", c.name, got)
		}
	}
}

func tenThousand() (addrs []netip.Addr) {
	for i := range 10_000 {
		addrs = append(addrs, world.IP("RU", i))
	}
	return addrs
}
