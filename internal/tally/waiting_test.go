package tally

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Where sources were merged that another database located, it matters which event ends the
// exact state. It does not matter when somebody reads.
func TestForeignSourcesDoNotWait(t *testing.T) {
	for seed := range uint64(20) {
		table := []string{"own", "other"}[seed%2]
		one, each := New(world.Table(), least), New(world.Table(), least)
		from := New(world.Table(), least)
		if table == "other" {
			from = New(world.Other(), least)
		}
		addrs, list := events(seed, 3000, 400)
		for i, a := range addrs[:500] {
			from.AddRecord(a, list[i])
		}
		merged := from.Snapshot()
		for _, tally := range []*Tally{one, each} {
			if err := tally.Merge(merged); err != nil {
				t.Fatal(err)
			}
		}
		rng := rand.New(rand.NewPCG(seed, 8))
		for from := 0; from < len(addrs); from += 200 {
			b := blockOf(each, addrs[from:from+200], list[from:from+200])
			if rng.IntN(2) == 0 {
				b.Locate(world.Table())
			}
			where := map[int]uint8{}
			for place := range block.Size {
				if place < b.V4 || place >= b.V6 {
					where[int(b.At[place])] = uint8(place)
				}
			}
			for i := range 200 { // in the order in which they came
				if place, valid := where[i]; valid {
					each.AddLater(b, int(place))
				}
				one.AddRecord(addrs[from+i], list[from+i])
			}
			b.Release()
			if rng.IntN(3) == 0 && each.Records() != one.Records() {
				t.Fatalf("%s table: %d records, want %d", table, each.Records(), one.Records())
			}
		}
		if !bytes.Equal(encoded(each), encoded(one)) {
			t.Errorf("%s table: events that waited count otherwise", table)
		}
	}
}

// So all ways in agree, whoever reads between.
func TestForeignWaysAgree(t *testing.T) {
	other := New(world.Other(), least)
	for i := range 1000 {
		other.Add(world.IP("RU", i))
	}
	var addrs []netip.Addr
	for i := range 60 {
		addrs = append(addrs, world.IP("CN", i))
		if i%2 == 0 {
			addrs = append(addrs, netip.AddrFrom16([16]byte{0x2a, 2, byte(i), 15: 1}))
		}
	}
	for i := range 200 { // known, as others
		addrs = append(addrs, world.IP("RU", i))
	}
	var want []byte
	for name, count := range map[string]func(*Tally){
		"batch": func(x *Tally) { x.AddBatch(addrs) },
		"one by one": func(x *Tally) {
			for _, a := range addrs {
				x.Add(a)
			}
		},
		"one by one, read": func(x *Tally) {
			for i, a := range addrs {
				if x.Add(a); i%7 == 0 {
					x.Records()
				}
			}
		},
		"records": func(x *Tally) {
			for _, a := range addrs {
				x.AddRecord(a, block.Event{Events: 1})
			}
		},
	} {
		x := New(world.Table(), least)
		if err := x.Merge(other.Snapshot()); err != nil {
			t.Fatal(err)
		}
		count(x)
		if x.dense == nil {
			t.Fatal("the exact state has not ended: the test shows nothing")
		}
		if got := encoded(x); want == nil {
			want = got
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s: other counts", name)
		}
	}
}

// Nor does counting allocate there.
func TestForeignSourcesDoNotAllocate(t *testing.T) {
	other, x := New(world.Other(), least), New(world.Table(), least)
	other.Add(world.IP("RU", 1))
	if err := x.Merge(other.Snapshot()); err != nil {
		t.Fatal(err)
	}
	for _, a := range []netip.Addr{world.IP("RU", 1), world.IP6(1)} {
		x.Add(a)
		if n := testing.AllocsPerRun(1000, func() { x.Add(a) }); n >= 1 { // a pool may have been emptied
			t.Errorf("%v: %v allocations for each event", a, n)
		}
	}
	if !x.isForeign() {
		t.Error("no other database: the test shows nothing")
	}
}
