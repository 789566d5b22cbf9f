package monitor

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor/internal/trials"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
)

// carpet is an attack on the members of one group, amid everyday traffic to them and to
// many other targets. Rates are in events a second.
type carpet struct {
	member  func(i int) Target // of the group
	members int
	hit     int     // so many of them are attacked
	usual   float64 // rate of the whole group
	others  float64 // rate of 300 targets elsewhere
	times   float64 // the group has so many times as much while it is attacked
	length  float64 // seconds
}

const (
	carpetOnset = 603.
	carpetRest  = 450. // seconds after the attack
)

// stream returns the events in order.
func (c carpet) stream(seed uint64) (events []Event) {
	rng := rand.New(rand.NewPCG(seed, 24))
	add := func(t float64, target Target, source int) {
		events = append(events, Event{Time: at(t), Target: target, Flow: flowOf(ip(source))})
	}
	end := carpetOnset + c.length + carpetRest
	for t := 0.; t < end; t += rng.ExpFloat64() / c.usual {
		add(t, c.member(rng.IntN(c.members)), rng.IntN(3000))
	}
	for t := 0.; t < end; t += rng.ExpFloat64() / c.others {
		add(t, TargetName(fmt.Sprint("other-", rng.IntN(300))), rng.IntN(3000))
	}
	rate := c.usual * (c.times - 1)
	for t := carpetOnset; t < carpetOnset+c.length; t += rng.ExpFloat64() / rate {
		add(t, c.member(rng.IntN(c.hit)), 10_000+rng.IntN(4000))
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	return events
}

// reported is what was told of one attack.
type reported struct {
	targets map[uint64]Target // by ID of the burst, without that of all traffic
	delay   map[Target]float64
	calls   int
	final   []Burst
}

func (c carpet) play(o Options, seed uint64) reported { return playEvents(o, c.stream(seed)) }

func playEvents(o Options, events []Event) reported {
	r := reported{targets: map[uint64]Target{}, delay: map[Target]float64{}}
	now := begin
	o.Notify = func(b Burst) {
		if b.Target.IsZero() {
			return
		}
		if r.calls++; r.targets[b.ID].IsZero() {
			r.targets[b.ID] = b.Target
			r.delay[b.Target] = now.Sub(at(carpetOnset)).Seconds()
		}
		if b.Final {
			r.final = append(r.final, b)
		}
	}
	o.NotifyChildren = true
	m := newMonitor(o)
	for i := range events {
		now = events[i].Time
		m.Observe(events[i])
	}
	return r
}

func net4(i int) Target { return TargetAddr(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})) }

func net6(i int) Target {
	return TargetAddr(netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 7, 6: byte(i >> 8), 7: byte(i), 15: 1}))
}

func mailbox(i int) Target {
	return TargetName(fmt.Sprintf("user-%d@%s", i, []string{"lagoon.example", "Lagoon.Example"}[i%2]))
}

func page(i int) Target { return TargetName(fmt.Sprintf("/shop/item/%d/view?id=%d", i, i)) }

// An attack on all members of a group, each of which gets too little to be found, is found
// as one burst of the group.
func TestCarpet(t *testing.T) {
	runs := 2
	switch {
	case testenv.Long():
		runs = 200
	case !testing.Short():
		runs = 20
	}
	for name, c := range map[string]struct {
		carpet
		o      Options
		group  string
		within float64 // seconds
	}{
		"a /24":       {carpet{net4, 256, 256, 25, 10, 3, 60}, Options{Targets: 600}, "198.51.100.0/24", 35},
		"a quiet /24": {carpet{net4, 256, 256, 2.5, 10, 3, 240}, Options{Targets: 600}, "198.51.100.0/24", 120},
		"a /24 whose members are found too": {
			carpet{net4, 256, 256, 2.5, 10, 200, 60}, Options{Targets: 600}, "198.51.100.0/24", 25,
		},
		"a /24 that was quiet before": {
			carpet{net4, 256, 256, 0.001, 10, 500_000, 60}, Options{Targets: 600}, "198.51.100.0/24", 25,
		},
		"a /24 of which no member is tracked": {
			carpet{net4, 256, 256, 15, 50, 3, 60}, Options{Targets: 16}, "198.51.100.0/24", 35,
		},
		"a /48": {carpet{net6, 5000, 5000, 10, 10, 3, 120}, Options{Targets: 64}, "2001:db8:7::/48", 40},
		"a mail domain": {
			carpet{mailbox, 500, 500, 10, 10, 3, 120}, Options{Targets: 64, Groups: MailDomains}, "*@lagoon.example", 40,
		},
		"a directory": {
			carpet{page, 2000, 2000, 10, 10, 3, 120}, Options{Targets: 64, Groups: allGroups}, "/shop/*", 40,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			group := ParseTarget(c.group)
			found, intime, one, calls := 0., 0., 0., 0
			var delays []float64
			for seed := range uint64(runs) {
				r := c.play(c.o, seed)
				calls += r.calls
				d, ok := r.delay[group]
				if ok {
					found++
					delays = append(delays, d)
				}
				if ok && d <= c.within {
					intime++
				}
				if ok && len(r.targets) == 1 {
					one++
				} else {
					t.Logf("seed %d: %v", seed, r.targets)
				}
			}
			n := float64(runs)
			t.Logf("%s: found %.0f of %d, after %.0f s (median), %.0f s at most; in time %.0f, one burst %.0f, %.1f calls",
				name, found, runs, trials.Quantile(delays, .5), trials.Quantile(delays, 1), intime, one, float64(calls)/n)
			trials.AtLeast(t, "found", found, n, .999)
			trials.AtLeast(t, "in time", intime, n, .98)
			trials.AtLeast(t, "one burst", one, n, .98)
		})
	}
}

