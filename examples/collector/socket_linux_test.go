package main

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"
)

// What the kernel has no room for is known at once: no later datagram has to tell it.
func TestKernelDrops(t *testing.T) {
	list, err := openSockets(t.Context(), "127.0.0.1:0", 1, 1<<16)
	must(t, err)
	t.Cleanup(func() { closeSockets(list) })
	s := list[0]
	conn, err := net.DialUDP("udp", nil, s.conn.LocalAddr().(*net.UDPAddr))
	must(t, err)
	defer conn.Close()
	const sent = 5000
	for range sent {
		_, err := conn.Write(make([]byte, 1000))
		must(t, err)
	}
	before := s.drops()
	if before == 0 || s.waiting() < 1000 {
		t.Errorf("%d dropped, %d bytes wait", before, s.waiting())
	}
	got, reads := 0, 0
	for ; s.waiting() > 0; reads++ {
		n, err := s.read(func(netip.Addr, []byte) {}, false)
		must(t, err)
		got += n
	}
	if uint64(got)+before != sent {
		t.Errorf("%d read, %d dropped, of %d", got, before, sent)
	}
	if reads > got/10 {
		t.Errorf("%d reads for %d datagrams", reads, got)
	}
	if n, err := s.read(func(netip.Addr, []byte) {}, false); n > 0 || err == nil {
		t.Errorf("%d read of nothing, %v", n, err)
	}
	closeSockets(list)
	if after := s.drops(); after != before {
		t.Errorf("%d dropped when it is closed, %d before", after, before)
	}
}

// What waits in the sockets at the end is counted, however slowly.
func TestStop(t *testing.T) {
	for _, x := range []struct {
		buffer    string
		datagrams int
		pause     time.Duration // of each call that reads
	}{{"65536", 5000, 0}, {"4194304", 5000, 0}, {"4194304", 20 * batchSize, lastTime / 2}} {
		s := prepare(t, begin, "-workers", "1", "-buffer", x.buffer)
		conn := s.exporter("127.0.0.1")
		for i := range x.datagrams {
			s.send(conn, v9(begin, begin.Add(-time.Hour), uint32(i), 1, flows(begin, 1)))
		}
		s.now = func() time.Time {
			time.Sleep(x.pause)
			return begin
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		must(t, s.serve(ended))
		if came := s.datagrams.Load() + s.drops(); came != s.sent {
			t.Errorf("%+v: %d datagrams, %d dropped, of %d", x, s.datagrams.Load(), s.drops(), s.sent)
		}
	}
}

// A flood without an end does not keep the program from ending.
func TestStopInFlood(t *testing.T) {
	s := prepare(t, begin, "-workers", "1")
	conn := s.exporter("127.0.0.1")
	s.now = func() time.Time { // for each call that reads, more comes
		for range batchSize {
			conn.Write(nil)
			conn.Write([]byte("garbage"))
		}
		return begin
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, s.serve(ended))
}
