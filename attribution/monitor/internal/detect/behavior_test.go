package detect

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// found is a burst as a series reported it. Intervals are counted from the start.
type found struct {
	at, onset     int64
	told, end     int64 // 0: still running
	uncertain     bool
	seasonal      bool
	first, latest Peak
}

func (b found) String() string {
	return fmt.Sprintf("%d to %d, found at %d, told at %d, uncertain %v", b.onset, b.end, b.at, b.told, b.uncertain)
}

// watchFor feeds a series with n intervals of a run and returns the bursts.
func watchFor(s *Series, r *run, start int64, n int) (bursts []found) {
	for range n {
		i, y := r.next()
		got := s.Observe(i, y)
		switch last := len(bursts) - 1; got.State {
		case Began:
			b := found{at: i - start, onset: got.Onset - start, seasonal: got.Seasonal, first: got.Peak}
			bursts = append(bursts, b)
		case Ended:
			b := &bursts[last]
			b.told, b.end, b.uncertain, b.latest = i-start, got.End-start, got.EndUncertain, got.Peak
		}
	}
	return bursts
}

// between is a wave that is f within a span of intervals, and 1 elsewhere.
func between(from, to int64, f float64) func(int64) float64 {
	return func(i int64) float64 {
		if i >= from && i < to {
			return f
		}
		return 1
	}
}

// pulses is a wave of n single intervals of a hundred times, a period apart.
func pulses(from, n, period int64) func(int64) float64 {
	return func(i int64) float64 {
		return 1 + 99*truth(i >= from && i < from+n*period && (i-from)%period == 0)
	}
}

// Ten-second intervals of a series that was never seen before.
func TestBehaviorWithoutHistory(t *testing.T) {
	const minute, hour = 6, 360
	type want struct{ onset, end int64 } // end 0: any
	for _, c := range []struct {
		name  string
		rate  float64
		hours float64
		wave  func(i int64) float64
		want  []want
		near  int64 // tolerance in intervals, at least 1
	}{
		{"quiet", 100, 12, nil, nil, 0},
		{"nothing ever", 0, 12, nil, nil, 0},
		{"mail once a minute", 1. / 6, 12, nil, nil, 0},
		{"mail once an hour", 1. / 360, 24, nil, nil, 0},
		{"mail once a minute, then thirty times", 1. / 6, 2, between(hour, hour+3*minute, 30),
			[]want{{hour, hour + 3*minute}}, 3},
		{"three minutes of history", 100, 1, between(18, 48, 10), []want{{18, 48}}, 0},
		{"a burst among the first twelve", 100, 1, between(8, 30, 10), []want{{8, 30}}, 0},
		{"starts within a burst", 100, 4, between(0, 5*minute, 10), nil, 0},
		{"starts within a burst, another follows", 100, 4, func(i int64) float64 {
			return between(0, 5*minute, 10)(i) * between(3*hour, 3*hour+30, 10)(i)
		}, []want{{3 * hour, 3*hour + 30}}, 0},
		{"one interval of three times", 100, 1, between(200, 201, 3), nil, 0},
		{"one interval of ten times", 100, 1, between(200, 201, 10), []want{{200, 201}}, 0},
		{"twice for a minute", 100, 2, between(400, 406, 2), []want{{400, 406}}, 0},
		{"half as much again for an hour", 100, 5, between(2*hour, 3*hour, 1.5), []want{{2 * hour, 3 * hour}}, 6},
		{"pulses of ten seconds", 100, 3, func(i int64) float64 {
			return 1 + 9*truth(i >= 2*hour && i < 2*hour+10*29 && (i-2*hour)%29 == 0)
		}, []want{{2 * hour, 2*hour + 9*29 + 1}}, 0},
		{"one interval of a hundred times", 100, 1, between(200, 201, 100), []want{{200, 201}}, 0},
		{"slow rise", 100, 12, func(i int64) float64 { return math.Exp(float64(i) / 12 / hour * 2) }, nil, 0},
		{"rise and fall of a day", 100, 48, func(i int64) float64 {
			return math.Exp(1.2 * math.Sin(float64(i)/24/hour*2*math.Pi))
		}, nil, 0},
		{"ramp over twenty minutes", 100, 4, func(i int64) float64 {
			return 1 + 9*min(max(float64(i-2*hour)/(20*minute), 0), 1)*between(0, 3*hour, 1)(i)*truth(i < 3*hour)
		}, []want{{2*hour + 3*minute, 3 * hour}}, 3 * minute},
		{"pulses of two minutes", 100, 4, func(i int64) float64 {
			return 1 + 9*truth(i >= 2*hour && i < 2*hour+22*minute && (i-2*hour)%(4*minute) < 2*minute)
		}, []want{{2 * hour, 2*hour + 22*minute}}, 0},
		{"pulses of ten seconds, a minute and a half apart", 100, 4, pulses(2*hour, 20, 9),
			[]want{{2 * hour, 2*hour + 19*9 + 1}}, 0},
		{"pulses of ten seconds, five minutes apart", 100, 4, pulses(2*hour, 9, 5*minute),
			[]want{{2 * hour, 2*hour + 8*5*minute + 1}}, 0},
		{"pulses of ten seconds, eight minutes apart", 100, 4, pulses(2*hour, 2, 8*minute),
			[]want{{2 * hour, 2*hour + 1}, {2*hour + 8*minute, 2*hour + 8*minute + 1}}, 0},
		{"outage of half an hour", 100, 6, between(3*hour, 3*hour+30*minute, 0), nil, 0},
		{"outage of three hours", 100, 12, between(5*hour, 8*hour, 0), nil, 0},
		{"level that lasts", 100, 12, between(2*hour, 12*hour, 10), []want{{2 * hour, 0}}, 0},
		{"burst upon a level that lasts", 100, 12, func(i int64) float64 {
			return between(2*hour, 12*hour, 10)(i) * between(9*hour, 9*hour+30, 10)(i)
		}, []want{{2 * hour, 0}, {9 * hour, 9*hour + 30}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := model{interval: 10 * time.Second, rate: c.rate, phi: .7, sd: .1}
			r := m.start(5, 0)
			start := r.i
			if c.wave != nil {
				r.wave = func(i int64) float64 { return c.wave(i - start) }
			}
			got := watchFor(New(Options{Interval: m.interval, Grain: Coarse}), r, start, int(c.hours*hour))
			near := max(c.near, 1)
			for k := range max(len(got), len(c.want)) {
				switch {
				case k >= len(c.want):
					t.Errorf("no burst, but found %v", got[k])
				case k >= len(got):
					t.Errorf("a burst at %d was not found", c.want[k].onset)
				case abs(got[k].onset-c.want[k].onset) > near || got[k].end == 0 ||
					c.want[k].end > 0 && abs(got[k].end-c.want[k].end) > near:
					t.Errorf("want %v, got %v", c.want[k], got[k])
				}
			}
			t.Log(got)
		})
	}
}

