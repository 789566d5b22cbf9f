package main

import (
	"testing"
	"time"
)

var times = []struct {
	text, want string // RFC 3339 in UTC, "" if it is no time
}{
	{"2024-05-21T22:13:05Z", "2024-05-21T22:13:05Z"},
	{"2024-05-22t09:13:05+11:00", "2024-05-21T22:13:05Z"},
	{"2024-05-21 22:13:05.25z", "2024-05-21T22:13:05.25Z"},
	{"2024-05-21T22:13:05.123456789123Z", "2024-05-21T22:13:05.123456789Z"},
	{"2024-02-29T00:00:00-00:30", "2024-02-29T00:30:00Z"},
	{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
	{`"2024-05-21T22:13:05Z"`, "2024-05-21T22:13:05Z"},
	{"17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03Z"},
	{"10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36Z"},
	{"0", "1970-01-01T00:00:00Z"},
	{"1716329585", "2024-05-21T22:13:05Z"},
	{"1716329585.5", "2024-05-21T22:13:05.5Z"},
	{"1716329585250", "2024-05-21T22:13:05.25Z"},

	{"", ""},
	{"-", ""},
	{"-1", ""},
	{"1716329585.", ""},
	{"1716329585x", ""},
	{"1716329585250000", ""},
	{"99999999999999999999999", ""},
	{"2024-05-21", ""},
	{"2024-05-21T22:13:05", ""},
	{"2024-05-21T22:13:05.Z", ""},
	{"2024-05-21T22:13:05+1100", ""},
	{"2024-05-21T22:13:05?11:00", ""},
	{"2024-05-21T22:13:05+24:00", ""},
	{"2024-00-21T22:13:05Z", ""},
	{"2024-13-21T22:13:05Z", ""},
	{"2024-05-00T22:13:05Z", ""},
	{"2023-02-29T22:13:05Z", ""},
	{"2024-05-21T24:00:00Z", ""},
	{"2024-05-21T22:60:05Z", ""},
	{"2024-05-21T22:13:61Z", ""},
	{"2024-05-21T22:1x:05Z", ""},
	{"2024-05-21X22:13:05Z", ""},
	{"2024/05/21T22:13:05Z", ""},
	{"17/Foo/2015:10:05:03 +0000", ""},
	{"17/ayJ/2015:10:05:03 +0000", ""},
	{"32/May/2015:10:05:03 +0000", ""},
	{"17/May/2015:10:05:03 *0000", ""},
	{"17/May/2015 10:05:03 +0000", ""},
}

func TestParseTime(t *testing.T) {
	for _, tt := range times {
		got, ok := parseTime([]byte(tt.text))
		if ok != (tt.want != "") || ok && got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("parseTime(%q) = %v, %v; want %q", tt.text, got.Format(time.RFC3339Nano), ok, tt.want)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, tt := range times {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseTime([]byte(text))
		for _, layout := range []string{time.RFC3339Nano, "02/Jan/2006:15:04:05 -0700"} {
			// The standard library also takes one-digit hours, a decimal comma
			// and an offset of 24 hours, which no log writes.
			want, err := time.Parse(layout, text)
			if err != nil || want.Format(layout) != text {
				continue
			}
			if _, offset := want.Zone(); max(offset, -offset) < 24*3600 && (!ok || !got.Equal(want)) {
				t.Fatalf("parseTime(%q) = %v, %v; time.Parse says %v", text, got, ok, want)
			}
		}
	})
}
