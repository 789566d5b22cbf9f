// Package otelconnector is a connector of the OpenTelemetry Collector. It counts the log records of a
// pipeline in one [monitor.Monitor], and says what that finds, as metrics and as log records:
//
//	receivers:
//	  file_log:
//	    include: [access.json]
//	connectors:
//	  whence:
//	    claims: ["majority RU"]
//	exporters:
//	  prometheus:
//	    endpoint: 127.0.0.1:9464
//	  debug:
//	service:
//	  pipelines:
//	    logs: {receivers: [file_log], exporters: [whence]}
//	    metrics: {receivers: [whence], exporters: [prometheus]}
//	    logs/bursts: {receivers: [whence], exporters: [debug]}
//
// It is a module of its own, because only it needs the Collector. docs/OTEL.md in the repository has
// all settings, attributes and metrics. examples/otelcol is a distribution with it.
//
// # Input
//
// A record is an event from its source to its target. Its attributes say so by the semantic
// conventions: source.address, else client.address, destination.address, network.io.bytes and
// network.flow.sampling_rate, unless [AttributesConfig] names others. Its time is its timestamp, else
// the time when it was observed. Attributes of scopes and resources are not read.
//
// Counts are those that were seen. A sampling rate multiplies nothing: it is that of
// [attribution.Flow], and the verdicts allow for it.
//
// No record vanishes. One that cannot be used is a lost record of the interval and the target that it
// names, and of the metrics, by a code such as NO_ADDRESS. A bad source is never replaced by the next
// attribute, so that nobody chooses which one counts. Records that are passed in are not passed on.
//
// # One monitor for two outputs
//
// For a connector that feeds metrics and logs, the Collector makes two instances, and gives every
// record to both. They share a monitor, by the pointer of their [Config]. The instance that was made
// first observes, so that each record counts once. Two connectors of one configuration file, such as
// whence/web and whence/mail, have a monitor each.
//
// # Back-pressure
//
// ConsumeLogs counts all records before it returns, and never waits for the next component. A record
// about a burst is sent again until it is taken, with pauses of 1 to 30 seconds. At most 256 wait;
// then the oldest is dropped. One that is refused for ever is dropped, too. A batch of metrics that is
// not taken is not kept, since the next one says as much. The metrics count all of this. Memory is
// bounded by the options of the monitor, and not by the input.
//
// # Time
//
// Time is that of the records. While none comes for an interval, it goes on as fast as this machine's
// clock, so that a burst that ends in silence is reported as ended. So records that are held up for
// longer than 6 intervals, and come then, are late.
//
// # Shutdown and restart
//
// With a checkpoint file, the monitor is kept once a minute and at the end, as a whole or not at all.
// Records that came since the last checkpoint are not in it if the program is killed. At the start it
// goes on from there. A file that is damaged or of another version is kept aside as .bad with a
// warning, and all begins anew. One of another key or of other options is an error. Cumulative sums
// begin at 0 with each start, as their start time says.
//
// At the end, waiting records about bursts are sent once more, and so are the metrics. Each
// output takes 6 seconds at most. A component that does not return by then is an error.
//
// # Concurrency
//
// Any number of pipelines may call ConsumeLogs at once. One goroutine watches the time, and each
// output has one.
//
// # Security
//
// Whatever a record says is about that record alone. No attribute of a metric comes from a record.
// Targets in log records about bursts do; they are cut to 200 bytes and quoted. Texts that stand for
// addresses and numbers are read up to 80 bytes. A checkpoint holds addresses of sources unless
// drop_addresses is set, and only its owner may read it.
package otelconnector
