package clock

import (
	"testing"
	"time"
)

// stamps are starts of syslog records. The year is 2024, "?" is a stamp of an unknown year.
var stamps = []struct{ text, rest, want string }{
	{"May 21 07:11:23 host sshd[1]: x", " host sshd[1]: x", "2024-05-21T07:11:23Z"},
	{"May  1 07:11:23 host x", " host x", "2024-05-01T07:11:23Z"},
	{"<34>May 21 07:11:23 host x", " host x", "2024-05-21T07:11:23Z"},
	{"May 21 07:11:23.123 host x", " host x", "2024-05-21T07:11:23.123Z"},
	{"May 21 07:11:23+02:00 host x", " host x", "2024-05-21T05:11:23Z"},
	{"May 21 07:11:23 UTC: x", ": x", "2024-05-21T07:11:23Z"},
	{"May 21 07:11:23 EST x", " EST x", "2024-05-21T07:11:23Z"},
	{"May 21 2022 07:11:23 host x", " host x", "2022-05-21T07:11:23Z"},
	{"May 21 07:11:23 2022 host x", " host x", "2022-05-21T07:11:23Z"},
	{"2022 May 21 07:11:23 host x", " host x", "2022-05-21T07:11:23Z"},
	{"Sat May 21 07:11:23 2022 host x", " host x", "2022-05-21T07:11:23Z"},
	{"Mai 21 07:11:23 host x", " host x", "2024-05-21T07:11:23Z"},
	{"Feb 29 07:11:23 host x", " host x", "2024-02-29T07:11:23Z"},
	{"<34>1 2003-10-11T22:14:15.003Z host app", " host app", "2003-10-11T22:14:15.003Z"},
	{"<165>1 2003-08-24T05:14:15.000003-07:00 h", " h", "2003-08-24T12:14:15.000003Z"},
	{"2024-05-21T07:11:23.123456+02:00 host x", " host x", "2024-05-21T05:11:23.123456Z"},
	{"<189>*May 21 07:11:23.123: %SEC", ": %SEC", "2024-05-21T07:11:23.123Z"},
	{".May 21 07:11:23 UTC: %SEC", ": %SEC", "2024-05-21T07:11:23Z"},
	{"May 21 2022 07:11:23: %ASA", ": %ASA", "2022-05-21T07:11:23Z"},
	{"<34>1 - host app", " host app", "?"},
	{"Feb 30 07:11:23 host x", "", ""},
	{"May 21 host x", "", ""},
	{"May 21 25:11:23 host x", "", ""},
	{"<34>", "", ""},
	{"<34>x", "", ""},
	{"<9999>May 21 07:11:23 x", "", ""},
	{"Maybe 21 07:11:23 x", "", ""},
	{"8.8.8.8 - -", "", ""},
}

func TestSyslog(t *testing.T) {
	for _, tt := range stamps {
		p := Parser{Year: 2024}
		got, n, ok := p.Syslog([]byte(tt.text))
		if ok != (tt.want != "") || ok && tt.text[n:] != tt.rest {
			t.Errorf("Syslog(%q): rest %q, %v", tt.text, tt.text[n:], ok)
		}
		if known := got.Format(time.RFC3339Nano); ok && known != tt.want && !(got.IsZero() && tt.want == "?") {
			t.Errorf("Syslog(%q) = %v, want %q", tt.text, known, tt.want)
		}
	}
}

