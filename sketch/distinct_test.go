package sketch

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/axiomhq/hyperloglog"
)

// filled returns a Distinct of n random hashes, and the same as an axiomhq sketch.
func filled(seed uint64, n, precision int) (*Distinct, *hyperloglog.Sketch) {
	rng := rand.New(rand.NewPCG(seed, 9))
	d := NewDistinct(KeyID(5), precision)
	sk, err := hyperloglog.NewSketch(uint8(precision), false)
	if err != nil {
		panic(err)
	}
	for range n {
		h := rng.Uint64()
		d.Insert(h)
		sk.InsertHash(h)
	}
	return d, sk
}

// Every sketch is one of axiomhq's: same registers from the same hashes, there
// and back, and an estimate that agrees within half a standard error.
func TestDistinctIsHyperLogLog(t *testing.T) {
	for precision := MinPrecision; precision <= MaxPrecision; precision++ {
		for _, n := range []int{0, 1, 100, 5000, 1 << precision, 300_000} {
			d, sk := filled(uint64(n), n, precision)
			there, err := d.HyperLogLog().MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			want, _ := sk.MarshalBinary()
			if !bytes.Equal(there, want) {
				t.Errorf("p=%d n=%d: registers differ from axiomhq's", precision, n)
			}
			back, err := FromHyperLogLog(d.KeyID(), sk)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(encoded(back), encoded(d)) {
				t.Errorf("p=%d n=%d: not the same after there and back", precision, n)
			}
			// Two estimators on the same registers: alike to well within a
			// standard error of either.
			ours, theirs := d.Estimate().Value, float64(sk.Estimate())
			if se := 1.04 / math.Sqrt(float64(int(1)<<precision)); math.Abs(ours-theirs) > se*theirs/2+0.6 {
				t.Errorf("p=%d n=%d: estimate %.1f, axiomhq %.0f", precision, n, ours, theirs)
			}
		}
	}
}

func encoded(v interface{ MarshalBinary() ([]byte, error) }) []byte {
	b, err := v.MarshalBinary()
	if err != nil {
		panic(err)
	}
	return b
}

func TestFromSparseHyperLogLog(t *testing.T) {
	sk, d := hyperloglog.New14(), NewDistinct(5, 14)
	for _, h := range randomHashes(1000) {
		sk.InsertHash(h)
		d.Insert(h)
	}
	before := encoded(sk)
	got, err := FromHyperLogLog(5, sk)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encoded(got), encoded(d)) {
		t.Error("a sparse sketch gives other registers than its hashes")
	}
	if !bytes.Equal(encoded(sk), before) {
		t.Error("reading a sketch wrote it")
	}
	if _, err := FromHyperLogLog(5, new(hyperloglog.Sketch)); !errors.Is(err, ErrInvalid) {
		t.Errorf("zero sketch: %v", err)
	}
	small, _ := hyperloglog.NewSketch(10, false)
	if _, err := FromHyperLogLog(5, small); !errors.Is(err, ErrInvalid) {
		t.Errorf("precision 10: %v", err)
	}
}

// The worked value is that of a maximum of 5 over 16 registers.
func TestImprovedEstimator(t *testing.T) {
	histogram := make([]uint32, 64)
	histogram[0], histogram[1], histogram[2], histogram[3], histogram[5] = 4, 5, 4, 2, 1
	if got := improved(histogram, 4); math.Abs(got-20.732039) > 1e-6 {
		t.Errorf("got %.6f, want 20.732039", got)
	}
}

