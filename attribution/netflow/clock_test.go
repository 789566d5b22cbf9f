package netflow

import (
	"math"
	"testing"
	"time"
)

// timed is a message of IPFIX with one record that has these times.
func timed(specs []spec, values ...any) []byte {
	specs = append([]spec{{8, 4, 0}, {2, 4, 0}}, specs...)
	return message10(0, 1, set(2, templateOf(300, specs...)), set(300, put(nil, "203.0.113.1", uint32(1)), put(nil,
		values...)))
}

// ntp is a time as RFC 7011 has microseconds and nanoseconds.
func ntp(t time.Time) uint64 {
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return uint64(t.Unix()+2208988800)<<32 | fraction
}

func TestTimes(t *testing.T) {
	first, last := start.Add(-3*time.Second), start.Add(-2*time.Second)
	milli, second := uint64(first.UnixMilli()), uint32(first.Unix())
	boot := uint64(start.Add(-time.Hour).UnixMilli())
	for _, tt := range []struct {
		name        string
		b           []byte
		first, last time.Time
		note        string
	}{
		{"milliseconds", timed([]spec{{152, 8, 0}, {153, 8, 0}}, milli, milli+1000), first, last, ""},
		{"seconds", timed([]spec{{150, 4, 0}, {151, 4, 0}}, second, second+1), first, last, ""},
		{"microseconds", timed([]spec{{154, 8, 0}, {155, 8, 0}}, ntp(first), ntp(last)), first, last, ""},
		{"nanoseconds", timed([]spec{{156, 8, 0}, {157, 8, 0}}, ntp(first), ntp(last)), first, last, ""},
		{"the first pair that tells something", timed([]spec{{150, 4, 0}, {151, 4, 0}, {152, 8, 0}, {153, 8, 0}}, second,
			second+1,
			uint64(0), uint64(0)), first, last, ""},
		{"an end alone", timed([]spec{{153, 8, 0}}, milli+1000), last, last, ""},
		{"a start alone", timed([]spec{{152, 8, 0}, {153, 8, 0}}, milli, uint64(0)), first, first, ""},
		{"uptimes with the time of the start", timed([]spec{{22, 4, 0}, {21, 4, 0}, {160, 8, 0}}, uint32(3_597_000),
			uint32(3_598_000), boot),
			first, last, ""},
		{"uptimes alone", timed([]spec{{22, 4, 0}, {21, 4, 0}}, uint32(7), uint32(8)), start, start, "EXPORT_TIME"},
		{"zeros", timed([]spec{{150, 4, 0}, {151, 4, 0}}, uint32(0), uint32(0)), start, start, "EXPORT_TIME"},
		{"nothing", timed(nil), start, start, "EXPORT_TIME"},
		{"the year 2100", timed([]spec{{152, 8, 0}, {153, 8, 0}}, milli, uint64(4102444800000)), start, start, "BAD_TIME"},
		{"beyond all years", timed([]spec{{152, 8, 0}, {153, 8, 0}}, uint64(math.MaxUint64), uint64(math.MaxUint64)),
			start, start, "EXPORT_TIME"},
		{"the end before the start", timed([]spec{{152, 8, 0}, {153, 8, 0}}, milli, milli-3_600_000), start, start,
			"BAD_TIME"},
		{"v9", message9(2, 1, 0, t256, set(256, flowOf("203.0.113.1", 1))), start.Add(-2 * time.Second),
			start.Add(-time.Second), ""},
		{"v5", message5(1, 1, 0, 1), start.Add(-1750 * time.Millisecond), start.Add(-750 * time.Millisecond), ""},
		{"sFlow", messageS(1, 1, sample), start, start, ""},
	} {
		f := decoder(t, Options{Timing: FirstSwitched})
		l := decoder(t, Options{Timing: LastSwitched})
		a, b := f.Decode(nil, router, start, tt.b), l.Decode(nil, router, start, tt.b)
		if len(a) != 1 || len(b) != 1 {
			t.Fatalf("%s: %d and %d events; %+v", tt.name, len(a), len(b), f.Account())
		}
		const exact = 2 * time.Nanosecond
		if a[0].Time.Sub(tt.first).Abs() > exact || b[0].Time.Sub(tt.last).Abs() > exact {
			t.Errorf("%s: from %v to %v, want from %v to %v", tt.name, a[0].Time, b[0].Time, tt.first, tt.last)
		}
		for _, code := range []string{"EXPORT_TIME", "BAD_TIME", "CLOCK_OFFSET"} {
			if n := notesOf(f.Account())[code]; (n > 0) != (code == tt.note) {
				t.Errorf("%s: %d times %s, want %q", tt.name, n, code, tt.note)
			}
		}
	}
}

