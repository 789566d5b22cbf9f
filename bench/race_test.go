package bench

import (
	"net/netip"
	"runtime/debug"
	"testing"

	"github.com/whence-go/whence/bench/internal/load"
)

// rivals count a kind of input beside whence.
type rivals[T any] struct {
	floor func(*load.Floor, []T)
	naive func(*load.Naive, T)
}

var (
	byAddr = rivals[netip.Addr]{(*load.Floor).Add, (*load.Naive).Add}
	byIPv4 = rivals[uint32]{(*load.Floor).AddIPv4, func(n *load.Naive, ip uint32) { n.Add(load.Addr4(ip)) }}
)

// floors are fused and staged ones, one of each for every worker.
type floors [2][]load.Floor

func newFloors(workers int) (f floors) {
	for i := range f {
		f[i] = make([]load.Floor, workers)
		for w := range workers {
			f[i][w].Staged = i == 1
		}
	}
	return f
}

// The naive pipeline, being slow, gets that many events at a time, as often as turns says.
const (
	naiveTurn = 1 << 13
	turns     = 16
)

// race times whence and both floors in turns, each on the whole stream: only the beginning
// of a turn finds caches that another has filled. The naive pipeline, whose maps would empty
// them, follows. The garbage collector, which would scan the stream, does not run meanwhile.
func race[T any](b *testing.B, workers int, r rivals[T], stream []T, run func([]T)) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var ours, naive load.Stopwatch
	var floor [2]load.Stopwatch
	f := newFloors(workers)
	for b.Loop() {
		ours.Time(len(stream), func() { run(stream) })
		for i := range f {
			floor[i].Time(len(stream), func() {
				inParts(workers, stream, func(w int, part []T) { r.floor(&f[i][w], part) })
			})
		}
	}
	n := load.NewNaive()
	for i := range turns {
		var s load.Stopwatch
		s.Time(naiveTurn, func() {
			for _, event := range stream[len(stream)/turns*i:][:naiveTurn] {
				r.naive(n, event)
			}
		})
		if i >= turns/2 { // before, it has not come to its steady state
			naive.Add(s)
		}
	}
	b.ReportMetric(0, "ns/op") // an operation is a turn of each, which means nothing
	b.ReportMetric(ours.PerEvent(), "ns/event")
	b.ReportMetric(ours.PerEvent()/min(floor[0].PerEvent(), floor[1].PerEvent()), "x-floor")
	b.ReportMetric(naive.PerEvent()/ours.PerEvent(), "x-naive")
}

// BenchmarkFloor times every floor alone.
func BenchmarkFloor(b *testing.B) {
	for _, w := range workloads {
		for i, loops := range []string{"fused", "staged"} {
			b.Run("input=addr/"+w.String()+"/loops="+loops, func(b *testing.B) { aloneFloor(b, i, byAddr, streamOf(w)) })
			if w.Family == "v4" {
				b.Run("input=ipv4/"+w.String()+"/loops="+loops, func(b *testing.B) {
					ips, _ := load.Split(streamOf(w))
					aloneFloor(b, i, byIPv4, ips)
				})
			}
		}
	}
}

func aloneFloor[T any](b *testing.B, i int, r rivals[T], stream []T) {
	f := newFloors(1)[i]
	var s load.Stopwatch
	for b.Loop() {
		s.Time(len(stream), func() { r.floor(&f[0], stream) })
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(s.PerEvent(), "ns/event")
}

func BenchmarkNaive(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.String(), func(b *testing.B) {
			addrs := streamOf(w)
			check := load.NewNaive()
			for _, a := range addrs[:batch*8] {
				check.Add(a)
			}
			want := load.Exact(addrs[:batch*8])
			for o := range want.Sources {
				near(b, o.String(), float64(check.Countries[o.String()].Sources.Estimate()), want.Distinct(o))
			}
			n := load.NewNaive()
			var s load.Stopwatch
			i := 0
			for b.Loop() {
				s.Time(naiveTurn, func() {
					for _, a := range addrs[i*naiveTurn : (i+1)*naiveTurn] {
						n.Add(a)
					}
				})
				i = (i + 1) % (events / naiveTurn)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.PerEvent(), "ns/event")
		})
	}
}
