package otelconnector

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// series is a metric. An exporter for Prometheus makes the name of attribution/metrics of it, by the
// rules of OpenTelemetry for units. A unit of "1" is a share, and no unit is a flag.
type series struct {
	name, unit, description string
	sum                     bool // cumulative and monotonic, else a gauge
	keys                    []string
}

func gauge(name, unit, description string, keys ...string) *series {
	return &series{name, unit, description, false, keys}
}

func counter(name, unit, description string, keys ...string) *series {
	return &series{name, unit, description, true, keys}
}

// What the window has.
var (
	sourcesSeries = gauge("whence.sources", "{source}", "Distinct sources, by country.", "country")
	eventsSeries  = gauge("whence.events", "{event}", "Events, by country.", "country")
	bytesSeries   = gauge("whence.traffic", "By", "Bytes that sources sent, by country.", "country")

	shareSeries = gauge("whence.source.share", "1", "Share of all distinct sources, by country.", "country")
	lowSeries   = gauge("whence.source.share.lower", "1", "Lower bound of the share of all sources.", "country")
	highSeries  = gauge("whence.source.share.upper", "1", "Upper bound of the share of all sources.", "country")

	distinctSeries = gauge("whence.distinct_sources", "{source}",
		"Distinct sources of all countries, without reserved ones.")
	distinctLowSeries = gauge("whence.distinct_sources.lower", "{source}",
		"Lower bound of the number of distinct sources.")
	distinctHighSeries = gauge("whence.distinct_sources.upper", "{source}",
		"Upper bound of the number of distinct sources.")
	intervalSeries = gauge("whence.interval.distinct_sources", "{source}",
		"Distinct sources of the last interval that has closed.")

	recordsSeries = gauge("whence.records", "{record}", "Records that were counted.")
	lostSeries    = gauge("whence.lost_records", "{record}", "Records that are in no count, by the reason.", "reason")

	fromSeries  = gauge("whence.span.start_timestamp", "s", "Begin of the traffic that was counted.")
	toSeries    = gauge("whence.span.end_timestamp", "s", "End of the traffic that was counted.")
	builtSeries = gauge("whence.database.build_timestamp", "s", "When the database was built.", "database")
)

// What is decided of each claim.
var (
	verdictSeries = gauge("whence.verdict", "", "1 for the outcome of the claim, 0 for the others.", "claim", "outcome")
	reasonSeries  = gauge("whence.verdict.reason", "", "1 for the reason of an open outcome.", "claim", "reason")

	verdictShareSeries = gauge("whence.verdict.share", "1", "Share that the claim is about.", "claim")
	verdictLowSeries   = gauge("whence.verdict.share.lower", "1",
		"Lower bound of that share, in the worst case.", "claim")
	verdictHighSeries = gauge("whence.verdict.share.upper", "1",
		"Upper bound of that share, in the worst case.", "claim")

	limitSeries     = gauge("whence.verdict.limit", "1", "Limit that the claim names.", "claim")
	toleratedSeries = gauge("whence.verdict.tolerated_error", "1",
		"Largest part that may be in a wrong country without changing the outcome.", "claim")
)

// What the monitor knows beside its snapshots.
var (
	runningSeries = gauge("whence.bursts.running", "{burst}", "Bursts that run and are part of no other.")
	burstsSeries  = counter("whence.bursts", "{burst}",
		"Bursts that were found, those that are part of others among them.")
	burstVerdictsSeries = gauge("whence.burst.verdicts", "{burst}",
		"Running bursts with this outcome of the claim.", "claim", "outcome")
	burstingSeries = gauge("whence.target.bursting", "", "1 while a burst of the target runs, else 0.", "target")

	observedSeries = counter("whence.monitor.records", "{record}", "Records that the monitor was given.")
	droppedSeries  = counter("whence.monitor.dropped_records", "{record}",
		"Records that were dropped, by the reason.", "reason")
	aheadSeries = counter("whence.monitor.ahead_records", "{record}",
		"Records counted more than an interval ahead of the stream.")
	setBackSeries = counter("whence.monitor.clock_set_back", "{time}", "How often the clock was set back.")
	evictedSeries = counter("whence.monitor.evicted_targets", "{time}", "How often a target made room for a busier one.")
	shedSeries    = counter("whence.monitor.shed_targets", "{time}",
		"How often sources of a target were forgotten to save memory.")

	waitingSeries = gauge("whence.monitor.waiting_records", "{record}",
		"Records that wait until their time is confirmed.")
	targetsSeries  = gauge("whence.monitor.tracked_targets", "{target}", "Targets that are tracked.")
	groupsSeries   = gauge("whence.monitor.tracked_groups", "{group}", "Groups of targets that are tracked.")
	retainedSeries = gauge("whence.monitor.retained", "By", "Memory of the retained intervals.")
	offsetSeries   = gauge("whence.monitor.clock_offset", "s", "By how much the clock of some sources is off.")
	timeSeries     = gauge("whence.monitor.time_timestamp", "s", "Latest time of the stream that is believed.")
	closedSeries   = gauge("whence.monitor.closed_timestamp", "s", "All intervals before this time have closed.")
	oldestSeries   = gauge("whence.monitor.oldest_timestamp", "s", "Begin of the first interval that is retained.")
)

