package fleet_test

import (
	"fmt"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/testenv/engines"
	"github.com/whence-go/whence/sketch"
)

// BenchmarkEnvelope is the life of one snapshot: packed by a node, taken by the center, merged with those of 99 other
// nodes. docs/SCALE.md calculates with it.
func BenchmarkEnvelope(b *testing.B) {
	for _, sources := range []int{10, 300, 4_000, 30_000} {
		b.Run(fmt.Sprintf("sources=%d", sources), func(b *testing.B) {
			const nodes = 100
			envelopes, whole := shared(sources, nodes)
			var packed [][]byte
			size := 0
			for i := range envelopes {
				packed = append(packed, must(envelopes[i].Pack()))
				size += len(packed[i])
			}
			b.Run("do=pack", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if n := len(must(envelopes[i%nodes].Pack())); n != len(packed[i%nodes]) {
						b.Fatal(n)
					}
				}
				perEnvelope(b, 1)
				b.ReportMetric(float64(size)/nodes, "B/envelope")
			})
			var f *fleet.Fleet
			b.Run("do=put", func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if i%nodes == 0 {
						f = newEngineFleet()
					}
					var e fleet.Envelope
					if err := e.Unpack(packed[i%nodes]); err != nil {
						b.Fatal(err)
					}
					if fresh, err := f.Put(e); err != nil || !fresh {
						b.Fatal(fresh, err)
					}
				}
				perEnvelope(b, 1)
			})
			f = newEngineFleet()
			for _, e := range envelopes {
				must(f.Put(e))
			}
			b.Run("do=merge", func(b *testing.B) {
				for b.Loop() {
					a := must(f.Snapshot(monitor.Target{}, engines.Begin, engines.Begin.Add(engines.Window)))
					if fmt.Sprint(a.Snapshot) != whole {
						b.Fatal(a.Snapshot)
					}
				}
				perEnvelope(b, nodes)
			})
		})
	}
}

func newEngineFleet() *fleet.Fleet {
	return must(fleet.New(fleet.Options{
		KeyID: engines.Traffic{}.Options().Key.ID(), Precision: sketch.MinPrecision, Window: engines.Window,
	}))
}

// shared returns snapshots of some sources each, from all countries, and what is printed of all of them together.
func shared(sources, nodes int) (envelopes []fleet.Envelope, whole string) {
	traffic := engines.Traffic{Events: 2_000_000}
	all := must(attribution.NewTally(traffic.Table(), traffic.Options()))
	for n := range nodes {
		tally := must(attribution.NewTally(traffic.Table(), traffic.Options()))
		for i := range sources {
			tally.AddFlow(traffic.Event(n*sources/2 + i).Flow)
			all.AddFlow(traffic.Event(n*sources/2 + i).Flow)
		}
		e := envelope(name(n), 1, tally.Snapshot())
		e.From, e.Window = engines.Begin, engines.Window
		envelopes = append(envelopes, e)
	}
	return envelopes, fmt.Sprint(all.Snapshot())
}

func perEnvelope(b *testing.B, each int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*each), "ns/envelope")
	b.ReportMetric(0, "ns/op")
}
