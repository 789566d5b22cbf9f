package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/whence-go/whence/internal/scenario"
	"github.com/whence-go/whence/internal/testenv/world"
)

// What a request costs more: on its way (part=request), and with what the monitor does later
// (part=all).
func BenchmarkMiddleware(b *testing.B) {
	sources, err := scenario.NewPopulation(world.Embedded(), nil).Sampler(1).DrawAny(20_000, scenario.Clustered4)
	if err != nil {
		b.Fatal(err)
	}
	peers := make([]string, len(sources))
	lines := make([][]string, len(sources))
	for i, source := range sources {
		peers[i] = netip.AddrPortFrom(source, 4711).String()
		lines[i] = []string{"6.6.6.6, " + source.String() + ", 127.0.0.1"}
	}
	for _, bb := range []struct {
		name      string
		options   Options
		forwarded bool
		all       bool
	}{
		{"client=peer/part=request", Options{}, false, false},
		{"client=forwarded/part=request", Options{Proxies: loopback()}, true, false},
		{"client=forwarded/target=pattern/part=request", Options{Proxies: loopback(), Target: Pattern(testMux())},
			true, false},
		{"client=peer/part=all", Options{}, false, true},
	} {
		b.Run(bb.name, func(b *testing.B) {
			bb.options.Now = time.Now
			o := newObserver(b, bb.options)
			handler := o.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			r := httptest.NewRequest("GET", "/login", nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if r.RemoteAddr = peers[i%len(peers)]; bb.forwarded {
					r.RemoteAddr, r.Header["X-Forwarded-For"] = "127.0.0.1:4711", lines[i%len(lines)]
				}
				handler.ServeHTTP(nil, r)
				if i%4096 == 0 {
					if !bb.all {
						b.StopTimer()
					}
					o.Flush()
					b.StartTimer()
				}
			}
			if n := o.Stats().Dropped; n > 0 {
				b.Fatalf("%d requests were dropped", n)
			}
		})
	}
}
