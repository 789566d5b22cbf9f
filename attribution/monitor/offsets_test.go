package monitor

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv/world"
)

// zoned is half an hour of traffic and an attack after 15 minutes, of which a share is
// logged by a collector in another zone.
func zoned(offset time.Duration, share float64) (events []Event) {
	rng := rand.New(rand.NewPCG(8, 88))
	for now := 0.0; now < 1800; {
		rate, code, to := 20., "FR", Target{}
		if now >= 900 && now < 1000 {
			rate, code, to = 100, "RU", TargetName("victim")
		}
		now += rng.ExpFloat64() / rate
		e := Event{Time: at(now), Target: to, Flow: flowOf(world.IP(code, rng.IntN(1<<20)))}
		if rng.Float64() < share {
			e.Time = e.Time.Add(offset - time.Duration(rng.ExpFloat64()*float64(time.Second)))
		}
		events = append(events, e)
	}
	return events
}

// A collector in another time zone is said, once in the counters and with each burst. Its
// records are not dated anew: they are lost, and said to be.
func TestClockInAnotherZone(t *testing.T) {
	hours := func(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }
	for _, offset := range []time.Duration{hours(2), hours(-5), hours(5.75), hours(-3.5), hours(1)} {
		for _, share := range []float64{.1, .4, .8} {
			m := newMonitorWith(world.Table(), Options{Targets: 16})
			m.Observe(zoned(offset, share)...)
			want := offset
			if share > .5 { // the stream goes with them, and the others are off
				want = -offset
			}
			if got := m.Stats().ClockOffset; got != want && (share < .5 || got != offset) {
				t.Errorf("%v of %v: %v, %+v", share, offset, got, m.Stats())
			}
			bursts := slices.Collect(m.Bursts())
			if len(bursts) == 0 {
				t.Errorf("%v of %v: no burst", share, offset)
			}
			for _, b := range bursts {
				c, found := caveatOf(b, caveat.ClockOffset)
				if !found || c.Value != want.Seconds() && (share < .5 || c.Value != offset.Seconds()) {
					t.Errorf("%v of %v: %v", share, offset, b)
				}
				if share < .5 && len(b.Report.Lost) == 0 {
					t.Errorf("%v of %v: nothing is lost to %v", share, offset, b)
				}
			}
		}
	}
}

// What is off by no multiple of 15 minutes, or by many of them, is no zone; nor is a pause.
func TestNoZone(t *testing.T) {
	scatter := zoned(0, 0)
	rng := rand.New(rand.NewPCG(9, 88))
	for i := range scatter {
		if i%10 == 0 {
			scatter[i].Time = scatter[i].Time.Add(time.Duration(rng.IntN(6*3600)-3*3600) * time.Second)
		}
	}
	for name, events := range map[string][]Event{
		"scattered":     scatter,
		"2 h 7 min":     zoned(2*time.Hour+7*time.Minute, .2),
		"30 s":          zoned(30*time.Second, .2),
		"hourly":        repeat(300, 0, 3600),
		"after an hour": join(repeat(3000, 0, .1), repeat(3000, 3900, .1)),
	} {
		m := newMonitorWith(world.Table(), Options{Targets: -1})
		m.Observe(events...)
		m = restored(t, m, Options{Targets: -1})
		if s := m.Stats(); s.ClockOffset != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