// What the connector says of its input and output.
var (
	readSeries      = counter("whence.input.records", "{record}", "Records that were read and used.")
	inputLostSeries = gauge("whence.input.lost_records", "{record}",
		"Records that were not used, by the reason.", "reason")
	unreadSeries = gauge("whence.input.unread_records", "{record}",
		"Records that were not read, by what is wrong with them.", "code")
	notesSeries = gauge("whence.input.notes", "{record}", "Records of which something else was noted.", "code")

	sentRecordsSeries = counter("whence.output.log_records", "{record}",
		"Log records about bursts that the next component took.")
	droppedRecordsSeries = counter("whence.output.dropped_log_records", "{record}",
		"Log records about bursts that were dropped.")
	droppedBatchesSeries = counter("whence.output.dropped_metric_batches", "{batch}",
		"Batches of metrics that the next component did not take.")
	saveFailsSeries = counter("whence.checkpoint.failures", "{checkpoint}", "Checkpoints that could not be written.")
)

// batch is all data points of one time.
type batch struct {
	metrics   pmetric.Metrics
	scope     pmetric.ScopeMetrics
	known     map[*series]pmetric.NumberDataPointSlice
	start, at pcommon.Timestamp
}

func newBatch(name string, began, now time.Time) *batch {
	b := &batch{
		metrics: pmetric.NewMetrics(), known: map[*series]pmetric.NumberDataPointSlice{},
		start: pcommon.NewTimestampFromTime(began), at: pcommon.NewTimestampFromTime(now),
	}
	resource := b.metrics.ResourceMetrics().AppendEmpty()
	resource.Resource().Attributes().PutStr(connectorKey, name)
	b.scope = resource.ScopeMetrics().AppendEmpty()
	b.scope.Scope().SetName(scopeName)
	return b
}

// point adds a data point. The values are those of the keys of the series.
func (b *batch) point(s *series, values []string) pmetric.NumberDataPoint {
	points, ok := b.known[s]
	if !ok {
		m := b.scope.Metrics().AppendEmpty()
		m.SetName(s.name)
		m.SetUnit(s.unit)
		m.SetDescription(s.description)
		if s.sum {
			sum := m.SetEmptySum()
			sum.SetIsMonotonic(true)
			sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
			points = sum.DataPoints()
		} else {
			points = m.SetEmptyGauge().DataPoints()
		}
		b.known[s] = points
	}
	p := points.AppendEmpty()
	p.SetTimestamp(b.at)
	if s.sum {
		p.SetStartTimestamp(b.start)
	}
	for i, key := range s.keys {
		p.Attributes().PutStr(key, values[i])
	}
	return p
}

func (b *batch) count(s *series, n uint64, values ...string) {
	b.point(s, values).SetIntValue(whole(n))
}

func (b *batch) number(s *series, x float64, values ...string) { b.point(s, values).SetDoubleValue(x) }

// time adds seconds since 1970, if the time is known.
func (b *batch) time(s *series, t time.Time, values ...string) {
	if !t.IsZero() {
		b.number(s, float64(t.Unix())+float64(t.Nanosecond())/1e9, values...)
	}
}

func whole(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// flag is 1 for true.
func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
