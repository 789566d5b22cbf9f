package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/whence-go/whence/attribution"
)

// metrics are read when they are asked for. Labels are codes of this program and never anything that
// came in a datagram, so that nobody who sends one can make a new series.
type metrics struct{ s *server }

// metric is a number that there is once, or once for each value of its label.
type metric struct {
	*prometheus.Desc
	kind prometheus.ValueType
}

func counter(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("collector_"+name, help, labels, nil), prometheus.CounterValue}
}

func gauge(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("collector_"+name, help, labels, nil), prometheus.GaugeValue}
}

var (
	datagramsMetric = counter("datagrams_total", "Datagrams that were received.")
	bytesMetric     = counter("bytes_total", "Bytes of the datagrams that were received.")
	dropsMetric     = counter("kernel_drops_total", "Datagrams that the kernel had no room for.")
	errorsMetric    = counter("receive_errors_total", "Errors of the sockets.")
	recordsMetric   = counter("records_total", "Records that were used.")
	missingMetric   = counter("records_missing_total", "Records that went missing on the way, by the sequence numbers.")
	excludedMetric  = counter("datagrams_excluded_total", "Datagrams of exporters that are not allowed.")
	// These go down when a template comes for which records have waited.
	unreadMetric = gauge("records_unread", "Records that were not read, by the reason why.", "code")
	notesMetric  = gauge("notes", "What else was noted of records and datagrams.", "code")

	exportersMetric = gauge("exporters", "Exporters that are known.")
	templatesMetric = gauge("templates", "Templates that are known, of all exporters.")
	eventsMetric    = counter("events_total", "Events that the monitor was given.")
	droppedMetric   = counter("events_dropped_total", "Events that the monitor did not count, by the reason.", "reason")
	waitingMetric   = gauge("events_waiting", "Events whose time is not confirmed yet.")
	trackedMetric   = gauge("targets_tracked", "Targets that are tracked.")
	shedMetric      = counter("targets_shed_total", "How often sources of a target were forgotten to save memory.")
	memoryMetric    = gauge("snapshot_bytes", "Memory of the retained intervals.")
	behindMetric    = gauge("behind_seconds", "How far the time of the events is behind the clock.")
	runningMetric   = gauge("bursts_running", "Bursts that run, without those that are part of others.")
	reportsMetric   = counter("burst_reports_total", "Reports of bursts.")
	outletMetric    = counter("outlet_bursts_total", "Bursts that were passed on, or not.", "outlet", "result")
)

// Describe implements prometheus.Collector.
func (m metrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []metric{
		datagramsMetric, bytesMetric, dropsMetric, errorsMetric, recordsMetric, missingMetric, excludedMetric,
		unreadMetric, notesMetric, exportersMetric, templatesMetric, eventsMetric, droppedMetric, waitingMetric,
		trackedMetric, shedMetric, memoryMetric, behindMetric, runningMetric, reportsMetric, outletMetric,
	} {
		to <- d.Desc
	}
}

// Collect implements prometheus.Collector.
func (m metrics) Collect(to chan<- prometheus.Metric) {
	is := func(what metric, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(what.Desc, what.kind, value, labels...)
	}
	st := m.s.status()
	is(datagramsMetric, float64(st.Datagrams))
	is(bytesMetric, float64(st.Bytes))
	is(dropsMetric, float64(st.KernelDrops))
	is(errorsMetric, float64(st.ReceiveErrors))
	a := &st.Account
	is(recordsMetric, float64(a.Records))
	is(missingMetric, float64(a.Lost[attribution.LostShed]))
	is(excludedMetric, float64(a.Excluded))
	for _, u := range a.Unread {
		is(unreadMetric, float64(u.Records), u.Code)
	}
	for code, n := range sumNotes(a.Notes) {
		is(notesMetric, float64(n), code)
	}
	is(exportersMetric, float64(st.Exporters))
	is(templatesMetric, float64(st.Templates))
	s := st.Monitor
	is(eventsMetric, float64(s.Records))
	is(droppedMetric, float64(s.Late), "late")
	is(droppedMetric, float64(s.Undated), "undated")
	is(droppedMetric, float64(s.Misdated), "misdated")
	is(waitingMetric, float64(s.Waiting))
	is(trackedMetric, float64(s.Tracked))
	is(shedMetric, float64(s.Shed))
	is(memoryMetric, float64(s.SnapshotBytes))
	if !s.Time.IsZero() {
		is(behindMetric, st.Now.Sub(s.Time).Seconds())
	}
	is(runningMetric, float64(st.RunningCount))
	is(reportsMetric, float64(st.Reports))
	for _, o := range st.Outlets {
		is(outletMetric, float64(o.Sent), o.Name, "sent")
		is(outletMetric, float64(o.Failed), o.Name, "failed")
		is(outletMetric, float64(o.Dropped), o.Name, "dropped")
	}
}

// sumNotes has one number for each code, whatever the notes are about.
func sumNotes(notes []attribution.Note) map[string]uint64 {
	sums := map[string]uint64{}
	for _, n := range notes {
		sums[n.Code] += n.Value
	}
	return sums
}

// metrics serves them, beside those of the Go runtime and of the process.
func (s *server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics{s}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}
