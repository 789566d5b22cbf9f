package peers

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	protoproducer "github.com/netsampler/goflow2/v2/producer/proto"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/bench/internal/exports"
)

// A flow is what a record says, as far as events have it: the source port is that of UDP, and what is told without a
// number of packets is one.
type flow struct {
	source, target netip.Addr
	protocol       uint8
	port           uint16
	packets, bytes uint64
	rate           uint32
}

// String is such as "203.0.113.1>198.51.100.7 17/53 3p 300B" and the rate, if there is one.
func (f flow) String() string {
	text := func(a netip.Addr) string {
		if !a.IsValid() {
			return "?"
		}
		return a.String()
	}
	s := fmt.Sprintf("%s>%s %d/%d %dp %dB", text(f.source), text(f.target), f.protocol, f.port, f.packets, f.bytes)
	if f.rate != 0 {
		s += fmt.Sprintf(" 1:%d", f.rate)
	}
	return s
}

func flowOfEvent(e *monitor.Event) flow {
	return flow{e.Source, e.Target.Addr(), e.Protocol, e.SourcePort, e.Events, e.Bytes, e.SamplingRate}
}

func flowOfMessage(m *protoproducer.ProtoProducerMessage) flow {
	address := func(b []byte) netip.Addr {
		a, _ := netip.AddrFromSlice(b)
		if a = a.Unmap(); a.IsValid() && a.IsUnspecified() {
			return netip.Addr{}
		}
		return a
	}
	f := flow{
		address(m.SrcAddr), address(m.DstAddr), uint8(m.Proto), 0, max(m.Packets, 1), m.Bytes, uint32(m.SamplingRate),
	}
	if f.protocol == 17 {
		f.port = uint16(m.SrcPort)
	}
	return f
}

// both decodes datagrams of one exporter twice.
type both struct {
	decoder *netflow.Decoder
	goflow2 *goflow2
	events  []monitor.Event
}

func newBoth(tb testing.TB) *both {
	// A record is one event, whenever it was, and at egress too.
	d, err := netflow.NewDecoder(netflow.Options{Timing: netflow.Exported, BothDirections: true})
	if err != nil {
		tb.Fatal(err)
	}
	return &both{decoder: d, goflow2: newGoflow2(tb)}
}

// decode returns what both make of a datagram, and what goflow2 says is wrong with it.
func (d *both) decode(received time.Time, datagram []byte) (ours, theirs []flow, err error) {
	d.events = d.decoder.Decode(d.events[:0], exporter, received, datagram)
	for i := range d.events {
		ours = append(ours, flowOfEvent(&d.events[i]))
	}
	err = d.goflow2.decode(datagram, func(m *protoproducer.ProtoProducerMessage) {
		theirs = append(theirs, flowOfMessage(m))
	})
	return ours, theirs, err
}

// agree fails the test unless both read the same flows in the same order, all of them.
func (d *both) agree(t *testing.T, datagram []byte, records int) {
	t.Helper()
	ours, theirs, err := d.decode(exports.Sent, datagram)
	if err != nil || len(theirs) != records || !slices.Equal(ours, theirs) {
		t.Fatalf("%d records, error %v\n% x\n ours %v\ntheirs %v", records, err, datagram, ours, theirs)
	}
}

// The datagrams of the benchmarks.
func TestFlowsOfExports(t *testing.T) {
	for format, write := range exports.Formats {
		t.Run(format, func(t *testing.T) {
			e, d := write(), newBoth(t)
			if e.Templates != nil {
				d.agree(t, e.Templates, 0)
			}
			for i := range e.Datagrams {
				d.agree(t, e.Number(i), e.Records)
			}
		})
	}
}