// Without groups, no such attack is found.
func TestCarpetWithoutGroups(t *testing.T) {
	c := carpet{net4, 256, 256, 2.5, 10, 3, 240}
	if r := c.play(Options{Targets: 600, Groups: -1}, 1); len(r.targets) > 0 {
		t.Errorf("%v: the members do not get too little", r.targets)
	}
}

// Where few members are attacked, they are named, and their group is not.
func TestFewMembersAreNamed(t *testing.T) {
	testenv.OneGoroutine(t)
	runs := uint64(4)
	switch {
	case testenv.Long():
		runs = 100
	case testing.Short():
		runs = 1
	}
	for _, c := range []carpet{
		{net4, 256, 1, 2.5, 10, 3, 240},
		{net4, 256, 1, 25, 10, 2, 240}, // the others have as much
		{net4, 256, 2, 2.5, 10, 20, 60},
		{net4, 1, 1, 2.5, 10, 10, 60}, // there is no other
		{net6, 5000, 1, 2.5, 10, 5, 120},
	} {
		for seed := range runs {
			r := c.play(Options{Targets: 600}, seed)
			named := 0
			for _, target := range r.targets {
				if target.Group() != 0 {
					t.Errorf("%+v: %v", c, r.targets)
				}
				for i := range c.hit {
					if target == c.member(i) {
						named++
					}
				}
			}
			if named != c.hit || len(r.targets) != c.hit {
				t.Errorf("%d of %d are attacked, seed %d: %v", c.hit, c.members, seed, r.targets)
			}
		}
	}
}

// A member whose burst is part of that of its group is reported once it is not: when it gets
// a large share of it, and when its burst goes on after that of the group.
func TestMemberLeavesACarpet(t *testing.T) {
	testenv.OneGoroutine(t)
	network := ParseTarget("198.51.100.0/24")
	for name, c := range map[string]struct {
		from, to, rate float64 // of what one member gets more, seconds after the onset
		early, late    float64 // when it is reported
	}{
		"it goes on":      {45, 1000, .5, 100 + 300, 100 + 300 + 200},
		"it gets most":    {60, 120, 200, 60, 60 + 40},
		"it gets nothing": {0, 0, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			events := carpet{net4, 256, 256, 25, 10, 6, 100}.stream(11)
			rng := rand.New(rand.NewPCG(11, 12))
			for s := c.from; s < c.to; s += rng.ExpFloat64() / c.rate {
				e := Event{Time: at(carpetOnset + s), Target: net4(7), Flow: flowOf(ip(20_000 + rng.IntN(500)))}
				events = append(events, e)
			}
			slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
			r := playEvents(Options{Targets: 600}, events)
			if _, told := r.delay[network]; !told {
				t.Errorf("the network is not reported: %v", r.targets)
			}
			d, told := r.delay[net4(7)]
			if told != (c.late > 0) || told && (d < c.early || d > c.late) || len(r.targets) > 2 {
				t.Errorf("reported: %v, after %v s, want %v to %v s; %v", told, d, c.early, c.late, r.targets)
			}
		})
	}
}

// Where nothing happens, groups raise no more false alarms than targets do: hundreds of
// servers in dozens of networks, with the rhythm of the day.
func TestQuietNetworks(t *testing.T) {
	runs, length := uint64(1), time.Hour
	switch {
	case testenv.Long():
		runs, length = 4, 7*24*time.Hour
	case testing.Short():
		length = 20 * time.Minute
	}
	alarms, days := 0., 0.
	for seed := range runs {
		quiet := scenario.Quiet{Seed: 200 + seed, Rate: 5, Days: 7, Noise: .1}
		seen := map[uint64]bool{}
		m := newMonitor(Options{Notify: func(b Burst) {
			if b.Target.Group() != 0 && !seen[b.ID] {
				seen[b.ID] = true
				alarms++
				t.Log(b)
			}
		}})
		servers := map[string]Target{}
		for e := range must(quiet.Build(testPopulation())).Events() {
			if e.Time.Sub(begin) > length {
				break
			}
			server, known := servers[e.Target]
			if !known {
				n := len(servers)
				server = TargetAddr(netip.AddrFrom4([4]byte{198, 51, byte(n % 41), byte(n / 41)}))
				servers[e.Target] = server
			}
			event := eventOf(e)
			event.Target = server
			m.Observe(event)
		}
		days += length.Hours() / 24
		t.Logf("%d servers, %+v", len(servers), m.Stats())
	}
	t.Logf("%.0f false alarms of networks in %.1f days", alarms, days)
	trials.AtMost(t, "false alarms", alarms, days/28)
}
