package monitor

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A wrongClock says by how many seconds the clock of a record is off. Some know the
// monitor's own, and choose the worst.
type wrongClock struct {
	name  string
	off   func(rng *rand.Rand, m *Monitor, now float64) float64
	holds bool // it holds the clock back: found late, if it holds nearly half
}

func until(m *Monitor, ns int64, now float64) float64 {
	if !m.clock.started {
		return 0
	}
	return time.Unix(0, ns).Sub(at(now)).Seconds()
}

var wrongClocks = []wrongClock{
	{"fast by 25 s", func(*rand.Rand, *Monitor, float64) float64 { return 25 }, false},
	{"fast by 59 s", func(*rand.Rand, *Monitor, float64) float64 { return 59 }, false},
	{"slow by 5 min", func(*rand.Rand, *Monitor, float64) float64 { return -300 }, false},
	{"an hour ahead", func(*rand.Rand, *Monitor, float64) float64 { return 3600 }, false},
	{"scattered", func(rng *rand.Rand, _ *Monitor, _ float64) float64 { return rng.NormFloat64() * 30 }, false},
	{"just far enough", func(_ *rand.Rand, m *Monitor, now float64) float64 {
		return until(m, m.clock.closing(), now)
	}, false},
	{"as far as it goes", func(_ *rand.Rand, m *Monitor, now float64) float64 {
		return until(m, m.clock.mark+m.clock.leap, now)
	}, false},
	{"wherever a vote is on", func(rng *rand.Rand, m *Monitor, now float64) float64 {
		switch c := &m.clock; {
		case c.past.running():
			return -1000
		case c.far.running():
			return 1000
		case c.soon.running():
			return until(m, c.closing(), now) + 9
		}
		return []float64{-1000, 1000, 59, 25}[rng.IntN(4)]
	}, false},
	{"as far back as is open", func(_ *rand.Rand, m *Monitor, now float64) float64 {
		return until(m, (m.clock.closed+1)*m.clock.interval, now)
	}, true},
}

// drag is a stream of which a share has a wrong clock: 15 minutes of quiet, and 100 seconds
// of an attack from Russia on a target, five times as much.
type drag struct {
	rate  float64 // records a second, in quiet times
	share float64
	clock wrongClock

	sent uint64 // records with the right time
}

// run observes the stream. Records with the right time have one byte, others none.
func (d *drag) run(rng *rand.Rand, m *Monitor) {
	target := TargetName("victim")
	for now := 0.0; now < 1300; {
		rate, code, to := d.rate, "FR", Target{}
		if now >= 900 && now < 1000 {
			if rate *= 5; rng.IntN(5) > 0 {
				code, to = "RU", target
			}
		}
		now += rng.ExpFloat64() / rate
		e := Event{Time: at(now), Target: to, Flow: flowOf(world.IP(code, rng.IntN(1<<20)))}
		if rng.Float64() < d.share {
			e.Time = at(now + d.clock.off(rng, m, now))
		} else {
			e.Bytes = 1
			d.sent++
		}
		m.Observe(e)
	}
}

// Nobody drags the clock: of the records whose time is right hardly any is lost, and an
// attack is found, whatever a minority of clocks says. A vote of n sources is carried by a
// minority of 45 % as by a coin that is four standard errors off; among 100 sources in an
// interval that was once in four million records, of 20 at 25 % once in 6,000, and each time
// an interval closes early. So less than 1 % is lost beyond those that are lost at the
// begin, until it is known how many sources there are.
func TestNobodyDragsTheClock(t *testing.T) {
	rates := []float64{2, 100}
	shares := []float64{.02, .25, .45}
	if testenv.Long() {
		rates, shares = []float64{2, 10, 100, 1000}, []float64{.01, .02, .05, .1, .25, .45}
	} else if testing.Short() {
		rates = []float64{10}
	}
	for _, rate := range rates {
		for i, c := range wrongClocks {
			for _, share := range shares {
				if share > .25 && (rate < 10 || c.holds && rate < 100) {
					continue // so few sources are no majority of much
				}
				m := newMonitorWith(world.Table(), Options{Targets: 16, Claims: []attribution.Claim{attribution.Majority("RU")}})
				d := drag{rate: rate, share: share, clock: c}
				d.run(rand.New(rand.NewPCG(uint64(i), uint64(share*100))), m)
				lost := d.sent - min(reportOf(everything(m)).Bytes, d.sent)
				t.Logf("%v/s, %g %% %s: lost %d of %d", rate, 100*share, c.name, lost, d.sent)
				if float64(lost) > .01*float64(d.sent) {
					t.Errorf("%v/s, %g %% %s: lost %d of %d, %+v", rate, 100*share, c.name, lost, d.sent, m.Stats())
				}
				isVictim := func(b Burst) bool {
					return b.Target == TargetName("victim") && b.Onset.Sub(at(900)).Abs() <= 40*time.Second
				}
				if !slices.ContainsFunc(slices.Collect(m.Bursts()), isVictim) {
					t.Errorf("%v/s, %g %% %s: the attack was not found: %+v", rate, 100*share, c.name, m.Stats())
				}
			}
		}
	}
}

