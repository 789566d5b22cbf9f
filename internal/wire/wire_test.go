package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

var errTest = errors.New("bad bytes")

func TestReaderReadsWhatWasAppended(t *testing.T) {
	b := binary.AppendUvarint(nil, math.MaxUint64)
	b = binary.BigEndian.AppendUint64(b, 1<<63+5)
	b = binary.BigEndian.AppendUint32(b, 1<<31+6)
	b = AppendText(append(b, 7), "héllo")
	b = append(AppendText(b, ""), 8, 9, 10)
	r := NewReader("test", errTest, b)
	if v := r.Uvarint(); v != math.MaxUint64 {
		t.Errorf("uvarint %d", v)
	}
	if v := r.Uint64(); v != 1<<63+5 {
		t.Errorf("uint64 %d", v)
	}
	if v := r.Uint32(); v != 1<<31+6 {
		t.Errorf("uint32 %d", v)
	}
	if v := r.Byte(); v != 7 {
		t.Errorf("byte %d", v)
	}
	if s, empty := r.Text(6), r.Text(0); s != "héllo" || empty != "" {
		t.Errorf("texts %q and %q", s, empty)
	}
	if v := r.Bytes(1); !bytes.Equal(v, []byte{8}) || cap(v) != 1 || r.Len() != 2 || r.At() != len(b)-2 {
		t.Errorf("bytes %v with room for %d, then %d left at byte %d", v, cap(v), r.Len(), r.At())
	}
	if v := r.Rest(); !bytes.Equal(v, []byte{9, 10}) || r.Done() != nil {
		t.Errorf("rest %v: %v", v, r.Done())
	}
}

func TestTakes(t *testing.T) {
	r := NewReader("test", errTest, []byte{7, 8, 9})
	r.Byte()
	if r.Takes([]byte{8, 8}) || r.Takes([]byte{8, 9, 10}) || r.At() != 1 {
		t.Errorf("bytes are taken that do not come next, now at %d", r.At())
	}
	if !r.Takes([]byte{8}) || !bytes.Equal(r.Since(1), []byte{8}) || r.Len() != 1 {
		t.Errorf("took %v, %d left", r.Since(1), r.Len())
	}
	if r.Fail("no"); r.Takes([]byte{9}) {
		t.Error("bytes are taken after an error")
	}
}

