package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
)

var errTest = errors.New("bad bytes")

func TestReaderReadsWhatWasAppended(t *testing.T) {
	b := AppendInts(nil, 0, 1<<62)
	b = AppendFloats(b, -2.5, math.MaxFloat64)
	b = AppendBools(b, true, false)
	b = append(binary.AppendUvarint(b, math.MaxUint64), "rest"...)
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
	if v := r.Uvarint(); v != math.MaxUint64 {
		t.Errorf("%d is not the largest number", v)
	}
	at := len(b) - 4
	rest := r.Bytes(4)
	if r.At() != at+4 || r.Len() != 0 || string(rest) != "rest" || cap(rest) != 4 || r.Done() != nil {
		t.Errorf("%q with room for %d, then %d left at byte %d: %v", rest, cap(rest), r.Len(), r.At(), r.Err())
	}
}

// malformed are readings that must fail, and how.
var malformed = map[string]struct {
	data []byte
	read func(*Reader)
	want string
}{
	"nothing":         {nil, func(r *Reader) { r.Uvarint() }, "no number at byte 0"},
	"long form":       {[]byte{1, 0x80, 0}, func(r *Reader) { r.Bool(); r.Uvarint() }, "no number at byte 1"},
	"over 64 bits":    {bytes.Repeat([]byte{255}, 11), func(r *Reader) { r.Uvarint() }, "no number at byte 0"},
	"too large":       {[]byte{8}, func(r *Reader) { r.Int(7) }, "a number of 8, at most 7 at byte 1"},
	"beyond an int64": {AppendInts(nil, -1), func(r *Reader) { r.Int(math.MaxInt64) }, "at byte 10"},
	"seven bytes":     {make([]byte, 7), func(r *Reader) { r.Float(0, 1) }, "8 bytes announced, 7 left at byte 0"},
	"below its range": {AppendFloats(nil, -1), func(r *Reader) { r.Float(0, 1) }, "of -1, want 0 to 1 at byte 8"},
	"above its range": {AppendFloats(nil, 2), func(r *Reader) { r.Float(0, 1) }, "of 2, want 0 to 1 at byte 8"},
	"no number":       {AppendFloats(nil, math.NaN()), func(r *Reader) { r.Float(0, 1) }, "of NaN, want 0 to 1 at byte 8"},
	"neither 0 nor 1": {[]byte{2}, func(r *Reader) { r.Bool() }, "2 where 0 or 1 is wanted at byte 1"},
	"too many bytes":  {[]byte{1, 2}, func(r *Reader) { r.Bool(); r.Bytes(math.MaxUint64) }, "1 left at byte 1"},
	"bytes left":      {[]byte{1, 2, 3}, func(r *Reader) { r.Bool() }, "2 bytes too many at byte 1"},
	"first of two":    {nil, func(r *Reader) { r.Fail("one"); r.Fail("two") }, "one at byte 0"},
}

func TestReaderErrors(t *testing.T) {
	for name, c := range malformed {
		r := NewReader("test", errTest, c.data)
		c.read(r)
		err := r.Done()
		if !errors.Is(err, errTest) || !strings.HasPrefix(err.Error(), "test: bad bytes: ") ||
			!strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want … %s", name, err, c.want)
		}
		if r.Uvarint() != 0 || r.Int(9) != 0 || r.Float(1, 2) != 0 || r.Bool() || r.Bytes(0) != nil {
			t.Errorf("%s: something was read after the error", name)
		}
	}
}

// An error that is given to Fail can be found in what comes out.
func TestFailWraps(t *testing.T) {
	inner := errors.New("inner")
	r := NewReader("test", errTest, nil)
	if r.Fail("part: %w", inner); !errors.Is(r.Err(), inner) || !errors.Is(r.Err(), errTest) {
		t.Errorf("got %v", r.Err())
	}
}

func FuzzReader(f *testing.F) {
	for _, c := range malformed {
		f.Add([]byte{0, 1, 2, 3, 4}, c.data)
	}
	f.Add([]byte{1, 2, 3}, AppendBools(AppendFloats(AppendInts(nil, 7), .5), true))
	f.Fuzz(func(t *testing.T, calls, data []byte) {
		r := NewReader("test", errTest, data)
		for _, c := range calls {
			at := r.At()
			switch c % 5 {
			case 0:
				r.Uvarint()
			case 1:
				if v := r.Int(int64(c)); v < 0 || v > int64(c) {
					t.Fatalf("%d is not from 0 to %d", v, c)
				}
			case 2:
				if v := r.Float(0, 1); !(v >= 0 && v <= 1) {
					t.Fatalf("%v is not from 0 to 1", v)
				}
			case 3:
				r.Bool()
			case 4:
				r.Bytes(uint64(c))
			}
			if r.At() < at || r.At() > len(data) || r.At()+r.Len() != len(data) {
				t.Fatalf("from byte %d to byte %d of %d", at, r.At(), len(data))
			}
		}
		if err := r.Done(); (err == nil) != (r.Len() == 0 && r.Err() == nil) {
			t.Errorf("%d bytes left: %v", r.Len(), err)
		}
	})
}
