package sketch

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// A Bank is a Distinct per part, whichever way hashes come in.
func TestBankAgainstDistincts(t *testing.T) {
	for precision := MinPrecision; precision <= MaxPrecision; precision++ {
		rng := rand.New(rand.NewPCG(uint64(precision), 1))
		one, many := NewBank(5, precision), NewBank(5, precision)
		want := map[uint8]*Distinct{}
		parts, hashes := make([]uint8, 50_000), make([]uint64, 50_000)
		for i := range parts {
			parts[i], hashes[i] = uint8(rng.IntN(9)*31), rng.Uint64()>>(rng.IntN(3)*20)
			if want[parts[i]] == nil {
				want[parts[i]] = NewDistinct(5, precision)
			}
			want[parts[i]].Insert(hashes[i])
			one.Insert(parts[i], hashes[i])
		}
		InsertBatch(many, parts, hashes)
		for part := range MaxParts {
			p := uint8(part)
			d := want[p]
			if one.Has(p) != (d != nil) || many.Has(p) != (d != nil) || (one.Part(p) == nil) != (d == nil) {
				t.Fatalf("p=%d part %d: there is one: %v, want %v", precision, part, one.Has(p), d != nil)
			}
			if d != nil && (!bytes.Equal(encoded(one.Part(p)), encoded(d)) || !bytes.Equal(encoded(many.Part(p)), encoded(d))) {
				t.Errorf("p=%d part %d differs from a Distinct", precision, part)
			}
		}
	}
}

func TestBankMergePart(t *testing.T) {
	a, _ := filled(1, 3000, 12)
	b, _ := filled(2, 3000, 12)
	bank := NewBank(5, 12)
	before := encoded(a)
	if err := errors.Join(bank.MergePart(7, a), bank.MergePart(7, b)); err != nil {
		t.Fatal(err)
	}
	copied := bank.Clone()
	bank.Insert(8, 1)
	if copied.Has(8) || !bank.Has(8) {
		t.Error("a clone shares memory")
	}
	if !bytes.Equal(encoded(a), before) {
		t.Error("merging wrote its argument")
	}
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encoded(bank.Part(7)), encoded(a)) || !bytes.Equal(encoded(copied.Part(7)), encoded(a)) {
		t.Error("merging parts differs from merging Distincts")
	}
	for _, other := range []*Distinct{NewDistinct(6, 12), NewDistinct(5, 13)} {
		if err := bank.MergePart(9, other); !errors.Is(err, ErrMismatch) || bank.Has(9) {
			t.Errorf("merging what does not fit: %v", err)
		}
	}
}

func TestBankDoesNotAllocate(t *testing.T) {
	b := NewBank(0, DefaultPrecision)
	hashes := randomHashes(256)
	parts := slices.Repeat([]uint8{1, 2, 3, 4}, 64)
	InsertBatch(b, parts, hashes)
	if n := testing.AllocsPerRun(100, func() { InsertBatch(b, parts, hashes); b.Insert(1, 5) }); n != 0 {
		t.Errorf("allocates %v times", n)
	}
}
