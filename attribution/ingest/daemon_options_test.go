package ingest

import (
	"errors"
	"strings"
	"testing"
)

func TestOptionsOfRecords(t *testing.T) {
	const (
		reject = "May 21 07:11:23 m postfix/smtpd[1]: connect from a[77.88.8.8]\n" +
			"May 21 07:11:24 m postfix/smtpd[1]: NOQUEUE: reject: RCPT from a[77.88.8.8]: 554 no; from=<x> to=<y@z> proto=SMTP\n"
		cef  = "CEF:0|a|b|1|2|x|3|src=9.9.9.9 dst=77.88.8.8 msg=x\n"
		csv  = "ts,te,td,sa,da,ipkt,opkt\n2024-05-21 07:11:23,1,1,9.9.9.9,77.88.8.8,5,6\n"
		pipe = "2|1716275483|0|1|0|6|0|0|0|1|1|0|0|0|1|1|0|0|0|0|0|0|1|1\n"
		out  = "May 21 07:11:24 m postfix/smtp[1]: ABCDEF: to=<a@b>, relay=mx[9.9.9.9]:25, status=sent\n"
	)
	for _, tt := range []struct {
		name, text, want, target string
		o                        Options
		refused                  bool
	}{
		{name: "connections", text: reject, want: "77.88.8.8", target: ""},
		{name: "rejections", text: reject, want: "77.88.8.8", target: "y@z", o: Options{Target: "recipient"}},
		{name: "no target", text: reject, want: "77.88.8.8", o: Options{Target: "-"}},
		{name: "another target", text: reject, o: Options{Target: "user"}, refused: true},
		{name: "a field", text: reject, o: Options{Source: "relay"}, refused: true},
		{name: "a key", text: cef, want: "77.88.8.8", target: "77.88.8.8", o: Options{Source: "dst"}},
		{name: "no key", text: cef, o: Options{Source: "dvc"}, refused: true},
		{name: "a column", text: csv, want: "77.88.8.8", target: "77.88.8.8", o: Options{Source: "da", Count: "opkt"}},
		{name: "no column", text: csv, o: Options{Count: "x"}, refused: true},
		{name: "columns without names", text: pipe, o: Options{Source: "2"}, refused: true},
		{name: "servers only", text: strings.Repeat(out, 3), want: ""},
	} {
		events, _, err := readAll(tt.text, tt.o)
		if tt.refused {
			if !errors.Is(err, ErrOptions) {
				t.Errorf("%s: %v, want %v", tt.name, err, ErrOptions)
			}
			continue
		}
		if err != nil || sourcesOf(events) != tt.want || len(events) > 0 && string(events[0].Target) != tt.target {
			t.Errorf("%s: %s, %v", tt.name, sourcesOf(events), err)
		}
		if tt.o.Count != "" && events[0].Events != 6 {
			t.Errorf("%s: %d events", tt.name, events[0].Events)
		}
	}
}
