package sketch

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// counted are the numbers of items at which a table changes its shape.
var counted = []int{0, 1, 11, 12, 13, 15, 16, 17, 767, 1023, 1024, 1025, 1535, 1536, 1537, 1538, 2047, 2048, 2049,
	6143, 6144, 6145, 24_577, 98_303, 98_304, 98_305, 99_327, 99_328, 99_329, 120_000}

// numbered are samples of k items to which n came, made in several ways.
func numbered(n, k int) map[string]*BottomK {
	hashes := randomHashes(n)
	add := func(s *BottomK) *BottomK {
		for i, h := range hashes {
			s.Add(Item{Hash: h, Lo: uint64(i), Events: 1, Part: uint8(i)})
		}
		return s
	}
	made := map[string]*BottomK{}
	for _, way := range []string{"one by one", "grown to all", "grown too far", "reset"} {
		made[way] = must(NewBottomK(1, k, false))
	}
	made["grown to all"].Grow(n)
	made["grown too far"].Grow(1 << 30)
	made["reset"].Grow(2*n + 100)
	for _, h := range randomHashes(2*n + 100) {
		made["reset"].Add(Item{Hash: h ^ 7})
	}
	made["reset"].Reset()
	for _, s := range made {
		add(s)
	}
	var decoded BottomK
	if err := decoded.UnmarshalBinary(encoded(made["one by one"])); err != nil {
		panic(err)
	}
	made["decoded"] = &decoded
	made["copied"] = must(NewBottomK(2, MaxSampleSize, true))
	made["copied"].CopyFrom(made["reset"])
	return made
}

// However a sample came to its items, it has them, and finds each.
func TestBottomKShapes(t *testing.T) {
	for _, n := range counted {
		for _, k := range []int{testSize, DefaultSampleSize} {
			made := numbered(n, k)
			want := encoded(made["one by one"])
			for way, s := range made {
				what := fmt.Sprintf("%d items, k = %d, %s", n, k, way)
				if !bytes.Equal(encoded(s), want) {
					t.Errorf("%s: other items", what)
				}
				for it := range s.Items() {
					if part, ok := s.Count(it.Hash, 0, 0); !ok || part != it.Part {
						t.Fatalf("%s: an item was not found", what)
					}
				}
				if kept := len(slices.Collect(s.Kept())); kept < s.Len() || kept > k+k/2 {
					t.Errorf("%s: %d are kept", what, kept)
				}
			}
			plain, decoded := made["one by one"].Size(), made["decoded"].Size()
			if plain != decoded {
				t.Errorf("%d items, k = %d: %d bytes, decoded %d", n, k, plain, decoded)
			}
			if most := made["grown too far"].Size(); plain > most || most > 88*k+1024*48 {
				t.Errorf("%d items, k = %d: %d bytes, want at most %d", n, k, plain, most)
			}
		}
	}
}

// A count of hashes together is that of each, and says which are not there.
func TestBottomKCountBatch(t *testing.T) {
	for _, n := range []int{0, 10, 700, 1500, 5000} {
		hashes := randomHashes(n + 256)
		one, batch := must(NewBottomK(1, testSize, true)), must(NewBottomK(1, testSize, true))
		for i, h := range hashes[:n] {
			it := Item{Hash: h, Events: 1, Bytes: 3, Flags: uint8(i & 1)}
			one.Add(it)
			batch.Add(it)
		}
		for _, size := range []int{0, 1, 100, 256} {
			for from := 0; from+size <= len(hashes); from += 200 {
				var want []uint8
				for i, h := range hashes[from : from+size] {
					if _, found := one.Count(h, 1, 0); !found {
						want = append(want, uint8(i))
					}
					one.Mark(h, 4, 0)
				}
				var b Batch
				batch.CountBatch(&b, hashes[from:from+size], 4)
				if got := b.Absent(); !slices.Equal(got, want) {
					t.Fatalf("%d items, %d hashes: %d are not there, want %d", n, size, len(got), len(want))
				}
			}
		}
		if !bytes.Equal(encoded(batch), encoded(one)) {
			t.Errorf("%d items: other counts", n)
		}
	}
}

