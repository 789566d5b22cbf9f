package main

import (
	"encoding/binary"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/netflow"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// version5 is a datagram of NetFlow v5 with one packet from each source to 192.0.2.7.
func version5(at time.Time, sequence uint32, sources [][4]byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, 5)
	b = binary.BigEndian.AppendUint16(b, uint16(len(sources)))
	b = binary.BigEndian.AppendUint32(b, 1000) // uptime
	b = binary.BigEndian.AppendUint32(b, uint32(at.Unix()))
	b = append(b, make([]byte, 4)...)
	b = binary.BigEndian.AppendUint32(b, sequence)
	b = append(b, make([]byte, 4)...)
	for _, source := range sources {
		r := make([]byte, 48)
		copy(r[0:], source[:])
		copy(r[4:], []byte{192, 0, 2, 7})
		binary.BigEndian.PutUint32(r[16:], 1)    // packets
		binary.BigEndian.PutUint32(r[20:], 60)   // bytes
		binary.BigEndian.PutUint32(r[24:], 1000) // first, last
		binary.BigEndian.PutUint32(r[28:], 1000)
		r[38] = 6 // TCP
		b = append(b, r...)
	}
	return b
}

// A quiet half an hour, and then a flood: its burst is told while it runs.
func TestFlows(t *testing.T) {
	var mu sync.Mutex
	clock := time.Date(2026, 6, 21, 12, 0, 0, 0, time.UTC)
	now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return clock
	}
	told := make(chan monitor.Burst, 100)
	m, err := monitor.New(world.Embedded(), monitor.Options{Notify: func(b monitor.Burst) { told <- b }})
	if err != nil {
		t.Fatal(err)
	}
	routers, err := geo.ReadPrefixSet("routers", strings.NewReader("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := netflow.NewDecoder(netflow.Options{Exporters: routers})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Skip("needs the loopback interface: ", err)
	}
	ended := make(chan error)
	go func() { ended <- receive(conn, decoder, m) }()
	router, err := net.Dial("udp", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer router.Close()
	sent := uint32(0)
	send := func(sources ...[4]byte) { // and waits until they are counted
		if _, err := router.Write(version5(now(), sent, sources)); err != nil {
			t.Fatal(err)
		}
		sent += uint32(len(sources))
		for m.Stats().Records < uint64(sent) {
			time.Sleep(50 * time.Microsecond)
		}
	}
	step := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		clock = clock.Add(d)
	}
	for range 180 {
		for i := range byte(10) {
			send([4]byte{193, 0, i, 1})
			step(time.Second)
		}
	}
	for i := range 100 {
		var sources [][4]byte
		for j := range 30 {
			sources = append(sources, [4]byte{5, 136, byte(i), byte(j)})
		}
		send(sources...)
		step(200 * time.Millisecond)
	}
	conn.Close()
	if err := <-ended; err == nil {
		t.Error("no error of a closed socket")
	}
	select {
	case b := <-told:
		if b.Final || b.Report.Sources.Value < 30 {
			t.Errorf("%v", b)
		}
	default:
		t.Error("no burst was told of")
	}
}
