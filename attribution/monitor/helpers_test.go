package monitor

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

func must[T any](v T, err error) T { return world.Must(v, err) }

var testKey = must(sketch.KeyFrom(bytes.Repeat([]byte{7}, 32)))

// begin is a full hour.
var begin = time.Date(2024, 5, 21, 7, 0, 0, 0, time.UTC)

// at returns the time so many seconds after begin.
func at(seconds float64) time.Time {
	return begin.Add(time.Duration(seconds * float64(time.Second)))
}

// ip returns the i-th of many public addresses.
func ip(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(20 + i%70), byte(i / 70 % 256), byte(i / 70 / 256 % 256), byte(i)})
}

// flowOf is a flow of one event.
func flowOf(source netip.Addr) attribution.Flow { return attribution.Flow{Source: source} }

// eventOf returns an event of a scenario.
func eventOf(e scenario.Event) Event {
	return Event{Time: e.Time, Target: ParseTarget(e.Target), Flow: attribution.Flow{
		Source: e.Source, Events: e.Events, Bytes: e.Bytes,
		Handshake: e.Established, Protocol: e.Protocol, SourcePort: e.SourcePort, TCPFlags: e.TCPFlags,
	}}
}

func newMonitor(o Options) *Monitor { return newMonitorWith(world.Embedded(), o) }

func newMonitorWith(table *geo.Table, o Options) *Monitor {
	o.Tally.Key = testKey
	return must(New(table, o))
}

// everything is all that a monitor retains.
func everything(m *Monitor) attribution.Snapshot { return m.Snapshot(time.Time{}, time.Time{}) }

// reportOf is the report of a snapshot without claims.
func reportOf(s attribution.Snapshot) attribution.Report { return must(s.Report(attribution.Policy{})) }

// oneTally counts events without regard to their times.
func oneTally(m *Monitor, events []Event) attribution.Snapshot {
	t := must(attribution.NewTally(m.table, m.options.Tally))
	for _, e := range events {
		t.AddFlow(e.Flow)
		t.ExtendSpan(e.Time, e.Time)
	}
	return t.Snapshot()
}

// sameSnapshot fails unless two snapshots are equal to the last byte.
func sameSnapshot(t *testing.T, what string, got, want attribution.Snapshot) {
	t.Helper()
	if !bytes.Equal(must(got.MarshalBinary()), must(want.MarshalBinary())) {
		t.Fatalf("%s: the snapshots differ:\n%v\nwant\n%v", what, reportOf(got), reportOf(want))
	}
}

// caveatOf returns the caveat of a burst with a code.
func caveatOf(b Burst, code caveat.Code) (c caveat.Caveat, found bool) {
	i := slices.IndexFunc(b.Caveats, func(c caveat.Caveat) bool { return c.Code == code })
	if i < 0 {
		return c, false
	}
	return b.Caveats[i], true
}

func hasCaveat(b Burst, code caveat.Code) bool {
	_, found := caveatOf(b, code)
	return found
}
