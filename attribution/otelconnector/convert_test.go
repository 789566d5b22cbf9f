package otelconnector

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// recordOf returns a record with the attributes of a map, and with a time.
func recordOf(t testing.TB, attributes map[string]any) plog.LogRecord {
	t.Helper()
	r := plog.NewLogRecord()
	must(t, r.Attributes().FromRaw(attributes))
	r.SetTimestamp(pcommon.NewTimestampFromTime(begin))
	return r
}

func defaultReader() *reader {
	a := defaultConfig().Attributes
	a.Count = []string{"count"}
	return newReader(&a)
}

const good = "77.88.55.60"

// What records are read as.
func TestEvent(t *testing.T) {
	v4, v6 := netip.MustParseAddr(good), netip.MustParseAddr("2a02:6b8::1")
	for _, tt := range []struct {
		name       string
		attributes map[string]any
		want       monitor.Event // its time is set
		note       string
	}{
		{"an address", map[string]any{"source.address": good}, monitor.Event{Flow: attribution.Flow{Source: v4}}, ""},
		{"with a port", map[string]any{"source.address": good + ":443"},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, ""},
		{"mapped", map[string]any{"source.address": "::ffff:77.88.55.60"},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, ""},
		{"IPv6", map[string]any{"source.address": "2a02:6b8::1%eth0"},
			monitor.Event{Flow: attribution.Flow{Source: v6}}, ""},
		{"IPv6 in brackets", map[string]any{"source.address": "[2a02:6b8::1]"},
			monitor.Event{Flow: attribution.Flow{Source: v6}}, ""},
		{"IPv6 with a port", map[string]any{"source.address": "[2a02:6b8::1]:443"},
			monitor.Event{Flow: attribution.Flow{Source: v6}}, ""},
		{"the client where no source is", map[string]any{"client.address": good, "source.address": ""},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, attribution.NoteClaimed},
		{"the source before the client", map[string]any{"client.address": "8.8.8.8", "source.address": good},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, ""},
		{"an address hit", map[string]any{"source.address": good, "destination.address": "::ffff:192.0.2.1"},
			monitor.Event{
				Target: monitor.TargetAddr(netip.MustParseAddr("192.0.2.1")), Flow: attribution.Flow{Source: v4},
			}, ""},
		{"a name hit", map[string]any{"source.address": good, "destination.address": "lagoon.example"},
			monitor.Event{Target: monitor.TargetName("lagoon.example"), Flow: attribution.Flow{Source: v4}}, ""},
		{"a number hit", map[string]any{"source.address": good, "destination.address": 25},
			monitor.Event{Target: monitor.TargetName("25"), Flow: attribution.Flow{Source: v4}}, ""},
		{"no network is hit", map[string]any{"source.address": good, "destination.address": "192.0.2.0/24"},
			monitor.Event{Target: monitor.TargetName("192.0.2.0/24"), Flow: attribution.Flow{Source: v4}}, ""},
		{"no group is hit", map[string]any{"source.address": good, "destination.address": "*@lagoon.example"},
			monitor.Event{Target: monitor.TargetName("*@lagoon.example"), Flow: attribution.Flow{Source: v4}}, ""},
		{"a map is hit", map[string]any{"source.address": good, "destination.address": map[string]any{"a": 1}},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, noteNoTarget},
		{"numbers", map[string]any{
			"source.address": good, "count": 3, "network.io.bytes": 1500.0, "network.flow.sampling_rate": "1000",
			"network.transport": "UDP", "source.port": 53,
		}, monitor.Event{Flow: attribution.Flow{
			Source: v4, Events: 3, Bytes: 1500, SamplingRate: 1000, Protocol: 17, SourcePort: 53,
		}}, ""},
		{"a rate that is not told", map[string]any{"source.address": good, "network.flow.sampling_rate": 0},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, ""},
		{"no IP", map[string]any{"source.address": good, "network.transport": "unix"},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, ""},
		{"another transport", map[string]any{"source.address": good, "network.transport": "pigeon", "source.port": 53},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, noteNoTransport},
		{"a bad port", map[string]any{"source.address": good, "network.transport": "tcp", "source.port": 65536},
			monitor.Event{Flow: attribution.Flow{Source: v4}}, noteNoTransport},
	} {
		var sum tally
		got := defaultReader().event(recordOf(t, tt.attributes), &sum)
		tt.want.Time = begin
		if got != tt.want || sum.records != 1 || len(sum.lost) > 0 {
			t.Errorf("%s: got %+v, %+v, want %+v", tt.name, got, sum, tt.want)
		}
		l := newLedger(&AttributesConfig{})
		l.add(&sum)
		a := l.account()
		if tt.note == "" && len(a.Notes) > 0 || tt.note != "" && (len(a.Notes) != 1 || a.Notes[0].Code != tt.note) {
			t.Errorf("%s: notes %v, want %q", tt.name, a.Notes, tt.note)
		}
	}
}

