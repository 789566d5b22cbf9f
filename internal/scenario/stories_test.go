package scenario

import (
	"errors"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/geo/routed"
	"github.com/whence-go/whence/internal/oracle"
)

func TestMailBomb(t *testing.T) {
	s := build(t, MailBomb{})
	ru := origin(t, "RU")
	burst := s.Bursts()[0]
	target := burst.Targets[0]
	if n := burst.Distinct(); n != 6000 || burst.Sources[ru] != 2220 || burst.Sources[geo.Unlocated] != 120 {
		t.Errorf("%d sources in the burst, %d of RU, %d unlocated", n, burst.Sources[ru], burst.Sources[geo.Unlocated])
	}
	if burst.Sources[geo.Reserved] != 12 {
		t.Errorf("%d reserved sources in the burst, want 12", burst.Sources[geo.Reserved])
	}
	for o, n := range burst.Sources {
		if geo.Origin(o) != ru && n >= burst.Sources[ru] {
			t.Errorf("%v is larger than RU", geo.Origin(o))
		}
	}
	if total := sum(burst.Events[:]); total != 95_000 || burst.Events[ru]*2 <= total {
		t.Errorf("%d of %d events from RU, want a majority of 95,000", burst.Events[ru], total)
	}
	if d := burst.End.Sub(burst.Onset); d != 8*time.Second {
		t.Errorf("the burst lasts %v", d)
	}
	before, after, v6 := 0, 0, 0
	targets := map[string]bool{}
	for e := range s.Events() {
		if e.Time.Before(burst.Onset) {
			before++
		}
		if !e.Time.Before(burst.End) {
			after++
		}
		if e.Source.Is6() && e.Target == target {
			v6++
		}
		targets[e.Target] = true
	}
	if before < 5000 || after < 1000 || len(targets) < 300 || v6 < 1000 {
		t.Errorf("%d events before, %d after, %d targets, %d IPv6 events in the burst", before, after, len(targets), v6)
	}
}

func TestBotnetShare(t *testing.T) {
	nc, ru := origin(t, "NC"), origin(t, "RU")
	for _, c := range []struct {
		b    Botnet
		o    geo.Origin
		want uint64
	}{
		{Botnet{}, ru, 5200},
		{Botnet{Sources: 999}, ru, 519},
		{Botnet{Sources: 1000, Origin: nc, Share: 0.4995}, nc, 500},
		{Botnet{Sources: 1000, Origin: nc}, nc, 0},
		{Botnet{Sources: 1000, Origin: nc, Share: 1}, nc, 1000},
	} {
		burst := build(t, c.b).Bursts()[0]
		if got := burst.Sources[c.o]; got != c.want {
			t.Errorf("%+v: %d sources of %v, want %d", c.b, got, c.o, c.want)
		}
	}
	total := build(t, Botnet{Sources: 1000, Repeat: 4, IPv6: 0.5}).Total()
	if n := sum(total.Events[:]); n != 4000 {
		t.Errorf("%d events of 1000 sources with 4 each", n)
	}
}

func TestSingleSource(t *testing.T) {
	burst := build(t, SingleSource{}).Bursts()[0]
	ru := origin(t, "RU")
	if n := burst.Distinct(); n != 501 || burst.Share(ru) > 0.03 {
		t.Errorf("%d sources, %.3f of RU", n, burst.Share(ru))
	}
	if total := sum(burst.Events[:]); burst.Events[ru] < total*99/100 {
		t.Errorf("%d of %d events from RU", burst.Events[ru], total)
	}
}

func TestSpoofedFlood(t *testing.T) {
	table, routed := testTables()
	near := func(what string, got, want, tolerance float64) {
		t.Helper()
		if math.Abs(got-want) > tolerance {
			t.Errorf("%s: %.4f, want about %.4f", what, got, want)
		}
	}
	pure := build(t, SpoofedFlood{Sources: 100_000})
	burst := pure.Bursts()[0]
	if burst.Spoofed != 1 {
		t.Errorf("%v of a pure flood is spoofed", burst.Spoofed)
	}
	// Of 2^32 addresses 13.8 % are reserved; four standard deviations.
	near("reserved", float64(burst.Sources[geo.Reserved])/100_000, 0.13800, 0.0044)
	var addrs []netip.Addr
	for e := range pure.Events() {
		addrs = append(addrs, e.Source)
	}
	want := 100_000.0 * 99_999 / 2 / (1 << 24)
	near("pairs in a /24", float64(pairs(addrs, 24)), want, 5*math.Sqrt(want))

	onlyRouted := func(a netip.Addr) bool { return routed.Lookup(a).IsCountry() }
	for e := range build(t, SpoofedFlood{Sources: 2000, Allow: onlyRouted}).Events() {
		if !onlyRouted(e.Source) {
			t.Fatalf("%v got through", e.Source)
		}
	}

	mixed := build(t, SpoofedFlood{Sources: 10_000, Real: 0.9}).Bursts()[0]
	near("spoofed", mixed.Spoofed, 0.1, 0)
	if n := build(t, SpoofedFlood{Sources: 100, Real: 1}).Bursts()[0]; n.Spoofed != 0 || n.Distinct() != 100 {
		t.Errorf("%d sources without forgery, %v spoofed", n.Distinct(), n.Spoofed)
	}

	_, err := SpoofedFlood{Sources: 10, Allow: func(netip.Addr) bool { return false }}.Build(NewPopulation(table, nil))
	if !errors.Is(err, ErrTooFew) {
		t.Errorf("error %v when nothing gets through, want %v", err, ErrTooFew)
	}
	for _, real := range []float64{-0.5, 1.5} {
		if _, err := (SpoofedFlood{Real: real}).Build(testPopulation()); err == nil {
			t.Errorf("no error for a share of %v", real)
		}
	}
}

