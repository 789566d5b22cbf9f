package block

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/sketch"
)

// An event that waits is packed: the more of them wait, the fewer times each waits for memory.
// Its first word has an IPv4 address in the lower half. Above are the origin, the facts, and
// what follows: the upper half of an IPv6 source, the lower one unless it is 0, as of a /64,
// and one word or three of an event that is more than a single one.
const (
	packedOrigin  = 32 // place of the origin
	packedFacts   = 40 // place of the facts
	packedLocated = 1 << 48
	packedIPv6    = 1 << 49
	packedLower   = 1 << 50
	packedSmall   = 1 << 51 // bytes, port and events in one word
	packedLarge   = 1 << 52

	// MaxPacked is the most words that an event is packed into.
	MaxPacked = 6
)

// AppendTo appends the event in a place, with its origin if that was looked up in table.
func (b *Block) AppendTo(words []uint64, place int, table *geo.Table) []uint64 {
	head := uint64(0)
	if b.located == table {
		head = packedLocated | uint64(b.Origins[place])<<packedOrigin
	}
	if b.plain && place < b.V4 {
		return append(words, head|uint64(b.ips[place]))
	}
	return b.appendMore(words, place, head)
}

func (b *Block) appendMore(words []uint64, place int, head uint64) []uint64 {
	at := len(words)
	words = appendSource(words, head, b.Source(place))
	switch e := b.Event(place); {
	case e == single:
	case e.Events>>16 == 0 && e.Bytes>>32 == 0 && e.SamplingRate == 0:
		words[at] |= packedSmall | uint64(e.Facts)<<packedFacts
		words = append(words, e.Bytes<<32|uint64(e.Port)<<16|e.Events)
	default:
		words[at] |= packedLarge | uint64(e.Facts)<<packedFacts
		words = append(words, e.Events, e.Bytes, uint64(e.SamplingRate)<<32|uint64(e.Port))
	}
	return words
}

func appendSource(words []uint64, head uint64, s source.Source) []uint64 {
	switch {
	case s.IsIPv4():
		return append(words, head|uint64(uint32(s.Lo)))
	case s.Lo == 0:
		return append(words, head|packedIPv6, s.Hi)
	}
	return append(words, head|packedIPv6|packedLower, s.Hi, s.Lo)
}

// FillPacked takes the events of words, at most Size. Where an origin is known, it is that
// of table.
func (b *Block) FillPacked(key sketch.Key, words []uint64, table *geo.Table) {
	b.Begin()
	known := uint64(packedLocated)
	for i := 0; len(words) > 0; i++ {
		head := words[0]
		words = words[1:]
		known &= head
		s := source.IPv4(uint32(head))
		if head&packedIPv6 != 0 {
			s = source.Source{Hi: words[0]}
			words = words[1:]
			if head&packedLower != 0 {
				s.Lo = words[0]
				words = words[1:]
			}
		}
		place := b.put(i, s)
		b.Origins[place] = geo.Origin(head >> packedOrigin)
		facts := uint8(head >> packedFacts)
		switch {
		case head&packedSmall != 0:
			w := words[0]
			b.describe(place, Event{w & 0xffff, w >> 32, Transport{facts, uint16(w >> 16)}, 0})
			words = words[1:]
		case head&packedLarge != 0:
			w := words[2]
			b.describe(place, Event{words[0], words[1], Transport{facts, uint16(w)}, uint32(w >> 32)})
			words = words[3:]
		case !b.plain:
			b.describe(place, single)
		}
	}
	if known != 0 {
		b.located = table
	}
	b.Hash(key)
}
