package sketch

import (
	"errors"
	"fmt"
	"testing"
)

func ExampleKey() {
	secret := []byte("32 random bytes, from your vault") // the same on every machine
	here, err := KeyFrom(secret)
	if err != nil {
		panic(err)
	}
	there, err := KeyFrom(secret)
	if err != nil {
		panic(err)
	}
	fmt.Println(here == there, here.Hash(0, 7) == there.Hash(0, 7), here.ID())
	// Output: true true ba943b2aed0f7a17
}

func ExampleMismatchError() {
	key := NewKey()
	a, err := NewHyperLogLog(key.ID(), 14)
	if err != nil {
		panic(err)
	}
	b, err := NewHyperLogLog(key.ID(), 12)
	if err != nil {
		panic(err)
	}
	err = a.Merge(b)
	if mismatch, ok := errors.AsType[*MismatchError](err); ok {
		fmt.Println("set the same", mismatch.What, "on all collectors:", mismatch.A, "or", mismatch.B)
	}
	// Output: set the same precision on all collectors: 14 or 12
}

func ExampleVersionError() {
	var s BottomK
	err := s.UnmarshalBinary([]byte("whs9, from a newer program"))
	if version, ok := errors.AsType[*VersionError](err); ok {
		fmt.Println("version", version.Version, "needs a newer program; this one reads", version.Supported)
	}
	// Output: version 9 needs a newer program; this one reads 2
}

// The texts of errors, which reach a user as they are.
func TestErrorTexts(t *testing.T) {
	_, precision := NewHyperLogLog(0, 17)
	_, slots := NewHeavyHitters(0, 1)
	for want, err := range map[string]error{
		"sketch: precision 17 is out of range: want 12 to 16":                 precision,
		"sketch: number of slots 1 is out of range: want 16 to 16384":         slots,
		"sketch: sketches do not fit: precision 14 and 12":                    mismatch("precision", 14, 12),
		`invalid encoding: "whs" has version 1, this program reads version 2`: &VersionError{"whs", 1, 2},
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if !errors.Is(&VersionError{}, ErrInvalidEncoding) || !errors.Is(&MismatchError{}, ErrMismatch) {
		t.Error("a typed error does not wrap its sentinel")
	}
}
