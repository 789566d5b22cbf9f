package monitor

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// sources returns n events, step seconds apart, of different sources in a country of the
// plain world.
func sources(code string, n int, from, step float64, target Target) []Event {
	events := make([]Event, n)
	for i := range events {
		// Networks apart, so that each source says something of its own.
		source := world.IP(code, int(from)*64+i*997%(1<<22))
		events[i] = Event{Time: at(from + float64(i)*step), Target: target, Flow: flowOf(source)}
	}
	return events
}

// raid is a quarter of an hour of quiet, and a burst of 100 seconds on a target: 60 % of
// its sources are Russian. Of every ten records so many come 45 seconds after their time.
func raid(late int) []Event {
	target := TargetName("victim")
	quiet := sources("FR", 900, 0, 1, Target{})
	var burst, tardy []Event
	for second := range 100 {
		for i := range 50 {
			code := "RU"
			if i%5 > 2 {
				code = "US"
			}
			e := sources(code, 1, float64(900+second)+float64(i)/50, 1, target)[0]
			e.Source = world.IP(code, (second*50+i)*331)
			if e.Time = e.Time.Add(time.Duration(i) * time.Microsecond); i%10 < late {
				tardy = append(tardy, e)
			} else {
				burst = append(burst, e)
			}
		}
	}
	all := join(quiet, burst, sources("FR", 900, 1000, 1, Target{}))
	arrival := make(map[time.Time]time.Duration)
	for _, e := range tardy {
		arrival[e.Time] = 45 * time.Second
	}
	all = append(all, tardy...)
	slices.SortStableFunc(all, func(a, b Event) int {
		return a.Time.Add(arrival[a.Time]).Compare(b.Time.Add(arrival[b.Time]))
	})
	return all
}

// Records that come too late are part of the verdict on the burst that they belong to: of
// all traffic, and of their target.
func TestLateRecordsUndecide(t *testing.T) {
	for late, want := range map[int]attribution.Outcome{0: attribution.Supported, 3: attribution.Undecided} {
		m := newMonitorWith(world.Table(), Options{Claims: []attribution.Claim{attribution.Majority("RU")}})
		m.Observe(raid(late)...)
		// When the burst has ended, most of what comes is tardy, and the clock waits for it.
		lost := m.Stats().Late
		if lost < uint64(late)*400 || lost > uint64(late)*500 {
			t.Fatalf("%+v", m.Stats())
		}
		bursts := slices.Collect(m.Bursts())
		if len(bursts) != 2 {
			t.Fatalf("%d bursts: %v", len(bursts), bursts)
		}
		for _, b := range bursts {
			v := b.Report.Verdicts[0]
			if !b.Final || v.Outcome != want || late > 0 && v.Reason != caveat.LateEvents {
				t.Errorf("%d of ten are late: %v", late, b)
			}
			if got := b.Report.Lost[attribution.LostLate]; got != lost {
				t.Errorf("%d of ten are late: %d records are lost to %q", late, got, b.Target)
			}
			if late > 0 && b.NewSources != nil && b.NewSources.Report.Verdicts[0].Outcome != want {
				t.Errorf("the new sources: %v", b.NewSources.Report)
			}
		}
	}
}

// lostIn returns what a snapshot has lost for a reason.
func lostIn(s attribution.Snapshot, reason attribution.Loss) uint64 { return reportOf(s).Lost[reason] }

