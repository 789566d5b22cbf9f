package monitor

import (
	"bytes"
	"flag"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/sketch"
)

var testTable = sync.OnceValue(func() *geo.Table {
	table, err := dbip.Table()
	if err != nil {
		panic(err)
	}
	return table
})

var testKey = func() sketch.Key {
	key, err := sketch.KeyFrom(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err)
	}
	return key
}()

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

var long = flag.Bool("long", false, "run the statistical tests with all their trials (minutes)")

func newMonitor(o Options) *Monitor {
	o.Tally.Key = testKey
	return mustNew(testTable(), o)
}

func mustNew(table *geo.Table, o Options) *Monitor {
	m, err := New(table, o)
	if err != nil {
		panic(err)
	}
	return m
}

// oneTally counts events without regard to their times.
func oneTally(m *Monitor, events []Event) *attribution.Tally {
	t := attribution.NewTally(m.table, m.options.Tally)
	for _, e := range events {
		e.Events = max(e.Events, 1)
		t.AddFlow(e.Flow)
		t.Window(e.Time, e.Time)
	}
	return t
}

// sameTally fails unless two tallies are equal to the last byte.
func sameTally(t *testing.T, what string, got, want *attribution.Tally) {
	t.Helper()
	a, err := got.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	b, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Fatalf("%s: the tallies differ:\n%vwant\n%v", what, got.Report(), want.Report())
	}
}
