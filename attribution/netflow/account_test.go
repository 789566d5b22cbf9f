package netflow

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// tallied counts what a decoder has read and what it says about it.
func tallied(t *testing.T, d *Decoder, events []monitor.Event) attribution.Report {
	t.Helper()
	tally, err := attribution.NewTally(table(t), attribution.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		tally.AddFlow(e.Flow)
	}
	tally.AddAccount(d.Account())
	r, err := tally.Snapshot().Report(attribution.Policy{}, attribution.Majority("DE"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What is not read becomes part of the verdict.
func TestAccountInTheVerdict(t *testing.T) {
	d := decoder(t, Options{})
	rng := rand.New(rand.NewPCG(1, 2))
	var events []monitor.Event
	for i := range uint32(20) {
		var flows []byte
		for range 30 {
			public := netip.AddrFrom4([4]byte{byte(130 + rng.IntN(30)), byte(rng.IntN(256)), byte(rng.IntN(256)), 9})
			flow := flowOf(public.String(), 1)
			be.PutUint16(flow[8:], uint16(1024+rng.IntN(60_000))) // no reflector
			flows = append(flows, flow...)
		}
		events = append(events, d.Decode(nil, router, start, message9(31, i, 0, t256, set(256, flows)))...)
	}
	if r := tallied(t, d, events); len(r.Lost) != 0 || r.Verdicts[0].Outcome != attribution.Supported {
		t.Errorf("lost %v, %v", r.Lost, r.Verdicts[0])
	}
	for i := range uint32(20) { // as many of a template that never comes
		events = append(events, d.Decode(nil, router, start, message9(30, 20+i, 0, set(999, manyFlows(30))))...)
	}
	r := tallied(t, d, events)
	if v := r.Verdicts[0]; r.Lost[attribution.LostUnread] != 600 || v.Outcome != attribution.Undecided ||
		v.Reason != "UNREAD_RECORDS" {
		t.Errorf("lost %v, %v", r.Lost, v)
	}
}

// Where the records of many say nothing about packets or bytes, no claim on these is decided.
func TestAccountWithoutCounters(t *testing.T) {
	bare := set(0, templateOf(300, spec{8, 4, 0}), templateOf(301, spec{8, 4, 0}, spec{2, 4, 0}))
	for _, tt := range []struct {
		records, without uint64 // of the usual form, and of a template
		id               uint16
		want             map[string]string
	}{
		{0, 1, 300, map[string]string{"count": "packets", "bytes": "octets"}},
		{300, 3, 300, nil},
		{300, 4, 300, map[string]string{"count": "packets", "bytes": "octets"}},
		{0, 1, 301, map[string]string{"bytes": "octets"}},
	} {
		d := decoder(t, Options{})
		d.Decode(nil, router, start, message9(1, 0, 0, t256, bare))
		for i := range tt.records {
			d.Decode(nil, router, start, message9(1, uint32(i+1), 0, set(256, manyFlows(1))))
		}
		for i := range tt.without {
			record := put(nil, "203.0.113.1")
			if tt.id == 301 {
				record = put(record, uint32(5))
			}
			d.Decode(nil, router, start, message9(1, uint32(1000+i), 0, set(tt.id, record)))
		}
		if a := d.Account(); !reflect.DeepEqual(a.NotTaken, tt.want) || a.Records != tt.records+tt.without {
			t.Errorf("%d and %d records: %v, want %v", tt.records, tt.without, a.NotTaken, tt.want)
		}
	}
}

func TestExporters(t *testing.T) {
	d := decoder(t, Options{})
	d.Decode(nil, router, start, message5(3, 1, 1<<14|100, 3))
	d.Decode(nil, router, start.Add(time.Second), message9(3, 1, 0, t256, d256))
	d.Decode(nil, router, start.Add(2*time.Second), []byte("nonsense"))
	d.Decode(nil, router2, start, messageS(1, 1, sample))
	all := d.Exporters()
	if len(all) != 2 || all[0].Addr != router || all[1].Addr != router2 {
		t.Fatalf("%+v", all)
	}
	x := all[0]
	if x.Datagrams != 3 || x.Told != 5 || x.Records != 5 || x.Packets != 1+2+3+1+2 || x.Bytes != 900 || x.Events != 5 ||
		x.Templates != 1 || x.SamplingRate != 100 || !x.Last.Equal(start.Add(2*time.Second)) ||
		x.Account.Format != "NETFLOW_V5, NETFLOW_V9" || x.Account.Unread[0].First != "192.0.2.1, datagram 3" {
		t.Errorf("%+v", x)
	}
	if y := all[1]; y.SamplingRate != 512 || y.Account.Format != "SFLOW_V5" || y.Packets != 1 || y.Bytes != 1400 {
		t.Errorf("%+v", y)
	}
	a := d.Account()
	if a.Format != "NETFLOW_V5, NETFLOW_V9, SFLOW_V5" || a.Records != 6 || notesOf(a)["SEVERAL_EXPORTERS"] != 2 ||
		!a.To.Equal(start) || !a.From.Before(start) {
		t.Errorf("%+v", a)
	}
	text, err := json.Marshal(all)
	var back []Exporter
	if err != nil || json.Unmarshal(text, &back) != nil || !reflect.DeepEqual(back, all) {
		t.Errorf("%v: %s", err, text)
	}
	if !strings.Contains(string(text), `"sampling_rate":512`) {
		t.Errorf("%s", text)
	}
}

func TestMessages(t *testing.T) {
	m1, m2, m5 := message10(0, 1, t256x), message10(0, 1, d256), message5(2, 1, 0, 2)
	for _, tt := range []struct {
		data []byte
		want [][]byte
	}{
		{nil, nil},
		{slices.Concat(m1, m2), [][]byte{m1, m2}},
		{slices.Concat(m5, m1), [][]byte{m5, m1}},
		{slices.Concat(m1, m2[:20]), [][]byte{m1, m2[:20]}},
		{slices.Concat(m1, []byte{0, 10}), [][]byte{m1, {0, 10}}},
		{with(m1, 2, 15), [][]byte{with(m1, 2, 15)}},
		{slices.Concat(message9(1, 1, 0, t256), m1), [][]byte{slices.Concat(message9(1, 1, 0, t256), m1)}},
	} {
		got := slices.Collect(Messages(tt.data))
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%d messages of %d bytes, want %d", len(got), len(tt.data), len(tt.want))
		}
	}
	for range Messages(slices.Concat(m1, m2)) {
		break // and no further
	}
}

// A file of exports does not say whose they are: what was lost is named by its number alone.
func TestFirstOfNobody(t *testing.T) {
	d := decoder(t, Options{})
	d.Decode(nil, netip.Addr{}, time.Time{}, []byte("nonsense"))
	if first := d.Account().Unread[0].First; first != "datagram 1" {
		t.Errorf("the first is at %q", first)
	}
}
