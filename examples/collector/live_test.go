package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/testenv/world"
)

// The incident, as three exporters tell it by UDP who look at every packet, at one in 100 and at one in
// 1000, is the one burst that it is in memory: its target, its intervals, its sources and the verdict.
func TestIncident(t *testing.T) {
	story, err := scenario.Overlay{Quiet: scenario.Quiet{Seed: 5, Rate: 8, Targets: 50}, Bursts: []scenario.Part{
		{Builder: scenario.MailBomb{Seed: 5}, After: 20 * time.Minute},
	}}.Build(scenario.NewPopulation(world.Embedded(), nil))
	must(t, err)
	key := fileOf(t, "key", testenv.Secret(1))
	rates := [3]uint32{1, 100, 1000}
	var s *runningServer
	var direct *monitor.Monitor
	var exporters [3]*net.UDPConn
	var queues [3][]record
	var numbers [3]uint32
	var now, boot time.Time
	send := func() {
		for k := range queues {
			for part := range slices.Chunk(queues[k], 30) {
				s.send(exporters[k], v9(now, boot, numbers[k], rates[k], part))
				numbers[k]++
			}
			queues[k] = queues[k][:0]
		}
		s.settle()
	}
	targets := map[string]netip.Addr{}
	n := 0
	for e := range story.Events() {
		if e.Source.Is6() {
			continue
		}
		if s == nil {
			now = e.Time.Truncate(time.Second)
			boot = now.Add(-time.Hour)
			s = start(t, now, "-claim", "majority RU", "-key", key, "-workers", "2")
			direct = world.Must(monitor.New(world.Embedded(), monitor.Options{Tally: attribution.Options{Key: s.key},
				Claims: []attribution.Claim{attribution.Majority("RU")}}))
			for k := range exporters {
				exporters[k] = s.exporter(fmt.Sprintf("127.0.0.%d", 2+k))
			}
		}
		if now.Sub(boot) > time.Hour+28*time.Minute {
			break
		}
		for !e.Time.Before(now) {
			now = now.Add(time.Second)
			s.clock.Store(now.UnixNano())
			send()
		}
		if !targets[e.Target].IsValid() { // each in a network of its own
			targets[e.Target] = netip.AddrFrom4([4]byte{203, byte(len(targets) >> 8), byte(len(targets)), 7})
		}
		at := e.Time.Truncate(time.Millisecond)
		k := n % len(queues)
		n++
		queues[k] = append(queues[k], record{e.Source, targets[e.Target], uint32(e.Events), uint32(e.Bytes), at})
		direct.Observe(monitor.Event{Time: at, Target: monitor.TargetAddr(targets[e.Target]), Flow: attribution.Flow{
			Source: e.Source, Events: e.Events, Bytes: e.Bytes, SamplingRate: rates[k], Protocol: 6, TCPFlags: 0x1b,
		}})
	}
	send()
	s.tick(now)
	direct.Advance(now)

	say := func(m *monitor.Monitor) (list []string) {
		for b := range m.Bursts() {
			if !b.Target.IsZero() {
				r := b.Report
				list = append(list, fmt.Sprintf("%v from %v to %v: %d sources, %d events, first %s %d, rates %d to %d, %v",
					b.Target, b.Onset, b.End, r.Sources.Value, r.Events, r.Countries[0].Origin, r.Countries[0].Sources,
					r.FinestSamplingRate, r.SamplingRate, r.Verdicts[0].Outcome))
			}
		}
		return list
	}
	got, want := say(s.monitor), say(direct)
	if len(want) != 1 || !slices.Equal(got, want) {
		t.Errorf("by UDP %q\nin memory %q", got, want)
	}
	t.Logf("%d records in %d datagrams: %s", n, s.sent, got)
	a := s.decoder.Account()
	if s.drops() == 0 && (a.Records != uint64(n) || len(a.Lost) != 0) || len(s.decoder.Exporters()) != 3 {
		t.Errorf("%d of %d records, lost %v, %d exporters", a.Records, n, a.Lost, len(s.decoder.Exporters()))
	}
	must(t, s.stop())
	hit := targets[story.Bursts()[0].Targets[0]].String()
	contains(t, s.out.String(), `"target":"`+hit+`"`, `"outcome":"refuted"`)
}

// Garbage of any length stops nothing: what comes with it and after it is read.
func TestGarbage(t *testing.T) {
	s := start(t, begin, "-workers", "1")
	good, bad := s.exporter("127.0.0.1"), s.exporter("127.0.0.1")
	rng := rand.New(rand.NewPCG(1, 2))
	boot, records := begin.Add(-time.Hour), uint64(0)
	for i := range 2000 {
		garbage := make([]byte, rng.IntN(1+min(1<<(i%16), 9000)))
		for j := range garbage {
			garbage[j] = byte(rng.Uint32())
		}
		if i%2 == 0 && len(garbage) > 1 {
			be.PutUint16(garbage, []uint16{1, 5, 7, 8, 9, 10, 0}[i/2%7])
		}
		s.send(bad, garbage)
		if i%100 == 0 {
			s.send(good, v9(begin, boot, uint32(i/100), 1, flows(begin, 10)))
			records += 10
		}
		if i%20 == 0 {
			s.settle()
		}
	}
	s.settle()
	a := s.decoder.Account()
	if s.drops() == 0 && (a.Records < records || a.Lost[attribution.LostUnread] < 500) {
		t.Errorf("%d of %d records, %d unread", a.Records, records, a.Lost[attribution.LostUnread])
	}
	must(t, s.stop())
}

// Workers share a port, and those of IPv6 too.
func TestListen(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		list, err := openSockets(t.Context(), address, 3, 1<<20)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		port := list[0].conn.LocalAddr().(*net.UDPAddr).Port
		for _, s := range list {
			if s.conn.LocalAddr().(*net.UDPAddr).Port != port {
				t.Errorf("%s: ports %v and %d", address, s.conn.LocalAddr(), port)
			}
		}
		if canShare != (len(list) == 3) {
			t.Errorf("%s: %d sockets", address, len(list))
		}
		receiveAll(t, list, port)
		for _, other := range []string{list[0].conn.LocalAddr().String(), fmt.Sprintf(":%d", port)} {
			for workers := 1; workers <= 2; workers++ {
				if second, err := openSockets(t.Context(), other, workers, 1<<20); err == nil {
					closeSockets(second)
					t.Errorf("%s: %d more workers at %s", address, workers, other)
				}
			}
		}
		closeSockets(list)
	}
	if list, err := openSockets(t.Context(), "192.0.2.1:0", 2, 1<<20); err == nil {
		closeSockets(list)
		t.Error("an address that is not of this machine")
	}
}

// receiveAll sends from many ports to one, until each socket has got something.
func receiveAll(t *testing.T, list []*socket, port int) {
	to := list[0].conn.LocalAddr().(*net.UDPAddr)
	if to.IP.IsUnspecified() {
		to = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	}
	var got sync.WaitGroup
	for _, s := range list {
		got.Go(func() {
			if n, err := s.read(func(netip.Addr, []byte) {}, true); n == 0 || err != nil {
				t.Errorf("%d datagrams, %v", n, err)
			}
		})
	}
	all := make(chan struct{})
	go func() {
		got.Wait()
		close(all)
	}()
	for {
		conn, err := net.DialUDP("udp", nil, to)
		must(t, err)
		conn.Write([]byte("x"))
		conn.Close()
		select {
		case <-all:
			return
		case <-time.After(time.Millisecond):
		}
	}
}
