package sketch

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/whence-go/whence/internal/wire"
)

// A HeavyHitters that was encoded and decoded in the middle of a period goes on as the
// one that was not.
func TestHeavyHittersRestoredGoesOn(t *testing.T) {
	key := testKey(4)
	h := must(NewHeavyHitters(key.ID(), 40))
	for period := range uint64(6) {
		s := zipf(period, 20_000, 1.01, 50_000, 3000)
		first, second := *s, *s
		cut := []int{0, 1, 39, 5_000, 19_999, 20_000}[period]
		first.targets, first.sources, first.events = s.targets[:cut], s.sources[:cut], s.events[:cut]
		second.targets, second.sources, second.events = s.targets[cut:], s.sources[cut:], s.events[cut:]
		first.feed(h, 1000)
		data := encoded(h)
		var restored HeavyHitters
		if err := restored.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encoded(&restored), data) {
			t.Fatalf("period %d: the bytes of what was decoded differ", period)
		}
		same := slices.Equal(slices.Collect(restored.All()), slices.Collect(h.All()))
		if restored.KeyID() != key.ID() || restored.Slots() != 40 || !same {
			t.Errorf("period %d: decoded something else", period)
		}
		same = slices.Equal(second.feed(h, 1000), second.feed(&restored, 77))
		if !same || !bytes.Equal(encoded(&restored), encoded(h)) {
			t.Fatalf("period %d: the restored one goes on otherwise", period)
		}
		h.Age()
		if h.Evictions() == 0 && period > 1 {
			t.Error("no slot changed hands: the test shows nothing")
		}
	}
}

// malformedHeavyHitters is the table of bytes that are no HeavyHitters.
func malformedHeavyHitters() map[string]malformed {
	const header, cells, words = 16, rows * MinSlots << logCellsPerSlot, MinSlots << logWordsPerSlot
	start := encoded(must(NewHeavyHitters(1, MinSlots)))[:header]
	type numbers []uint64
	build := func(totals numbers, slots []numbers, cell numbers, filter numbers, words int, rest ...byte) []byte {
		b := bytes.Clone(start)
		number := func(all ...uint64) {
			for _, n := range all {
				b = binary.AppendUvarint(b, n)
			}
		}
		number(totals...)
		number(uint64(len(slots)))
		for _, s := range slots {
			b = binary.BigEndian.AppendUint64(b, s[0])
			number(s[1:]...)
		}
		for range cells {
			number(cell...)
		}
		number(filter...)
		for i := range words {
			b = binary.BigEndian.AppendUint64(b, uint64(15-i&15))
		}
		return wire.Seal(append(b, rest...), 0)
	}
	totals, slot, cell, none := numbers{9, 9, 9, 9, 9, 9, 0}, numbers{5, 1, 1, 0, 0}, numbers{0, 0}, numbers{0}
	good := build(totals, []numbers{slot}, cell, numbers{uint64(4 * words)}, words)
	if err := new(HeavyHitters).UnmarshalBinary(good); err != nil {
		panic(err)
	}
	fewPairs, manyPairs := numbers{words / 4}, numbers{pairsPerWord * words}
	tooMany := slices.Repeat([]numbers{slot}, MinSlots+1)
	const order = "totals that do not fit each other at byte 16"
	const target = "slot out of range or with the target of another"
	wraps := numbers{5, 2, 1, math.MaxUint64, 0}
	noBit := make([]byte, 8*words)
	return damaged(map[string]malformed{
		"short header":         {resealed(good[:header-1+4]), "4 bytes announced, 3 left at byte 12"},
		"no slots":             {edit(good, 12, 0, 0, 0, 0), "0 slots, want 16 to 16384 at byte 12"},
		"slots huge":           {edit(good, 12, 255, 255, 255, 255), "4294967295 slots, want"},
		"slots over input":     {edit(good, 12, 0, 0, 64, 0), "16384 slots in "},
		"cut in totals":        {resealed(good[:header+2+4]), "16 slots in 2 bytes at byte 12"},
		"balance over total":   {build(numbers{9, 9, 10, 9, 9, 9, 0}, nil, cell, none, 0), order},
		"balance long passed":  {build(numbers{90, 9, 9, 9, 9, 9, 0}, nil, cell, none, 0), order},
		"loose over balance":   {build(numbers{9, 9, 9, 9, 9, 10, 0}, nil, cell, none, 0), order},
		"too many slots used":  {build(totals, tooMany, cell, none, 0), "17 slots in use of 16 at byte 23"},
		"target twice":         {build(totals, []numbers{slot, slot}, cell, none, 0), target + " at byte 36"},
		"weight wraps":         {build(totals, []numbers{wraps}, cell, none, 0), target + " at byte 24"},
		"cell too large":       {build(totals, nil, numbers{1 << 32, 0}, none, 0), "cell out of range at byte 24"},
		"sources too large":    {build(totals, nil, numbers{0, 1 << 32}, none, 0), "cell out of range at byte 24"},
		"long form":            {build(totals, nil, cell, nil, 0, 0x80, 0), "no number at byte 8216"},
		"words without pairs":  {build(totals, nil, cell, none, words), "16384 bytes too many at byte 8217"},
		"pairs without words":  {build(totals, nil, cell, numbers{7}, 0), "8 bytes announced, 0 left at byte 8217"},
		"pairs without a bit":  {build(totals, nil, cell, numbers{7}, 0, noBit...), "filter of 7 pairs in 0 bits"},
		"bits without pairs":   {build(totals, nil, cell, fewPairs, words), "filter of 512 pairs in 4096 bits"},
		"more pairs than room": {build(totals, nil, cell, manyPairs, words), "filter of 16384 pairs"},
	}, good)
}

func TestHeavyHittersRefusesMalformed(t *testing.T) {
	refuses(t, malformedHeavyHitters(), func() codec {
		h := must(NewHeavyHitters(1, MinSlots))
		h.Add(9, 9, 9)
		return h
	})
}

func FuzzHeavyHittersUnmarshal(f *testing.F) {
	h := must(NewHeavyHitters(1, MinSlots))
	zipf(1, 5000, 1.01, 1000, 300).feed(h, 1000)
	f.Add(encoded(h))
	fuzzDecoding(f, malformedHeavyHitters(), func() codec { return new(HeavyHitters) }, func(t *testing.T, v codec) {
		h := v.(*HeavyHitters)
		for i := range uint64(100) {
			if p := h.Add(i<<50, i, math.MaxUint64); p.Slot >= MaxSlots {
				t.Errorf("slot %d", p.Slot)
			}
		}
		h.Age()
	})
}
