package detect

import (
	"math"
	"testing"
	"time"
)

// What an attacker teaches in four weeks by a burst each day, or each hour, that grows by a
// part a day. Until the third it is told; then it may grow by 3 % a day, and be half as
// large again. A series says of what grows faster that it is a burst. A target is told if
// it is twice that.
func TestTeacher(t *testing.T) {
	for _, c := range []struct {
		name  string
		every time.Duration
		size  float64
		grows float64 // logarithm, a day
		least float64 // times that it is told, at least
		most  float64 // and at most
	}{
		{"each day, not growing", day, 2000, 0, 3, 3},
		{"each day, by 3 %", day, 2000, .03, 3, 4},
		{"each day, by 10 %", day, 2000, .1, 6, 28},
		{"each day, by 20 %", day, 2000, .2, 9, 28},
		{"each hour, by 3 %", time.Hour, 2000, .03, 3, 6},
		{"each hour, by 10 %", time.Hour, 2000, .1, 6, 500},
	} {
		m := model{interval: resolution, rate: 10, phi: .7, sd: .1}
		r, s := m.with(5, job{every: c.every, size: c.size, length: 3}), New(Options{Interval: resolution, Grain: Coarse})
		r.from = math.MaxInt64
		tell(s, r.next, 3)
		r.from = r.i
		r.grown = func(i int64) float64 { return math.Exp(c.grows * float64(i-r.from) / float64(s.grid.perDay)) }
		got := tell(s, r.next, 28)
		told := total(got.proven)
		t.Logf("%s: told %.0f times: %v", c.name, told, got.proven)
		if told < c.least || told > c.most {
			t.Errorf("%s: told %.0f times, want %.0f to %.0f", c.name, told, c.least, c.most)
		}
		// Nobody can have taught more than what was told, and 2 % a day.
		most := 1.3 * c.size * max(r.grown(r.i), 1)
		if c.grows > 0 {
			last := r.from // when it was last told
			for _, i := range got.at {
				last = i
			}
			most = 1.3 * c.size * r.grown(last) * math.Exp(routineGrowth*float64(r.i-last)/float64(s.grid.perDay))
		}
		for _, one := range s.habits.routines {
			if one.amount > most {
				t.Errorf("%s: %.0f events were taught, at most %.0f can be", c.name, one.amount, most)
			}
		}
	}
}

// The same size at another time, or a multiple of it, is told.
func TestRoutineIsOnce(t *testing.T) {
	const hour = 360
	m := model{interval: resolution, rate: 10, phi: .7, sd: .1}
	for _, c := range []struct {
		name  string
		late  int64
		times float64
		want  float64
	}{
		{"as always", 0, 1, 0},
		{"half an hour late", hour / 2, 1, 1},
		{"six times as large", 0, 6, 1},
		{"nothing", 0, 0, 0},
	} {
		r, s := m.with(6, job{every: time.Hour, size: 500, length: 2}), New(Options{Interval: resolution, Grain: Coarse})
		tell(s, r.next, 7)
		if len(s.habits.routines) != 1 || !s.habits.routines[0].taught {
			t.Fatalf("routines are %+v", s.habits.routines)
		}
		next := r.i - r.i%hour + hour
		r.until = next
		for k := range int64(2) {
			r.extra[next+c.late+k] = c.times * 250
		}
		if got := total(tell(s, r.next, 1).proven); got != c.want {
			t.Errorf("%s: told %.0f times, want %.0f", c.name, got, c.want)
		}
	}
}

// A routine that rests for a weekend is still one. One that stays away for a week is
// forgotten, and told like a new one when it comes back.
func TestRoutineIsForgotten(t *testing.T) {
	m := model{interval: resolution, rate: 10, phi: .7, sd: .1}
	for _, c := range []struct {
		every time.Duration
		days  int // without it
		want  float64
	}{{time.Hour, 2, 0}, {time.Hour, 7, 3}, {time.Minute, 2, 0}, {time.Minute, 8, 1}, {day, 3, 0}, {day, 12, 3}} {
		r, s := m.with(7, job{every: c.every, size: 300, length: 1}), New(Options{Interval: resolution, Grain: Coarse})
		tell(s, r.next, 10)
		r.until = r.i
		tell(s, r.next, c.days)
		r.until = 0
		if got := total(tell(s, r.next, 4).proven); got != c.want {
			t.Errorf("every %v, away for %d days: told %.0f times, want %.0f", c.every, c.days, got, c.want)
		}
	}
}

// Intervals that are missing are no visits that did not come.
func TestRoutineOutlastsGaps(t *testing.T) {
	m := model{interval: resolution, rate: 10, phi: .7, sd: .1}
	r, s := m.with(8, job{every: time.Hour, size: 500, length: 2}), New(Options{Interval: resolution, Grain: Coarse})
	tell(s, r.next, 5)
	for range 20 * s.grid.perDay {
		r.next()
	}
	got := tell(s, r.next, 2)
	if len(s.habits.routines) != 1 || total(got.proven) > 0 {
		t.Errorf("told %v, routines %+v", got.proven, s.habits.routines)
	}
}

// Of many visits the weaker ones make room.
func TestVisitsAreKept(t *testing.T) {
	var h habits
	for i := range int64(10 * mostVisits) {
		v := visit{at: i, score: 5}
		if i == 3 {
			v.score = 100
		}
		h.keep(v)
	}
	if len(h.visits) != mostVisits || h.visits[0].at != 3 || h.visits[1].at != 9*mostVisits+1 {
		t.Errorf("%d visits: %+v", len(h.visits), h.visits[:3])
	}
}

// In noise that goes up and down nothing recurs, and nothing is taught.
func TestNoiseIsNoRoutine(t *testing.T) {
	for _, m := range []model{
		{interval: resolution, rate: 10, day: .8, weekend: -.3, phi: .9, sd: .2, spikes: .001},
		{interval: resolution, rate: 100, day: .8, weekend: -.3, phi: .7, sd: .1},
		{interval: resolution, rate: 10, size: 2, spikes: .001},
	} {
		r, s := m.start(9, 0), New(Options{Interval: resolution, Grain: Fine})
		found := 0
		for range 21 {
			watchFor(s, r, 0, 8640)
			for _, one := range s.habits.routines {
				if one.taught {
					found++
				}
			}
		}
		if found > 10 { // routines times days
			t.Errorf("%+v: %d routines: %+v", m, found, s.habits.routines)
		}
	}
}
