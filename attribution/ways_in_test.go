package attribution_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Every way in counts the same, down to the bytes, on both sides of the exact state and
// wherever in a block that ends.
func TestWaysInAgree(t *testing.T) {
	for _, perCountry := range []int{20, 110, 120, 150, 3000} {
		addrs := everywhere(uint64(perCountry), 12_000, perCountry)
		one, batch, flow, flows := emptyTally(least), emptyTally(least), emptyTally(least), emptyTally(least)
		for _, addr := range addrs {
			one.Add(addr)
			flow.AddFlow(attribution.Flow{Source: addr})
		}
		batch.AddBatch(addrs)
		records := make([]attribution.Flow, len(addrs))
		for i, addr := range addrs {
			records[i].Source = addr
		}
		flows.AddFlows(records)
		for way, tally := range map[string]*attribution.Tally{"AddBatch": batch, "AddFlow": flow, "AddFlows": flows} {
			mustEqual(t, fmt.Sprintf("%s, %d addresses per country", way, perCountry), tally.Snapshot(), one.Snapshot())
		}
		if r := reportOn(one.Snapshot()); r.Records+r.Lost[attribution.LostUnread] != uint64(len(addrs)) {
			t.Errorf("%d records and %v lost of %d addresses", r.Records, r.Lost, len(addrs))
		}
	}
}

// Flows with everything that a flow may say count the same in a batch and one by one.
func TestAddFlowsAgreesWithAddFlow(t *testing.T) {
	for _, perCountry := range []int{20, 120, 3000} {
		flows := flowsFrom(everywhere(uint64(perCountry)+7, 12_000, perCountry))
		one, batch := emptyTally(least), emptyTally(least)
		for _, f := range flows {
			one.AddFlow(f)
		}
		batch.AddFlows(flows)
		mustEqual(t, fmt.Sprint(perCountry, " addresses per country"), batch.Snapshot(), one.Snapshot())
	}
}

// Packed IPv4 addresses are addresses.
func TestAddIPv4AgreesWithAddBatch(t *testing.T) {
	for _, n := range []int{1, 255, 256, 257, 900, 5000} {
		rng := rand.New(rand.NewPCG(uint64(n), 3))
		packed, addrs := make([]uint32, 2*n), make([]netip.Addr, 2*n)
		for i := range packed {
			addrs[i] = world.IP([]string{"RU", "US", "", "reserved"}[rng.IntN(4)], rng.IntN(n))
			b := addrs[i].As4()
			packed[i] = binary.BigEndian.Uint32(b[:])
		}
		tally := emptyTally(least)
		tally.AddIPv4(packed)
		mustEqual(t, fmt.Sprint(2*n, " addresses"), tally.Snapshot(), tallyOf(least, addrs).Snapshot())
	}
}

// A block of which one source ends the exact state counts those before and those behind it,
// of both families, wherever that source stands.
func TestBlockAcrossTheEndOfTheExactState(t *testing.T) {
	const full = 1024 // of least
	for _, before := range []int{full - 1, full - 7, full - 120, full - 250} {
		for _, ipv6 := range []int{0, 40, 128, 256} { // of each block
			var block []netip.Addr
			for i := range 256 {
				switch {
				case i < ipv6:
					block = append(block, world.IP6(i))
				default:
					block = append(block, world.IP("US", i), world.IP("US", i/2))
				}
			}
			one := tallied(least, map[string]int{"RU": before})
			batch := tallied(least, map[string]int{"RU": before})
			for _, addr := range block {
				one.Add(addr)
			}
			batch.AddBatch(block)
			what := fmt.Sprintf("%d sources before, %d of IPv6", before, ipv6)
			mustEqual(t, what, batch.Snapshot(), one.Snapshot())
			if r := reportOn(batch.Snapshot()); r.Events != uint64(before+len(block)) {
				t.Errorf("%s: %d events, want %d", what, r.Events, before+len(block))
			}
		}
	}
}

// Nothing is counted of an empty batch.
func TestEmptyBatches(t *testing.T) {
	tally := emptyTally(least)
	tally.AddBatch(nil)
	tally.AddIPv4(nil)
	tally.AddFlows(nil)
	mustEqual(t, "nothing", tally.Snapshot(), emptyTally(least).Snapshot())
	if r := reportOn(tally.Snapshot()); len(r.LocatedBy) != 0 || r.Records != 0 {
		t.Errorf("%d records, located by %v: no database was used", r.Records, r.LocatedBy)
	}
}

// The tally keeps no reference to a batch.
func TestBatchesStayTheCallers(t *testing.T) {
	addrs, packed := []netip.Addr{world.IP("RU", 1)}, []uint32{5 << 24}
	flows := []attribution.Flow{{Source: world.IP("RU", 2)}}
	tally := emptyTally(least)
	tally.AddBatch(addrs)
	tally.AddIPv4(packed)
	tally.AddFlows(flows)
	before := tally.Snapshot()
	want := encoded(before)
	addrs[0], packed[0], flows[0].Source = world.IP("US", 1), 3<<24, world.IP("US", 2)
	mustEqual(t, "after the caller changed the batch", tally.Snapshot(), decoded(want))
}

// Lost records are kept by reason, and one that nobody knows was not understood.
func TestLostRecords(t *testing.T) {
	tally := emptyTally(least)
	reasons := []attribution.Loss{
		attribution.LostUnread, attribution.LostLate, attribution.LostUndated, attribution.LostMisdated, attribution.LostShed,
	}
	for i, reason := range reasons {
		tally.AddLost(reason, uint64(i+1)*10)
	}
	tally.AddLost(attribution.Loss(5), 1)
	tally.AddLost(attribution.Loss(255), 1)
	tally.AddLost(attribution.LostShed, 0)
	tally.AddBatch([]netip.Addr{{}, world.IP("RU", 1), {}})
	tally.Add(netip.Addr{})
	tally.AddFlow(attribution.Flow{Events: 50})
	tally.AddFlows([]attribution.Flow{{}, {Source: world.IP("RU", 1), Events: 9}})
	r := reportOn(decoded(encoded(tally.Snapshot())))
	want := map[attribution.Loss]uint64{
		attribution.LostUnread: 10 + 2 + 3 + 2, attribution.LostLate: 20, attribution.LostUndated: 30,
		attribution.LostMisdated: 40, attribution.LostShed: 50,
	}
	if fmt.Sprint(r.Lost) != fmt.Sprint(want) || r.Records != 2 {
		t.Errorf("lost %v of %d records, want %v of 2", r.Lost, r.Records, want)
	}
	if r := reportOn(tallied(least, map[string]int{"RU": 1}).Snapshot()); r.Lost != nil {
		t.Errorf("lost %v, want nothing", r.Lost)
	}
}

// A reason has one name, which is read back; other names are refused.
func TestNamesOfLosses(t *testing.T) {
	for l := attribution.LostUnread; l <= attribution.LostShed; l++ {
		var again attribution.Loss
		if err := again.UnmarshalText(must(l.MarshalText())); err != nil || again != l {
			t.Errorf("%v: read back as %v, %v", l, again, err)
		}
	}
	l := attribution.LostShed
	if err := l.UnmarshalText([]byte("stolen")); err == nil || l != attribution.LostShed {
		t.Errorf("an unknown reason: %v, %v", l, err)
	}
	if got := attribution.Loss(math.MaxUint8).String(); got != "unread" {
		t.Errorf("a reason out of range is %q, want unread", got)
	}
}