// A time is that of the record, else when it was observed.
func TestTime(t *testing.T) {
	later := begin.Add(time.Minute)
	for _, tt := range []struct {
		at, observed uint64
		want         time.Time
	}{
		{uint64(begin.UnixNano()), uint64(later.UnixNano()), begin},
		{0, uint64(later.UnixNano()), later},
		{0, 0, time.Time{}},
		{math.MaxUint64, uint64(later.UnixNano()), time.Time{}}, // a time that is wrong is not replaced
		{1, 0, time.Unix(0, 1).UTC()},
	} {
		r := plog.NewLogRecord()
		r.SetTimestamp(pcommon.Timestamp(tt.at))
		r.SetObservedTimestamp(pcommon.Timestamp(tt.observed))
		if got := timeOf(r); got != tt.want {
			t.Errorf("%d, %d: got %v, want %v", tt.at, tt.observed, got, tt.want)
		}
	}
}

// malformed are records that cannot be used, with the code that says why.
var malformed = []struct {
	name       string
	attributes map[string]any
	why        fault
}{
	{"nothing", nil, noField},
	{"another attribute", map[string]any{"host.name": good}, noField},
	{"an empty source", map[string]any{"source.address": ""}, noField},
	{"a nil source", map[string]any{"source.address": nil}, noField},
	{"a name", map[string]any{"source.address": "client.example"}, noAddress},
	{"a bad source is not replaced", map[string]any{"source.address": "-", "client.address": good}, noAddress},
	{"a list of addresses", map[string]any{"client.address": good + ", 8.8.8.8"}, noAddress},
	{"a network", map[string]any{"source.address": "77.88.55.0/24"}, noAddress},
	{"a leading zero", map[string]any{"source.address": "077.88.55.60"}, noAddress},
	{"IPv4 in brackets", map[string]any{"source.address": "[77.88.55.60]"}, noAddress},
	{"a bad port", map[string]any{"source.address": good + ":65536"}, noAddress},
	{"spaces", map[string]any{"source.address": " " + good}, noAddress},
	{"no UTF-8", map[string]any{"source.address": "\xff\xfe"}, noAddress},
	{"a long text", map[string]any{"source.address": strings.Repeat("1", 1<<20)}, noAddress},
	{"a long zone", map[string]any{"source.address": "fe80::1%" + strings.Repeat("z", 1<<20)}, noAddress},
	{"a number", map[string]any{"source.address": 1297628988}, noAddress},
	{"a float", map[string]any{"source.address": 77.88}, noAddress},
	{"a bool", map[string]any{"source.address": true}, noAddress},
	{"bytes", map[string]any{"source.address": []byte{77, 88, 55, 60}}, noAddress},
	{"a slice", map[string]any{"source.address": []any{good}}, noAddress},
	{"a map", map[string]any{"source.address": map[string]any{"ip": good}}, noAddress},
	{"no count", map[string]any{"source.address": good, "count": "many"}, badCount},
	{"a count of 0", map[string]any{"source.address": good, "count": 0}, badCount},
	{"negative bytes", map[string]any{"source.address": good, "network.io.bytes": -1}, badBytes},
	{"half a byte", map[string]any{"source.address": good, "network.io.bytes": 0.5}, badBytes},
	{"bytes that are no number", map[string]any{"source.address": good, "network.io.bytes": math.NaN()}, badBytes},
	{"infinite bytes", map[string]any{"source.address": good, "network.io.bytes": math.Inf(1)}, badBytes},
	{"bytes beyond whole numbers", map[string]any{"source.address": good, "network.io.bytes": 1e300}, badBytes},
	{"bytes beyond 64 bits", map[string]any{"source.address": good, "network.io.bytes": "18446744073709551616"}, badBytes},
	{"bytes beyond 63 bits", map[string]any{"source.address": good, "network.io.bytes": "18446744073709551615"}, badBytes},
	{"bytes of bytes", map[string]any{"source.address": good, "network.io.bytes": []byte("9")}, badBytes},
	{"a long number", map[string]any{"source.address": good, "network.io.bytes": strings.Repeat("0", 1<<20)}, badBytes},
	{"a rate of 2^32", map[string]any{"source.address": good, "network.flow.sampling_rate": 1 << 32}, badRate},
	{"a rate as a slice", map[string]any{"source.address": good, "network.flow.sampling_rate": []any{1000}}, badRate},
}

