package netflow

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv"
)

// checkBounds fails if a decoder keeps more than it may.
func checkBounds(t testing.TB, d *Decoder) {
	t.Helper()
	total := int64(0)
	for _, e := range d.exporters {
		total += e.memory
		templates := int64(0)
		for i, tp := range e.templates.ring {
			templates += tp.cost
			if tp.at != i || e.templates.byKey[tp.key] != tp {
				t.Fatalf("template %d is out of place", i)
			}
		}
		kept, records, bytes := int64(0), uint64(0), 0
		for _, s := range e.kept.sets() {
			kept += s.cost()
			records += s.records
			bytes += len(s.b)
		}
		streams := int64(0)
		for _, s := range e.streams {
			streams += streamCost + s.rates.cost()
		}
		switch {
		case e.memory != templates+kept+streams:
			t.Fatalf("%d bytes are reserved, want %d", e.memory, templates+kept+streams)
		case e.memory > exporterMemory || len(e.templates.ring) > maxTemplates || len(e.streams) > maxStreams ||
			len(e.kept.sets()) > maxKept || bytes > keptBytes || len(e.templates.byKey) != len(e.templates.ring):
			t.Fatalf("beyond bounds: %d bytes, %d templates, %d domains, %d sets of %d bytes", e.memory, len(e.templates.ring),
				len(e.streams), len(e.kept.sets()), bytes)
		case records != e.kept.records || bytes != e.kept.bytes:
			t.Fatalf("%d records in %d bytes wait, counted %d in %d", records, bytes, e.kept.records, e.kept.bytes)
		}
	}
	if len(d.exporters) > maxExporters || total != d.memory.Load() || total > maxMemory {
		t.Fatalf("%d exporters, %d bytes, counted %d", len(d.exporters), total, d.memory.Load())
	}
}

func TestTemplateFlood(t *testing.T) {
	d := decoder(t, Options{})
	d.Decode(nil, router, start, message9(1, 0, 0, t256))
	rng := rand.New(rand.NewPCG(1, 1))
	lost := 0
	for i := range uint32(1_500) {
		var many []byte
		for range 20 {
			many = append(many, templateOf(uint16(257+rng.IntN(60_000)), spec{8, 4, 0}, spec{2, uint16(1 + rng.IntN(9)),
				0})...)
		}
		d.Decode(nil, router, start, message9(20, 2*i+1, uint32(rng.IntN(3)), set(0, many)))
		if len(d.Decode(nil, router, start, message9(2, 2*i+2, 0, d256))) == 0 {
			lost++
			d.Decode(nil, router, start, message9(1, 2*i+2, 0, t256))
		}
	}
	checkBounds(t, d)
	x := d.Exporters()[0]
	if x.Templates != maxTemplates || notesOf(x.Account)["NO_ROOM"] == 0 {
		t.Errorf("%d templates, notes %v", x.Templates, notesOf(x.Account))
	}
	if lost > 100 {
		t.Errorf("a template in use was given up %d times", lost)
	}
}

// Sets that wait have bounds, and those that are given up are counted with those that wait still.
func TestKeptFlood(t *testing.T) {
	d := decoder(t, Options{})
	for i := range uint32(2_000) {
		d.Decode(nil, router, start, message9(2, i, i%5, set(uint16(256+i%700), manyFlows(2))))
	}
	checkBounds(t, d)
	if a := d.Account(); unreadOf(a)["NO_TEMPLATE"] != 4_000 || notesOf(a)["WAITING"] != 2*maxKept {
		t.Errorf("unread %v, notes %v", unreadOf(a), notesOf(a))
	}
	// After a while they are given up.
	d.Decode(nil, router, start.Add(time.Hour), message5(1, 1, 0, 1))
	checkBounds(t, d)
	if a := d.Account(); unreadOf(a)["NO_TEMPLATE"] != 4_000 || notesOf(a)["WAITING"] != 0 {
		t.Errorf("later: unread %v, notes %v", unreadOf(a), notesOf(a))
	}
	// A template that comes now is too late for them.
	if events := d.Decode(nil, router, start.Add(time.Hour), message9(1, 9_999, 0, t256)); len(events) > 0 {
		t.Errorf("%d events of sets that were given up", len(events))
	}
}

func TestTemplatesExpire(t *testing.T) {
	d := decoder(t, Options{})
	d.Decode(nil, router, start, message9(1, 0, 0, t256))
	for day := range 3 { // as long as it is used it stays
		now := start.Add(time.Duration(day*20) * time.Hour)
		if len(d.Decode(nil, router, now, message9(2, uint32(day+1), 0, d256))) != 2 {
			t.Fatalf("day %d: no events", day)
		}
	}
	if n := len(d.Decode(nil, router, start.Add(100*time.Hour), message9(2, 9, 0, d256))); n != 0 {
		t.Errorf("%d events by a template that has expired", n)
	}
	checkBounds(t, d)
}

