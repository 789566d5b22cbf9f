package packets

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// segment is a packet of a story, and whether its source has then proven its address.
type segment struct {
	from, to side
	flags    string
	seq, ack uint32
	proven   bool
}

func TestHandshakes(t *testing.T) {
	c, s := side{client, 40000}, side{server, 443}
	c6, s6 := side{client6, 40000}, side{server6, 443}
	syn, answer := segment{c, s, "S", 7, 0, false}, segment{s, c, "SA", 100, 8, false}
	for name, story := range map[string][]segment{
		"handshake": {syn, answer, {c, s, "A", 8, 101, true}, {c, s, "PA", 8, 101, true}, {s, c, "A", 101, 9, false},
			{c, s, "FA", 9, 500, true}},
		"IPv6":              {{c6, s6, "S", 7, 0, false}, {s6, c6, "SA", 100, 8, false}, {c6, s6, "A", 8, 101, true}},
		"data with it":      {syn, answer, {c, s, "PA", 8, 101, true}},
		"a wrong number":    {syn, answer, {c, s, "A", 8, 100, false}, {c, s, "A", 8, 102, false}},
		"right later":       {syn, answer, {c, s, "A", 8, 100, false}, {c, s, "A", 8, 101, true}},
		"no ACK flag":       {syn, answer, {c, s, "P", 8, 101, false}},
		"no answer":         {syn, {c, s, "A", 8, 101, false}, {c, s, "PA", 8, 101, false}},
		"answer from other": {syn, {side{other, 443}, c, "SA", 100, 8, false}, {c, s, "A", 8, 101, false}},
		"other source":      {syn, answer, {side{other, 40000}, s, "A", 8, 101, false}},
		"other port":        {syn, answer, {side{client, 40001}, s, "A", 8, 101, false}},
		"other target": {syn, answer, {c, s, "A", 8, 101, true}, {c, side{other, 443}, "A", 8, 101, false},
			{c, side{other, 443}, "PA", 8, 101, false}},
		"wraps":      {syn, {s, c, "SA", 0xffffffff, 8, false}, {c, s, "A", 8, 0, true}},
		"sent again": {syn, answer, answer, {c, s, "A", 8, 101, true}, answer, {c, s, "A", 8, 101, true}},
		"new connection": {syn, answer, {c, s, "A", 8, 101, true}, syn,
			{s, c, "SA", 900, 8, false}, {c, s, "A", 8, 101, false}, {c, s, "A", 8, 901, true}},
		"SYN in between":  {syn, answer, {c, s, "A", 8, 101, true}, {c, s, "S", 7, 0, false}, {c, s, "A", 9, 101, true}},
		"reset by client": {syn, answer, {c, s, "R", 8, 0, false}},
	} {
		var list []packet
		for i, g := range story {
			list = append(list, at(tcp(g.from, g.to, g.flags, g.seq, g.ack, ""), time.Duration(i)*time.Millisecond))
		}
		events, _ := mustRead(t, plainPcap(list...), Options{})
		for i, e := range events {
			if e.Handshake != story[i].proven {
				t.Errorf("%s: packet %d: handshake %v", name, i, e.Handshake)
			}
		}
	}
}

// A flood of SYNs from forged sources, all of them answered, takes no connection away, and does
// not grow without end.
func TestHandshakesInAFlood(t *testing.T) {
	c, s := side{client, 40000}, side{server, 443}
	late := side{client, 40001}
	list := []packet{
		at(tcp(c, s, "S", 7, 0, ""), 0), at(tcp(s, c, "SA", 100, 8, ""), 0), at(tcp(c, s, "A", 8, 101, ""), 0),
		at(tcp(late, s, "S", 7, 0, ""), 0), at(tcp(s, late, "SA", 100, 8, ""), 0),
	}
	const flood = maxAnswers + 10
	for i := range flood {
		forged := side{netip.AddrFrom4([4]byte{77, byte(i >> 16), byte(i >> 8), byte(i)}), 9}
		list = append(list, at(tcp(s, forged, "SA", uint32(i), 8, ""), time.Second))
	}
	list = append(list, at(tcp(c, s, "PA", 8, 101, "x"), time.Second), at(tcp(late, s, "A", 8, 101, ""), time.Second))
	events, r := mustRead(t, plainPcap(list...), Options{})
	if n := len(events); !events[n-2].Handshake || events[n-1].Handshake {
		t.Errorf("%+v, %+v", events[n-2], events[n-1])
	}
	if h := &r.handshake; len(h.answered.values) > maxAnswers || len(h.answered.order) > maxAnswers ||
		len(h.proven.values) != 1 {
		t.Errorf("%d answers, %d connections", len(h.answered.values), len(h.proven.values))
	}
}

// What is forgotten is what came first, and a value that was dropped may come back.
func TestRecent(t *testing.T) {
	r := recent[int, string]{limit: 3}
	for i := range 5 {
		r.put(i%4, fmt.Sprint(i)) // 0 1 2 3 0
	}
	r.put(3, "again")
	state := func() string {
		text := ""
		for i := range 5 {
			v, ok := r.get(i)
			text += fmt.Sprint(i, ":", v, ok, " ")
		}
		return text
	}
	if got, want := state(), "0:4true 1:false 2:2true 3:againtrue 4:false "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.drop(0)
	r.put(0, "back")
	r.put(4, "new")
	if len(r.order) != 3 || len(r.values) > 3 {
		t.Errorf("%d keys, %d values", len(r.order), len(r.values))
	}
	if v, _ := r.get(4); v != "new" {
		t.Errorf("the newest is gone: %s", state())
	}
}