// Each record that cannot be used is a lost one, with its code, and the verdicts know of it.
func TestMalformed(t *testing.T) {
	p := started(t, func(c *Config) { c.Attributes.Count = []string{"count"} })
	codes := map[fault]uint64{}
	for i, tt := range malformed {
		var sum tally
		e := p.metrics.core.reader.event(recordOf(t, tt.attributes), &sum)
		if e.Source.IsValid() || sum.records != 0 || len(sum.lost) != 1 || sum.lost[tt.why] != 1 {
			t.Errorf("%s: got %+v, %+v, want %s", tt.name, e, sum, tt.why)
		}
		codes[tt.why]++
		logs := plog.NewLogs()
		recordOf(t, tt.attributes).CopyTo(
			logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
		p.consume(t, logs)
		r, err := p.monitor().Snapshot(time.Time{}, time.Time{}).Report(attribution.Policy{})
		must(t, err)
		if lost := r.Lost[attribution.LostUnread]; i > 0 && lost != uint64(i+1) {
			t.Errorf("%s: %d records lost, want %d", tt.name, lost, i+1)
		}
		if i == 0 { // the stream begins
			p.consume(t, logsOf(monitor.Event{Time: begin, Flow: attribution.Flow{Source: netip.MustParseAddr(good)}}))
		}
	}
	a := p.metrics.core.ledger.account()
	if a.Lost[attribution.LostUnread] != uint64(len(malformed)) || len(a.Unread) != len(codes) || a.Records != 1 {
		t.Errorf("the account has %+v", a)
	}
	got := p.points()
	for why, n := range codes {
		if got["whence.input.unread_records|"+string(why)] != float64(n) {
			t.Errorf("%s: %v in the metrics, want %d", why, got["whence.input.unread_records|"+string(why)], n)
		}
	}
	if n := got["whence.lost_records|unread"]; n != float64(len(malformed)) {
		t.Errorf("%v lost in the window, want %d", n, len(malformed))
	}
}

// A record without a time that can be is lost as undated, wherever its source is.
func TestUndated(t *testing.T) {
	p := started(t, nil)
	logs := logsOf(
		monitor.Event{Time: begin, Flow: attribution.Flow{Source: netip.MustParseAddr(good)}},
		monitor.Event{Time: begin, Flow: attribution.Flow{Source: netip.MustParseAddr(good)}},
		monitor.Event{Time: begin, Flow: attribution.Flow{Source: netip.MustParseAddr(good)}},
	)
	records := logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	records.At(1).SetTimestamp(0)
	records.At(2).SetTimestamp(math.MaxUint64)
	p.consume(t, logs)
	s, a := p.monitor().Stats(), p.metrics.core.ledger.account()
	if s.Undated != 2 || s.Records != 3 || a.Records != 1 || a.Lost[attribution.LostUndated] != 2 {
		t.Errorf("%+v\n%+v", s, a)
	}
}

// A record that is dated far ahead or far back does to the monitor what any event does.
func TestMisdated(t *testing.T) {
	p := started(t, nil)
	var events []monitor.Event
	source := func(i int) attribution.Flow {
		return attribution.Flow{Source: netip.AddrFrom4([4]byte{77, 88, 1, byte(i + 1)})}
	}
	for i := range 200 {
		events = append(events, monitor.Event{Time: begin.Add(time.Duration(i) * time.Second), Flow: source(i)})
	}
	for i, off := range []time.Duration{-50 * time.Second, -time.Hour, -30 * 24 * time.Hour, 30 * 24 * time.Hour} {
		events = append(events, monitor.Event{Time: begin.Add(200*time.Second + off), Flow: source(i)})
	}
	p.consume(t, logsOf(events...))
	if s := p.monitor().Stats(); s.Late != 1 || s.Waiting != 3 || s.Time.After(begin.Add(time.Hour)) {
		t.Errorf("%+v", s)
	}
	if got := p.points(); got["whence.monitor.dropped_records|late"] != 1 || got["whence.monitor.waiting_records"] != 3 {
		t.Errorf("%v late, %v wait", got["whence.monitor.dropped_records|late"], got["whence.monitor.waiting_records"])
	}
}