// The error of the count over many random sets is what the package promises.
func TestDistinctError(t *testing.T) {
	const n, trials = 100_000, 500
	var sum, sq float64
	for trial := range trials {
		d, _ := filledOnly(uint64(trial), n)
		e := d.Estimate().Value/n - 1
		sum, sq = sum+e, sq+e*e
	}
	bias, rmse := sum/trials, math.Sqrt(sq/trials)
	t.Logf("n=%d p=%d over %d sets: bias %+.4f %%, RMSE %.4f %%", n, DefaultPrecision, trials, 100*bias, 100*rmse)
	// 0.753 % is the known value at this load; 500 trials know it to 3.2 %.
	if rmse < 0.0068 || rmse > 0.0083 {
		t.Errorf("RMSE %.4f %%, want 0.68 to 0.83 %%", 100*rmse)
	}
	if se := rmse / math.Sqrt(trials); math.Abs(bias) > 4*se {
		t.Errorf("bias %.4f %% is beyond 4 standard errors (%.4f %%)", 100*bias, 100*se)
	}
}

func filledOnly(seed uint64, n int) (*Distinct, *rand.Rand) {
	rng := rand.New(rand.NewPCG(seed, 11))
	d := NewDistinct(0, DefaultPrecision)
	for range n {
		d.Insert(rng.Uint64())
	}
	return d, rng
}

func TestDistinctMerge(t *testing.T) {
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
	for _, other := range []*Distinct{NewDistinct(6, 14), NewDistinct(5, 13)} {
		if err := ab.Merge(other); !errors.Is(err, ErrMismatch) {
			t.Errorf("merging what does not fit: %v", err)
		}
	}
	if !bytes.Equal(encoded(ab), encoded(union)) {
		t.Error("a refused merge changed the receiver")
	}
}

func TestDistinctReset(t *testing.T) {
	d, _ := filled(1, 1000, 12)
	d.Reset()
	if !bytes.Equal(encoded(d), encoded(NewDistinct(5, 12))) || d.Estimate() != (Count{}) {
		t.Error("not empty after Reset")
	}
}

// malformedDistinct is the table of bytes that are no Distinct.
func malformedDistinct() map[string][]byte {
	d, _ := filled(1, 1000, 12)
	good := encoded(d)
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[at] = to
		return b
	}
	return map[string][]byte{
		"nothing":            nil,
		"foreign":            []byte("not a sketch at all, just some text"),
		"magic only":         good[:4],
		"no registers":       good[:distinctHeader+denseHeader],
		"one byte short":     good[:len(good)-1],
		"one byte more":      append(bytes.Clone(good), 0),
		"other magic":        change(3, '2'),
		"other version":      change(12, 1),
		"precision 0":        change(13, 0),
		"precision too high": change(13, 17),
		"precision differs":  change(13, 13),
		"bias set":           change(14, 1),
		"sparse":             change(15, 1),
		"count differs":      change(19, 1),
		"impossible rank":    change(100, 64-12+2),
	}
}

func TestDistinctRefusesMalformed(t *testing.T) {
	for name, data := range malformedDistinct() {
		d, _ := filled(3, 10, 12)
		before := encoded(d)
		if err := d.UnmarshalBinary(data); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(encoded(d), before) {
			t.Errorf("%s: the receiver changed", name)
		}
	}
}

func FuzzDistinctUnmarshal(f *testing.F) {
	for _, data := range malformedDistinct() {
		f.Add(data)
	}
	d, _ := filled(1, 1000, 12)
	f.Add(encoded(d))
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Distinct
		if d.UnmarshalBinary(data) != nil {
			return
		}
		if !bytes.Equal(encoded(&d), data) {
			t.Error("accepted bytes that it would not write")
		}
		d.Estimate()
		d.HyperLogLog()
	})
}

func TestDistinctPanicsOnPrecision(t *testing.T) {
	for _, p := range []int{-1, MinPrecision - 1, MaxPrecision + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("precision %d: no panic", p)
				}
			}()
			NewDistinct(0, p)
		}()
	}
}

func ExampleDistinct() {
	key := NewKey()
	d := NewDistinct(key.ID(), DefaultPrecision)
	for i := range uint64(1_000_000) {
		d.Insert(key.Hash(0, i%50_000))
	}
	low, high := d.Estimate().Interval(5)
	fmt.Println(low < 50_000 && 50_000 < high)
	// Output: true
}
