// Package metrics shows what a tally or a monitor has counted as metrics of Prometheus.
//
//	counter, err := attribution.NewShardedTally(table, attribution.Options{})
//	...
//	collector, err := metrics.New(counter.Snapshot, metrics.Options{
//		Claims: []attribution.Claim{attribution.Majority("RU")},
//	})
//	...
//	prometheus.MustRegister(collector)
//
// It is a module of its own, because only it needs client_golang. docs/grafana.json in the
// repository is a dashboard of these series, and docs/alerts.yml has rules for alerts.
// docs/METRICS.md says how to use both, and how to get the series by OpenTelemetry.
//
// # Series
//
// A country is a code of ISO 3166-1 alpha-2, such as "RU", or one of three words. "other" is the
// sum of the countries that have no series of their own (Options.Top), "unlocated" has sources
// without a country, and "reserved" has sources with private and similar addresses. A reserved
// source is in no other series. A claim is written as [attribution.Claim.String] writes it, such
// as "RU > 50% of sources".
//
// These are of every collector. All that is counted is a gauge. It falls when a tally is rotated or
// reset, and when the window of a monitor moves on. "other" falls when a country gets a series of
// its own. So do not use rate() on a gauge.
//
//	whence_sources                           gauge    sources  country
//	whence_events                            gauge    events   country
//	whence_traffic_bytes                     gauge    bytes    country
//	whence_source_share_ratio                gauge    0 to 1   country
//	whence_source_share_lower_ratio          gauge    0 to 1   country
//	whence_source_share_upper_ratio          gauge    0 to 1   country
//	whence_distinct_sources                  gauge    sources
//	whence_distinct_sources_lower            gauge    sources
//	whence_distinct_sources_upper            gauge    sources
//	whence_records                           gauge    records
//	whence_lost_records                      gauge    records  reason
//	whence_span_start_timestamp_seconds      gauge    seconds
//	whence_span_end_timestamp_seconds        gauge    seconds
//	whence_database_build_timestamp_seconds  gauge    seconds  database
//	whence_verdict                           gauge    0 or 1   claim outcome
//	whence_verdict_reason                    gauge    1        claim reason
//	whence_verdict_share_ratio               gauge    0 to 1   claim
//	whence_verdict_share_lower_ratio         gauge    0 to 1   claim
//	whence_verdict_share_upper_ratio         gauge    0 to 1   claim
//	whence_verdict_limit_ratio               gauge    0 to 1   claim
//	whence_verdict_tolerated_error_ratio     gauge    0 to 1   claim
//	whence_scrape_duration_seconds           gauge    seconds
//
// The bounds of the shares and of the distinct sources are those of [attribution.Report]: 95 %
// each, or all together if the policy is joint. "other" has no bounds, and "reserved" has no
// share. The bounds of a verdict are at the confidence of the policy, with every uncertainty as
// the worst case.
//
// whence_verdict has one series for each outcome (undecided, supported, refuted, inadmissible). One
// of them is 1, and the others are 0. whence_verdict_reason has the caveat code that leaves a claim
// open or inadmissible. The reasons of lost records are those of [attribution.Loss]. Of two
// databases that have the same name, the older one counts.
//
// These are of a collector that [NewMonitor] made. Those above are then about the last
// Options.Window of the traffic.
//
//	whence_bursts_running                    gauge    bursts
//	whence_bursts_total                      counter  bursts
//	whence_burst_verdicts                    gauge    bursts   claim outcome
//	whence_target_bursting                   gauge    0 or 1   target
//	whence_monitor_records_total             counter  records
//	whence_monitor_dropped_records_total     counter  records  reason
//	whence_monitor_ahead_records_total       counter  records
//	whence_monitor_clock_set_back_total      counter  times
//	whence_monitor_evicted_targets_total     counter  times
//	whence_monitor_shed_targets_total        counter  times
//	whence_monitor_waiting_records           gauge    records
//	whence_monitor_tracked_targets           gauge    targets
//	whence_monitor_tracked_groups            gauge    groups
//	whence_monitor_retained_bytes            gauge    bytes
//	whence_monitor_clock_offset_seconds      gauge    seconds
//	whence_monitor_time_timestamp_seconds    gauge    seconds
//	whence_monitor_closed_timestamp_seconds  gauge    seconds
//	whence_monitor_oldest_timestamp_seconds  gauge    seconds
//
// whence_bursts_running counts attacks: a burst that is part of another one does not count.
// whence_bursts_total counts every burst that was found. whence_burst_verdicts says how many of the
// running attacks have this outcome, of each claim that the monitor decides, too. These verdicts
// are about the burst alone. Those of whence_verdict are about all traffic of the window.
//
// These are of a collector with Options.Account. The lost and unread records may fall: a record of
// a flow is unread until its template comes.
//
//	whence_input_records_total               counter  records
//	whence_input_excluded_records_total      counter  records
//	whence_input_lost_records                gauge    records  reason
//	whence_input_unread_records              gauge    records  code
//	whence_input_notes                       gauge    notes    code
//
// A number that is not known has no series. Examples are the events of each country if only
// sketches were merged, the share of an inadmissible claim, and every share before there is a
// source.
//
// # How many series
//
// No label is an address, a network or anything else that a client can choose. So nobody who sends
// traffic can make a new series. Of T countries (Options.Top), C claims, D databases, N targets
// (Options.Targets), U codes of unread records and M codes of notes, there are at most
//
//	6 T + 10 C + D + 25   of every collector
//	4 C + N + 18          more of a monitor
//	U + M + 7             more with Options.Account
//
// T is at most 250, D at most 128, and U and M are at most 65 each. With the defaults and 3 claims
// these are 176 series for a tally and 206 for a monitor, with one database.
//
// Two collectors of one registry need labels that tell them apart:
// [prometheus.WrapRegistererWith].
//
// # Verdicts that are looked at again and again
//
// Each scrape decides anew, each time with the error that the policy allows. Where a share is near
// the limit of a claim, some of hundreds of looks are wrong. So an alert must wait until a verdict
// has stayed: see docs/alerts.yml. Publish the verdict of one report, not of a scrape. The verdicts
// of a running burst share one probability of error ([monitor.Burst].Interim).
//
// # Concurrency
//
// Scrapes take turns. Each takes one snapshot, so that the series of a scrape fit together. Those
// of the monitor's bursts, its Stats and the account are read right after it.
//
// An [attribution.Tally] belongs to one goroutine. Publish its snapshots there, every few seconds:
//
//	var latest atomic.Pointer[attribution.Snapshot]
//	...
//	s := tally.Snapshot() // in the goroutine that counts
//	latest.Store(&s)
//	...
//	collector, err := metrics.New(func() (s attribution.Snapshot) {
//		if p := latest.Load(); p != nil {
//			s = *p
//		}
//		return s
//	}, options)
//
// # Performance
//
// A scrape costs a snapshot, its report and a metric for each series: see docs/METRICS.md for what
// was measured. That of a monitor merges the intervals of Options.Window. Observers wait for none
// of it.
//
// # Security
//
// Metrics tell where clients are and how busy a server is. Serve them to nobody but its
// operators.
package metrics
