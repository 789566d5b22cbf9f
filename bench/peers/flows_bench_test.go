package peers

import (
	"net/netip"
	"testing"

	protoproducer "github.com/netsampler/goflow2/v2/producer/proto"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/bench/internal/exports"
	"github.com/whence-go/whence/bench/internal/load"
)

// datagramsATurn is how many one of both decodes before it is the other's turn.
const datagramsATurn = 256

// A collector takes datagrams. total is what it has read so far.
type collector struct {
	take  func(datagram []byte)
	end   func() // of a turn: nothing may wait
	total struct{ records, packets, bytes uint64 }
}

// takeTurn hands it a turn's datagrams from the first on.
func (c *collector) takeTurn(e *exports.Exports) {
	for i := range datagramsATurn {
		c.take(e.Number(i))
	}
	c.end()
}

// openNetflow decodes, and hands the events to use, 256 and more at once.
func openNetflow(tb testing.TB, use func([]monitor.Event)) *collector {
	d, err := netflow.NewDecoder(netflow.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	c := &collector{}
	var events []monitor.Event
	c.end = func() {
		for i := range events {
			c.total.records++
			c.total.packets += events[i].Events
			c.total.bytes += events[i].Bytes
		}
		use(events)
		events = events[:0]
	}
	c.take = func(datagram []byte) {
		if events = d.Decode(events, exporter, exports.Sent, datagram); len(events) >= 256 {
			c.end()
		}
	}
	return c
}

// openGoflow2 decodes to messages, and hands them to use.
func openGoflow2(tb testing.TB, use func(m *protoproducer.ProtoProducerMessage)) *collector {
	g, c := newGoflow2(tb), &collector{end: func() {}}
	add := func(m *protoproducer.ProtoProducerMessage) {
		c.total.records++
		c.total.packets += m.Packets
		c.total.bytes += m.Bytes
		use(m)
	}
	c.take = func(datagram []byte) {
		if err := g.decode(datagram, add); err != nil {
			tb.Fatal(err)
		}
	}
	return c
}

// sourcesByCountry are what a collector counts that is made of the usual parts: exact, for all of its time and all
// targets together.
type sourcesByCountry map[string]map[netip.Addr]struct{}

func (s sourcesByCountry) use(m *protoproducer.ProtoProducerMessage) {
	source, _ := netip.AddrFromSlice(m.SrcAddr)
	code := load.Decode(load.Database(), source)
	if s[code] == nil {
		s[code] = map[netip.Addr]struct{}{}
	}
	s[code][source] = struct{}{}
}

// openExports writes exports, and hands their templates and some turns to each collector: all must have read the
// same. Records of NetFlow that last longer than an interval are more events than one.
func openExports(tb testing.TB, format string, ours, theirs *collector) *exports.Exports {
	tb.Helper()
	const turns = 4
	e := exports.Formats[format]()
	for _, c := range []*collector{ours, theirs} {
		if e.Templates != nil {
			c.take(e.Templates)
		}
		for range turns {
			c.takeTurn(e)
		}
	}
	records := uint64(turns * datagramsATurn * e.Records)
	o, t := ours.total, theirs.total
	if t.records != records || o.records < records || o.packets != t.packets || o.bytes != t.bytes || o.packets < records {
		tb.Fatalf("%s: %d records, ours %+v, goflow2 %+v", format, records, o, t)
	}
	return e
}

// BenchmarkFlows takes datagrams with attribution/netflow and with goflow2, in turns. x-goflow2 is how many times as
// long goflow2 takes.
//
//   - job=decode: to events, and to goflow2's messages.
//   - job=sources: and these to a Tally, and to sourcesByCountry: both count sources per country, nothing else.
//   - job=monitor: and the events to a Monitor, which counts 65,536 targets, their networks and time as well. Those of
//     goflow2 to sourcesByCountry as before.
func BenchmarkFlows(b *testing.B) {
	for _, job := range []struct {
		name string
		open func(b *testing.B, format string) (e *exports.Exports, ours, theirs *collector)
	}{{"decode", openDecode}, {"sources", openSources}, {"monitor", openMonitor}} {
		for _, format := range []string{"v5", "v9", "ipfix", "sflow"} {
			b.Run("job="+job.name+"/format="+format, func(b *testing.B) {
				e, ours, theirs := job.open(b, format)
				inTurns(b, e, ours, theirs)
			})
		}
	}
}

func openDecode(b *testing.B, format string) (e *exports.Exports, ours, theirs *collector) {
	ours = openNetflow(b, func([]monitor.Event) {})
	theirs = openGoflow2(b, func(*protoproducer.ProtoProducerMessage) {})
	return openExports(b, format, ours, theirs), ours, theirs
}

func openSources(b *testing.B, format string) (e *exports.Exports, ours, theirs *collector) {
	tally, err := attribution.NewTally(load.Table(), attribution.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var flows []attribution.Flow
	ours = openNetflow(b, func(events []monitor.Event) {
		flows = flows[:0]
		for i := range events {
			flows = append(flows, events[i].Flow)
		}
		tally.AddFlows(flows)
	})
	sources := sourcesByCountry{}
	theirs = openGoflow2(b, sources.use)
	e = openExports(b, format, ours, theirs)
	report, err := tally.Snapshot().Report(attribution.Policy{})
	if err != nil {
		b.Fatal(err)
	}
	got, want := counts{}, counts{}
	for _, row := range report.Countries {
		got[row.Origin.String()] = row.Sources
	}
	for code, set := range sources {
		want[code] = uint64(len(set))
	}
	named("whence").check(b, got, want)
	return e, ours, theirs
}

func openMonitor(b *testing.B, format string) (e *exports.Exports, ours, theirs *collector) {
	m, err := monitor.New(load.Table(), monitor.Options{})
	if err != nil {
		b.Fatal(err)
	}
	ours = openNetflow(b, func(events []monitor.Event) { m.Observe(events...) })
	theirs = openGoflow2(b, sourcesByCountry{}.use)
	e = openExports(b, format, ours, theirs)
	if s := m.Stats(); s.Records != ours.total.records || s.Late+s.Undated+s.Misdated > 0 {
		b.Fatalf("%d events, of which the monitor has %+v", ours.total.records, s)
	}
	return e, ours, theirs
}

func inTurns(b *testing.B, e *exports.Exports, ours, theirs *collector) {
	var our, their load.Stopwatch
	records := datagramsATurn * e.Records
	for b.Loop() {
		our.Time(records, func() { ours.takeTurn(e) })
		their.Time(records, func() { theirs.takeTurn(e) })
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(our.PerEvent(), "ns/record")
	b.ReportMetric(their.PerEvent(), "goflow2-ns/record")
	b.ReportMetric(their.PerEvent()/our.PerEvent(), "x-goflow2")
}