// No forged address is one that a real source has.
func TestForgersAvoidTaken(t *testing.T) {
	table, _ := testTables()
	f := &forgers{events: 50, order: newPermutation(testPopulation().Sampler(1).rng), taken: &keySet{}, table: table}
	var want []uint64
	for i := range uint32(60) {
		if key := uint64(f.order.at(i)); i%6 == 2 {
			f.taken.add(key)
		} else {
			want = append(want, key)
		}
	}
	if !f.enough() {
		t.Fatal("not enough addresses")
	}
	next := f.start(nil)
	for i, key := range want {
		if from := next(); from.key != key || from.number != i || !from.forged {
			t.Fatalf("forgery %d is %+v, want key %d", i, from, key)
		}
	}
}

func TestSparse(t *testing.T) {
	for _, b := range []Builder{
		Botnet{Sources: 600, IPv6: 0.1, Sparse: true},
		SpoofedFlood{Sources: 600, Real: 1, Sparse: true},
	} {
		var addrs []netip.Addr
		v6 := 0
		for e := range build(t, b).Events() {
			if e.Source.Is4() {
				addrs = append(addrs, e.Source)
			} else {
				v6++
			}
		}
		if n := pairs(addrs, 24); n != 0 || len(addrs)+v6 != 600 {
			t.Errorf("%+v: of %d IPv4 sources %d pairs share a /24", b, len(addrs), n)
		}
	}
}

func TestTransport(t *testing.T) {
	for name, b := range builders(t, 3) {
		kind, _, _ := strings.Cut(name, "/")
		if kind == "Overlay" {
			continue // of several kinds
		}
		ports := map[uint16]map[netip.Addr]bool{}
		for e := range build(t, b).Events() {
			wantProtocol, wantFlags, established := uint8(6), uint8(0x1b), true
			switch {
			case kind == "SpoofedFlood":
				wantFlags, established = 0x02, false
			case name == "Reflection/SYN-ACK":
				wantFlags, established = 0x12, false
			case kind == "Reflection":
				wantProtocol, wantFlags, established = 17, 0, false
			}
			if e.Protocol != wantProtocol || e.TCPFlags != wantFlags || e.Established != established {
				t.Fatalf("%s: %+v", name, e.Transport)
			}
			if ports[e.SourcePort] == nil {
				ports[e.SourcePort] = map[netip.Addr]bool{}
			}
			ports[e.SourcePort][e.Source] = true
		}
		want := map[uint16]int{0: len(ports[0])}
		switch name {
		case "Reflection":
			want = map[uint16]int{53: 750, 123: 750, 389: 750, 11211: 750}
		case "Reflection/SYN-ACK":
			want = map[uint16]int{443: 500, 80: 501}
		}
		for port, n := range want {
			if len(ports[port]) != n || len(ports) != len(want) {
				t.Errorf("%s: %d sources send from port %d, want %d, and there are %d ports",
					name, len(ports[port]), port, n, len(ports))
			}
		}
	}
}

func TestFlashCrowd(t *testing.T) {
	crowd := build(t, FlashCrowd{}).Bursts()[0]
	if crowd.Distinct() != 20_000 || crowd.Share(origin(t, "NC")) < 0.5 || crowd.Spoofed != 0 {
		t.Errorf("a crowd of %d, %.2f of NC", crowd.Distinct(), crowd.Share(origin(t, "NC")))
	}
}

// With the embedded database, every scenario can be built, states the truth and
// lies in the address space as measured populations do.
func TestEmbeddedDatabase(t *testing.T) {
	table, err := dbip.Table()
	if err != nil {
		t.Fatal(err)
	}
	announced, err := routed.Table()
	if err != nil {
		t.Fatal(err)
	}
	pop := NewPopulation(table, announced)
	for name, b := range builders(t, 0) {
		if testing.Short() && strings.Contains(name, "/") {
			continue // a variant
		}
		s, err := b.Build(pop)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		tally := oracle.New(table.Lookup, 64)
		for e := range s.Events() {
			tally.Add(e.Source, e.Events, e.Bytes)
		}
		total := s.Total()
		compare(t, name, &total, tally)
	}

	for _, b := range []Builder{MailBomb{}, Botnet{}, Botnet{Sources: 40_000}} {
		s, err := b.Build(pop)
		if err != nil {
			t.Fatal(err)
		}
		target := s.Bursts()[0].Targets[0]
		seen := map[netip.Addr]bool{}
		var addrs []netip.Addr
		for e := range s.Events() {
			if e.Target == target && e.Source.Is4() && !seen[e.Source] {
				seen[e.Source] = true
				addrs = append(addrs, e.Source)
			}
		}
		n := float64(len(addrs))
		ratio := float64(pairs(addrs, 24)) / (n * (n - 1) / 2 / (1 << 24 * 0.862))
		if ratio < 800 || ratio > 3500 {
			t.Errorf("%T: %.0f times the pairs in a /24 that uniform addresses have, want 800 to 3,500", b, ratio)
		}
	}
}
