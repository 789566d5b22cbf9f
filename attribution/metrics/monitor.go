package metrics

import (
	"time"

	"github.com/whence-go/whence/attribution"
)

// gatherMonitor adds what a monitor knows. Each part is consistent in itself; events that come
// meanwhile may be in a later part.
func (c *Collector) gatherMonitor(s *scrape) {
	stats := c.monitor.Stats()
	var from time.Time
	if !stats.Time.IsZero() {
		from = stats.Time.Add(-c.options.Window)
	}
	s.snapshot(c.monitor.Snapshot(from, time.Time{}), &c.options)
	c.bursts(s)
	s.put(burstsSeries, float64(stats.Bursts))

	s.put(observedSeries, float64(stats.Records))
	s.put(droppedSeries, float64(stats.Late), attribution.LostLate.String())
	s.put(droppedSeries, float64(stats.Undated), attribution.LostUndated.String())
	s.put(droppedSeries, float64(stats.Misdated), attribution.LostMisdated.String())
	s.put(aheadSeries, float64(stats.Ahead))
	s.put(setBackSeries, float64(stats.SetBack))
	s.put(evictedSeries, float64(stats.Evicted))
	s.put(shedSeries, float64(stats.Shed))
	s.put(waitingSeries, float64(stats.Waiting))
	s.put(targetsSeries, float64(stats.Tracked))
	s.put(groupsSeries, float64(stats.Groups))
	s.put(retainedSeries, float64(stats.SnapshotBytes))
	s.put(offsetSeries, stats.ClockOffset.Seconds())
	s.putTime(timeSeries, stats.Time)
	s.putTime(closedSeries, stats.Closed)
	s.putTime(oldestSeries, stats.Oldest)
}

// bursts counts those that run and their verdicts. Of one burst a claim is decided by the claims
// of the monitor, so that a claim which the monitor has not has no verdicts.
func (c *Collector) bursts(s *scrape) {
	running := 0
	outcomes := map[attribution.Claim]map[attribution.Outcome]int{}
	for _, claim := range c.options.Claims {
		outcomes[claim] = map[attribution.Outcome]int{}
	}
	for b := range c.monitor.Running() {
		running++
		for i := range b.Report.Verdicts {
			v := &b.Report.Verdicts[i]
			if counts := outcomes[v.Claim]; counts != nil {
				counts[v.Outcome]++
			}
		}
	}
	s.put(runningSeries, float64(running))
	for _, claim := range c.options.Claims {
		counts := outcomes[claim]
		s.putOutcomes(burstVerdictsSeries, claim.String(), func(o attribution.Outcome) float64 {
			return float64(counts[o])
		})
	}
	for i, t := range c.options.Targets {
		s.put(burstingSeries, flag(c.monitor.Bursting(t)), c.targets[i])
	}
}
