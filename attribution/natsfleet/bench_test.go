package natsfleet_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/whence-go/whence/attribution/natsfleet"
)

// Sixteen goroutines send envelopes of 300 sources to new places of a cluster of three, until it has them.
func BenchmarkSend(b *testing.B) {
	o := natsfleet.Options{Replicas: 3}
	servers := serve(b, 3, nil)
	js, ctx := servers.connect(b), lasting(b)
	ensure(b, js, o)
	s, e := must(natsfleet.NewSender(js, o)), envelope("a", 1, count(300))
	packed := must(e.Pack())
	var epoch atomic.Uint64
	b.SetParallelism(8) // of each of GOMAXPROCS
	b.SetBytes(int64(len(packed)))
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		e := e
		for p.Next() {
			e.Epoch = epoch.Add(1)
			if fresh, err := s.Send(ctx, e); !fresh || err != nil {
				panic(fmt.Sprint(fresh, err))
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "envelopes/s")
}
