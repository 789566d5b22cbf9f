package attribution_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// shardedTally counts in the plain world with that many shards.
func shardedTally(t *testing.T, o attribution.Options, shards int) *attribution.ShardedTally {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(shards))
	return must(attribution.NewShardedTally(world.Table(), o))
}

// However many goroutines add, in every way and while others look, the snapshot is that of
// one Tally, down to the bytes.
func TestShardedTallyIsATally(t *testing.T) {
	for _, perCountry := range []int{50, 120, 3000} {
		addrs := everywhere(7, 40_000, perCountry)
		flows := flowsFrom(addrs)
		var packed []uint32
		for i := range 3000 {
			a := world.IP("BY", i%perCountry).As4()
			packed = append(packed, binary.BigEndian.Uint32(a[:]))
		}
		want := tallyOf(least, addrs)
		want.AddFlows(flows)
		want.AddIPv4(packed)
		want.ExtendSpan(world.Built, world.Built.Add(time.Hour))
		want.AddLost(attribution.LostLate, 8)
		want.AddAccount(everyLimit())

		const writers = 8
		sharded := shardedTally(t, least, 5)
		var wait sync.WaitGroup
		for w := range writers {
			from, to := w*len(addrs)/writers, (w+1)*len(addrs)/writers
			wait.Go(func() {
				middle := (from + to) / 2
				for i := from; i < middle; i++ {
					sharded.Add(addrs[i])
					sharded.AddFlow(flows[i])
				}
				for batch := range slices.Chunk(addrs[middle:to], 700) {
					sharded.AddBatch(batch)
				}
				for batch := range slices.Chunk(flows[middle:to], 300) {
					sharded.AddFlows(batch)
				}
				sharded.AddIPv4(packed[w*len(packed)/writers : (w+1)*len(packed)/writers])
				sharded.ExtendSpan(world.Built, world.Built.Add(time.Hour))
				sharded.AddLost(attribution.LostLate, 1)
			})
		}
		sharded.AddAccount(everyLimit())
		wait.Go(func() {
			last := uint64(0)
			for range 10 {
				r := reportOn(sharded.Snapshot())
				if r.Records < last {
					t.Errorf("records fell from %d to %d", last, r.Records)
				}
				last = r.Records
			}
		})
		wait.Wait()
		mustEqual(t, fmt.Sprint(perCountry, " addresses per country"), sharded.Snapshot(), want.Snapshot())
		mustEqual(t, "asked again", sharded.Snapshot(), want.Snapshot())
	}
}

// The number of shards changes nothing.
func TestAnyNumberOfShards(t *testing.T) {
	addrs := everywhere(9, 20_000, 400)
	want := tallyOf(least, addrs).Snapshot()
	for _, shards := range []int{1, 2, 3, 9} {
		sharded := shardedTally(t, least, shards)
		var wait sync.WaitGroup
		for w := range 4 {
			wait.Go(func() { sharded.AddBatch(addrs[w*len(addrs)/4 : (w+1)*len(addrs)/4]) })
		}
		wait.Wait()
		mustEqual(t, fmt.Sprint(shards, " shards"), sharded.Snapshot(), want)
	}
	mustEqual(t, "nothing counted", shardedTally(t, least, 3).Snapshot(), emptyTally(least).Snapshot())
}

// Snapshots that Rotate takes while others add hold every event exactly once.
func TestShardedRotateLosesAndDoublesNothing(t *testing.T) {
	flows := flowsFrom(everywhere(8, 30_000, 200))
	sharded := shardedTally(t, least, 4)
	var wait sync.WaitGroup
	for w := range 4 {
		part := flows[w*len(flows)/4 : (w+1)*len(flows)/4]
		wait.Go(func() {
			for _, f := range part[:len(part)/2] {
				sharded.AddFlow(f)
			}
			for batch := range slices.Chunk(part[len(part)/2:], 100) {
				sharded.AddFlows(batch)
			}
		})
	}
	var parts []attribution.Snapshot
	for range 30 {
		parts = append(parts, sharded.Rotate(nil))
	}
	wait.Wait()
	parts = append(parts, sharded.Rotate(world.Other()))
	whole := emptyTally(least)
	whole.AddFlows(flows)
	mustEqual(t, "the parts together", must(attribution.Merge(parts...)), whole.Snapshot())

	sharded.AddBatch([]netip.Addr{world.IP("RU", 1)})
	if got := reportOn(sharded.Snapshot()).Countries[0].Origin.String(); got != "US" {
		t.Errorf("after Rotate with another table: %s, want US", got)
	}
	sharded.Reset(world.Table())
	sharded.AddBatch([]netip.Addr{world.IP("RU", 1)})
	alone := tallyOf(least, []netip.Addr{world.IP("RU", 1)}).Snapshot()
	if got := encoded(sharded.Snapshot()); !bytes.Equal(got, encoded(alone)) {
		t.Error("after Reset with the table of before: more than what was added since")
	}
}
