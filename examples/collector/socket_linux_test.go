package main

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// What the kernel has no room for is counted and said.
func TestKernelDrops(t *testing.T) {
	list, err := openSockets(t.Context(), "127.0.0.1:0", 1, 1<<16)
	must(t, err)
	t.Cleanup(func() { closeSockets(list) })
	conn, err := net.DialUDP("udp", nil, list[0].conn.LocalAddr().(*net.UDPAddr))
	must(t, err)
	defer conn.Close()
	const sent = 5000
	for range sent {
		_, err := conn.Write(make([]byte, 1000))
		must(t, err)
	}
	got, reads := 0, 0
	read := func() {
		must(t, list[0].conn.SetReadDeadline(time.Now().Add(time.Second)))
		for {
			n, err := list[0].read(func(netip.Addr, []byte) {})
			got += n
			if reads++; err != nil || n < batchSize {
				return
			}
		}
	}
	read()
	_, err = conn.Write([]byte("the next one tells"))
	must(t, err)
	read()
	if drops := list[0].drops.Load(); drops == 0 || uint64(got)+drops != sent+1 {
		t.Errorf("%d read, %d dropped, of %d", got, drops, sent+1)
	}
	if reads > got/10 {
		t.Errorf("%d reads for %d datagrams", reads, got)
	}
}
