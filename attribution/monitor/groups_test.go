package monitor

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// neighbors returns events that hit many addresses of some dozens of networks, so that
// addresses and networks lose their slots all the time. Some have no source, some are late.
func neighbors(seed uint64, n int) []Event {
	rng := rand.New(rand.NewPCG(seed, 31))
	events := make([]Event, n)
	now := 0.
	for i := range events {
		now += rng.ExpFloat64() / 40
		e := &events[i]
		e.Time = at(now - rng.ExpFloat64())
		e.Source = world.IP("RU", rng.IntN(9000))
		v := int(rng.ExpFloat64() * 12)
		e.Target = TargetAddr(netip.AddrFrom4([4]byte{198, 51, byte(v + i/3000*7), byte(rng.ExpFloat64() * 4)}))
		switch rng.IntN(50) {
		case 0:
			e.Source = netip.Addr{}
		case 1:
			e.Time = at(now - 45)
		case 2:
			e.Target = Networks.Of(e.Target) // as such
		case 3:
			e.Target = TargetName("name")
		case 4:
			e.Events = rng.Uint64N(5)
		}
	}
	return events
}

// Batches do not matter while groups and their members lose their slots.
func TestBatchesWithGroups(t *testing.T) {
	for seed := range uint64(4) {
		o := Options{Targets: 16, Tally: attribution.Options{SampleSize: 1024}}
		sameInBatches(t, seed, neighbors(seed, 12_000), o, func(m *Monitor) {
			if n := m.targets.groups.Evictions(); n < 20 {
				t.Errorf("only %d groups lost their slot", n)
			}
		})
	}
}

// What is counted of a group is what one tally of its events counts, in open intervals and
// in closed ones, whether its members are tracked, lose their slots, or never had one.
func TestGroupsCountWhatATallyCounts(t *testing.T) {
	for _, slots := range []int{16, 64, 1024} {
		events := neighbors(9, 6000)
		events = slices.DeleteFunc(events, func(e Event) bool { return e.Time.Before(begin) })
		for _, until := range []float64{60, 140} { // of 150
			m := newMonitorWith(world.Table(), Options{Targets: slots, AllowedLateness: 60 * time.Second})
			seen := within(events, begin, at(until))
			for i := range seen {
				seen[i].Target, seen[i].Events = ParseTarget(seen[i].Target.String()), 1
			}
			m.Observe(seen...)
			for _, group := range []Target{ParseTarget("198.51.0.0/24"), ParseTarget("198.51.9.0/24")} {
				tally := must(attribution.NewTally(world.Table(), m.options.Tally))
				began := false
				for _, e := range seen {
					if group.holds(e.Target) {
						if began = began || e.Source.IsValid(); began {
							tally.AddFlow(e.Flow)
						}
					}
				}
				s, tracked := m.TargetSnapshot(group)
				got, want := reportOf(s), reportOf(tally.Snapshot())
				before := uint64(0) // events before it is tracked
				if slots == 16 {
					before = want.Events - min(got.Events, want.Events)
				}
				lost := got.Lost[attribution.LostUnread] == want.Lost[attribution.LostUnread]
				if !tracked || before > 2 || got.Events+before != want.Events || got.Records+before != want.Records ||
					got.Sources.Value+before != want.Sources.Value || !lost {
					t.Errorf("%d slots, %v:\n%v %v\nwant\n%v %v", slots, group, got, got.Lost, want, want.Lost)
				}
				for _, c := range m.Targets() {
					if c.Target == group && c.Events != got.Events {
						t.Errorf("%d slots, %v: %d events, want %d", slots, group, c.Events, got.Events)
					}
				}
			}
		}
	}
}

// A monitor that is restored amid a carpet goes on as if nothing had happened: it tells the
// same bursts and ends in the same state.
func TestRestoreInACarpet(t *testing.T) {
	testenv.OneGoroutine(t)
	events := carpet{net4, 256, 256, 2.5, 10, 100, 60}.stream(3)
	told := func(at ...float64) (texts []string, state []byte) {
		o := Options{Targets: 300, Tally: attribution.Options{SampleSize: 1024}}
		o.Notify, o.NotifyChildren = func(b Burst) { texts = append(texts, b.String()) }, true
		m := newMonitor(o)
		for rest := events; len(rest) > 0; {
			n := len(rest)
			if len(at) > 0 {
				n = slices.IndexFunc(rest, func(e Event) bool { return e.Time.Sub(begin).Seconds() > at[0] })
				at = at[1:]
			}
			m.Observe(rest[:n]...)
			if rest = rest[n:]; len(rest) > 0 {
				m = restored(t, m, o)
			}
		}
		return texts, checkpointOf(t, m).Bytes()
	}
	want, state := told()
	if !slices.ContainsFunc(want, func(s string) bool { return bytes.Contains([]byte(s), []byte("198.51.100.0/24")) }) {
		t.Fatalf("%q", want)
	}
	for _, at := range [][]float64{{612}, {628, 640}, {605, 655, 700, 900}} {
		if got, same := told(at...); !slices.Equal(got, want) || !bytes.Equal(same, state) {
			t.Errorf("restored at %v: told %q\nwant %q; same state: %v", at, got, want, bytes.Equal(same, state))
		}
	}
}

// What comes to a group as such counts for it alone.
func TestEventsAimedAtAGroup(t *testing.T) {
	for _, groups := range []Groups{Networks, MailDomains, -1} {
		m := newMonitor(Options{Groups: groups})
		network := ParseTarget("198.51.0.0/16")
		for i := range 500 {
			m.Observe(Event{Time: at(float64(i)), Target: network, Flow: flowOf(ip(i))})
		}
		s, tracked := m.TargetSnapshot(network)
		if n := reportOf(s).Events; !tracked || n < 200 {
			t.Errorf("%v: %d events", groups, n)
		}
		if all := m.Targets(); len(all) != 1 || all[0].Target != network {
			t.Errorf("%v: %v", groups, all)
		}
	}
}

// A server asks whether the network of an address is under attack.
func TestBurstingNetwork(t *testing.T) {
	m := newMonitor(Options{Targets: 300})
	asked := 0
	for _, e := range (carpet{net4, 256, 256, 25, 10, 4, 60}).stream(5) {
		m.Observe(e)
		if s := e.Time.Sub(at(carpetOnset)).Seconds(); s > 40 && s < 60 && e.Target.Addr().IsValid() {
			asked++
			if !m.Bursting(Networks.Of(e.Target)) || m.Bursting(e.Target) {
				t.Fatalf("%v: %v, its network %v", e.Target, m.Bursting(e.Target), m.Bursting(Networks.Of(e.Target)))
			}
		}
	}
	if asked == 0 {
		t.Error("nothing was asked")
	}
}

// Events with targets of all kinds are observed without allocation in the steady state.
func TestGroupsAllocateNothing(t *testing.T) {
	if testenv.Race {
		t.Skip("pools are emptied at random")
	}
	m := newMonitor(Options{Groups: allGroups})
	var events []Event
	for i := range 3000 {
		target := []Target{net4(i), net6(i % 40), mailbox(2 * (i % 90)), TargetName(fmt.Sprintf("/shop/item/%d", i%50))}[i%4]
		events = append(events, Event{Time: at(5), Target: target, Flow: flowOf(ip(i % 700))})
	}
	m.Observe(events...)
	m.targets.shedOpen(m.open) // counts what waits
	m.Observe(events...)
	if n := testing.AllocsPerRun(20, func() { m.Observe(events...) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
