package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/registers"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/internal/stat"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

// sealed is an encoding with a checksum that fits.
func sealed(b []byte) []byte { return wire.Seal(slices.Clone(b), 0) }

// malformed are bytes that are no encoding, with what the error says.
func malformed() map[string]struct {
	data []byte
	want string
} {
	shape := snapshot.Shape{Key: 5, SampleSize: 1024, Precision: 12, IPv6PrefixLen: 64}
	small := &snapshot.State{Shape: shape, Records: 9, Rate: 1, Finest: 1}
	small.From, small.To = snapshot.NoSpan()
	with := func(change func(s *snapshot.State)) []byte {
		s := *small
		change(&s)
		return s.Append(nil)
	}
	whole := small.Append(nil)
	body := whole[:len(whole)-4]
	set := func(at int, bytes ...byte) []byte {
		b := slices.Clone(body)
		copy(b[at:], bytes)
		return sealed(b)
	}
	// The places of the fixed part of an encoding without anything: magic, flags, prefix,
	// precision, key, sample size (2), records, lost (5), rates (2), span (16), and seven
	// empty lists.
	const flags, prefix, precision, size, rate, finest, begin, databases, items = 4, 5, 6, 15, 23, 24, 25, 41, 42
	named := func(names ...string) []byte {
		return with(func(s *snapshot.State) {
			for _, name := range names {
				s.Databases = append(s.Databases, snapshot.Database{Name: name})
			}
		})
	}
	holding := func(items ...sketch.Item) []byte { return with(func(s *snapshot.State) { s.Items = items }) }
	item := func(rank uint64, addr uint32) sketch.Item {
		a := source.IPv4(addr)
		return sketch.Item{Hash: sketch.HashOf(rank), Hi: a.Hi, Lo: a.Lo, Events: 1}
	}
	tail := func(at int, rest ...byte) []byte { return sealed(append(slices.Clone(body[:at]), rest...)) }
	limited := func(limits ...byte) []byte {
		b := slices.Concat(body[:rate], limits, body[rate:])
		b[flags] = 16
		return sealed(b)
	}
	float := func(v float64) []byte { return binary.BigEndian.AppendUint64(nil, math.Float64bits(v)) }
	difference := func(numbers ...float64) []byte {
		b := slices.Clone(body)
		b[flags] = 8
		for _, v := range numbers {
			b = append(b, float(v)...)
		}
		return sealed(append(b, 0))
	}
	return map[string]struct {
		data []byte
		want string
	}{
		"nothing":           {nil, "0 bytes that do not begin with"},
		"foreign":           {[]byte("GET / HTTP/1.1\r\n"), "do not begin with"},
		"another version":   {sealed([]byte("wht1")), "version 1"},
		"cut":               {whole[:len(whole)-1], "checksum"},
		"damaged":           {slices.Concat(whole[:20], []byte{whole[20] ^ 1}, whole[21:]), "checksum"},
		"ends early":        {sealed(body[:30]), "8 bytes announced, 5 left at byte 25"},
		"bytes too many":    {sealed(append(slices.Clone(body), 0)), "1 bytes too many"},
		"unknown flag":      {set(flags, 32), "flags 0x20"},
		"prefix 31":         {set(prefix, 31), "IPv6 prefix length 31"},
		"prefix 129":        {set(prefix, 129), "IPv6 prefix length 129"},
		"precision 11":      {set(precision, 11), "precision 11"},
		"precision 17":      {set(precision, 17), "precision 17"},
		"sample size 127":   {set(size, 0xff, 0), "no number"},
		"sample size 1023":  {set(size, 0xff, 7), "sample size 1023"},
		"sizes of nothing":  {set(prefix, 0, 0), "IPv6 prefix length 0"},
		"no finest rate":    {set(finest, 0), "no finest sampling rate"},
		"finest of nothing": {set(rate, 0), "finest sampling rate 1, want 0 to 0"},
		"finest is coarser": {set(finest, 2), "finest sampling rate 2, want 0 to 1"},
		"span backwards": {set(begin, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe),
			"a span that ends before it begins"},
		"unknowns 4":             {limited(4, 0, 0, 0, 0), "unknowns 0x4"},
		"all of IPv4 and more":   {limited(0, 33, 0, 0, 0), "bits cut off IPv4 33, want 0 to 32"},
		"all of IPv6 and more":   {limited(0, 0, 129, 0, 0), "bits cut off IPv6 129, want 0 to 128"},
		"limits that are none":   {limited(0, 0, 0, 0, 0), "limits that are none"},
		"limits cut off":         {limited(1, 0, 0), "no number"},
		"limits unannounced":     {tail(rate, 3, 8, 0, 5, 9), "finest sampling rate 8, want 0 to 3"},
		"many databases":         {set(databases, 65), "65 databases, more than there can be"},
		"databases twice":        {named("a", "a"), "databases out of order"},
		"databases out of order": {named("b", "a"), "databases out of order"},
		"name of two lines":      {named("a\nb"), "text that does not print"},
		"name to the left":       {named("a\u202eb"), "text that does not print"},
		"name of no UTF-8":       {named("a\xff"), "text that does not print"},
		"name too long":          {named(strings.Repeat("a", 1025)), "a text of 1025 bytes, at most 1024"},
		"built too late": {tail(databases, 1, 0, 0x80, 0xb7, 0xc7, 0x8a, 0xbf, 7, 0, 0, 0, 0, 0, 0, 0),
			"build time out of range"},
		"space of nobody": {tail(databases, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), "origin 0 without addresses"},
		"too much space": {with(func(s *snapshot.State) {
			d := snapshot.Database{Space: new(geo.SpaceCounts)}
			d.Space.IPv4[0], d.Space.IPv4[1] = 1<<32, 1
			s.Databases = snapshot.Databases{d}
		}), "more addresses than there are"},
		"items announced": {set(items, 9), "9 items, more than there can be"},
		"same rank":       {holding(item(7, 1), item(7, 2)), "item out of order or out of range"},
		"rank beyond all": {
			tail(items, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0),
			"item out of order",
		},
		"item of no origin": {holding(sketch.Item{Hash: 1, Events: 1, Part: 255}), "item of origin 255"},
		"no event":          {holding(sketch.Item{Hash: 1}), "item without an event"},
		"unknown fact":      {holding(sketch.Item{Hash: 1, Events: 1, Flags: 8}), "facts 0x8"},
		"port of nothing":   {holding(sketch.Item{Hash: 1, Events: 1, Flags: 1, Common: 53}), "port 53 of no transport"},
		"more sources than records": {with(func(s *snapshot.State) {
			s.Records, s.Items = 1, []sketch.Item{item(7, 1), item(8, 2)}
		}), "1 records of 2 sources"},
		"same address": {holding(item(7, 1), item(8, 1)), "0.0.0.1/32 is there twice"},
		"difference that is sampled": {with(func(s *snapshot.State) {
			s.Dense, s.Rest = snapshot.NewDense(12), &snapshot.Remainder{}
		}), "a difference with registers"},
		"registers alone, none": {set(flags, 4), "registers alone, with something else"},
		"registers, no full sample": {with(func(s *snapshot.State) { s.Dense = snapshot.NewDense(12) }),
			"0 sources in a full sample of 1024"},
		"an origin of no source": {with(func(s *snapshot.State) {
			s.Unsampled, s.Dense = true, snapshot.NewDense(12)
			s.Dense.Sources.MergePart(0, registers.New(12))
		}), "origin 0 without a source"},
		"registers too large": {with(func(s *snapshot.State) {
			s.Unsampled, s.Dense = true, snapshot.NewDense(12)
			r := registers.New(12)
			r.Bytes()[0] = 99
			s.Dense.Sources.MergePart(0, r)
		}), "registers of origin 0"},
		"a difference of fewer than its sample": {with(func(s *snapshot.State) {
			s.Items, s.Rest = []sketch.Item{item(7, 1), item(8, 2)}, &snapshot.Remainder{Sources: stat.Share{Value: 1, High: 1}}
		}), "1 sources in a difference, more in its sample"},
		"two ASN databases":    {tail(items+2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "2 ASN databases"},
		"systems of nobody":    {tail(items+2, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0), "1 systems, more than there can be"},
		"a difference of NaN":  {difference(math.NaN(), 0, 0), "a number out of range"},
		"a difference below 0": {difference(1, -1, 2), "a number out of range"},
		"without its value":    {difference(1, 2, 3), "an interval without its value"},
	}
}

func TestDecodeRefusesMalformed(t *testing.T) {
	for name, c := range malformed() {
		s, err := snapshot.Decode(c.data)
		if s != nil || !errors.Is(err, sketch.ErrInvalidEncoding) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// Bits of a list, and places of systems, are those of items.
func TestDecodeRefusesWhatNoItemHas(t *testing.T) {
	refused := func(name string, data []byte, want string) {
		t.Helper()
		if _, err := snapshot.Decode(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	s := &snapshot.State{Shape: snapshot.Shape{Key: 5, SampleSize: 1024, Precision: 12, IPv6PrefixLen: 64}}
	s.From, s.To = snapshot.NoSpan()
	s.Items = newRandom(1).items(3, 64, false)
	s.Lists = []snapshot.List{{Name: "l", On: make([]bool, 3)}}
	b := s.Append(nil)
	b[len(b)-5] |= 8
	refused("list", sealed(b[:len(b)-4]), "bits of no item")
	s.Lists = []snapshot.List{{Name: "b", On: make([]bool, 3)}, {Name: "a", On: make([]bool, 3)}}
	refused("lists", s.Append(nil), "lists out of order")
	s.Lists, s.ASNs = nil, &snapshot.ASNs{Numbers: []uint32{7, 9, 7}}
	b = s.Append(nil)
	b[len(b)-7] = 1 // the place of the second item's system
	refused("systems", sealed(b[:len(b)-4]), "system 9 of no item")
	s.ASNs, s.Columns = nil, []snapshot.Column{{Origins: []geo.Origin{0, 1, 255}}}
	refused("columns", s.Append(nil), "unknown origin 255")
}

// Decode never panics, takes memory in proportion, and what it accepts has one encoding.
func FuzzDecode(f *testing.F) {
	for _, c := range malformed() {
		f.Add(c.data)
	}
	for seed := range uint64(40) {
		if b := newRandom(seed).state().Append(nil); len(b) < 4096 { // large ones slow the search down
			f.Add(b)
		}
	}
	f.Add(new(snapshot.State).Append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, b := range [][]byte{data, sealed(data)} { // a checksum would stop the search
			before := allocated()
			s, err := snapshot.Decode(b)
			if n := allocated() - before; n > 1<<21+40*uint64(len(b)) {
				t.Fatalf("%d bytes took %d bytes of memory", len(b), n)
			}
			if err != nil {
				if s != nil || !errors.Is(err, sketch.ErrInvalidEncoding) {
					t.Fatal(s, err)
				}
				continue
			}
			if again := s.Append(nil); !bytes.Equal(again, b) {
				t.Fatalf("%x\nis written as\n%x", b, again)
			}
			s.Views()
		}
	})
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
