package metrics

import (
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// Of an attack: the running bursts, their verdicts, the targets, and the window of all traffic.
func TestMonitor(t *testing.T) {
	m := attacked(t, options(t))
	o := Options{Claims: options(t).Claims, Targets: hitAndMissed(), Window: 30 * time.Second}
	c, err := NewMonitor(m, o)
	must(t, c, err)
	got, stats := gather(t, c), m.Stats()
	got.is(t, samples{
		"whence_bursts_running": 1, "whence_bursts_total": float64(stats.Bursts),
		`whence_target_bursting{target="all traffic"}`: 1, `whence_target_bursting{target="/login"}`: 1,
		`whence_target_bursting{target="/about"}`:                                   0,
		`whence_burst_verdicts{claim="RU > 50% of sources",outcome="supported"}`:    1,
		`whence_burst_verdicts{claim="FR > 50% of sources",outcome="refuted"}`:      1,
		`whence_burst_verdicts{claim="FR > 50% of sources",outcome="supported"}`:    0,
		`whence_burst_verdicts{claim="plurality RU of events",outcome="supported"}`: 1,
		`whence_verdict{claim="RU > 50% of sources",outcome="supported"}`:           1,
		"whence_monitor_records_total":                                              float64(stats.Records),
		`whence_monitor_dropped_records_total{reason="late"}`:                       0,
		"whence_monitor_tracked_targets":                                            2,
		"whence_monitor_retained_bytes":                                             float64(stats.SnapshotBytes),
		"whence_monitor_closed_timestamp_seconds":                                   float64(stats.Closed.Unix()),
		"whence_monitor_oldest_timestamp_seconds":                                   float64(begin.Unix()),
		"whence_records": 3400, // from 20:00 on, the begin of an interval, less 10 s
	})
	if b := got["whence_bursts_total"]; b < 2 {
		t.Errorf("%v bursts", b)
	}
	now := float64(begin.Unix()) + 20*60 + 30
	if at := got["whence_monitor_time_timestamp_seconds"]; at < now-1 || at > now {
		t.Errorf("the time is %v, want %v", at, now)
	}

	// A claim that the monitor does not decide has no verdicts of bursts.
	c, err = NewMonitor(m, Options{Claims: claims(t, "DE > 50% of sources")})
	must(t, c, err)
	got = gather(t, c)
	for outcome := attribution.Undecided; outcome <= attribution.Inadmissible; outcome++ {
		got.is(t, samples{`whence_burst_verdicts{claim="DE > 50% of sources",outcome="` + outcome.String() + `"}`: 0})
	}

	// When it has ended, nothing runs. What was counted stays.
	m.Advance(begin.Add(time.Hour))
	gather(t, c).is(t, samples{
		"whence_bursts_running": 0, "whence_bursts_total": float64(stats.Bursts),
		"whence_monitor_records_total": float64(stats.Records), "whence_records": 0,
	})
}

// A monitor that has seen nothing has no times and no shares.
func TestEmptyMonitor(t *testing.T) {
	m, err := monitor.New(everywhere(), monitor.Options{})
	must(t, m, err)
	c, err := NewMonitor(m, Options{Claims: claims(t, "RU > 50% of sources")})
	must(t, c, err)
	gather(t, c).is(t, samples{
		"whence_bursts_running": 0, "whence_bursts_total": 0, "whence_monitor_records_total": 0, "whence_records": 0,
		"whence_monitor_time_timestamp_seconds": -1, "whence_monitor_oldest_timestamp_seconds": -1,
		`whence_source_share_ratio{country="RU"}`: -1, `whence_sources{country="RU"}`: 0,
		"whence_input_records_total":                                         -1,
		`whence_verdict{claim="RU > 50% of sources",outcome="inadmissible"}`: 1,
	})
}

// Counters of the monitor are told by their reason.
func TestDropped(t *testing.T) {
	m, err := monitor.New(everywhere(), monitor.Options{})
	must(t, m, err)
	m.Observe(traffic(0, 10*time.Minute)...)
	late := traffic(0, time.Second)
	m.Observe(late...) // it waits until the stream goes on
	m.Observe(traffic(10*time.Minute, 11*time.Minute)...)
	m.Observe(monitor.Event{Target: hit})
	c, err := NewMonitor(m, Options{})
	must(t, c, err)
	gather(t, c).is(t, samples{
		`whence_monitor_dropped_records_total{reason="late"}`:    float64(len(late)),
		`whence_monitor_dropped_records_total{reason="undated"}`: 1,
		`whence_lost_records{reason="undated"}`:                  1,
	})
}
