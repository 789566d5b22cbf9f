package sketch

import (
	"testing"

	"github.com/axiomhq/hyperloglog"
)

// The registers are ours and not axiomhq's only because of what this measures.
func BenchmarkHyperLogLogInsert(b *testing.B) {
	hashes := randomHashes(1 << 16)
	b.Run("impl=whence", func(b *testing.B) {
		d := must(NewHyperLogLog(0, DefaultPrecision))
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

func BenchmarkHyperLogLogEstimate(b *testing.B) {
	d := must(NewHyperLogLog(0, DefaultPrecision))
	for _, h := range randomHashes(1 << 20) {
		d.Insert(h)
	}
	b.Run("impl=whence", func(b *testing.B) {
		for b.Loop() {
			d.Estimate()
		}
	})
	b.Run("impl=axiomhq", func(b *testing.B) {
		sk := d.Sketch()
		for b.Loop() {
			sk.Estimate()
		}
	})
}

func BenchmarkHyperLogLogMerge(b *testing.B) {
	x, y := must(NewHyperLogLog(0, DefaultPrecision)), must(NewHyperLogLog(0, DefaultPrecision))
	for _, h := range randomHashes(1 << 17) {
		if x.Insert(h); h&1 == 0 {
			y.Insert(h)
		}
	}
	for b.Loop() {
		x.Merge(y)
	}
}
