package tally

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

// least are the options under which a tally leaves the exact state first.
var least = Options{
	Key: world.Key(1), SampleSize: sketch.MinSampleSize, Precision: sketch.MinPrecision,
	IPv6PrefixLen: 64, SamplingRate: 1,
}

func encoded(t *Tally) []byte { return t.Snapshot().Append(nil) }

// events are seeded ones of every kind.
func events(seed uint64, n, perCountry int) (addrs []netip.Addr, list []block.Event) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for range n {
		a := world.IP([]string{"RU", "RU", "US", "", "reserved"}[rng.IntN(5)], rng.IntN(perCountry))
		if rng.IntN(6) == 0 {
			a = world.IP6(rng.IntN(perCountry))
		}
		addrs = append(addrs, a)
		e := block.Event{Events: rng.Uint64N(9) + 1, Bytes: rng.Uint64N(1e6)}
		e.Facts, e.SamplingRate = uint8(rng.IntN(8)), uint32(rng.IntN(3))
		if e.Facts > 1 {
			e.Port = uint16(rng.IntN(3))
		}
		list = append(list, e)
	}
	return addrs, list
}

// blockOf prepares at most block.Size events.
func blockOf(t *Tally, addrs []netip.Addr, list []block.Event) *block.Block {
	b := block.Get()
	b.Begin()
	for i, a := range addrs {
		b.Put(i, t.Mask, a, list[i])
	}
	b.Hash(t.options.Key)
	return b
}

// A block of which every event goes into a tally of its own choice counts what the events
// count one by one, and changes no snapshot that was taken before.
func TestAddLater(t *testing.T) {
	for _, perCountry := range []int{100, 2000} {
		one, each := []*Tally{}, []*Tally{}
		for range 5 {
			one, each = append(one, New(world.Table(), least)), append(each, New(world.Table(), least))
		}
		addrs, list := events(uint64(perCountry), 30_000, perCountry)
		rng := rand.New(rand.NewPCG(5, 6))
		for from := 0; from < len(addrs); from += 200 {
			b := blockOf(each[0], addrs[from:from+200], list[from:from+200])
			if rng.IntN(2) == 0 {
				b.Locate([]*geo.Table{world.Table(), world.Other()}[rng.IntN(2)])
			}
			before := each[rng.IntN(len(each))].Snapshot()
			encoding := before.Append(nil)
			for place := range block.Size {
				if place >= b.V4 && place < b.V6 || rng.IntN(4) == 0 {
					continue
				}
				k, i := rng.IntN(len(each)), from+int(b.At[place])
				each[k].AddLater(b, place)
				one[k].AddRecord(addrs[i], list[i])
			}
			if !bytes.Equal(before.Append(nil), encoding) {
				t.Fatal("a snapshot was changed")
			}
			b.Release()
		}
		for k := range each {
			if !bytes.Equal(encoded(each[k]), encoded(one[k])) {
				t.Errorf("%d sources a country: tally %d of %d differs", perCountry, k, len(each))
			}
		}
	}
}

// Some places of a block count what the events in them count one by one, whether the block
// was looked up before, in this table or in another, or not at all.
func TestAddSelected(t *testing.T) {
	for _, perCountry := range []int{100, 2000} {
		one, selected, half := New(world.Table(), least), New(world.Table(), least), New(world.Table(), least)
		addrs, list := events(uint64(perCountry), 20_000, perCountry)
		rng := rand.New(rand.NewPCG(3, 4))
		for from := 0; from < len(addrs); from += 200 {
			b := blockOf(selected, addrs[from:from+200], list[from:from+200])
			switch rng.IntN(3) {
			case 0:
				b.Locate(world.Table())
			case 1:
				b.Locate(world.Other())
			}
			var places []uint8
			for _, part := range [][2]int{{0, b.V4}, {b.V6, block.Size}} {
				for place := part[0]; place < part[1]; place++ {
					if i := from + int(b.At[place]); i%3 > 0 {
						places = append(places, uint8(place))
						one.AddRecord(addrs[i], list[i])
					}
				}
			}
			selected.AddSelected(b, places)
			half.AddSelected(b, places[:len(places)/2])
			half.AddSelected(b, places[len(places)/2:])
			b.Release()
		}
		if !bytes.Equal(encoded(selected), encoded(one)) || !bytes.Equal(encoded(half), encoded(one)) {
			t.Errorf("%d addresses per country: selected events and single ones differ", perCountry)
		}
	}
}

