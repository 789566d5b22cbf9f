package sketch

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/axiomhq/hyperloglog"
)

// filled returns a HyperLogLog of n random hashes, and the same as an axiomhq sketch.
func filled(seed uint64, n, precision int) (*HyperLogLog, *hyperloglog.Sketch) {
	rng := rand.New(rand.NewPCG(seed, 9))
	h := must(NewHyperLogLog(5, precision))
	s := must(hyperloglog.NewSketch(uint8(precision), false))
	for range n {
		hash := rng.Uint64()
		h.Insert(hash)
		s.InsertHash(hash)
	}
	return h, s
}

// Existing sketches come in and go out register for register.
func TestHyperLogLogIsAxioms(t *testing.T) {
	for precision := MinPrecision; precision <= MaxPrecision; precision++ {
		h, s := filled(1, 5000, precision)
		if !bytes.Equal(encoded(h.Sketch()), encoded(s)) {
			t.Errorf("p=%d: registers differ from those of axiomhq", precision)
		}
		back, err := FromSketch(5, s)
		if err != nil || back.KeyID() != 5 || back.Precision() != precision || !bytes.Equal(encoded(back), encoded(h)) {
			t.Errorf("p=%d: not the same after there and back: %v", precision, err)
		}
		// From byte 12 to the checksum, an encoding is one of axiomhq.
		var decoded hyperloglog.Sketch
		if err := decoded.UnmarshalBinary(encoded(h)[12 : 20+1<<precision]); err != nil {
			t.Errorf("p=%d: axiomhq does not read it: %v", precision, err)
		} else if !bytes.Equal(encoded(&decoded), encoded(s)) {
			t.Errorf("p=%d: axiomhq reads it otherwise", precision)
		}
	}
	small := must(hyperloglog.NewSketch(10, false))
	for name, s := range map[string]*hyperloglog.Sketch{"nil": nil, "zero": {}, "precision 10": small} {
		if h, err := FromSketch(5, s); !errors.Is(err, ErrInvalidEncoding) || h != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHyperLogLogMerge(t *testing.T) {
	a, _ := filled(1, 50_000, 14)
	b, _ := filled(2, 80_000, 14)
	union := a.Clone()
	rng := rand.New(rand.NewPCG(2, 9))
	for range 80_000 {
		union.Insert(rng.Uint64())
	}
	before := encoded(b)
	ab, ba := a.Clone(), b.Clone()
	if err := errors.Join(ab.Merge(b), ba.Merge(a)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encoded(ab), encoded(union)) || !bytes.Equal(encoded(ba), encoded(union)) {
		t.Error("merging differs from inserting into one")
	}
	if !bytes.Equal(encoded(b), before) {
		t.Error("merging wrote its argument")
	}
	for want, other := range map[MismatchError]*HyperLogLog{
		{"key", "0000000000000005", "0000000000000006"}: must(NewHyperLogLog(6, 14)),
		{"precision", "14", "13"}:                       must(NewHyperLogLog(5, 13)),
	} {
		err := ab.Merge(other)
		var got *MismatchError
		if !errors.Is(err, ErrMismatch) || !errors.As(err, &got) || *got != want {
			t.Errorf("got %v, want %v", err, &want)
		}
	}
	if !bytes.Equal(encoded(ab), encoded(union)) {
		t.Error("a refused merge changed the receiver")
	}
}

func TestHyperLogLogReset(t *testing.T) {
	h, _ := filled(1, 1000, 12)
	h.Reset()
	empty := must(NewHyperLogLog(5, 12))
	if !bytes.Equal(encoded(h), encoded(empty)) || h.Estimate() != (Estimate{}) || !h.Estimate().Exact() {
		t.Error("not empty after Reset")
	}
}

// malformedHyperLogLogs is the table of bytes that are no HyperLogLog.
func malformedHyperLogLogs() map[string]malformed {
	h, _ := filled(1, 1000, 12)
	good := encoded(h)
	return damaged(map[string]malformed{
		"no registers":       {resealed(good[:20+4]), "0 registers, precision 12 has 4096 at byte 12"},
		"no header":          {resealed(good[:12+4]), "0 bytes of registers, want at least 8 at byte 12"},
		"half an id":         {resealed(good[:8+4]), "8 bytes announced, 4 left at byte 4"},
		"registers of 1":     {edit(good, 12, 1), "version 1 and precision 12"},
		"precision 0":        {edit(good, 13, 0), "version 2 and precision 0, want 2 and 12 to 16 at byte 12"},
		"precision too high": {edit(good, 13, 17), "precision 17, want 2 and 12 to 16"},
		"precision differs":  {edit(good, 13, 13), "4096 registers announced, precision 13 has 8192"},
		"bias set":           {edit(good, 14, 1), "registers of version 2"},
		"sparse":             {edit(good, 15, 1), "registers of version 2"},
		"count differs":      {edit(good, 19, 1), "4097 registers announced"},
		"impossible rank":    {edit(good, 100, 64-12+2), "register 80 holds 54, at most 53 is possible"},
	}, good)
}

func TestHyperLogLogRefusesMalformed(t *testing.T) {
	refuses(t, malformedHyperLogLogs(), func() codec { h, _ := filled(3, 10, 12); return h })
}

func FuzzHyperLogLogUnmarshal(f *testing.F) {
	h, _ := filled(1, 1000, 12)
	f.Add(encoded(h))
	fuzzDecoding(f, malformedHyperLogLogs(), func() codec { return new(HyperLogLog) }, func(t *testing.T, v codec) {
		h := v.(*HyperLogLog)
		h.Estimate()
		h.Sketch()
		h.Insert(0)
		if err := h.Merge(h.Clone()); err != nil {
			t.Error(err)
		}
	})
}

func TestNewHyperLogLogRefuses(t *testing.T) {
	for _, p := range []int{-1, 0, MinPrecision - 1, MaxPrecision + 1, 1 << 30} {
		if h, err := NewHyperLogLog(0, p); !errors.Is(err, ErrOutOfRange) || h != nil {
			t.Errorf("precision %d: %v", p, err)
		}
	}
}

func ExampleHyperLogLog() {
	key := NewKey()
	h, err := NewHyperLogLog(key.ID(), DefaultPrecision)
	if err != nil {
		panic(err)
	}
	for i := range uint64(1_000_000) {
		h.Insert(key.Hash(0, i%50_000))
	}
	low, high := h.Estimate().Interval(5)
	fmt.Println(low < 50_000 && 50_000 < high)
	// Output: true
}

// A service that already counts with axiomhq/hyperloglog brings its sketches in.
func ExampleFromSketch() {
	stored := hyperloglog.New14()
	for i := range 1000 {
		stored.Insert(fmt.Append(nil, "visitor ", i%100))
	}
	h, err := FromSketch(Unkeyed, stored)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.0f\n", h.Estimate().Value)
	// Output: 100
}

func ExampleEstimate_Interval() {
	e := Estimate{Value: 50_000, RelErr: 0.01}
	low, high := e.Interval(1.96)
	fmt.Printf("%.0f to %.0f\n", low, high)
	// Output: 49030 to 50990
}
