package detect

import (
	"math"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
)

// A weak burst is one burst, dated by the sum that found it, and ends where it ends.
func TestWeakDates(t *testing.T) {
	for k, c := range []struct {
		shape
		once       float64 // share of the bursts that are reported once
		onset, end float64 // intervals that nine of ten are off at most
	}{
		{shape{"×2, 5 minutes, 1/s", flat(1), 2 * time.Hour, 5 * time.Minute, times(2)}, .97, 2, 3},
		{shape{"×1.5, an hour, 1/s", flat(1), 2 * time.Hour, time.Hour, times(1.5)}, .85, 20, 15},
		{shape{"×2, an hour, 10/s", flat(10), 2 * time.Hour, time.Hour, times(2)}, .97, 1, 1},
		{shape{"×3, an hour, .2/s", flat(.2), 2 * time.Hour, time.Hour, times(3)}, .95, 6, 6},
		{shape{"pulses ×5", flat(1), 2 * time.Hour, time.Hour, pulseTrain(5, 200)}, .9, 43, 22},
		{shape{"pulses ×10", flat(10), 2 * time.Hour, time.Hour, pulseTrain(10, 280)}, .97, 1, 29},
	} {
		const n = 40
		var once float64
		var onsets, ends []float64
		for j := range n {
			r, s := c.traffic.start(uint64(k<<20+j), time.Duration(j)*time.Hour), start().(*Series)
			from := r.i + int64(c.history/resolution)
			r.wave = func(i int64) float64 { return c.average(10 * (float64(i-from) - .3)) }
			watchFor(s, r, 0, int(from-r.i))
			bursts := watchFor(s, r, from, int((c.length+time.Hour)/resolution))
			if len(bursts) == 1 && bursts[0].end > 0 {
				once++
				onsets = append(onsets, math.Abs(float64(bursts[0].onset)))
				ends = append(ends, math.Abs(float64(bursts[0].end-int64(c.length/resolution)-1)))
			}
		}
		t.Logf("%s: once %.2f, onset %.0f, end %.0f off", c.name, once/n,
			trials.Quantile(onsets, .9), trials.Quantile(ends, .9))
		trials.AtLeast(t, c.name+": once", once, n, c.once)
		trials.AtLeast(t, c.name+": onset", trials.Share(onsets, c.onset)*once, once, .9)
		trials.AtLeast(t, c.name+": end", trials.Share(ends, c.end)*once, once, .9)
	}
}