// An exporter's uptime goes around after 49 days.
func TestUptimeWraps(t *testing.T) {
	b := message5(1, 1, 0, 1)
	be.PutUint32(b[4:], 500)                       // uptime of the header
	be.PutUint32(b[24+24:], math.MaxUint32-1500+1) // two seconds before
	be.PutUint32(b[24+28:], math.MaxUint32-500+1)
	d := decoder(t, Options{Timing: FirstSwitched})
	events := d.Decode(nil, router, start, b)
	if want := start.Add(-1750 * time.Millisecond); len(events) != 1 || !events[0].Time.Equal(want) {
		t.Errorf("%v, want %v", events, want)
	}
}

// The clock of an exporter that is wrong shifts its records to where they belong, and is said.
func TestWrongClock(t *testing.T) {
	for _, off := range []time.Duration{-2 * time.Hour, 3 * time.Hour, 20 * 365 * 24 * time.Hour, 0} {
		d := decoder(t, Options{Timing: LastSwitched})
		for i := range uint32(40) {
			b := message9(2, i, 0, t256, set(256, flowOf("203.0.113.1", 1)))
			be.PutUint32(b[8:], uint32(start.Add(off).Unix()))
			if i%4 == 3 { // somebody forges a datagram now and then
				be.PutUint32(b[8:], uint32(i))
			}
			events := d.Decode(nil, router, start, b)
			if len(events) != 1 || !events[0].Time.Equal(start.Add(-time.Second)) {
				t.Fatalf("off by %v: %v", off, events)
			}
		}
		x := d.Exporters()[0]
		wrong := uint64(40)
		if off == 0 {
			wrong = 10
		}
		if x.ClockOffset != off || notesOf(x.Account)["CLOCK_OFFSET"] != wrong {
			t.Errorf("off by %v, found %v; notes %v", off, x.ClockOffset, notesOf(x.Account))
		}
	}
}

// No time of an exporter moves a clock that gets the events, whatever the option is.
func TestTimesStayNearTheArrival(t *testing.T) {
	for timing := Spread; timing <= Received; timing++ {
		for _, tt := range cases {
			for _, export := range []uint32{0, 1, uint32(start.Unix()), math.MaxUint32} {
				d := decoder(t, Options{Timing: timing})
				for _, b := range tt.datagrams {
					if len(b) >= 16 && b[1] == 9 || len(b) >= 16 && b[1] == 5 && b[0] == 0 && b[2] == 0 && b[3] < 10 {
						b = append([]byte(nil), b...)
						be.PutUint32(b[8:], export)
					}
					for _, e := range d.Decode(nil, router, start, b) {
						if e.Time.After(start) {
							t.Errorf("%s, %v: an event at %v", tt.name, timing, e.Time)
						}
					}
				}
			}
		}
	}
}

func TestTiming(t *testing.T) {
	b := message9(2, 1, 0, t256, set(256, flowOf("203.0.113.1", 1)))
	arrival := start.Add(700 * time.Millisecond)
	for timing, want := range map[Timing]time.Time{
		Spread: start.Add(-time.Second), FirstSwitched: start.Add(-2 * time.Second), LastSwitched: start.Add(-time.Second),
		Exported: start, Received: arrival,
	} {
		d := decoder(t, Options{Timing: timing})
		events := d.Decode(nil, router, arrival, b)
		if len(events) != 1 || !events[0].Time.Equal(want) || d.Account().Fields["time"] != timing.String() {
			t.Errorf("%v: %v, want %v", timing, events, want)
		}
	}
	// An export that was stored has the exporter's clock, and sFlow has none.
	d := decoder(t, Options{})
	if events := d.Decode(nil, router, noTimes, b); !events[0].Time.Equal(start.Add(-time.Second)) {
		t.Errorf("stored: %v", events[0].Time)
	}
	if events := d.Decode(nil, router, noTimes, messageS(1, 1, sample)); !events[0].Time.IsZero() ||
		d.Account().Undated != 1 {
		t.Errorf("stored sFlow: %v, %+v", events, d.Account())
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{
		{Timing: Received + 1}, {Interval: time.Millisecond}, {Interval: 2 * time.Hour}, {Interval: -time.Second},
		{Lateness: -time.Second}, {Interval: time.Second, Lateness: 65 * time.Second},
	} {
		if d, err := NewDecoder(o); d != nil || !isInvalid(err) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if s := Timing(99).String(); s != "Timing(99)" {
		t.Error(s)
	}
}
