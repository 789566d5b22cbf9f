package clock

import (
	"math/rand/v2"
	"testing"
	"time"
)

// may21 is when the traffic of these tests begins.
var may21 = time.Date(2024, 5, 21, 6, 0, 0, 0, time.UTC)

// even returns n times over span, the first and the last at its ends.
func even(from time.Time, span time.Duration, n int) (all []time.Time) {
	for i := range n {
		all = append(all, from.Add(span*time.Duration(i)/time.Duration(max(n-1, 1))))
	}
	return all
}

func TestWindow(t *testing.T) {
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	const hour, day = time.Hour, 24 * time.Hour
	for _, tt := range []struct {
		name   string
		bulk   []time.Time // the window is theirs
		strays []time.Time
	}{
		{"none", nil, nil},
		{"one", even(may21, 0, 1), nil},
		{"two years apart", []time.Time{year(2020), year(2024)}, nil},
		{"two minutes and 1970", even(may21, 2*time.Minute, 40), []time.Time{time.Unix(0, 0).UTC()}},
		{"three and 1970", even(may21, time.Minute, 3), []time.Time{time.Unix(60, 0).UTC()}},
		{"hundreds, and 1970, 1980 and 2106", even(may21, 2*day, 300),
			[]time.Time{time.Unix(0, 0).UTC(), year(2106), year(1980), year(2106)}},
		{"a clock twelve hours ahead", even(may21, 2*time.Minute, 40), []time.Time{may21.Add(12 * hour)}},
		{"2000 and 2038 around three months", even(may21, 90*day, 1000), []time.Time{year(2000), year(2038), year(2001)}},
		{"a month, evenly", even(may21, 30*day, 1000), nil},
		{"a quiet year", even(may21, 365*day, 30), nil},
		{"two files of different years", append(even(year(2019), day, 500), even(may21, day, 500)...), nil},
		{"one in ten a year before", append(even(year(2023), hour, 10), even(may21, hour, 90)...), nil},
		{"a month of little, then a burst", append(even(may21, 30*day, 200), even(may21.Add(30*day+hour), hour, 20000)...),
			nil},
		{"a burst, then a quiet day", append(even(may21, time.Minute, 1000), even(may21.Add(time.Minute), day, 40)...), nil},
		{"all of 1970", even(time.Unix(0, 0).UTC(), hour, 100), nil},
		{"half of 1970", append(even(time.Unix(0, 0).UTC(), hour, 50), even(may21, hour, 50)...), nil},
	} {
		check(t, tt.name, tt.bulk, tt.strays)
	}
}

// check adds bulk and strays in several orders, at once and in parts, and asserts that bulk makes the window.
func check(t *testing.T, name string, bulk, strays []time.Time) {
	t.Helper()
	all := append(append([]time.Time{}, bulk...), strays...)
	isStray := func(i int) bool { return i >= len(bulk) }
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	for round := range 4 {
		var parts [3]Window
		want := Span{Records: int64(len(bulk)), Strays: int64(len(strays))}
		for place, i := range order {
			parts[place*3*min(round, 1)/len(all)].Add(all[i], int64(place))
			if isStray(i) {
				if want.Stray.IsZero() {
					want.Stray, want.At = all[i], int64(place)
				}
				continue
			}
			if want.From.IsZero() || all[i].Before(want.From) {
				want.From = all[i]
			}
			if all[i].After(want.To) {
				want.To = all[i]
			}
		}
		parts[0].Merge(&parts[1])
		parts[0].Merge(&parts[2])
		if got := parts[0].Span(); got != want {
			t.Errorf("%s, order %d: %+v, want %+v", name, round, got, want)
		}
		r := rand.New(rand.NewPCG(uint64(round), 1))
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
}

// Records at random times of a day have strays only as often as chance has it, which is next to never.
func TestWindowHasNoStraysByChance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 5, 20, 21, 25, 40, 100, 1000} {
		var found int
		for range 500 {
			var w Window
			for i := range n {
				w.Add(may21.Add(time.Duration(r.Int64N(int64(48*time.Hour)))), int64(i))
			}
			if w.Span().Strays > 0 {
				found++
			}
		}
		if found > 1 {
			t.Errorf("%d records: strays in %d of 500", n, found)
		}
	}
}

// However many stretches there are, memory stays bounded, no record is lost, and the long gaps are kept.
func TestWindowIsBounded(t *testing.T) {
	var w Window
	r := rand.New(rand.NewPCG(1, 2))
	const n = 20_000
	for i := range int64(n) {
		if i == n/2 {
			w.Add(time.Unix(0, 0).UTC(), i)
		}
		w.Add(may21.Add(time.Duration(r.Int64N(int64(1000*24*time.Hour)))), i)
	}
	s := w.Span()
	if len(w.all) > stretches || s.Records != n || s.Strays != 1 || s.At != n/2 || !s.Stray.Equal(time.Unix(0, 0).UTC()) {
		t.Errorf("%d stretches, %+v", len(w.all), s)
	}
	for i := range int64(n) { // each behind the last by more than joins them
		w.Add(may21.Add(time.Duration(i)*11*time.Minute), i)
	}
	if s := w.Span(); len(w.all) > stretches || s.Records+s.Strays != 2*n+1 {
		t.Errorf("%d stretches, %+v", len(w.all), s)
	}
}

func FuzzWindow(f *testing.F) {
	f.Add([]byte{0, 0, 1, 200, 40, 40, 40})
	f.Fuzz(func(t *testing.T, data []byte) {
		var w Window
		for i, c := range data {
			w.Add(may21.Add(time.Duration(int8(c))*time.Duration(int8(c))*time.Duration(int8(c))*time.Minute), int64(i))
		}
		s := w.Span()
		if s.Records+s.Strays != int64(len(data)) || s.From.After(s.To) || s.Strays*2 > int64(len(data)) {
			t.Fatalf("%+v of %d", s, len(data))
		}
		if s.Strays > 0 && !s.Stray.Before(s.From) && !s.Stray.After(s.To) {
			t.Fatalf("a stray in the window: %+v", s)
		}
	})
}

func BenchmarkWindow(b *testing.B) {
	var w Window
	t := may21
	for i := 0; b.Loop(); i++ {
		w.Add(t, int64(i))
		t = t.Add(30 * time.Millisecond)
	}
}

func BenchmarkParse(b *testing.B) {
	for _, text := range []string{"21/May/2024:07:11:23 +0000", "2024-05-21T07:11:23.123Z", "1716329585.123"} {
		b.Run("text="+text, func(b *testing.B) {
			in := []byte(text)
			var p Parser
			for b.Loop() {
				p.Parse(in)
			}
		})
	}
}
