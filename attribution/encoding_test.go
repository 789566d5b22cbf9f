package attribution

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/whence-go/whence/sketch"
)

// full returns a tally that uses every part of an encoding.
func full(n int) *Tally {
	tally := tallyOf(small, map[string]int{"RU": n, "US": n, "": n, "reserved": n})
	tally.Add(ip6(3))
	tally.AddN(ip("FR", 1), 300, 1<<40)
	tally.Add(netip.Addr{})
	tally.Window(built, built.Add(time.Hour))
	other := NewTally(otherTable(), small)
	other.Add(ip("RU", 1))
	if err := tally.Merge(other); err != nil {
		panic(err)
	}
	return tally
}

func TestEncodingRoundTrip(t *testing.T) {
	for _, tally := range []*Tally{NewTally(testTable(), small), full(1), full(100), full(5000), tallyOf(Options{DropAddresses: true}, map[string]int{"RU": 9})} {
		data := encoded(t, tally)
		var d Tally
		if err := d.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encoded(t, &d), data) {
			t.Error("encoding what was decoded gives other bytes")
		}
		want, got := tally.Report(), d.Report()
		if want.Sources.Distinct == 0 {
			continue // the one knows its table, the other has not used any
		}
		if got.String() != want.String() || got.Check(Majority("RU")).String() != want.Check(Majority("RU")).String() {
			t.Errorf("reports differ:\n%s%s", got, want)
		}
	}
}

// A tally with a table and a key goes on counting after a restart.
func TestDecodeAndGoOn(t *testing.T) {
	for _, n := range []int{100, 5000} {
		whole, part := full(n), full(n)
		restored := NewTally(testTable(), small)
		if err := restored.UnmarshalBinary(encoded(t, part)); err != nil {
			t.Fatal(err)
		}
		for i := range 2 * n {
			whole.Add(ip("CN", i))
			restored.Add(ip("CN", i))
		}
		if !bytes.Equal(encoded(t, whole), encoded(t, restored)) {
			t.Errorf("%d: a restored tally counts differently", n)
		}
	}
	o := small
	o.Key = testKey(2)
	if err := NewTally(testTable(), o).UnmarshalBinary(encoded(t, full(1))); !errors.Is(err, ErrMismatch) {
		t.Errorf("decoding what another key hashed: %v", err)
	}
}

// malformed is the table of bytes that are no Tally.
func malformed() map[string][]byte {
	encode := func(tally *Tally) []byte {
		b, err := tally.MarshalBinary()
		if err != nil {
			panic(err)
		}
		return b
	}
	exact, dense := encode(full(3)), encode(full(700))
	change := func(b []byte, at int, to ...byte) []byte {
		b = bytes.Clone(b)
		copy(b[at:], to)
		return b
	}
	return map[string][]byte{
		"nothing":                  nil,
		"foreign":                  []byte("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
		"magic only":               exact[:4],
		"header only":              exact[:tallyHeader],
		"a sample instead":         encodeSample(),
		"other version":            change(exact, 3, '2'),
		"prefix 0":                 change(exact, 4, 0),
		"prefix 129":               change(exact, 4, 129),
		"precision 0":              change(exact, 5, 0),
		"precision differs":        change(dense, 5, 13),
		"sampling rate 0":          change(exact, 7, 0),
		"finest rate not finer":    slices.Concat(exact[:7], binary.AppendUvarint(nil, 1|1<<32), exact[8:]),
		"finest rate alone":        slices.Concat(exact[:7], binary.AppendUvarint(nil, 1<<32), exact[8:]),
		"span ends first":          change(exact, 8, 0x7f, 1, 1),
		"too many databases":       change(exact, 24, 65),
		"no database":              change(exact, 24, 0),
		"text too long":            change(exact, 25, 0xff, 0x7f),
		"one byte short":           exact[:len(exact)-1],
		"one byte more":            append(bytes.Clone(exact), 0),
		"half":                     dense[:len(dense)/2],
		"registers cut off":        dense[:len(dense)-1],
		"exact but dense":          append(exact[:len(exact)-1:len(exact)-1], dense[len(dense)-1-1<<12:]...),
		"dense but no origins":     append(bytes.Clone(dense[:len(dense)-5*(1<<12)]), 0),
		"an impossible register":   change(dense, len(dense)-1, 255),
		"no register in an origin": append(dense[:len(dense)-1<<12:len(dense)-1<<12], make([]byte, 1<<12)...),
	}
}

func encodeSample() []byte {
	s, err := sketch.NewBottomK(1, sketch.MinSampleSize, false)
	if err != nil {
		panic(err)
	}
	b, _ := s.MarshalBinary()
	return b
}

func TestDecodeRefusesMalformed(t *testing.T) {
	for name, data := range malformed() {
		for _, receiver := range []*Tally{{}, full(2)} {
			before, _ := receiver.MarshalBinary()
			if err := receiver.UnmarshalBinary(data); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
			if after, _ := receiver.MarshalBinary(); !bytes.Equal(before, after) {
				t.Errorf("%s: the receiver changed", name)
			}
		}
	}
	if b, err := new(Tally).AppendBinary([]byte("x")); !errors.Is(err, ErrInvalid) || string(b) != "x" {
		t.Errorf("encoding a zero Tally: %q, %v", b, err)
	}
}

// Every cut and every changed byte gives an error or a tally that works, never a
// panic.
func TestDecodeSurvivesDamage(t *testing.T) {
	data := encoded(t, full(300))
	for i := range min(len(data), 4000) {
		if new(Tally).UnmarshalBinary(data[:i]) == nil {
			t.Fatalf("the first %d of %d bytes were accepted", i, len(data))
		}
		damaged := bytes.Clone(data)
		damaged[i] ^= 1 << (i % 8)
		var d Tally
		if d.UnmarshalBinary(damaged) == nil {
			d.Report().Check(Majority("RU"))
		}
	}
}

func FuzzTallyUnmarshal(f *testing.F) {
	for _, data := range malformed() {
		f.Add(data)
	}
	for _, n := range []int{1, 700} {
		b, _ := full(n).MarshalBinary()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Tally
		if d.UnmarshalBinary(data) != nil {
			return
		}
		if got, err := d.MarshalBinary(); err != nil || !bytes.Equal(got, data) {
			t.Errorf("accepted bytes that it would not write (%v)", err)
		}
		_ = d.Report().String()
		_ = d.Report().Check(Plurality("RU")).String()
		if err := d.Merge(d.Clone()); err != nil {
			t.Error(err)
		}
	})
}