// A lost record counts in the interval of its time if it has one, else in the present
// one, and for its target if that is tracked.
func TestLostRecordsBelongSomewhere(t *testing.T) {
	a, other := TargetName("a"), TargetName("never tracked")
	m := newMonitor(Options{Targets: 16})
	m.Observe(Event{Target: a}) // before there is any time
	m = restored(t, m, Options{Targets: 16})
	if got := lostIn(everything(m), attribution.LostUndated); got != 1 {
		t.Errorf("%d undated before the stream", got)
	}
	for i := range 100 {
		m.Observe(Event{Time: at(float64(i)), Target: a, Flow: flowOf(ip(i))})
	}
	m = restored(t, m, Options{Targets: 16})
	m.Observe(
		Event{Time: at(55), Target: a, Flow: flowOf(ip(1))},     // late
		Event{Time: at(57), Target: other, Flow: flowOf(ip(1))}, // late
		Event{Time: at(45), Flow: flowOf(ip(1))},                // late
		Event{Time: at(-20), Target: a, Flow: flowOf(ip(1))},    // before the stream, set aside
		Event{Target: a, Flow: flowOf(ip(1))},                   // undated
		Event{Time: at(99), Target: a},                          // without a source
		Event{Time: at(99), Target: other},
	)
	m = restored(t, m, Options{Targets: 16})
	for _, c := range []struct {
		from, to               float64
		late, undated, invalid uint64
	}{
		{-30, -10, 1, 0, 0}, {0, 10, 0, 1, 0}, {40, 50, 1, 0, 0}, {50, 60, 2, 0, 0}, {60, 90, 0, 0, 0},
		{90, 100, 0, 1, 2}, {-30, 100, 4, 2, 2},
	} {
		r := reportOf(m.Snapshot(at(c.from), at(c.to)))
		got := [3]uint64{r.Lost[attribution.LostLate], r.Lost[attribution.LostUndated], r.Lost[attribution.LostUnread]}
		if got != [3]uint64{c.late, c.undated, c.invalid} {
			t.Errorf("%v to %v: late, undated, invalid: %v, want %v", c.from, c.to, got, c)
		}
	}
	s, _ := m.TargetSnapshot(a)
	r := reportOf(s)
	if r.Events != 100 || r.Lost[attribution.LostLate] != 2 || r.Lost[attribution.LostUndated] != 1 ||
		r.Lost[attribution.LostUnread] != 1 {
		t.Errorf("of the target: %d events, lost %v", r.Events, r.Lost)
	}
	m.Advance(at(5000)) // beyond the retention
	m.Observe(Event{Time: at(50), Target: a, Flow: flowOf(ip(1))})
	if r := reportOf(everything(m)); lostIn(everything(m), attribution.LostLate) != 1 || m.Stats().Late != 5 {
		t.Errorf("an hour later %v are lost, %+v", r.Lost, m.Stats())
	}
}

// What is too far ahead is lost: what waits until its time is confirmed, for as long as it
// does, and what there was no room for in the present.
func TestMisdatedRecords(t *testing.T) {
	m := newMonitor(Options{Targets: -1})
	m.Observe(join(repeat(1, 0, 1), alternating(maxHeld+7))...)
	if got := lostIn(everything(m), attribution.LostMisdated); got != maxHeld+7 || m.Stats().Misdated != 7 {
		t.Errorf("%d are lost, %+v", got, m.Stats())
	}
}

// A late record of a long burst counts in it, wherever its interval has gone since.
func TestLateInALongBurst(t *testing.T) {
	target := TargetName("victim")
	stream := join(sources("FR", 900, 0, 1, Target{}), sources("RU", 60_000, 900, .02, target))
	for _, seconds := range []float64{890, 900, 905, 1300, 2050} {
		m := newMonitorWith(world.Table(), Options{Targets: 16})
		m.Observe(stream...)
		m.Advance(at(2100)) // what is late from now on is not set aside
		m.Observe(Event{Time: at(seconds), Target: target, Flow: flowOf(ip(1))})
		m.Observe(sources("FR", 900, 2110, 1, Target{})...)
		n := 0
		for b := range m.Bursts() {
			n++
			if got, want := b.Report.Lost[attribution.LostLate], uint64(1); b.Onset != at(900) ||
				(got == want) != (seconds >= 900) {
				t.Errorf("late by %v: %d in %v", 2100-seconds, got, b)
			}
		}
		if n != 2 {
			t.Errorf("%d bursts", n)
		}
	}
}

// The records of sources that were shed are lost, and nothing else is.
func TestShedRecordsAreLost(t *testing.T) {
	m := newMonitor(Options{Targets: 16})
	m.targets.memory = 1 << 20
	sent := map[Target]uint64{}
	send := func(from float64, n int) {
		for i := range n {
			target := TargetName(fmt.Sprint(i % 8))
			sent[target]++
			source := netip.AddrFrom4([4]byte{byte(60 + i>>16), byte(i >> 8), byte(i), 1})
			m.Observe(Event{Time: at(from + 10*float64(i)/float64(n)), Target: target, Flow: flowOf(source)})
		}
	}
	for round := range 6 {
		send(float64(10*round), 40_000)
	}
	if m.Stats().Shed == 0 {
		t.Fatal("nothing was shed")
	}
	m = restored(t, m, Options{Targets: 16})
	some := false
	for target, n := range sent {
		s, _ := m.TargetSnapshot(target)
		r := reportOf(s)
		if r.Records+r.Lost[attribution.LostShed] != n {
			t.Errorf("%v: %d records, of which %d are counted, lost %v", target, n, r.Records, r.Lost)
		}
		some = some || r.Lost[attribution.LostShed] > 0
	}
	if !some {
		t.Error("of no target")
	}
}
