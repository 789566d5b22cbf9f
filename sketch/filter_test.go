package sketch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"
)

// Nothing that was inserted is missed, and what was not is found as seldom as the
// filter says, which is 1 % when it is full.
func TestFilter(t *testing.T) {
	for _, c := range []struct {
		items, inserted int
		least, most     float64 // false positives
	}{
		{100_000, 0, 0, 0}, {100_000, 50_000, .00001, .001}, {100_000, 100_000, .007, .0125}, {100_000, 300_000, .2, .5},
		{1, 51, .003, .03}, // one line holds 51
	} {
		hashes := randomHashes(c.inserted + 200_000)
		f := NewFilter(0, c.items)
		for _, h := range hashes[:c.inserted] {
			f.Insert(h)
		}
		for _, h := range hashes[:c.inserted] {
			if !f.Has(h) {
				t.Fatalf("%+v: a hash is missing", c)
			}
		}
		found := 0.0
		for _, h := range hashes[c.inserted:] {
			if f.Has(h) {
				found++
			}
		}
		p, n := f.FalsePositives(), float64(len(hashes)-c.inserted)
		if p < c.least || p > c.most {
			t.Errorf("%+v: false positives %.4f", c, p)
		}
		if off := 4 * math.Sqrt(n*p*(1-p)); math.Abs(found-n*p) > off {
			t.Errorf("%+v: %v of %v found by mistake, want %.0f ± %.0f", c, found, n, n*p, off)
		}
	}
	for _, items := range []int{0, -1, MaxFilterItems + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d items: no panic", items)
				}
			}()
			NewFilter(0, items)
		}()
	}
}

// Items found by mistake are spread over ranks and registers like all others, so
// that leaving them out of a sketch shifts nothing.
func TestFalsePositivesAreUniform(t *testing.T) {
	hashes := randomHashes(2_000_000)
	f := NewFilter(0, 50_000)
	for _, h := range hashes[:60_000] {
		f.Insert(h)
	}
	var found, ranks, registers [16]float64
	for _, h := range hashes[60_000:] {
		if f.Has(h) {
			found[0]++
			ranks[rankOf(h)>>60]++
			registers[h>>60]++
		}
	}
	for name, cells := range map[string][16]float64{"ranks": ranks, "registers": registers} {
		chi := 0.0
		for _, n := range cells {
			chi += (n - found[0]/16) * (n - found[0]/16) / (found[0] / 16)
		}
		if chi > 50 { // 15 expected; 1 in 100,000
			t.Errorf("chi-square of %s is %.1f", name, chi)
		}
	}
}

func TestFilterMerge(t *testing.T) {
	hashes := randomHashes(3_000)
	a, b, whole := NewFilter(7, 3_000), NewFilter(7, 3_000), NewFilter(7, 3_000)
	for i, h := range hashes {
		whole.Insert(h)
		if i%3 == 0 {
			a.Insert(h)
		} else {
			b.Insert(h)
		}
	}
	before, _ := b.MarshalBinary()
	clone := a.Clone()
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	got, _ := a.MarshalBinary()
	want, _ := whole.MarshalBinary()
	if after, _ := b.MarshalBinary(); !bytes.Equal(got, want) || !bytes.Equal(before, after) {
		t.Error("merging differs from inserting, or wrote its argument")
	}
	if clone.FalsePositives() >= a.FalsePositives() || clone.KeyID() != 7 {
		t.Error("the clone follows its origin")
	}
	for _, other := range []*Filter{NewFilter(8, 3_000), NewFilter(7, 30_000)} {
		if err := a.Merge(other); !errors.Is(err, ErrMismatch) {
			t.Errorf("merging what does not fit: %v", err)
		}
	}
	if again, _ := a.MarshalBinary(); !bytes.Equal(again, want) {
		t.Error("a failed merge wrote the receiver")
	}
	if a.Reset(); a.FalsePositives() != 0 {
		t.Error("Reset left something")
	}
}

// malformedFilters is the table of bytes that are no Filter.
func malformedFilters() map[string][]byte {
	good, _ := NewFilter(5, 100).MarshalBinary()
	change := func(at int, to ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[at:], to)
		return b
	}
	return map[string][]byte{
		"nothing": nil, "magic only": good[:4], "header only": good[:filterHeader], "other version": change(3, '2'),
		"no lines": change(12, 0, 0, 0, 0)[:filterHeader], "too many lines": change(12, 0xff, 0xff, 0xff, 0xff),
		"more than announced": append(bytes.Clone(good), 0), "less than announced": good[:len(good)-1],
		"another number": change(12, 0, 0, 0, 3),
	}
}

func TestFilterEncoding(t *testing.T) {
	f := NewFilter(5, 1_000)
	for _, h := range randomHashes(900) {
		f.Insert(h)
	}
	data, _ := f.MarshalBinary()
	var d Filter
	if err := d.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if again, _ := d.MarshalBinary(); !bytes.Equal(again, data) || d.KeyID() != 5 {
		t.Error("encoding what was decoded gives other bytes")
	}
	for name, bad := range malformedFilters() {
		if err := d.UnmarshalBinary(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if again, _ := d.MarshalBinary(); !bytes.Equal(again, data) {
			t.Errorf("%s: the receiver changed", name)
		}
	}
}

func FuzzFilterUnmarshal(f *testing.F) {
	for _, data := range malformedFilters() {
		f.Add(data)
	}
	full := NewFilter(3, 200)
	for i := range uint64(200) {
		full.Insert(i * 0x9e3779b97f4a7c15)
	}
	data, _ := full.MarshalBinary()
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Filter
		if d.UnmarshalBinary(data) != nil {
			return
		}
		if again, _ := d.MarshalBinary(); !bytes.Equal(again, data) {
			t.Error("accepted bytes that it would not write")
		}
		h := binary.BigEndian.Uint64(append(data[:8:8], 0))
		if d.Insert(h); !d.Has(h) || !(d.FalsePositives() <= 1) {
			t.Error("what was inserted is not found")
		}
		if err := d.Merge(d.Clone()); err != nil {
			t.Error(err)
		}
	})
}
