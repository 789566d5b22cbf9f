package main

import (
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// BenchmarkLoopback sends exports over loopback as fast as the sender can, to a collector with default
// options: NetFlow v9, 24 records in a datagram, 24,576 sources and some 20,000 targets, again and again.
// The sender takes processor time, too. dropped is the part that the kernel had no room for.
func BenchmarkLoopback(b *testing.B) {
	const datagrams, records = 20_000, 24
	s := start(b, begin)
	conn := s.exporter("127.0.0.1")
	rng := rand.New(rand.NewPCG(5, 6))
	list := make([][]byte, 1024)
	for i := range list {
		flows := make([]record, records)
		for k := range flows {
			from := [4]byte{byte(20 + rng.IntN(60)), byte(rng.IntN(16)), byte(rng.Uint32()), byte(rng.Uint32())}
			to := [4]byte{198, 18, byte(rng.IntN(80)), byte(rng.Uint32())}
			flows[k] = record{netip.AddrFrom4(from), netip.AddrFrom4(to), 3, 180, begin}
		}
		list[i] = v9(begin, begin.Add(-time.Hour), 0, 1, flows)
	}
	round := func(number uint32) {
		for i := range uint32(datagrams) {
			d := list[i%uint32(len(list))]
			be.PutUint32(d[12:], number*datagrams+i)
			s.send(conn, d)
		}
		s.settle()
	}
	round(0)
	before, sent, dropped := s.decoder.Account().Records, s.sent, s.drops()
	var took time.Duration
	number := uint32(1)
	for b.Loop() {
		at := time.Now()
		round(number)
		took += time.Since(at)
		number++
	}
	got := s.decoder.Account().Records - before
	if came := s.sent - sent - (s.drops() - dropped); got != came*records {
		b.Fatalf("%d records of %d datagrams", got, came)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(got)/took.Seconds(), "records/s")
	b.ReportMetric(float64(s.drops()-dropped)/float64(s.sent-sent), "dropped")
	b.ReportMetric(float64(memory.HeapInuse)/(1<<20), "heap-MB")
}
