package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// sampleText writes n lines of a format with random sources, a tenth of them
// IPv6.
func sampleText(n int, line func(source netip.Addr) string) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for i := range n {
		var ip [16]byte
		for j := range ip {
			ip[j] = byte(rng.Uint32())
		}
		ip[0] = 0x20
		source := netip.AddrFrom16(ip)
		if i%10 > 0 {
			source = netip.AddrFrom4([4]byte(ip[1:5]))
		}
		fmt.Fprintln(&b, line(source))
	}
	return b.Bytes()
}

var sampleTexts = []struct {
	name, header string
	line         func(source netip.Addr) string
}{
	{"addr", "", netip.Addr.String},
	{"combined", "", func(a netip.Addr) string {
		return a.String() + ` - - [17/May/2015:10:05:03 +0000] "GET /presentations/a.png HTTP/1.1" 200 203023 ` +
			`"http://example.org/presentations/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"`
	}},
	{"csv", "time,source,port\n", func(a netip.Addr) string { return "2024-05-21T22:13:05Z," + a.String() + ",443" }},
	{"csv-quoted", "time,source,port\n", func(a netip.Addr) string {
		return `"2024-05-21T22:13:05Z","` + a.String() +
			`","443"`
	}},
	{"json", "", func(a netip.Addr) string {
		return `{"time":"2024-05-21T22:13:05Z","service":{"name":"smtp","port":25},"source":"` + a.String() + `","size":1234}`
	}},
}

// BenchmarkRead times the readers alone, per line.
func BenchmarkRead(b *testing.B) {
	for _, s := range sampleTexts {
		b.Run("format="+s.name, func(b *testing.B) {
			const n = 100_000
			text := append([]byte(s.header), sampleText(n, s.line)...)
			cfg := &config{format: "auto"}
			if s.header != "" {
				cfg.time = "time"
			}
			b.SetBytes(int64(len(text) / n))
			b.ReportAllocs()
			var f format
			source := bytes.NewReader(text)
			l := newLines(source)
			r := new(record)
			for i := 0; b.Loop(); i++ {
				if i%n == 0 {
					source.Reset(text)
					l.r.Reset(source)
					var err error
					if f, err = openFormat(l, cfg); err != nil {
						b.Fatal(err)
					}
				}
				line, err := f.next()
				if err != nil {
					b.Fatal(err)
				}
				if why := f.parse(line, r); why != "" {
					b.Fatal(why)
				}
			}
		})
	}
}

// Reading must not leave work to the garbage collector, however long the file.
func TestReadAllocations(t *testing.T) {
	for _, s := range sampleTexts {
		const n = 2000
		l := newLines(bytes.NewReader(append([]byte(s.header), sampleText(n+1, s.line)...)))
		f, err := openFormat(l, &config{format: "auto"})
		if err != nil {
			t.Fatal(err)
		}
		r := new(record)
		allocs := testing.AllocsPerRun(n, func() {
			line, err := f.next()
			if err != nil && err != io.EOF || f.parse(line, r) != "" {
				t.Fatalf("%s: %q: %v", s.name, line, err)
			}
		})
		if allocs > 0 {
			t.Errorf("%s: %v allocations a line, want 0", s.name, allocs)
		}
	}
}
