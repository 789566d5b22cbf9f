package detect

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
)

// BenchmarkSeriesTick closes an interval for the two series of a thousand targets,
// after five weeks.
func BenchmarkSeriesTick(b *testing.B) {
	const n = 2000
	m := model{interval: 10 * time.Second, rate: 50, day: .8, weekend: -.3, phi: .7, sd: .1}
	kinds := make([]*run, 40)
	states := make([][]byte, len(kinds))
	for k := range kinds {
		kinds[k] = m.start(uint64(k), 0)
		s := New(Options{Interval: m.interval, Grain: Coarse})
		watchFor(s, kinds[k], kinds[k].i, 35*8640-100)
		states[k] = s.Append(nil)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	all := make([]*Series, n)
	for k := range all {
		all[k] = decoded(b, m.interval, Coarse, states[k%len(states)])
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	values := make([]float64, len(kinds))
	var ticks []float64 // most is done when a cell ends
	for b.Loop() {
		var i int64
		for k, r := range kinds {
			i, values[k] = r.next()
		}
		begin := time.Now()
		for k, s := range all {
			s.Observe(i, values[k%len(values)])
		}
		ticks = append(ticks, float64(time.Since(begin).Nanoseconds()))
	}
	b.ReportMetric(trials.Quantile(ticks, .985), "ns/p98.5-tick")
	b.ReportMetric(trials.Quantile(ticks, 1), "ns/slowest-tick")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/series")
	b.ReportMetric(float64(len(states[0])), "encodedB/series")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/series")
}

// BenchmarkSilence is half a year in which something comes every other day, to thousands of
// series. A cell at rest is what it costs.
func BenchmarkSilence(b *testing.B) {
	for _, interval := range []time.Duration{10 * time.Second, time.Minute, 30 * time.Minute} {
		b.Run(fmt.Sprintf("interval=%v", interval), func(b *testing.B) {
			o := Options{Interval: interval, Grain: Coarse}
			perDay := int64(day / interval)
			cells := 0
			for range b.N {
				s := New(o)
				for i := int64(1); i < 188*perDay; i += 2 * perDay {
					s.Silence(s.next, i)
					s.Observe(i, 1)
				}
				if s.seen < 180*perDay {
					b.Fatalf("%d intervals seen", s.seen)
				}
				cells += int(188 * s.grid.cells)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(cells), "ns/cell")
		})
	}
}
