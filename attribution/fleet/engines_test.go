package fleet_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/sketch"
)

// collector counts each place in a tally of its own, and sends all of them as often as it is told to.
type collector struct {
	name            string
	epoch, sequence uint64
	tallies         map[engines.Place]*attribution.Tally
}

func (c *collector) count(traffic engines.Traffic, i int) {
	event := traffic.Event(i)
	place := engines.PlaceOf(event)
	for _, p := range [...]engines.Place{place, {From: place.From}} {
		if c.tallies[p] == nil {
			c.tallies[p] = must(attribution.NewTally(traffic.Table(), traffic.Options()))
		}
		c.tallies[p].ExtendSpan(event.Time, event.Time)
		c.tallies[p].AddFlow(event.Flow)
	}
}

// send returns what the collector has counted so far, packed as it crosses a network.
func (c *collector) send() (packed [][]byte) {
	c.sequence++
	for p, tally := range c.tallies {
		e := fleet.Envelope{
			Node: c.name, Epoch: c.epoch, Sequence: c.sequence, Target: p.Target, From: p.From, Window: engines.Window,
			Snapshot: tally.Snapshot(),
		}
		if p.Target.IsZero() {
			e.Final, e.Targets = true, uint32(len(c.tallies)-1)
		}
		packed = append(packed, must(e.Pack()))
	}
	return packed
}

// restart ends a run of the collector, which loses what it had counted, and begins another.
func (c *collector) restart() {
	c.epoch, c.sequence = c.epoch+1, 0
	clear(c.tallies)
}

// Twenty collectors share a stream. Each sends what it has at thirds of a window, and restarts after one of them.
// Every envelope comes once to three times, those of a window in any order. The center has the bytes of one loop.
func TestFleetIsPlain(t *testing.T) {
	traffic := engines.Traffic{Events: testenv.Trials(20_000, 100_000, 10_000_000)}
	rng := rand.New(rand.NewPCG(20, 20))
	var names []string
	var collectors []*collector
	for i := range 20 {
		names = append(names, name(i))
		collectors = append(collectors, &collector{name: name(i), tallies: map[engines.Place]*attribution.Tally{}})
	}
	f := must(fleet.New(fleet.Options{
		KeyID: traffic.Options().Key.ID(), Precision: sketch.MinPrecision, Window: engines.Window, Nodes: names,
	}))
	sent, bytes, began := 0, 0, time.Now()
	for w := range engines.Windows {
		first, last := w*traffic.Events/engines.Windows, (w+1)*traffic.Events/engines.Windows
		var way [][]byte // what is under way
		for third := range 3 {
			for i := first + third*(last-first)/3; i < first+(third+1)*(last-first)/3; i++ {
				collectors[rng.IntN(20)].count(traffic, i)
			}
			for n, c := range collectors {
				way = append(way, c.send()...)
				if n%3 == third && w%4 == n%4 {
					c.restart()
				}
			}
		}
		for _, c := range collectors {
			clear(c.tallies)
		}
		sent += len(way)
		for range 2 {
			way = append(way, way[:len(way)/3]...)
			rng.Shuffle(len(way), func(i, j int) { way[i], way[j] = way[j], way[i] })
		}
		for _, packed := range way {
			bytes += len(packed)
			var e fleet.Envelope
			if err := e.Unpack(packed); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Put(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := merged(t, f)
	t.Logf("%d events, %d envelopes, with repeats %.1f MB, %v", traffic.Events, sent, float64(bytes)/1e6,
		time.Since(began))
	differences := engines.Differences(got, traffic.Plain())
	for _, line := range differences[:min(len(differences), 5)] {
		t.Error(line)
	}
}

// merged returns what a fleet has in each place.
func merged(t *testing.T, f *fleet.Fleet) map[engines.Place]attribution.Snapshot {
	t.Helper()
	got := map[engines.Place]attribution.Snapshot{}
	for _, from := range f.Windows() {
		for _, target := range slices.Concat(targets()[:1], f.Targets(from)) {
			a, err := f.Snapshot(target, from, from.Add(engines.Window))
			if err != nil {
				t.Fatal(err)
			}
			if a.LostRecords > 0 || len(a.Missing) > 0 {
				t.Fatalf("%v at %v: missing %v", target, from, a.Missing)
			}
			got[engines.Place{Target: target, From: from}] = a.Snapshot
		}
	}
	return got
}
