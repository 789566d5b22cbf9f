package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/whence-go/whence/attribution/metrics"
)

// operation has the metrics of the sockets and outlets. Package metrics has those of what was counted.
// Labels are codes of this program and never anything that came in a datagram, so that nobody who
// sends one can make a new series.
type operation struct{ s *server }

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
	bytesMetric     = counter("received_bytes_total", "Bytes of the datagrams that were received.")
	dropsMetric     = counter("kernel_drops_total", "Datagrams that the kernel had no room for.")
	errorsMetric    = counter("receive_errors_total", "Errors of the sockets.")
	exportersMetric = gauge("exporters", "Exporters that are known.")
	templatesMetric = gauge("templates", "Templates that are known, of all exporters.")
	reportsMetric   = counter("burst_reports_total", "Reports of bursts.")
	outletMetric    = counter("outlet_bursts_total", "Bursts that were passed on, or not.", "outlet", "result")
)

// Describe implements prometheus.Collector.
func (o operation) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []metric{
		datagramsMetric, bytesMetric, dropsMetric, errorsMetric, exportersMetric, templatesMetric, reportsMetric,
		outletMetric,
	} {
		to <- d.Desc
	}
}

// Collect implements prometheus.Collector.
func (o operation) Collect(to chan<- prometheus.Metric) {
	is := func(what metric, value uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(what.Desc, what.kind, float64(value), labels...)
	}
	s := o.s
	is(datagramsMetric, s.datagrams.Load())
	is(bytesMetric, s.bytes.Load())
	is(dropsMetric, s.drops())
	is(errorsMetric, s.readErrors.Load())
	exporters := s.decoder.Exporters()
	is(exportersMetric, uint64(len(exporters)))
	is(templatesMetric, uint64(templates(exporters)))
	is(reportsMetric, s.reported.Load())
	for _, out := range s.outlets {
		is(outletMetric, out.sent.Load(), out.name, "sent")
		is(outletMetric, out.failed.Load(), out.name, "failed")
		is(outletMetric, out.dropped.Load(), out.name, "dropped")
	}
}

// metrics serves them, beside those of the Go runtime and of the process.
func (s *server) metrics() (http.Handler, error) {
	counted, err := metrics.NewMonitor(s.monitor, metrics.Options{
		Claims: s.cfg.claims, Account: s.decoder.Account,
	})
	if err != nil {
		return nil, err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(counted, operation{s}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Registry: registry}), nil
}