func TestManyDomainsAndSamplers(t *testing.T) {
	d := decoder(t, Options{})
	sampling := set(1, options9(400, 1, spec{48, 4, 0}, spec{34, 4, 0}))
	for i := range uint32(1_500) {
		d.Decode(nil, router, start, message9(2, i, i, sampling, set(400, put(nil, i, i))))
		d.Decode(nil, router, start, message9(2, i, 1<<20, sampling, set(400, put(nil, i, i))))
	}
	checkBounds(t, d)
}

func addrOf(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

// Exporters that somebody invents take no room from those that are there, and are forgotten.
func TestExporterFlood(t *testing.T) {
	d := decoder(t, Options{})
	send := func(i int, now time.Time) []monitor.Event {
		return d.Decode(nil, addrOf(i), now, message9(3, uint32(now.Unix()), 0, t256, d256))
	}
	for i := range maxExporters + 100 {
		if n := len(send(i, start)); (n > 0) != (i < maxExporters) {
			t.Fatalf("exporter %d: %d events", i, n)
		}
	}
	checkBounds(t, d)
	a := d.Account()
	if unreadOf(a)["TOO_MANY_EXPORTERS"] != 100 || a.Records != 2*maxExporters || !strings.Contains(a.Unread[0].First,
		"10.0.16.0") {
		t.Errorf("%d records, unread %v", a.Records, a.Unread)
	}
	later := start.Add(11 * time.Minute)
	send(7, later)
	if len(send(maxExporters+5, later.Add(time.Second))) == 0 {
		t.Error("no room after the others have fallen silent")
	}
	if len(d.exporters) != 2 {
		t.Errorf("%d exporters are left", len(d.exporters))
	}
	checkBounds(t, d)
	if b := d.Account(); b.Records != a.Records+4 || unreadOf(b)["TOO_MANY_EXPORTERS"] != 100 {
		t.Errorf("%d records and %v, want %d and what there was", b.Records, unreadOf(b), a.Records+4)
	}
}

func TestAllowList(t *testing.T) {
	list, err := geo.ReadPrefixSet("exporters", strings.NewReader("192.0.2.1\n2001:db8::/64\n"))
	if err != nil {
		t.Fatal(err)
	}
	d := decoder(t, Options{Exporters: list})
	for i, tt := range []struct {
		from string
		want int
	}{{"192.0.2.1", 2}, {"::ffff:192.0.2.1", 2}, {"192.0.2.2", 0}, {"2001:db8::7", 2}, {"2001:db9::7", 0}} {
		events := d.Decode(nil, netip.MustParseAddr(tt.from), start, message5(2, uint32(2*i), 0, 2))
		if len(events) != tt.want {
			t.Errorf("%s: %d events, want %d", tt.from, len(events), tt.want)
		}
	}
	if a := d.Account(); a.Excluded != 2 || a.Records != 6 || len(a.Lost) != 0 {
		t.Errorf("%+v", a)
	}
	if n := len(d.Exporters()); n != 2 {
		t.Errorf("%d exporters", n)
	}
}

// Many goroutines decode what many exporters send, while others look.
func TestConcurrency(t *testing.T) {
	d := decoder(t, Options{})
	var wg sync.WaitGroup
	const workers, each = 8, 300
	for w := range workers {
		wg.Go(func() {
			var events []monitor.Event
			for i := range each {
				now := start.Add(time.Duration(i) * time.Minute)
				events = d.Decode(events[:0], addrOf(i%5), now, message9(3, uint32(w*each+i), uint32(w), t256, d256))
				if len(events) != 2 {
					t.Errorf("%d events", len(events))
					return
				}
				if i%50 == 0 {
					d.Account()
					d.Exporters()
				}
			}
		})
	}
	wg.Wait()
	if a := d.Account(); a.Records != 2*workers*each {
		t.Errorf("%d records, want %d; %+v", a.Records, 2*workers*each, a)
	}
	checkBounds(t, d)
}

// Decoding allocates nothing once the templates are known, those that come again among it.
func TestNoAllocs(t *testing.T) {
	if testenv.Race {
		t.Skip("a sync.Pool is emptied at random")
	}
	variable := set(2, templateOf(300, spec{8, 4, 0}, spec{82, varies, 0}, spec{2, 4, 0}))
	for _, tt := range []struct {
		name   string
		b      []byte
		number int // place of the sequence number
	}{
		{"v5", message5(30, 0, 100, 30), 16},
		{"v9", message9(30, 0, 0, t256, set(256, manyFlows(30))), 12},
		{"IPFIX", message10(0, 1, variable, set(300, put(nil, "203.0.113.1", uint8(2), []byte("ab"), uint32(5)))), 8},
		{"frames", message10(0, 1, set(2, templateOf(301, spec{315, 64, 0})), set(301, frame4("203.0.113.1"))), 8},
		{"sFlow", messageS(0, 2, sample, sample), 16},
	} {
		d := decoder(t, Options{})
		events := make([]monitor.Event, 0, 100)
		number := uint32(0)
		if n := testing.AllocsPerRun(200, func() {
			number++
			be.PutUint32(tt.b[tt.number:], number)
			events = d.Decode(events[:0], router, start, tt.b)
		}); n != 0 || len(events) == 0 {
			t.Errorf("%s: %v allocations, %d events", tt.name, n, len(events))
		}
	}
}
