package netflow

import (
	"testing"
	"time"
)

// An exporter's interfaces are known as long as they tell something, and no longer than an hour.
func TestInterfaces(t *testing.T) {
	var s interfaces
	now := start.UnixNano()
	minutes := func(n int) int64 { return now + int64(n)*int64(time.Minute) }
	s.add(5, minutes(0))
	s.add(6, minutes(10))
	if !s.has(5) || !s.has(6) || s.has(7) {
		t.Error("what was told is not known")
	}
	for n := 31; n < 600; n++ {
		s.add(6, minutes(n))
		if n == 40 && !s.has(5) {
			t.Error("forgotten too early")
		}
		if !s.has(6) {
			t.Fatalf("forgotten although it goes on, in minute %d", n)
		}
	}
	if s.has(5) {
		t.Error("never forgotten")
	}
	for id := range uint64(5_000) { // more than there is room for
		s.add(id+100, minutes(600))
	}
	if !s.has(5_099) || s.has(6_000) {
		t.Error("the last one is not known")
	}
}

// What is told at egress is left out only if the same exporter tells it at ingress.
func TestEgress(t *testing.T) {
	both := message9(3, 1, 0, ways, set(257, wayOf(0, 5, 11), wayOf(1, 5, 12)))
	alone := message9(3, 2, 0, set(257, wayOf(1, 5, 13)))
	packets := func(o Options) (sum uint64) {
		d := decoder(t, o)
		d.Decode(nil, router2, start, message9(3, 1, 0, ways, set(257, wayOf(1, 5, 1))))
		for _, b := range [][]byte{both, alone} {
			n, _ := sums(d.Decode(nil, router, start, b))
			sum += n
		}
		n, _ := sums(d.Decode(nil, router2, start, alone))
		return sum + n
	}
	if n := packets(Options{}); n != 11+13 {
		t.Errorf("%d packets, want 24", n)
	}
	if n := packets(Options{BothDirections: true}); n != 11+12+13+13 {
		t.Errorf("%d packets, want 49", n)
	}
}

// Two agents behind one address have interfaces of their own.
func TestEgressOfAgents(t *testing.T) {
	d := decoder(t, Options{})
	in := messageS(1, 1, sampleOf(3, 1, 3, 4, rawRecord(1, frame4("203.0.113.1"))))
	out := messageS(2, 1, sampleOf(4, 1, 3, 4, rawRecord(2, frame4("203.0.113.1"))))
	other := messageS(2, 1, sampleOf(4, 1, 3, 4, rawRecord(2, frame4("203.0.113.1"))))
	copy(other[8:12], []byte{192, 0, 2, 10})
	for i, tt := range []struct {
		b    []byte
		want int
	}{{in, 1}, {out, 0}, {other, 1}} {
		if n := len(d.Decode(nil, router, start, tt.b)); n != tt.want {
			t.Errorf("datagram %d: %d events, want %d", i, n, tt.want)
		}
	}
}
