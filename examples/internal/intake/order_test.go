package intake

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

var begin = time.Date(2024, 5, 21, 22, 0, 0, 0, time.UTC)

func TestInOrder(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines int
		at    func(i int) int // second of a line
		want  bool
	}{
		{"one second", 500, func(i int) int { return 0 }, true},
		{"second by second", 500, func(i int) int { return i }, true},
		{"second by second, backwards", 500, func(i int) int { return 500 - i }, false},
		{"one line", 1, func(i int) int { return 0 }, true},
		{"two lines", 2, func(i int) int { return i }, true},
		{"two lines, backwards", 2, func(i int) int { return 1 - i }, false},
		{"a busy log within a second or two, backwards", 1000, func(i int) int { return 2 - i/400 }, false},
		{"slow requests, logged with their begin", 500, func(i int) int { return 100 + i/5 - i%10 }, true},
		{"a slow request in 200", 1000, func(i int) int { return 100 + i - 60*(max(0, 1-i%200)) }, true},
		{"two logs, one after the other", 500, func(i int) int { return i % 250 * 10 }, false},
		{"the clock is set back once", 500, func(i int) int { return i - 50*(i/300) }, false},
	} {
		var times []time.Time
		for i := range tt.lines {
			times = append(times, begin.Add(time.Duration(tt.at(i))*time.Second))
		}
		if got := InOrder(times, 20*time.Second); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// What does not fit into memory ends the reading, and what did is counted.
func TestSorterBound(t *testing.T) {
	s := newSorter(1000)
	event := func(i int, target string) *monitor.Event {
		return &monitor.Event{Time: begin.Add(-time.Duration(i) * time.Second), Target: monitor.TargetName(target),
			Flow: attribution.Flow{Source: netip.AddrFrom4([4]byte{8, 8, byte(i >> 8), byte(i)}), Events: 1,
				Handshake: i%2 == 0}}
	}
	n := 0
	for ; s.add(event(n, "/")) == nil; n++ {
	}
	if n != 990 {
		t.Errorf("%d records of one target fit, want 990", n)
	}
	if err := s.add(event(n, "/")); err == nil || !strings.Contains(err.Error(),
		"more than fit into memory (990 of 1 targets); sort it by time") {
		t.Errorf("error %v", err)
	}
	var last time.Time
	replayed := 0
	s.replay(func(e monitor.Event) {
		if e.Time.Before(last) || e.Events != 1 || e.Handshake != (e.Source.As4()[3]%2 == 0) || e.Target.Name() != "/" {
			t.Errorf("%v at %v after %v", e.Target, e.Time, last)
		}
		last = e.Time
		replayed++
	})
	if replayed != n || len(s.records) != 0 {
		t.Errorf("%d of %d records replayed, %d left", replayed, n, len(s.records))
	}
	many := newSorter(1000)
	n = 0
	for ; many.add(event(n, fmt.Sprint(n))) == nil; n++ {
	}
	if n > 100 {
		t.Errorf("%d records of as many targets fit", n)
	}
}
