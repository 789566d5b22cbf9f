package metrics

import "github.com/prometheus/client_golang/prometheus"

// series are those of one name. The table in the package documentation has all of them, and a test
// compares the two.
type series struct {
	*prometheus.Desc
	kind   prometheus.ValueType
	name   string
	labels []string
}

func gauge(name, help string, labels ...string) series {
	return series{prometheus.NewDesc(name, help, labels, nil), prometheus.GaugeValue, name, labels}
}

// counter is of a number that never goes down while the program runs.
func counter(name, help string, labels ...string) series {
	return series{prometheus.NewDesc(name, help, labels, nil), prometheus.CounterValue, name, labels}
}

// What a snapshot has counted.
var (
	sourcesSeries = gauge("whence_sources", "Distinct sources, by country.", "country")
	eventsSeries  = gauge("whence_events", "Events, by country.", "country")
	bytesSeries   = gauge("whence_traffic_bytes", "Bytes that sources sent, by country.", "country")

	shareSeries = gauge("whence_source_share_ratio", "Share of all distinct sources, by country.", "country")
	lowSeries   = gauge("whence_source_share_lower_ratio", "Lower bound of the share of all sources.", "country")
	highSeries  = gauge("whence_source_share_upper_ratio", "Upper bound of the share of all sources.", "country")

	distinctSeries     = gauge("whence_distinct_sources", "Distinct sources of all countries, without reserved ones.")
	distinctLowSeries  = gauge("whence_distinct_sources_lower", "Lower bound of the number of distinct sources.")
	distinctHighSeries = gauge("whence_distinct_sources_upper", "Upper bound of the number of distinct sources.")

	recordsSeries = gauge("whence_records", "Records that were counted.")
	lostSeries    = gauge("whence_lost_records", "Records that are in no count, by the reason.", "reason")

	fromSeries  = gauge("whence_span_start_timestamp_seconds", "Begin of the traffic that was counted.")
	toSeries    = gauge("whence_span_end_timestamp_seconds", "End of the traffic that was counted.")
	builtSeries = gauge("whence_database_build_timestamp_seconds", "When the database was built.", "database")
)

// What is decided of each claim.
var (
	verdictSeries = gauge("whence_verdict", "1 for the outcome of the claim, 0 for the others.", "claim", "outcome")
	reasonSeries  = gauge("whence_verdict_reason", "1 for the reason of an open outcome.", "claim", "reason")

	verdictShareSeries = gauge("whence_verdict_share_ratio", "Share that the claim is about.", "claim")
	verdictLowSeries   = gauge("whence_verdict_share_lower_ratio",
		"Lower bound of that share, in the worst case.", "claim")
	verdictHighSeries = gauge("whence_verdict_share_upper_ratio",
		"Upper bound of that share, in the worst case.", "claim")

	limitSeries     = gauge("whence_verdict_limit_ratio", "Limit that the claim names.", "claim")
	toleratedSeries = gauge("whence_verdict_tolerated_error_ratio",
		"Largest part that may be in a wrong country without changing the outcome.", "claim")
)

// What a monitor knows beside its snapshots.
var (
	runningSeries = gauge("whence_bursts_running", "Bursts that run and are part of no other.")
	burstsSeries  = counter("whence_bursts_total",
		"Bursts that were found, those that are part of others among them.")
	burstVerdictsSeries = gauge("whence_burst_verdicts",
		"Running bursts with this outcome of the claim.", "claim", "outcome")
	burstingSeries = gauge("whence_target_bursting", "1 while a burst of the target runs, else 0.", "target")

	observedSeries = counter("whence_monitor_records_total", "Records that the monitor was given.")
	droppedSeries  = counter("whence_monitor_dropped_records_total",
		"Records that were dropped, by the reason.", "reason")
	aheadSeries = counter("whence_monitor_ahead_records_total",
		"Records counted more than an interval ahead of the stream.")
	setBackSeries = counter("whence_monitor_clock_set_back_total", "How often the clock was set back.")
	evictedSeries = counter("whence_monitor_evicted_targets_total", "How often a target made room for a busier one.")
	shedSeries    = counter("whence_monitor_shed_targets_total",
		"How often sources of a target were forgotten to save memory.")

	waitingSeries  = gauge("whence_monitor_waiting_records", "Records that wait until their time is confirmed.")
	targetsSeries  = gauge("whence_monitor_tracked_targets", "Targets that are tracked.")
	groupsSeries   = gauge("whence_monitor_tracked_groups", "Groups of targets that are tracked.")
	retainedSeries = gauge("whence_monitor_retained_bytes", "Memory of the retained intervals.")
	offsetSeries   = gauge("whence_monitor_clock_offset_seconds", "By how much the clock of some sources is off.")
	timeSeries     = gauge("whence_monitor_time_timestamp_seconds", "Latest time of the stream that is believed.")
	closedSeries   = gauge("whence_monitor_closed_timestamp_seconds", "All intervals before this time have closed.")
	oldestSeries   = gauge("whence_monitor_oldest_timestamp_seconds", "Begin of the first interval that is retained.")
)

// What the reader of the input says.
var (
	readSeries      = counter("whence_input_records_total", "Records that were read and used.")
	excludedSeries  = counter("whence_input_excluded_records_total", "Records of sources that are left out.")
	inputLostSeries = gauge("whence_input_lost_records", "Records that were not used, by the reason.", "reason")
	unreadSeries    = gauge("whence_input_unread_records",
		"Records that were not read, by what is wrong with them.", "code")
	notesSeries = gauge("whence_input_notes", "What else was noted of the input.", "code")
)

var scrapeSeries = gauge("whence_scrape_duration_seconds", "How long this scrape took.")

var (
	countedSeries = []series{
		sourcesSeries, eventsSeries, bytesSeries, shareSeries, lowSeries, highSeries, distinctSeries, distinctLowSeries,
		distinctHighSeries, recordsSeries, lostSeries, fromSeries, toSeries, builtSeries, verdictSeries, reasonSeries,
		verdictShareSeries, verdictLowSeries, verdictHighSeries, limitSeries, toleratedSeries, scrapeSeries,
	}
	monitorSeries = []series{
		runningSeries, burstsSeries, burstVerdictsSeries, burstingSeries, observedSeries, droppedSeries, aheadSeries,
		setBackSeries, evictedSeries, shedSeries, waitingSeries, targetsSeries, groupsSeries, retainedSeries,
		offsetSeries, timeSeries, closedSeries, oldestSeries,
	}
	inputSeries = []series{readSeries, excludedSeries, inputLostSeries, unreadSeries, notesSeries}
)