func TestSyslogYear(t *testing.T) {
	day := func(s string) time.Time {
		t.Helper()
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tt := range []struct {
		name   string
		p      Parser
		stamps []string
		want   []string
	}{
		{"unknown", Parser{}, []string{"May 21"}, []string{"0001-01-01"}},
		{"the turn of the year", Parser{Year: 2023}, []string{"Dec 30", "Dec 31", "Jan 1", "Dec 31", "Jan 2"},
			[]string{"2023-12-30", "2023-12-31", "2024-01-01", "2023-12-31", "2024-01-02"}},
		{"read backwards", Parser{Year: 2024}, []string{"Jan 1", "Dec 31", "Jul 1", "Jan 3"},
			[]string{"2024-01-01", "2023-12-31", "2023-07-01", "2023-01-03"}},
		{"the file's time", Parser{Latest: day("2024-01-02")}, []string{"Dec 30", "Jan 1"},
			[]string{"2023-12-30", "2024-01-01"}},
		{"the file's time, a clock ahead", Parser{Latest: day("2023-12-31")}, []string{"Jan 1"}, []string{"2024-01-01"}},
		{"the file's time, months before", Parser{Latest: day("2024-05-21")}, []string{"May 22", "May 24"},
			[]string{"2024-05-22", "2024-05-24"}},
		{"first behind the file's time", Parser{Latest: day("2024-05-21")}, []string{"May 24"}, []string{"2023-05-24"}},
		{"a neighbor", Parser{Near: day("2019-12-31")}, []string{"Jan 1"}, []string{"2020-01-01"}},
		{"no neighbor is months ahead", Parser{Near: day("2024-01-01"), Latest: day("2024-01-02")},
			[]string{"Jun 15"}, []string{"2023-06-15"}},
		{"leap day", Parser{Year: 2020}, []string{"Feb 28", "Feb 29", "Mar 1"},
			[]string{"2020-02-28", "2020-02-29", "2020-03-01"}},
		{"leap day near 2025", Parser{Near: day("2025-01-10")}, []string{"Feb 29"}, []string{"2024-02-29"}},
		{"leap day before 2103", Parser{Latest: day("2103-01-10")}, []string{"Feb 29"}, []string{"2096-02-29"}},
		{"a quiet text, read while it is written", Parser{Latest: day("2024-03-01"), Passed: func() time.Duration {
			return 80 * 24 * time.Hour
		}}, []string{"Mar 1", "May 15", "Dec 15"}, []string{"2024-03-01", "2024-05-15", "2023-12-15"}},
		{"begun before the turn of the year", Parser{Latest: day("2023-12-25"), Passed: func() time.Duration {
			return 30 * 24 * time.Hour
		}}, []string{"Jan 20"}, []string{"2024-01-20"}},
	} {
		for i, stamp := range tt.stamps {
			got, _, ok := tt.p.Syslog([]byte(stamp + " 00:00:00 host"))
			if !ok || got.Format(time.DateOnly) != tt.want[i] {
				t.Errorf("%s: %s is %s, %v; want %s", tt.name, stamp, got.Format(time.DateOnly), ok, tt.want[i])
			}
		}
	}
}

// One date of another year, from a device without a clock, moves no stamp but, in the worst case, the first.
func TestSyslogStrays(t *testing.T) {
	p := Parser{Latest: time.Date(2024, 5, 22, 0, 0, 0, 0, time.UTC)}
	for _, tt := range []struct{ text, want string }{
		{"1970-01-01T00:00:10Z x", "1970-01-01"}, {"May 21 07:11:23 x", "2024-05-21"},
		{"Jan 1 2000 00:00:07 x", "2000-01-01"}, {"May 21 07:11:24 x", "2024-05-21"},
		{"2106-02-07T06:28:15Z x", "2106-02-07"}, {"May 22 07:11:24 x", "2024-05-22"},
	} {
		if got, _, ok := p.Syslog([]byte(tt.text)); !ok || got.Format(time.DateOnly) != tt.want {
			t.Errorf("%s: %v, %v", tt.text, got, ok)
		}
	}
	p.Near = time.Time{} // another file
	p.Latest = time.Date(2022, 5, 22, 0, 0, 0, 0, time.UTC)
	if got, _, _ := p.Syslog([]byte("May 21 07:11:23 x")); got.Year() != 2022 {
		t.Errorf("another file: %v", got)
	}
}

// Half a year of records around the turn of a year is read as it was written, from any day on.
func TestSyslogInOrder(t *testing.T) {
	for start := range 365 {
		at := time.Date(2023, 1, 1+start, 12, 0, 0, 0, time.UTC)
		p := Parser{Year: at.Year()}
		for range 170 {
			got, _, ok := p.Syslog([]byte(at.Format(time.Stamp) + " host"))
			if !ok || !got.Equal(at) {
				t.Fatalf("%v is %v, %v", at, got, ok)
			}
			at = at.Add(26 * time.Hour)
		}
	}
}
