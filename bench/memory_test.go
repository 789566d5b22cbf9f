package bench

import (
	"runtime"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/bench/internal/load"
	"github.com/whence-go/whence/sketch"
)

// The memory of a tally is what its documentation says, whatever comes.
func TestTallyMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("draws a million sources")
	}
	addrs := uniform("mixed", 1<<20)
	for _, c := range []struct {
		name    string
		options attribution.Options
		sources int
		most    float64 // MB
	}{
		{"a few sources", attribution.Options{}, 10, 0.005},
		{"exact", attribution.Options{}, 60_000, 3.8},
		{"sketched", attribution.Options{}, len(addrs), 10.3},
		{"sketched, small", attribution.Options{SampleSize: sketch.SmallSampleSize, Precision: 12}, len(addrs), 2},
	} {
		must(attribution.NewTally(load.Table(), c.options)).AddBatch(addrs[:1]) // all tallies share a block
		before := heap()
		tally := must(attribution.NewTally(load.Table(), c.options))
		tally.AddBatch(addrs[:c.sources])
		got := float64(heap()-before) / 1e6
		t.Logf("%s: %.3f MB", c.name, got)
		if got > c.most {
			t.Errorf("%s: %.3f MB, want at most %v", c.name, got, c.most)
		}
		runtime.KeepAlive(tally)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