func TestReaderErrors(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		read func(*Reader)
		want string
	}{
		"no varint":       {nil, func(r *Reader) { r.Uvarint() }, "no number at byte 0"},
		"long form":       {[]byte{1, 0x80, 0}, func(r *Reader) { r.Byte(); r.Uvarint() }, "no number at byte 1"},
		"zero, long form": {[]byte{0x81, 0}, func(r *Reader) { r.Uvarint() }, "no number at byte 0"},
		"over 64 bits":    {bytes.Repeat([]byte{255}, 11), func(r *Reader) { r.Uvarint() }, "no number at byte 0"},
		"cut varint":      {[]byte{0x80}, func(r *Reader) { r.Uvarint() }, "no number at byte 0"},
		"no byte":         {nil, func(r *Reader) { r.Byte() }, "1 bytes announced, 0 left at byte 0"},
		"seven bytes":     {make([]byte, 7), func(r *Reader) { r.Uint64() }, "8 bytes announced, 7 left at byte 0"},
		"three bytes":     {make([]byte, 3), func(r *Reader) { r.Uint32() }, "4 bytes announced, 3 left at byte 0"},
		"too many bytes":  {[]byte{1, 2}, func(r *Reader) { r.Byte(); r.Bytes(math.MaxUint64) }, "1 left at byte 1"},
		"text cut":        {[]byte{9, 'a'}, func(r *Reader) { r.Text(10) }, "9 bytes announced, 1 left at byte 1"},
		"text too long":   {[]byte("\x03abc"), func(r *Reader) { r.Text(2) }, "a text of 3 bytes, at most 2 at byte 0"},
		"bytes left":      {[]byte{1, 2, 3}, func(r *Reader) { r.Byte() }, "2 bytes too many at byte 1"},
		"first error":     {nil, func(r *Reader) { r.Fail("one"); r.Fail("two"); r.Byte() }, "one at byte 0"},
	} {
		r := NewReader("test", errTest, c.data)
		c.read(r)
		err := r.Done()
		text, found := strings.CutPrefix(fmt.Sprint(err), "test: bad bytes: ")
		if !errors.Is(err, errTest) || !found || !strings.HasSuffix(text, c.want) {
			t.Errorf("%s: got %s, want … %s", name, text, c.want)
		}
		if r.Uvarint() != 0 || r.Uint64() != 0 || r.Uint32() != 0 || r.Byte() != 0 || r.Text(9) != "" {
			t.Errorf("%s: a value was read after the error", name)
		}
		if r.Bytes(0) != nil || r.Rest() != nil {
			t.Errorf("%s: bytes were read after the error", name)
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

func TestSealAndOpen(t *testing.T) {
	before := []byte("what stood there")
	b := Seal(append(bytes.Clone(before), "tst1body"...), len(before))
	if !bytes.HasPrefix(b, before) || len(b) != len(before)+12 {
		t.Fatalf("sealed as %q", b)
	}
	data := b[len(before):]
	r := Open("test", errTest, "tst1", data)
	if r.At() != 4 || string(r.Rest()) != "body" || r.Done() != nil {
		t.Errorf("opened at byte %d: %v", r.At(), r.Err())
	}
	// The check value of CRC-32C, as catalogs of such sums state it.
	if sum := Seal([]byte("123456789"), 0)[9:]; !bytes.Equal(sum, []byte{0xe3, 0x06, 0x92, 0x83}) {
		t.Errorf("checksum of 123456789 is %x", sum)
	}
	for i := range data {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1 << bit
			err := Open("test", errTest, "tst1", damaged).Err()
			if !errors.Is(err, errTest) || i >= 4 && !strings.Contains(err.Error(), "checksum") {
				t.Errorf("bit %d of byte %d: %v", bit, i, err)
			}
		}
	}
	for n := range len(data) {
		if err := Open("test", errTest, "tst1", data[:n]).Err(); !errors.Is(err, errTest) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestVersion(t *testing.T) {
	for data, want := range map[string]int{"tst1…": 1, "tst0": 0, "tst9": 9} {
		if v, other := Version("tst2", []byte(data)); v != want || !other {
			t.Errorf("%q: version %d, another one: %v", data, v, other)
		}
	}
	for _, data := range []string{"", "tst", "tst2", "tst2…", "tsx1", "tst:", "tst/", "tstx"} {
		if v, other := Version("tst2", []byte(data)); other {
			t.Errorf("%q: version %d", data, v)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5}, []byte("\x81\x00text and much else"))
	f.Add([]byte{3, 3, 2, 4}, Seal([]byte("tst1body"), 0))
	f.Fuzz(func(t *testing.T, calls, data []byte) {
		r := NewReader("test", errTest, data)
		for _, c := range calls {
			at := r.At()
			switch c % 6 {
			case 0:
				r.Uvarint()
			case 1:
				r.Uint64()
			case 2:
				r.Uint32()
			case 3:
				r.Byte()
			case 4:
				r.Text(int(c))
			case 5:
				r.Bytes(uint64(c))
			}
			if r.At() < at || r.At() > len(data) || r.At()+r.Len() != len(data) {
				t.Fatalf("from byte %d to byte %d of %d", at, r.At(), len(data))
			}
		}
		if err := r.Done(); err == nil != (r.Len() == 0 && r.Err() == nil) {
			t.Errorf("%d bytes left: %v", r.Len(), err)
		}
		Open("test", errTest, "tst1", data)
		Version("tst2", data)
	})
}
