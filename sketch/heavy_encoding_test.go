package sketch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"
)

// A Heavy that was encoded and decoded in the middle of a period goes on as the
// one that was not.
func TestHeavyRestoredGoesOn(t *testing.T) {
	key := testKey(4)
	h := NewHeavy(key.ID(), 40)
	for period := range uint64(6) {
		s := zipf(period, 20_000, 1.01, 50_000, 3000)
		first, second := *s, *s
		cut := []int{0, 1, 39, 5_000, 19_999, 20_000}[period]
		first.targets, first.sources, first.events = s.targets[:cut], s.sources[:cut], s.events[:cut]
		second.targets, second.sources, second.events = s.targets[cut:], s.sources[cut:], s.events[cut:]
		first.feed(h, 1000)
		data := encoded(h)
		var restored Heavy
		if err := restored.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encoded(&restored), data) {
			t.Fatalf("period %d: the bytes of what was decoded differ", period)
		}
		if restored.KeyID() != key.ID() || restored.Size() != 40 || !slices.Equal(slices.Collect(restored.All()), slices.Collect(h.All())) {
			t.Errorf("period %d: decoded something else", period)
		}
		if !slices.Equal(second.feed(h, 1000), second.feed(&restored, 77)) || !bytes.Equal(encoded(&restored), encoded(h)) {
			t.Fatalf("period %d: the restored one goes on otherwise", period)
		}
		h.Age()
		if h.Evictions() == 0 && period > 1 {
			t.Error("no slot changed hands: the test shows nothing")
		}
	}
}

// malformedHeavies is the table of bytes that are no Heavy.
func malformedHeavies() map[string][]byte {
	h := NewHeavy(1, MinHeavySize)
	cells := rows * MinHeavySize << logCellsPerSlot
	start := encoded(h)[:heavyHeader]
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
		return append(b, rest...)
	}
	words := MinHeavySize << logWordsPerSlot
	totals, slot, cell, none := numbers{9, 9, 9, 9, 9, 9, 0}, numbers{5, 1, 1, 0, 0}, numbers{0, 0}, numbers{0}
	good := build(totals, []numbers{slot}, cell, numbers{uint64(4 * words)}, words)
	if err := new(Heavy).UnmarshalBinary(good); err != nil {
		panic(err)
	}
	change := func(at int, to ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[at:], to)
		return b
	}
	return map[string][]byte{
		"nothing":              nil,
		"foreign":              []byte("some text that is long enough to hold a header"),
		"short header":         good[:heavyHeader-1],
		"one byte short":       good[:len(good)-1],
		"one byte more":        append(bytes.Clone(good), 0),
		"no slots":             change(12, 0, 0, 0, 0),
		"slots huge":           change(12, 255, 255, 255, 255),
		"slots over input":     change(12, 0, 0, 64, 0),
		"cut in totals":        good[:heavyHeader+2],
		"balance over total":   build(numbers{9, 9, 10, 9, 9, 9, 0}, nil, cell, none, 0),
		"balance long passed":  build(numbers{90, 9, 9, 9, 9, 9, 0}, nil, cell, none, 0),
		"loose over balance":   build(numbers{9, 9, 9, 9, 9, 10, 0}, nil, cell, none, 0),
		"too many slots used":  build(totals, slices.Repeat([]numbers{slot}, MinHeavySize+1), cell, none, 0),
		"target twice":         build(totals, []numbers{slot, slot}, cell, none, 0),
		"weight wraps":         build(totals, []numbers{{5, 2, 1, math.MaxUint64, 0}}, cell, none, 0),
		"cell too large":       build(totals, nil, numbers{1 << 32, 0}, none, 0),
		"sources too large":    build(totals, nil, numbers{0, 1 << 32}, none, 0),
		"long form":            build(totals, nil, cell, nil, 0, 0x80, 0),
		"words without pairs":  build(totals, nil, cell, none, words),
		"pairs without words":  build(totals, nil, cell, numbers{7}, 0),
		"pairs without a bit":  build(totals, nil, cell, numbers{7}, 0, make([]byte, 8*words)...),
		"bits without pairs":   build(totals, nil, cell, numbers{uint64(words) / 4}, words),
		"more pairs than room": build(totals, nil, cell, numbers{uint64(pairsPerWord * words)}, words),
	}
}

func TestHeavyRefusesMalformed(t *testing.T) {
	for name, data := range malformedHeavies() {
		h := NewHeavy(1, MinHeavySize)
		h.Add(9, 9, 9)
		before := encoded(h)
		if err := h.UnmarshalBinary(data); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(encoded(h), before) {
			t.Errorf("%s: the receiver changed", name)
		}
	}
}

func FuzzHeavyUnmarshal(f *testing.F) {
	for _, data := range malformedHeavies() {
		f.Add(data)
	}
	h := NewHeavy(1, MinHeavySize)
	zipf(1, 5000, 1.01, 1000, 300).feed(h, 1000)
	f.Add(encoded(h))
	f.Fuzz(func(t *testing.T, data []byte) {
		var h Heavy
		if h.UnmarshalBinary(data) != nil {
			return
		}
		if !bytes.Equal(encoded(&h), data) {
			t.Error("accepted bytes that it would not write")
		}
		for i := range uint64(100) {
			if p := h.Add(i<<50, i, math.MaxUint64); p.Slot >= MaxHeavySize {
				t.Errorf("slot %d", p.Slot)
			}
		}
		h.Age()
	})
}
