package monitor

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor/internal/trials"
)

// score is how well attacks of one kind were told of, over many runs.
type score struct {
	attacks, missed int
	again           int       // told as more than one
	delay           []float64 // intervals from its onset to the end of what had been seen when it was told first
	seconds         []float64 // from its onset until it was told, in the time of the stream
	onset, end      []float64 // errors, in intervals
	uncertain       int       // ends that were called so
	running         int       // that were not told to have ended

	// Of the new sources that were told, the share that the leading country has:
	// errors against its share of the burst, and of all sources that came first in
	// that time, and how many of these two its interval covers.
	ofBurst, ofNew               []float64
	ofBurstCovered, ofNewCovered int
}

// count takes one attack of a run.
func (s *score) count(w *watched, a *attack) {
	s.attacks++
	ids := make(map[uint64]bool)
	var first, last *told
	for i := range w.told {
		b := &w.told[i]
		if !w.matches(&b.Burst, a) {
			continue
		}
		if ids[b.ID] = true; first == nil {
			first = b
		}
		if b.ID == first.ID {
			last = b
		}
	}
	if first == nil {
		s.missed++
		return
	}
	s.again += len(ids) - 1
	onset, end := a.onset.Truncate(w.interval), a.end.Add(w.interval-1).Truncate(w.interval)
	intervals := func(d time.Duration) float64 { return float64(d) / float64(w.interval) }
	s.delay = append(s.delay, intervals(first.End.Sub(a.onset)))
	s.seconds = append(s.seconds, first.when.Sub(a.onset).Seconds())
	s.onset = append(s.onset, intervals(last.Onset.Sub(onset)))
	if !last.Final {
		s.running++
		return
	}
	s.end = append(s.end, intervals(last.End.Sub(end)))
	if hasCaveat(last.Burst, caveat.EndUncertain) {
		s.uncertain++
	}
	origin := a.leader()
	fresh := last.Report
	if last.NewSources != nil {
		fresh = last.NewSources.Report
	}
	for _, row := range fresh.Countries {
		if row.Origin != origin {
			continue
		}
		within := func(x float64) int {
			if row.Share.Low <= x && x <= row.Share.High {
				return 1
			}
			return 0
		}
		of := a.Share(origin)
		s.ofBurst = append(s.ofBurst, row.Share.Value-of)
		s.ofBurstCovered += within(of)
		if a.target.IsZero() {
			of = w.newcomers(&last.Burst, origin)
			s.ofNew = append(s.ofNew, row.Share.Value-of)
			s.ofNewCovered += within(of)
		}
	}
}

const scoreHeader = "attacks | missed | told more than once | told after intervals: median, 99 %, all | " +
	"after seconds: median, 99 % | onset error: all, within 1 | end error: all, within 1 | " +
	"end uncertain, not ended | share of the burst: error in points, covered | share of the new: error in points, covered"

// String returns the columns of a table's row. Errors of onset and end are in
// intervals.
func (s *score) String() string {
	columns := []string{
		fmt.Sprint(s.attacks), fmt.Sprint(s.missed), fmt.Sprint(s.again),
		fmt.Sprintf("%.1f, %.1f, %.1f",
			trials.Quantile(s.delay, .5), trials.Quantile(s.delay, .99), trials.Quantile(s.delay, 1)),
		fmt.Sprintf("%.0f, %.0f", trials.Quantile(s.seconds, .5), trials.Quantile(s.seconds, .99)),
		fmt.Sprintf("%s, %.1f %%", spread(s.onset), 100*near(s.onset, 1)),
		fmt.Sprintf("%s, %.1f %%", spread(s.end), 100*near(s.end, 1)),
		fmt.Sprintf("%d, %d", s.uncertain, s.running),
		errorsOf(s.ofBurst, s.ofBurstCovered), errorsOf(s.ofNew, s.ofNewCovered),
	}
	return strings.Join(columns, " | ")
}

// errorsOf prints errors of shares, and how many of the intervals covered the truth.
func errorsOf(v []float64, covered int) string {
	if len(v) == 0 {
		return "–"
	}
	return fmt.Sprintf("%+.2f ± %.2f, %.1f %%", 100*mean(v), 100*scatter(v), 100*float64(covered)/float64(len(v)))
}

func spread(v []float64) string {
	if len(v) == 0 {
		return "none"
	}
	return fmt.Sprintf("%+.0f to %+.0f", slices.Min(v), slices.Max(v))
}

// near is the part of v that is within d of 0.
func near(v []float64, d float64) float64 {
	n := 0.
	for _, x := range v {
		if math.Abs(x) <= d {
			n++
		}
	}
	return n / float64(max(1, len(v)))
}

func mean(v []float64) float64 {
	sum := 0.
	for _, x := range v {
		sum += x
	}
	return sum / float64(max(1, len(v)))
}

func scatter(v []float64) float64 {
	m, sum := mean(v), 0.
	for _, x := range v {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(max(1, len(v)-1)))
}

// aims are what is asked of nearly all the attacks of a kind.
type aims struct {
	part       float64 // of all
	within     float64 // told once so many whole intervals had been seen
	onset, end float64 // largest errors, in intervals

	// Everyday traffic has newcomers, too, who dilute the shares of a burst of all
	// traffic: by so many points at most.
	dilution float64
}

func (s *score) check(t *testing.T, what string, want aims) {
	t.Helper()
	n := float64(s.attacks)
	trials.AtLeast(t, what+": told", n-float64(s.missed), n, .999)
	trials.AtLeast(t, what+": told in time", float64(len(s.delay))*trials.Share(s.delay, want.within+1), n, want.part)
	trials.AtLeast(t, what+": onset", n*near(s.onset, want.onset), n, want.part)
	trials.AtLeast(t, what+": end", n*near(s.end, want.end), n, want.part)
	trials.AtMost(t, what+": told more than once", float64(s.again), .01*n)
	if bias := 100 * mean(s.ofBurst); math.Abs(bias) > want.dilution+.5 {
		t.Errorf("%s: shares are %.2f points off", what, bias)
	}
	if told := float64(len(s.ofNew)); told > 0 {
		trials.AtLeast(t, what+": shares of the new covered", float64(s.ofNewCovered), told, .95)
	}
}
