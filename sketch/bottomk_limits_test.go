package sketch

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// rankStreams are ranks in the order in which they come: honest ones, and those that somebody
// chose so that the top bits of most say nothing.
var rankStreams = map[string]func(i, n uint64) uint64{
	"random":           func(i, n uint64) uint64 { return rand.New(rand.NewPCG(i, 5)).Uint64() },
	"smallest first":   func(i, n uint64) uint64 { return 1 + i },
	"largest first":    func(i, n uint64) uint64 { return n - i },
	"huge, falling":    func(i, n uint64) uint64 { return ^i },
	"huge, rising":     func(i, n uint64) uint64 { return ^(n - i) },
	"halves":           func(i, n uint64) uint64 { return 1<<63>>(i%60) + i },
	"many, then small": func(i, n uint64) uint64 { return 1<<63>>min(i/900, 50) - i },
}

// However ranks come, the sample has the smallest; whatever came is held until a quarter more
// than k did, and never more than half as many more are; and no limit excludes an item of the
// sample.
func TestBottomKLimits(t *testing.T) {
	const n = 20 * testSize
	for name, rank := range rankStreams {
		s := must(NewBottomK(1, testSize, false))
		var came []uint64
		for i := range uint64(n) {
			r := rank(i, n)
			s.Add(Item{Hash: HashOf(r), Events: 1, Part: uint8(i)})
			came = append(came, r)
			if i%700 != 0 && i != testSize+testSize/4-1 {
				continue
			}
			slices.Sort(came)
			if len(came) <= testSize+testSize/4 && s.n != len(came) {
				t.Fatalf("%s: %d items of %d are held", name, s.n, len(came))
			}
			if s.n > s.most() {
				t.Fatalf("%s: %d items are held", name, s.n)
			}
			if len(came) < testSize {
				continue
			}
			kth := came[testSize-1]
			if s.limit < kth || s.held < s.limit || s.kthRank() != kth {
				t.Fatalf("%s: after %d items, limit %#x, held %#x, k-th %#x, want %#x",
					name, len(came), s.limit, s.held, s.kthRank(), kth)
			}
			want := came[:testSize]
			i := 0
			for it := range s.All() {
				if i >= len(want) || Rank(it.Hash) != want[i] {
					t.Fatalf("%s: after %d items, item %d is another one", name, len(came), i)
				}
				i++
			}
			if i != len(want) {
				t.Fatalf("%s: after %d items, the sample has %d", name, len(came), i)
			}
		}
	}
}

// Hardly more items are wanted than the sample has.
func TestBottomKWantsLittle(t *testing.T) {
	for _, k := range []int{testSize, DefaultSampleSize} {
		s := must(NewBottomK(1, k, true))
		most := 0
		for _, h := range randomHashes(10 * k) {
			s.Add(Item{Hash: h})
			if s.wanted == 0 {
				continue
			}
			wanted := 0
			if s.n%97 == 0 { // counting takes long
				for slots := range s.chunks() {
					for i := range slots {
						if slots[i].rank <= s.limit {
							wanted++
						}
					}
				}
				if wanted != s.wanted {
					t.Fatalf("k = %d: %d are wanted, counted as %d", k, wanted, s.wanted)
				}
			}
			most = max(most, s.wanted)
		}
		t.Logf("k = %d: at most %.3f k are wanted", k, float64(most)/float64(k))
		// A level is at most a sixteenth of what is wanted, give or take what chance does.
		if limit := float64(k) * (1 + 1./16 + 0.06); float64(s.wanted) > limit || float64(most) > 1.25*float64(k)+1 {
			t.Errorf("k = %d: %d are wanted, at most %d", k, s.wanted, most)
		}
	}
}

// Kept walks everything with its counts, and Parts counts that by part.
func TestBottomKKept(t *testing.T) {
	for _, n := range []int{0, 1, 16, testSize, testSize + testSize/4} {
		s := must(NewBottomK(1, testSize, false))
		want := map[Item]bool{}
		parts := [256]int{}
		for i, h := range randomHashes(n) {
			it := Item{Hash: h, Hi: 1, Lo: uint64(i), Events: uint64(i), Bytes: 5, Part: uint8(i), Flags: 2, Common: 3}
			s.Add(it)
			it.Hi, it.Lo = 0, 0
			want[it] = true
			parts[it.Part]++
		}
		for it := range s.Kept() {
			if !want[it] {
				t.Fatalf("%d items: %+v did not come", n, it)
			}
			delete(want, it)
		}
		if len(want) > 0 || s.Parts() != parts {
			t.Errorf("%d items: %d are missing, parts %v", n, len(want), s.Parts())
		}
	}
}

// A batch that is too large panics: what is beyond would be lost.
func TestBatchSize(t *testing.T) {
	hashes := make([]uint64, BatchSize+1)
	for name, f := range map[string]func(s *BottomK, b *Batch){
		"count":  func(s *BottomK, b *Batch) { s.CountBatch(b, hashes, 0) },
		"items":  func(s *BottomK, b *Batch) { s.CountItems(b, len(hashes)) },
		"wanted": func(s *BottomK, _ *Batch) { s.WantBatch(hashes, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			s, err := NewBottomK(KeyID(1), MinSampleSize, false)
			if err != nil {
				t.Fatal(err)
			}
			f(s, new(Batch))
		}()
	}
}
