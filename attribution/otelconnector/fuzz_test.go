package otelconnector

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/whence-go/whence/attribution/monitor"
)

// Whatever a batch holds, each record is an event that is used, or one that is counted as lost.
func FuzzRecord(f *testing.F) {
	var encoder plog.ProtoMarshaler
	add := func(logs plog.Logs) {
		data, err := encoder.MarshalLogs(logs)
		must(f, err)
		if len(data) < 1<<16 {
			f.Add(data)
		}
	}
	for _, tt := range malformed {
		logs := plog.NewLogs()
		recordOf(f, tt.attributes).CopyTo(
			logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
		add(logs)
	}
	add(logsOf(monitor.Event{Time: begin, Target: hit}))
	r := defaultReader()
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		var sum tally
		records, usable := uint64(0), uint64(0)
		for _, resource := range logs.ResourceLogs().All() {
			for _, scope := range resource.ScopeLogs().All() {
				for _, record := range scope.LogRecords().All() {
					e := r.event(record, &sum)
					records++
					if e.Source.IsValid() && !e.Time.IsZero() {
						usable++
					}
					if e.Source.Zone() != "" || e.Source.Is4In6() || e.Target.Group() != 0 {
						t.Errorf("source %v, target %v", e.Source, e.Target)
					}
				}
			}
		}
		lost := uint64(0)
		for _, n := range sum.lost {
			lost += n
		}
		if sum.records != usable || sum.records+sum.undated+lost != records {
			t.Errorf("%d records, %d of them usable: %+v", records, usable, sum)
		}
	})
}
