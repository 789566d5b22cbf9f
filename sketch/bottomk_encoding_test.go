package sketch

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/wire"
)

// malformedBottomKs is the table of bytes that are no BottomK.
func malformedBottomKs() map[string]malformed {
	s := must(NewBottomK(1, testSize, false))
	for i := range uint64(3) {
		s.Add(Item{Hash: i << 32, Lo: i, Events: 1})
	}
	good := encoded(s)
	body := func(n byte, rest ...byte) []byte {
		b := bytes.Clone(good[:21])
		b[20] = n
		return wire.Seal(append(b, rest...), 0)
	}
	endless := bytes.Repeat([]byte{0x80}, 30)
	wrapping := append(binary.AppendUvarint(nil, math.MaxUint64), 0, 0, 1, 0, 0)
	const order = "item out of order or out of range at byte "
	return damaged(map[string]malformed{
		"short header":       {resealed(good[:20+4]), "4 bytes announced, 3 left at byte 17"},
		"unknown flag":       {edit(good, 12, 4|flagItems), "flags 0x6 at byte 12"},
		"size 0":             {edit(good, 13, 0, 0, 0, 0), "sample size 0, want 1024 to 1048576 at byte 13"},
		"size huge":          {edit(good, 13, 255, 255, 255, 255), "sample size 4294967295"},
		"count huge":         {edit(good, 17, 255, 255, 255, 255), "4294967295 items"},
		"count over input":   {edit(good, 17, 0, 0, 4, 0), "1024 items in a sample of 1024 and"},
		"overflown but few":  {edit(good, 12, flagItems|flagOverflown), "2 items in a sample of 1024"},
		"rank 0":             {body(1, 0, 0, 0, 1, 0, 0), order + "21"},
		"rank repeated":      {body(2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0), order + "27"},
		"rank wraps":         {body(2, append([]byte{1, 0, 0, 1, 0, 0}, wrapping...)...), order + "27"},
		"long form":          {body(1, 0x81, 0, 0, 0, 1, 0, 0), "no number at byte 21"},
		"endless number":     {body(1, endless...), "no number at byte 21"},
		"flags too large":    {body(1, 1, 0, 0, 1, 0, 255, 255, 255, 255, 16), order + "21"},
		"counts cut off":     {body(1, 1, 0, 0, 1), "no number at byte 25"},
		"more items than it": {body(0, 1, 0, 0, 1, 0, 0), "6 bytes too many at byte 21"},
	}, good)
}

func TestBottomKRefusesMalformed(t *testing.T) {
	refuses(t, malformedBottomKs(), func() codec {
		s := must(NewBottomK(1, testSize, false))
		s.Add(Item{Hash: 9, Events: 1})
		return s
	})
}

func FuzzBottomKUnmarshal(f *testing.F) {
	s := must(NewBottomK(1, testSize, false))
	for _, it := range stream(1, 5000, 2000) {
		s.Add(it)
	}
	f.Add(encoded(s))
	fuzzDecoding(f, malformedBottomKs(), func() codec { return new(BottomK) }, func(t *testing.T, v codec) {
		s := v.(*BottomK)
		s.Distinct()
		s.Add(Item{Hash: 1, Events: 1})
		if err := s.Merge(s.Clone()); err != nil {
			t.Error(err)
		}
		if items := s.AppendItems(nil); !slices.Equal(items, slices.Collect(s.All())) {
			t.Error("AppendItems and All differ")
		}
	})
}
