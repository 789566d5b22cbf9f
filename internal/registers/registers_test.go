package registers

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/axiomhq/hyperloglog"
)

func randomHashes(seed uint64, n int) []uint64 {
	rng := rand.New(rand.NewPCG(seed, 9))
	h := make([]uint64, n)
	for i := range h {
		h[i] = rng.Uint64()
	}
	return h
}

// filled returns registers with n random hashes, and the same as an axiomhq sketch.
func filled(t testing.TB, seed uint64, n, precision int) (Registers, *hyperloglog.Sketch) {
	t.Helper()
	r := New(precision)
	s, err := hyperloglog.NewSketch(uint8(precision), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range randomHashes(seed, n) {
		r.Insert(h)
		s.InsertHash(h)
	}
	return r, s
}

func equal(a, b Registers) bool {
	return a.Precision() == b.Precision() && bytes.Equal(a.Bytes(), b.Bytes())
}

// The registers are those of axiomhq for the same hashes, there and back, and the
// estimates agree within half a standard error.
func TestRegistersAreThoseOfAxiom(t *testing.T) {
	for precision := MinPrecision; precision <= MaxPrecision; precision++ {
		for _, n := range []int{0, 1, 100, 5000, 1 << precision, 300_000} {
			r, s := filled(t, uint64(n), n, precision)
			there, err := r.Sketch().MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if want, _ := s.MarshalBinary(); !bytes.Equal(there, want) || !bytes.Equal(r.AppendDense(nil), want) {
				t.Errorf("p=%d n=%d: registers differ from those of axiomhq", precision, n)
			}
			if back, err := FromSketch(s); err != nil || !equal(back, r) {
				t.Errorf("p=%d n=%d: not the same after there and back: %v", precision, n, err)
			}
			if back, err := FromDense(there); err != nil || !equal(back, r) {
				t.Errorf("p=%d n=%d: not the same after encoding: %v", precision, n, err)
			}
			// Two estimators on the same registers: alike to well within a
			// standard error of either.
			ours, _ := r.Estimate()
			theirs := float64(s.Estimate())
			if se := 1.04 / math.Sqrt(float64(int(1)<<precision)); math.Abs(ours-theirs) > se*theirs/2+0.6 {
				t.Errorf("p=%d n=%d: estimate %.1f, axiomhq %.0f", precision, n, ours, theirs)
			}
		}
	}
}

func TestFromSparseSketch(t *testing.T) {
	s, r := hyperloglog.New14(), New(14)
	for _, h := range randomHashes(3, 1000) {
		s.InsertHash(h)
		r.Insert(h)
	}
	before, _ := s.MarshalBinary()
	if got, err := FromSketch(s); err != nil || !equal(got, r) {
		t.Errorf("a sparse sketch gives other registers than its hashes: %v", err)
	}
	if after, _ := s.MarshalBinary(); !bytes.Equal(after, before) {
		t.Error("reading a sketch wrote it")
	}
}

func TestFromSketchRefuses(t *testing.T) {
	dense, _ := hyperloglog.NewSketch(10, false)
	sparse, _ := hyperloglog.NewSketch(18, true)
	for name, s := range map[string]*hyperloglog.Sketch{
		"nil": nil, "zero": {}, "precision 10": dense, "sparse, precision 18": sparse,
	} {
		if r, err := FromSketch(s); err == nil {
			t.Errorf("%s: registers of precision %d", name, r.Precision())
		}
	}
}

func TestFromBytesRefuses(t *testing.T) {
	good := New(12).Bytes()
	tooLarge := append(bytes.Clone(good[1:]), 64-12+2)
	for want, f := range map[string]func() (Registers, error){
		"precision 11, want 12 to 16":                    func() (Registers, error) { return FromBytes(11, good) },
		"precision 17, want 12 to 16":                    func() (Registers, error) { return FromBytes(17, good) },
		"4095 registers, precision 12 has 4096":          func() (Registers, error) { return FromBytes(12, good[1:]) },
		"4096 registers, precision 13 has 8192":          func() (Registers, error) { return FromBytes(13, good) },
		"register 4095 holds 54, at most 53 is possible": func() (Registers, error) { return FromBytes(12, tooLarge) },
	} {
		if _, err := f(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	dense := New(12).AppendDense(nil)
	for want, change := range map[string]func([]byte) []byte{
		"0 bytes of registers":            func(b []byte) []byte { return nil },
		"7 bytes of registers":            func(b []byte) []byte { return b[:7] },
		"version 1 and precision 12":      func(b []byte) []byte { b[0] = 1; return b },
		"version 2 and precision 11":      func(b []byte) []byte { b[1] = 11; return b },
		"4096 registers announced":        func(b []byte) []byte { b[1] = 13; return b },
		"4097 registers announced":        func(b []byte) []byte { b[7] = 1; return b },
		"version 2 and precision 12, wan": func(b []byte) []byte { b[2] = 1; return b }, // a bias
		"of version 2 and precision 12":   func(b []byte) []byte { b[3] = 1; return b }, // sparse
		"4095 registers, precision 12":    func(b []byte) []byte { return b[:len(b)-1] },
		"4097 registers, precision 12":    func(b []byte) []byte { return append(b, 0) },
		"register 0 holds 255":            func(b []byte) []byte { b[8] = 255; return b },
	} {
		if _, err := FromDense(change(bytes.Clone(dense))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if r, err := FromBytes(12, good); err != nil || &r.Bytes()[0] == &good[0] {
		t.Errorf("decoded registers share memory with what they came from: %v", err)
	}
}

func TestMerge(t *testing.T) {
	a, _ := filled(t, 1, 50_000, 14)
	b, _ := filled(t, 2, 80_000, 14)
	union := a.Clone()
	for _, h := range randomHashes(2, 80_000) {
		union.Insert(h)
	}
	before := b.Clone()
	ab, ba := a.Clone(), b.Clone()
	if !ab.Merge(b) || !ba.Merge(a) || !equal(ab, union) || !equal(ba, union) {
		t.Error("merging differs from inserting into one")
	}
	if !equal(b, before) {
		t.Error("merging wrote its argument")
	}
	if ab.Merge(New(13)) || !equal(ab, union) {
		t.Error("another precision was merged")
	}
	ab.Reset()
	if value, relErr := ab.Estimate(); value != 0 || relErr != 0 || !equal(ab, New(14)) {
		t.Errorf("%v ± %v after Reset", value, relErr)
	}
}

func TestNewPanicsOnPrecision(t *testing.T) {
	for _, p := range []int{-1, MinPrecision - 1, MaxPrecision + 1} {
		for name, f := range map[string]func(int){
			"New": func(p int) { New(p) }, "NewBank": func(p int) { NewBank(p) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s(%d): no panic", name, p)
					}
				}()
				f(p)
			}()
		}
	}
}

func FuzzFromDense(f *testing.F) {
	r, _ := filled(f, 1, 1000, 12)
	f.Add(r.AppendDense(nil))
	f.Add([]byte{2, 12, 0, 0, 0, 0, 16, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := FromDense(data)
		if err != nil {
			return
		}
		if !bytes.Equal(r.AppendDense(nil), data) {
			t.Error("accepted bytes that it would not write")
		}
		if value, relErr := r.Estimate(); !(value >= 0 && value <= 1<<63 && relErr >= 0 && relErr < 0.02) {
			t.Errorf("estimate %v ± %v", value, relErr)
		}
		if back, err := FromSketch(r.Sketch()); err != nil || !equal(back, r) {
			t.Errorf("not the same as a sketch: %v", err)
		}
	})
}