// A batch in two steps is each of its events, whatever happens to the index meanwhile: some come
// twice, some were added by somebody else, the index grows, and items are dropped.
func TestBottomKBatches(t *testing.T) {
	item := func(h uint64) Item {
		return Item{Hash: h, Hi: 9, Lo: ^h, Events: 1, Flags: 1, Part: uint8(h)}
	}
	weighed := func(h uint64) Item {
		it := item(h)
		it.Events, it.Bytes, it.Flags, it.Common = 1+h%5, h>>50, uint8(h>>8), uint16(1+h>>9&1)
		return it
	}
	for _, size := range []int{1, 7, 254} {
		one, batch := must(NewBottomK(1, testSize, false)), must(NewBottomK(1, testSize, false))
		hashes := randomHashes(5000)
		var b, first Batch
		for from := 0; from+size <= len(hashes); from += size {
			part := append(slices.Clone(hashes[from:from+size]), hashes[from], hashes[from/2])
			if from/size%2 == 0 {
				for _, h := range part {
					one.Add(item(h))
				}
				batch.CountBatch(&b, part, 1)
				for i, at := range b.Absent() {
					b.Items[i] = item(part[at])
				}
			} else {
				for i, h := range part {
					one.Add(weighed(h))
					b.Items[i] = weighed(h)
				}
				batch.CountItems(&b, len(part))
			}
			if from/size%3 == 0 {
				it := item(part[0])
				it.Events, it.Flags = 0, 0
				one.Add(it)
				first.Items[0] = it
				batch.CountItems(&first, 1)
				batch.AddBatch(&first)
			}
			batch.AddBatch(&b)
			if len(b.Absent()) > 0 || !bytes.Equal(encoded(batch), encoded(one)) {
				t.Fatalf("batches of %d, after %d items: another sample", size, from)
			}
		}
	}
}

// What one sample does not have may be added to another one.
func TestBottomKAddBatchToAnother(t *testing.T) {
	one, other := must(NewBottomK(1, testSize, true)), must(NewBottomK(1, testSize, true))
	other.Grow(testSize)
	hashes := randomHashes(100)
	var b Batch
	one.CountBatch(&b, hashes, 0)
	for i, h := range hashes {
		b.Items[i] = Item{Hash: h}
	}
	other.AddBatch(&b)
	for _, h := range hashes {
		if _, found := other.Count(h, 0, 0); !found {
			t.Fatal("an item was not found")
		}
	}
}

// A batch whose sample has become another one between the two steps is added all the same.
func TestBottomKAddBatchAfterChange(t *testing.T) {
	hashes := randomHashes(2000)
	full := func() *BottomK {
		s := must(NewBottomK(1, testSize, false))
		for _, h := range hashes[:900] {
			s.Add(Item{Hash: h})
		}
		return s
	}
	for name, change := range map[string]func(s *BottomK){
		"reset":   func(s *BottomK) { s.Reset() },
		"emptied": func(s *BottomK) { s.Grow(1500); s.Reset(); s.Reset() },
		"copied":  func(s *BottomK) { s.CopyFrom(must(NewBottomK(1, testSize, false))) },
		"decoded": func(s *BottomK) {
			if err := s.UnmarshalBinary(encoded(must(NewBottomK(1, testSize, false)))); err != nil {
				t.Fatal(err)
			}
		},
		"shrunk": func(s *BottomK) { s.Shrink(MinSampleSize) },
	} {
		s := full()
		var b Batch
		s.CountBatch(&b, hashes[900:1000], 0)
		for i, at := range b.Absent() {
			b.Items[i] = Item{Hash: hashes[900+int(at)], Events: 1}
		}
		change(s)
		s.AddBatch(&b)
		for _, h := range hashes[900:1000] {
			if _, found := s.Count(h, 0, 0); !found {
				t.Errorf("%s: an item was not found", name)
				break
			}
		}
	}
}

// Which of many hashes a sample wants is which it wants of each.
func TestBottomKWantBatch(t *testing.T) {
	for _, n := range []int{0, 1000, 2000, 50_000} {
		s := must(NewBottomK(1, testSize, true))
		for _, h := range randomHashes(n) {
			s.Add(Item{Hash: h})
		}
		hashes := append(randomHashes(n + 300)[n:][:252], 0, 1, HashOf(s.limit), HashOf(s.limit+1))
		for _, size := range []int{0, 1, 200, 256} {
			var want []uint8
			for i, h := range hashes[256-size:] {
				if s.Wants(h) {
					want = append(want, uint8(i))
				}
			}
			got := s.WantBatch(hashes[256-size:], []uint8{9})
			if got[0] != 9 || !slices.Equal(got[1:], want) {
				t.Errorf("%d items: %d of %d hashes, want %d", n, len(got)-1, size, len(want))
			}
		}
	}
}

// Items of one tag and one cell are told apart.
func TestBottomKOfEqualTags(t *testing.T) {
	s := must(NewBottomK(1, testSize, true))
	inverse := spread // of spread, modulo 2^64, by Newton's method
	for range 6 {
		inverse *= 2 - spread*inverse
	}
	var hashes []uint64
	for i := range uint64(200) { // products that differ in their lowest bits only
		hashes = append(hashes, HashOf((5<<60|3<<33|i)*inverse))
	}
	for i, h := range hashes {
		s.Add(Item{Hash: h, Events: uint64(i)})
	}
	var b Batch
	s.CountBatch(&b, hashes, 0)
	if s.Len() != len(hashes) || len(b.Absent()) != 0 {
		t.Errorf("%d items, %d not found, want %d", s.Len(), len(b.Absent()), len(hashes))
	}
	for it := range s.Items() {
		if want := uint64(slices.Index(hashes, it.Hash)) + 1; it.Events != want {
			t.Errorf("%d events, want %d", it.Events, want)
		}
	}
}
