package registers

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A Bank is Registers per part, whichever way hashes come in.
func TestBankAgainstRegisters(t *testing.T) {
	for precision := MinPrecision; precision <= MaxPrecision; precision++ {
		rng := rand.New(rand.NewPCG(uint64(precision), 1))
		one, many := NewBank(precision), NewBank(precision)
		want := map[uint8]Registers{}
		parts, hashes := make([]uint8, 50_000), make([]uint64, 50_000)
		for i := range parts {
			parts[i], hashes[i] = uint8(rng.IntN(9)*31), rng.Uint64()>>(rng.IntN(3)*20)
			if _, ok := want[parts[i]]; !ok {
				want[parts[i]] = New(precision)
			}
			want[parts[i]].Insert(hashes[i])
			one.Insert(parts[i], hashes[i])
		}
		InsertBatch(many, parts, hashes)
		for part := range MaxParts {
			p := uint8(part)
			r, there := want[p]
			a, inOne := one.Part(p)
			b, inMany := many.Part(p)
			if one.Has(p) != there || many.Has(p) != there || inOne != there || inMany != there {
				t.Fatalf("p=%d part %d: there is one: %v, want %v", precision, part, one.Has(p), there)
			}
			if there && (!equal(a, r) || !equal(b, r)) {
				t.Errorf("p=%d part %d differs from Registers", precision, part)
			}
			if there && (*a.kept != count(a.bytes) || *b.kept != *a.kept) {
				t.Errorf("p=%d part %d: a histogram is not that of the registers", precision, part)
			}
		}
		n := 4*MaxParts + len(want)*(1<<precision+256)
		if one.Size() != n || many.Size() != n || one.Precision() != precision {
			t.Errorf("p=%d: sizes %d and %d, want %d", precision, one.Size(), many.Size(), n)
		}
	}
}

func TestBankMergePart(t *testing.T) {
	a, _ := filled(t, 1, 3000, 12)
	b, _ := filled(t, 2, 3000, 12)
	bank := NewBank(12)
	before := a.Clone()
	if !bank.MergePart(7, a) || !bank.MergePart(7, b) {
		t.Fatal("not merged")
	}
	copied := bank.Clone()
	bank.Insert(8, 1)
	if copied.Has(8) || !bank.Has(8) {
		t.Error("a clone shares memory")
	}
	if !equal(a, before) {
		t.Error("merging wrote its argument")
	}
	a.Merge(b)
	merged, _ := bank.Part(7)
	kept, _ := copied.Part(7)
	if !equal(merged, a) || !equal(kept, a) {
		t.Error("merging parts differs from merging Registers")
	}
	if *merged.kept != count(a.bytes) || *kept.kept != *merged.kept || kept.kept == merged.kept {
		t.Error("a histogram is not that of what was merged, or is shared with a clone")
	}
	if bank.Reset(); !bank.MergePart(3, kept) {
		t.Fatal("not merged")
	}
	if again, _ := bank.Part(3); !equal(again, a) || *again.kept != *kept.kept {
		t.Error("after a reset a part differs from what was merged into it")
	}
	if bank.MergePart(9, New(13)) || bank.Has(9) {
		t.Error("another precision was merged")
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	b, r := NewBank(14), New(14)
	hashes := randomHashes(3, 256)
	parts := slices.Repeat([]uint8{1, 2, 3, 4}, 64)
	InsertBatch(b, parts, hashes)
	for name, f := range map[string]func(){
		"Bank.InsertBatch":   func() { InsertBatch(b, parts, hashes) },
		"Bank.Insert":        func() { b.Insert(1, 5) },
		"Bank.Part":          func() { b.Part(1) },
		"Bank.MergePart":     func() { b.MergePart(1, r) },
		"Registers.Insert":   func() { r.Insert(5) },
		"Registers.Merge":    func() { r.Merge(r) },
		"Registers.Estimate": func() { r.Estimate() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