// One event every 30 s that is dated 59 s ahead makes nothing late.
func TestOneFastClock(t *testing.T) {
	m := newMonitor(Options{Targets: -1})
	for _, e := range repeat(6000, 0, .2) {
		m.Observe(e)
		if s := e.Time.Sub(begin).Seconds(); s == float64(int(s)) && int(s)%30 == 7 {
			m.Observe(Event{Time: e.Time.Add(59 * time.Second), Flow: flowOf(ip(1))})
		}
	}
	if s := m.Stats(); s.Late != 0 || s.Ahead == 0 || s.Time.After(at(1200)) {
		t.Errorf("%+v", s)
	}
}

// One source is one voter, however loud: it drags nothing while others speak. Alone it has
// the word, even where there were many before.
func TestOneLoudSource(t *testing.T) {
	m := newMonitor(Options{Targets: -1})
	loud := func(from float64, n int, step, off float64) {
		for i := range n {
			m.Observe(Event{Time: at(from + float64(i)*step + off), Flow: flowOf(ip(9999))})
		}
	}
	for i := range 600 {
		now := float64(i)
		m.Observe(repeat(10, now, .05)...)
		loud(now+.5, 90, .005, 45)
	}
	// At the begin, nobody knows that there are others.
	if s := m.Stats(); s.Late > 10*45 || s.Time.After(at(601)) {
		t.Errorf("a loud source among others: %+v", s)
	}
	loud(700, 600, 1, 0)
	if s := m.Stats(); s.Time.Before(at(1290)) || s.Waiting > 0 {
		t.Errorf("it alone: %+v", s)
	}
}

// A stream whose first record is ahead begins with those that follow.
func TestFirstRecordAhead(t *testing.T) {
	m := newMonitor(Options{Targets: -1})
	m.Observe(dated(at(50))...)
	m.Observe(repeat(300, 0, 1)...)
	if s := m.Stats(); s.Late != 0 || s.Oldest.After(at(0)) || reportOf(everything(m)).Events != 301 {
		t.Errorf("%+v", s)
	}
}

// Without an attacker, intervals close a third of their length late on average, and where
// there are many sources at once. Where there are few events the next ones are awaited.
func TestClockIsPunctual(t *testing.T) {
	for _, c := range []struct{ rate, seconds float64 }{{.02, 400}, {.1, 80}, {1, 4}, {3, 3.4}, {10, 3.4}, {100, .4}} {
		rng := rand.New(rand.NewPCG(4, 44))
		m := newMonitor(Options{Targets: -1, Retention: 20 * time.Hour})
		behind, n := 0.0, 0
		before := time.Time{}
		for now := 0.0; now < max(3000, 200/c.rate); {
			now += rng.ExpFloat64() / c.rate
			m.Observe(Event{Time: at(now), Flow: flowOf(ip(rng.IntN(1_000_000)))})
			if closed := m.Stats().Closed; closed.After(before) && now > max(300, 60/c.rate) {
				before = closed
				behind += at(now).Sub(closed).Seconds() - 10
				n++
			}
		}
		t.Logf("%v/s: %.2f s", c.rate, behind/float64(n))
		if behind/float64(n) > c.seconds {
			t.Errorf("%v/s: %.2f s late", c.rate, behind/float64(n))
		}
	}
}
