package sketch

import (
	"math/rand/v2"
	"testing"

	"github.com/axiomhq/hyperloglog"
)

func randomHashes(n int) []uint64 {
	rng := rand.New(rand.NewPCG(3, 4))
	h := make([]uint64, n)
	for i := range h {
		h[i] = rng.Uint64()
	}
	return h
}

// The registers are ours and not axiomhq's only because of what this measures.
func BenchmarkDistinctInsert(b *testing.B) {
	hashes := randomHashes(1 << 16)
	b.Run("impl=whence", func(b *testing.B) {
		d := NewDistinct(0, DefaultPrecision)
		for i := 0; b.Loop(); i++ {
			d.Insert(hashes[i&0xffff])
		}
	})
	b.Run("impl=axiomhq", func(b *testing.B) {
		sk, _ := hyperloglog.NewSketch(DefaultPrecision, false)
		for i := 0; b.Loop(); i++ {
			sk.InsertHash(hashes[i&0xffff])
		}
	})
}

func BenchmarkDistinctEstimate(b *testing.B) {
	d := NewDistinct(0, DefaultPrecision)
	for _, h := range randomHashes(1 << 20) {
		d.Insert(h)
	}
	b.Run("impl=whence", func(b *testing.B) {
		for b.Loop() {
			d.Estimate()
		}
	})
	b.Run("impl=axiomhq", func(b *testing.B) {
		sk := d.HyperLogLog()
		for b.Loop() {
			sk.Estimate()
		}
	})
}

func BenchmarkDistinctMerge(b *testing.B) {
	x, y := NewDistinct(0, DefaultPrecision), NewDistinct(0, DefaultPrecision)
	for _, h := range randomHashes(1 << 17) {
		if x.Insert(h); h&1 == 0 {
			y.Insert(h)
		}
	}
	for b.Loop() {
		x.Merge(y)
	}
}

func BenchmarkFilter(b *testing.B) {
	hashes := randomHashes(1 << 20)
	f := NewFilter(0, len(hashes))
	b.Run("op=insert/items=1048576", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			f.Insert(hashes[i&(len(hashes)-1)])
		}
	})
	b.Run("op=has/items=1048576", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			f.Has(hashes[i&(len(hashes)-1)])
		}
	})
}
