package main

import (
	"context"
	"net"
	"net/netip"
	"strings"
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
		n, err := s.read(func(netip.Addr, []byte) {})
		must(t, err)
		got += n
	}
	if uint64(got)+before != sent {
		t.Errorf("%d read, %d dropped, of %d", got, before, sent)
	}
	if reads > got/10 {
		t.Errorf("%d reads for %d datagrams", reads, got)
	}
	closeSockets(list)
	if after := s.drops(); after != before {
		t.Errorf("%d dropped when it is closed, %d before", after, before)
	}
}

// What waits in the sockets at the end is counted, or said not to be.
func TestStop(t *testing.T) {
	for _, buffer := range []string{"65536", "4194304"} {
		s := prepare(t, begin, "-workers", "1", "-buffer", buffer)
		conn := s.exporter("127.0.0.1")
		for i := range 5000 {
			s.send(conn, v9(begin, begin.Add(-time.Hour), uint32(i), 1, flows(begin, 1)))
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		must(t, s.serve(ended))
		came, said := s.datagrams.Load()+s.drops(), strings.Contains(s.stderr.String(), "were not read")
		if came > s.sent || came < s.sent != said {
			t.Errorf("buffer %s: %d datagrams, %d dropped, of %d\n%s", buffer, s.datagrams.Load(), s.drops(), s.sent, &s.stderr)
		}
	}
}
