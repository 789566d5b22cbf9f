package attribution

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkExamine is what looking at the kind of sources adds to a report.
func BenchmarkExamine(b *testing.B) {
	w := realWorld(b)
	space := w.table.Space()
	for _, forged := range []bool{false, true} {
		for _, n := range []int{300, 4096, 65536} {
			b.Run(fmt.Sprintf("sources=%d/forged=%v", n, forged), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, uint64(n)))
				r := &Report{addresses: true, ipv6Bits: 64}
				for len(r.seen) < n {
					ip := rng.Uint32()
					if !forged {
						ip = 5<<24 | ip&0xfffff
					}
					r.seen = append(r.seen, seen{source: source{0, mapped<<32 | uint64(ip)}, origin: w.table.Lookup4(ip)})
				}
				for b.Loop() {
					r.examine(&space)
				}
				if (r.Spoofing.Finding == SpoofingUniform) != (forged && n > leastSpread) {
					b.Error(r.Spoofing.Finding)
				}
			})
		}
	}
}