// Several tallies with tables of their own count one block, each by its own table.
func TestOneBlockForManyTallies(t *testing.T) {
	for _, n := range []int{100, 3000} { // exact, beyond
		ours, others := New(world.Table(), least), New(world.Other(), least)
		singly := [2]*Tally{New(world.Table(), least), New(world.Other(), least)}
		addrs, list := events(7, n*3, n)
		for from := 0; from < len(addrs); from += 100 {
			b := blockOf(ours, addrs[from:from+100], list[from:from+100])
			ours.AddBlock(b)
			others.AddBlock(b)
			b.Release()
			for i := from; i < from+100; i++ {
				for _, tally := range singly {
					tally.AddRecord(addrs[i], list[i])
				}
			}
		}
		if !bytes.Equal(encoded(ours), encoded(singly[0])) || !bytes.Equal(encoded(others), encoded(singly[1])) {
			t.Errorf("%d addresses: a shared block is located otherwise", n)
		}
	}
}

// A refused merge leaves everything as it was: the sample size, the addresses, the counts.
func TestRefusedMergeChangesNothing(t *testing.T) {
	o := least
	o.SampleSize = 4096
	tally := New(world.Table(), o)
	for i := range 2000 {
		tally.Add(world.IP("RU", i))
	}
	before := encoded(tally)
	s := *New(world.Table(), least).Snapshot()
	s.DropAddresses = true
	for name, change := range map[string]func(*snapshot.State){
		"key":        func(s *snapshot.State) { s.Key++ },
		"precision":  func(s *snapshot.State) { s.Precision = 13 },
		"prefix":     func(s *snapshot.State) { s.IPv6PrefixLen = 56 },
		"difference": func(s *snapshot.State) { s.Rest = &snapshot.Remainder{} },
	} {
		other := s
		change(&other)
		if err := tally.Merge(&other); !errors.Is(err, sketch.ErrMismatch) {
			t.Errorf("another %s: %v", name, err)
		}
		if !bytes.Equal(encoded(tally), before) || tally.dense != nil {
			t.Errorf("another %s: a refused merge changed the tally", name)
		}
	}
}

// The exact state ends with the first source beyond the sample size, and no event is counted
// in both states or in none.
func TestEndOfTheExactState(t *testing.T) {
	tally := New(world.Table(), least)
	for i := range 1200 {
		tally.Add(world.IP("RU", i))
		tally.Add(world.IP("RU", i/2))
		if exact := tally.Exact(); exact != (i < 1024) {
			t.Fatalf("%d sources: exact is %v", i+1, exact)
		}
		s := tally.Snapshot()
		if got := s.View().Events; got != uint64(2*i+2) || s.Records != got {
			t.Fatalf("%d sources: %d events in %d records, want %d", i+1, got, s.Records, 2*i+2)
		}
	}
}

// Only what is counted names the table as its database, and merged ones stay beside it.
func TestDatabasesInUse(t *testing.T) {
	names := func(t *Tally) string {
		text := ""
		for _, d := range t.Snapshot().Databases {
			text += d.Built.Format("2006-01 ")
		}
		return text
	}
	tally := New(world.Other(), least)
	tally.Add(netip.Addr{})
	tally.AddLost(snapshot.Unread, 3)
	if got := names(tally); got != "" {
		t.Errorf("nothing counted, located by %s", got)
	}
	plain := New(world.Table(), least)
	plain.Add(world.IP("RU", 1))
	if err := tally.Merge(plain.Snapshot()); err != nil || names(tally) != "2026-06 " {
		t.Errorf("merged: located by %s, %v", names(tally), err)
	}
	if tally.Add(world.IP("RU", 2)); names(tally) != "2026-06 2026-07 " {
		t.Errorf("counted, too: located by %s", names(tally))
	}
	tally.Rotate(nil)
	if got := fmt.Sprint(names(tally), tally.Table() == world.Other()); got != "true" {
		t.Errorf("rotated: %s", got)
	}
}