// Five-minute intervals of a series that was seen for three weeks.
func TestBehaviorWithHistory(t *testing.T) {
	const hour, day = 12, 288
	type want struct{ onset, end int64 }
	for _, c := range []struct {
		name string
		days float64
		wave func(i int64) float64
		want []want
	}{
		{"quiet", 14, nil, nil},
		{"three times for an hour", 3, between(day, day+hour, 3), []want{{day, day + hour}}},
		{"one interval of three times", 3, between(day, day+1, 3), nil},
		{"one interval of fifty times", 3, between(day, day+1, 50), []want{{day, day + 1}}},
		{"ramp over twenty minutes", 3, func(i int64) float64 {
			return 1 + 9*min(max(float64(i-day)/4, 0), 1)*truth(i < day+2*hour)
		}, []want{{day + 1, day + 2*hour}}},
		{"pulses within the intervals", 3, between(day, day+4, 5.5), []want{{day, day + 4}}},
		{"night that is missing", 3, between(day, day+9*hour, 0), nil},
		{"level that lasts", 3, between(hour, 3*day, 10), []want{{hour, 0}}},
		{"burst upon a level that lasts", 4, func(i int64) float64 {
			return between(hour, 4*day, 10)(i) * between(2*day, 2*day+hour, 10)(i)
		}, []want{{hour, 0}, {2 * day, 2*day + hour}}},
		{"level that lasts and goes", 16, func(i int64) float64 {
			return between(hour, 5*day, 10)(i) * between(12*day, 12*day+hour, 10)(i)
		}, []want{{hour, 0}, {12 * day, 12*day + hour}}},
		{"burst at the same time every day, a routine on the fourth", 6, func(i int64) float64 {
			return between(100, 112, 10)(i % day)
		}, []want{{100, 112}, {day + 100, day + 112}, {2*day + 100, 2*day + 112}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := model{interval: 5 * time.Minute, rate: 500, day: .8, weekend: -.3, phi: .7, sd: .1}
			r := m.start(6, 0)
			s := New(Options{Interval: m.interval, Grain: Fine})
			if old := watchFor(s, r, r.i, 23*day); len(old) > 1 {
				t.Errorf("false alarms: %v", old)
			}
			start := r.i
			if c.wave != nil {
				r.wave = func(i int64) float64 { return c.wave(i - start) }
			}
			got := watchFor(s, r, start, int(c.days*day))
			for k := range max(len(got), len(c.want)) {
				switch {
				case k >= len(c.want):
					t.Errorf("no burst, but found %v", got[k])
				case k >= len(got):
					t.Errorf("a burst at %d was not found", c.want[k].onset)
				case abs(got[k].onset-c.want[k].onset) > 1 || got[k].end == 0 ||
					c.want[k].end > 0 && abs(got[k].end-c.want[k].end) > 1:
					t.Errorf("want %v, got %v", c.want[k], got[k])
				}
			}
			t.Log(got)
		})
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// What does not show in intervals of ten seconds is found in minutes, and dated by
// where the intervals rise.
func TestWeakBurst(t *testing.T) {
	const minute, hour, day = 6, 360, 8640
	for _, c := range []struct {
		name         string
		grain        Grain
		rate, sd     float64
		history      int64
		length       int64
		factor       float64
		found, onset int64 // intervals after the onset, and off it, at most
	}{
		{"twice in noise", Fine, 100, .3, 5 * day, 4 * hour, 2, 30 * minute, 4 * minute},
		{"twice in noise, of a target", Coarse, 100, .3, 5 * day, 4 * hour, 2, 90 * minute, 4 * minute},
		{"ten times one in five minutes", Coarse, 1. / 30, 0, day, 3 * hour, 10, 60 * minute, 10 * minute},
	} {
		m := model{interval: 10 * time.Second, rate: c.rate, sd: c.sd}
		r := m.start(11, 0)
		s := New(Options{Interval: m.interval, Grain: c.grain})
		if bursts := watchFor(s, r, r.i, int(c.history)); len(bursts) > 0 {
			t.Errorf("%s: %v before the burst", c.name, bursts)
		}
		start := r.i
		r.wave = between(start, start+c.length, c.factor)
		got := watchFor(s, r, start, int(c.length+8*hour))
		if len(got) != 1 || got[0].at > c.found || abs(got[0].onset) > c.onset ||
			abs(got[0].end-c.length) > s.grid.perCell || !got[0].uncertain {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}
