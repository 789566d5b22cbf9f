package detect_test

import (
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/detect"
)

// Ten minutes of about 20 counts in every 10 seconds, then half a minute of 200.
func ExampleSeries() {
	s := detect.New(detect.Options{Interval: 10 * time.Second, Grain: detect.Fine})
	for i := range int64(120) {
		y := float64(18 + i*7%5)
		if i >= 60 && i < 63 {
			y = 200
		}
		switch r := s.Observe(i, y); r.State {
		case detect.Began:
			fmt.Printf("after interval %d: a burst began in %d, %.0f were expected\n", i, r.Onset, r.Baseline)
		case detect.Ended:
			fmt.Printf("after interval %d: it ended before %d; at most %.0f, before it %.0f\n",
				i, r.End, r.Peak.Peak, r.Peak.Before)
		}
	}
	// Output:
	// after interval 60: a burst began in 60, 20 were expected
	// after interval 93: it ended before 63; at most 200, before it 22
}
