// Package engines has the traffic with which the ways to share work among machines are compared, and what a plain loop
// makes of it. Only tests and examples import it.
package engines

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

const (
	Targets = 50
	Windows = 10
	Window  = time.Minute // the length of one
)

// Begin is when the first window begins.
var Begin = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// Traffic is a stream of events to some targets, in the order of their times, evenly over all windows. It has 20,000
// events or more. Its sources are as many, but at most two million.
//
// Times are whole quarters of windows. So the events of each target span as much as those of all, which is what a
// monitor notes of each.
type Traffic struct{ Events int }

// Place is what is counted by itself: a window of a target. The zero Target is all traffic.
type Place struct {
	Target monitor.Target
	From   time.Time // when the window begins
}

// Event returns the i-th event, which depends on i and the number of events alone: any part of the stream can be made
// anywhere.
func (t Traffic) Event(i int) monitor.Event {
	h := mix(uint64(i))
	u := float64(h>>40) / (1 << 24)
	return monitor.Event{
		Time:   Begin.Add(time.Duration(4*Windows*i/t.Events) * Window / 4),
		Target: Target(int(u * u * Targets)), // the busiest one gets a seventh
		Flow:   attribution.Flow{Source: source(mix(h) % uint64(min(t.Events, 2_000_000))), Bytes: 40 + h%1400},
	}
}

// Target returns the i-th of all targets.
func Target(i int) monitor.Target {
	return monitor.TargetName(fmt.Sprintf("mailbox-%02d@lagoon.example", i))
}

// source returns the n-th one: seven of eight have an IPv4 address anywhere, reserved ones among them.
func source(n uint64) netip.Addr {
	h := mix(n + 1<<40)
	if n%8 == 7 {
		b := [16]byte{0x2a, 0x02, 15: 1}
		binary.BigEndian.PutUint32(b[2:], uint32(h))
		return netip.AddrFrom16(b)
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], 1<<24+uint32(h%(222<<24)))
	return netip.AddrFrom4(b)
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Options returns how to count: as a monitor does that is told nothing else.
func (t Traffic) Options() attribution.Options {
	return attribution.Options{
		Key: world.Key(16), SampleSize: sketch.SmallSampleSize, Precision: sketch.MinPrecision,
	}
}

// Table returns the database to count with, the embedded one.
func (t Traffic) Table() *geo.Table { return world.Embedded() }

// PlaceOf returns where an event is counted.
func PlaceOf(e monitor.Event) Place { return Place{e.Target, e.Time.Truncate(Window)} }

// Plain returns what one loop counts of all events in each place, and of all traffic in each window.
func (t Traffic) Plain() map[Place]attribution.Snapshot {
	tallies := map[Place]*attribution.Tally{}
	for i := range t.Events {
		e := t.Event(i)
		place := PlaceOf(e)
		for _, p := range [...]Place{place, {From: place.From}} {
			tally := tallies[p]
			if tally == nil {
				tally = world.Must(attribution.NewTally(t.Table(), t.Options()))
				tallies[p] = tally
			}
			tally.ExtendSpan(e.Time, e.Time)
			tally.AddFlow(e.Flow)
		}
	}
	snapshots := make(map[Place]attribution.Snapshot, len(tallies))
	for p, tally := range tallies {
		snapshots[p] = tally.Snapshot()
	}
	return snapshots
}

// Differences returns a line for each place where two answers are not the same bytes, in order.
func Differences(got, want map[Place]attribution.Snapshot) (lines []string) {
	for p, w := range want {
		g, ok := got[p]
		switch {
		case !ok:
			lines = append(lines, fmt.Sprintf("%v at %v: missing", p.Target, p.From))
		case string(world.Must(g.MarshalBinary())) != string(world.Must(w.MarshalBinary())):
			lines = append(lines, fmt.Sprintf("%v at %v: got %v, want %v", p.Target, p.From, g, w))
		}
	}
	for p := range got {
		if _, ok := want[p]; !ok {
			lines = append(lines, fmt.Sprintf("%v at %v: not wanted", p.Target, p.From))
		}
	}
	slices.Sort(lines)
	return lines
}
