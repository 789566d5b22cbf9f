package monitor

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
)

// What a reader knows of its input is part of every snapshot, and outlives a checkpoint.
func TestSetAccount(t *testing.T) {
	m := newMonitor(Options{})
	for i := range 100 {
		e := Event{Time: time.Unix(1_716_275_483+int64(i), 0)}
		e.Source = netip.AddrFrom4([4]byte{77, 88, byte(i), 1})
		m.Observe(e)
	}
	outcome := func(m *Monitor, claim string) (attribution.Outcome, caveat.Code) {
		t.Helper()
		c, err := attribution.ParseClaim(claim)
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Snapshot(time.Time{}, time.Time{}).Report(attribution.Policy{}, c)
		if err != nil {
			t.Fatal(err)
		}
		return r.Verdicts[0].Outcome, r.Verdicts[0].Reason
	}
	const events = "RU > 50% of events"
	if o, _ := outcome(m, events); o != attribution.Supported {
		t.Fatalf("%v without an account", o)
	}
	m.SetAccount(attribution.Account{Records: 1000, NotTaken: map[string]string{"count": "hits"},
		Notes: []attribution.Note{{Code: attribution.NoteClaimed, Value: 105}}})
	m.SetAccount(attribution.Account{Records: 2000, Notes: []attribution.Note{
		{Code: attribution.NoteCutIPv4, Value: 2000, Subject: "/16"}, {Code: attribution.NoteClaimed, Value: 205}}})
	var b bytes.Buffer
	if err := m.Checkpoint(&b, nil); err != nil {
		t.Fatal(err)
	}
	again := newMonitor(Options{})
	if _, err := again.Restore(&b); err != nil {
		t.Fatal(err)
	}
	for _, m := range []*Monitor{m, again} {
		if o, why := outcome(m, events); o != attribution.Inadmissible || why != caveat.EventsNotRead {
			t.Errorf("events: %v, %v", o, why)
		}
		if o, why := outcome(m, "RU > 50% of sources"); o != attribution.Inadmissible || why != caveat.CutAddresses {
			t.Errorf("sources: %v, %v", o, why)
		}
		r, err := m.Snapshot(time.Time{}, time.Time{}).Report(attribution.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		// A tenth of all records, and a little more.
		if l := r.Limits; l == nil || l.Claimed != 11 {
			t.Errorf("limits %+v", l)
		}
	}
}

func TestPart(t *testing.T) {
	for _, c := range []struct{ n, all, records, want uint64 }{
		{0, 10, 5, 0}, {1, 10, 10, 1}, {1, 10, 1, 1}, {5, 10, 1, 1}, {5, 10, 4, 2}, {20, 10, 4, 4}, {1, 0, 5, 0},
		{1 << 63, 1<<64 - 1, 1<<64 - 1, 1 << 63},
	} {
		k := known{records: c.all}
		if got := k.part(c.n, c.records); got != c.want {
			t.Errorf("%d of %d, of %d: %d, want %d", c.n, c.all, c.records, got, c.want)
		}
	}
}
