package wire

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestCheckedValues(t *testing.T) {
	b := AppendInts(nil, 0, 1<<62)
	b = AppendFloats(b, -2.5, math.MaxFloat64)
	b = AppendBools(b, true, false)
	r := NewReader("test", errTest, b)
	if zero, large := r.Int(0), r.Int(math.MaxInt64); zero != 0 || large != 1<<62 {
		t.Errorf("integers %d and %d", zero, large)
	}
	if x, y := r.Float(-2.5, -2.5), r.Float(0, math.MaxFloat64); x != -2.5 || y != math.MaxFloat64 {
		t.Errorf("floats %v and %v", x, y)
	}
	if yes, no := r.Bool(), r.Bool(); !yes || no {
		t.Errorf("truths %v and %v", yes, no)
	}
	if r.Len() != 0 || r.Done() != nil {
		t.Errorf("%d bytes left: %v", r.Len(), r.Err())
	}
}

// unchecked are readings that must fail, and how.
var unchecked = map[string]struct {
	data []byte
	read func(*Reader)
	want string
}{
	"too large":       {[]byte{8}, func(r *Reader) { r.Int(7) }, "a number of 8, at most 7 at byte 1"},
	"beyond an int64": {AppendInts(nil, -1), func(r *Reader) { r.Int(math.MaxInt64) }, "at byte 10"},
	"seven bytes":     {make([]byte, 7), func(r *Reader) { r.Float(0, 1) }, "8 bytes announced, 7 left at byte 0"},
	"below its range": {AppendFloats(nil, -1), func(r *Reader) { r.Float(0, 1) }, "of -1, want 0 to 1 at byte 8"},
	"above its range": {AppendFloats(nil, 2), func(r *Reader) { r.Float(0, 1) }, "of 2, want 0 to 1 at byte 8"},
	"no number":       {AppendFloats(nil, math.NaN()), func(r *Reader) { r.Float(0, 1) }, "of NaN, want 0 to 1 at byte 8"},
	"neither 0 nor 1": {[]byte{2}, func(r *Reader) { r.Bool() }, "2 where 0 or 1 is wanted at byte 1"},
	"no truth":        {nil, func(r *Reader) { r.Bool() }, "1 bytes announced, 0 left at byte 0"},
}

func TestCheckedErrors(t *testing.T) {
	for name, c := range unchecked {
		r := NewReader("test", errTest, c.data)
		c.read(r)
		err := r.Done()
		if !errors.Is(err, errTest) || !strings.HasPrefix(err.Error(), "test: bad bytes: ") ||
			!strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want … %s", name, err, c.want)
		}
		if r.Int(9) != 0 || r.Float(1, 2) != 0 || r.Bool() {
			t.Errorf("%s: something was read after the error", name)
		}
	}
}

func FuzzChecked(f *testing.F) {
	for _, c := range unchecked {
		f.Add([]byte{0, 1, 2}, c.data)
	}
	f.Add([]byte{0, 1, 2}, AppendBools(AppendFloats(AppendInts(nil, 0), .5), true))
	f.Fuzz(func(t *testing.T, calls, data []byte) {
		r := NewReader("test", errTest, data)
		for _, c := range calls {
			switch c % 3 {
			case 0:
				if v := r.Int(int64(c)); v < 0 || v > int64(c) {
					t.Fatalf("%d is not from 0 to %d", v, c)
				}
			case 1:
				if v := r.Float(0, 1); !(v >= 0 && v <= 1) {
					t.Fatalf("%v is not from 0 to 1", v)
				}
			case 2:
				r.Bool()
			}
		}
		if err := r.Done(); (err == nil) != (r.Len() == 0 && r.Err() == nil) {
			t.Errorf("%d bytes left: %v", r.Len(), err)
		}
	})
}
