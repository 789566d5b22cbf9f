package metrics

import (
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

var begin = time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)

// everywhere is a table in which every country has a /16 of 20.0.0.0/8, and RU has 24.0.0.0/8 as well.
var everywhere = sync.OnceValue(func() *geo.Table {
	blocks := map[string]string{"24.0.0.0/8": "RU"}
	for o := range geo.Countries() {
		blocks[netip.PrefixFrom(ip(o, 0), 16).String()] = o.String()
	}
	return world.MakeTable(blocks, world.Built)
})

// ip is one of the 65,536 addresses of a country. Those that follow each other are in different /24.
func ip(o geo.Origin, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{20, byte(o), byte(n), byte(n >> 8)})
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func claims(t testing.TB, texts ...string) (list []attribution.Claim) {
	t.Helper()
	for _, text := range texts {
		c, err := attribution.ParseClaim(text)
		list = append(list, must(t, c, err))
	}
	return list
}

// samples are the values of what a collector gives, by series as Prometheus writes it.
type samples map[string]float64

func gather(t testing.TB, c prometheus.Collector) samples {
	t.Helper()
	r := prometheus.NewPedanticRegistry() // which compares what is collected with what is described
	if err := r.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return samplesOf(families)
}

func samplesOf(families []*dto.MetricFamily) samples {
	s := samples{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+`="`+l.GetValue()+`"`)
			}
			name := f.GetName()
			if labels != nil {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			s[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return s
}

// is checks some of the samples. A value below 0 stands for a series that is not there.
func (s samples) is(t testing.TB, want samples) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, found := s[name]
		switch {
		case want[name] < 0 && found:
			t.Errorf("%s is %v, want none", name, value)
		case want[name] >= 0 && (!found || value != want[name]):
			t.Errorf("%s is %v (found: %v), want %v", name, value, found, want[name])
		}
	}
}

// options are those of a small monitor. Its claims are about the attack of attack.
func options(t testing.TB) monitor.Options {
	return monitor.Options{Claims: claims(t, "RU > 50% of sources", "FR > 50% of sources", "plurality RU of events")}
}

var hit, missed = monitor.TargetName("/login"), monitor.TargetName("/about")

// attacked is a monitor after twenty minutes of everyday traffic and half a minute of an attack
// from RU on hit.
func attacked(t testing.TB, o monitor.Options) *monitor.Monitor {
	t.Helper()
	m, err := monitor.New(everywhere(), o)
	must(t, m, err)
	m.Observe(traffic(0, 20*time.Minute)...)
	m.Observe(attack(20*time.Minute, 20*time.Minute+30*time.Second)...)
	return m
}

// traffic is ten events a second, of all countries.
func traffic(from, to time.Duration) (events []monitor.Event) {
	rng := rand.New(rand.NewPCG(1, uint64(from)))
	countries := slices.Collect(geo.Countries())
	for at := from; at < to; at += 100 * time.Millisecond {
		target := hit
		if rng.IntN(2) == 0 {
			target = missed
		}
		source := ip(countries[rng.IntN(len(countries))], rng.IntN(4))
		events = append(events, monitor.Event{Time: begin.Add(at), Target: target,
			Flow: attribution.Flow{Source: source, Bytes: 100, Handshake: true}})
	}
	return events
}

// attack is everyday traffic and a hundred events a second, of 1,000 sources in RU, four in each of 250 /16.
func attack(from, to time.Duration) []monitor.Event {
	rng := rand.New(rand.NewPCG(2, uint64(from)))
	events := traffic(from, to)
	for at := from; at < to; at += 10 * time.Millisecond {
		n := rng.IntN(1000)
		source := netip.AddrFrom4([4]byte{24, byte(n % 250), byte(n), 7})
		events = append(events, monitor.Event{Time: begin.Add(at), Target: hit,
			Flow: attribution.Flow{Source: source, Bytes: 100, Handshake: true}})
	}
	slices.SortStableFunc(events, func(a, b monitor.Event) int { return a.Time.Compare(b.Time) })
	return events
}

func hitAndMissed() []monitor.Target { return []monitor.Target{{}, hit, missed} }

func keys(s samples) []string { return slices.Sorted(maps.Keys(s)) }

// account is one of a reader, with texts of the input in it.
var account = attribution.Account{
	Format: "NETFLOW_V9", Records: 1000, Excluded: 7,
	Lost:  map[attribution.Loss]uint64{attribution.LostUnread: 30, attribution.LostShed: 5},
	First: map[attribution.Loss]string{attribution.LostUnread: "192.0.2.1: 5"},
	Unread: []attribution.Unread{
		{Code: "NO_SOURCE", Records: 20, First: "192.0.2.1: 5"}, {Code: "TRUNCATED", Records: 10},
	},
	Notes: []attribution.Note{
		{Code: "NO_RATE", Value: 3, Subject: "192.0.2.1"}, {Code: "NO_RATE", Value: 4, Subject: "192.0.2.2"},
	},
}
