package bench

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/bench/internal/exports"
	"github.com/whence-go/whence/bench/internal/load"
)

var exporter = netip.MustParseAddr("192.0.2.1")

// exportsOf writes exports of a format, and sees to it that all of them are read.
func exportsOf(t testing.TB, format string) (*exports.Exports, *netflow.Decoder) {
	t.Helper()
	e := exports.Formats[format]()
	d := must(netflow.NewDecoder(netflow.Options{}))
	var events []monitor.Event
	if e.Templates != nil {
		d.Decode(nil, exporter, exports.Sent, e.Templates)
	}
	packets, octets := uint64(0), uint64(0)
	for i := range e.Datagrams {
		events = d.Decode(events[:0], exporter, exports.Sent, e.Number(i))
		for j := range events {
			packets += events[j].Events
			octets += events[j].Bytes
		}
	}
	a := d.Account()
	if packets != e.Packets || octets != e.Bytes || a.Records != uint64(e.Records*len(e.Datagrams)) || len(a.Lost) > 0 {
		t.Fatalf("%s: %d packets of %d, %d bytes of %d, %+v", format, packets, e.Packets, octets, e.Bytes, a)
	}
	return e, d
}

// Every format has exports, all of which are read.
func TestExports(t *testing.T) {
	for format := range exports.Formats {
		t.Run(format, func(t *testing.T) { exportsOf(t, format) })
	}
}

// BenchmarkNetflow decodes datagrams, in turns with decoding and observing them. share is what part of the latter
// decoding is.
func BenchmarkNetflow(b *testing.B) {
	const part = 256 // datagrams
	for _, format := range []string{"v5", "v9", "ipfix", "sflow"} {
		b.Run(fmt.Sprintf("format=%s", format), func(b *testing.B) {
			e, d := exportsOf(b, format)
			m := must(monitor.New(load.Table(), monitor.Options{}))
			i := 0
			var events []monitor.Event
			for range 2 * len(e.Datagrams) {
				events = d.Decode(events[:0], exporter, exports.Sent, e.Number(i))
				m.Observe(events...)
				i++
			}
			var decode, both load.Stopwatch
			b.ReportAllocs()
			for b.Loop() {
				decode.Time(part*e.Records, func() {
					for range part {
						events = d.Decode(events[:0], exporter, exports.Sent, e.Number(i))
						i++
					}
				})
				both.Time(part*e.Records, func() {
					events = events[:0]
					for range part {
						if events = d.Decode(events, exporter, exports.Sent, e.Number(i)); len(events) >= 256 {
							m.Observe(events...)
							events = events[:0]
						}
						i++
					}
					m.Observe(events...)
				})
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(decode.PerEvent(), "ns/record")
			b.ReportMetric(1e9/decode.PerEvent(), "records/s")
			b.ReportMetric(decode.PerEvent()/both.PerEvent(), "share")
		})
	}
}
