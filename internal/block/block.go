// Package block prepares events for everything that counts them: a batch of up to 256
// sources with their hashes and origins, each computed once.
package block

import (
	"encoding/binary"
	"net/netip"
	"sync"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/source"
	"github.com/whence-go/whence/sketch"
)

// Size is the number of events that a block holds: few enough to stay in the first-level
// cache.
const Size = sketch.BatchSize

// Block is a batch on its way. The stages are loops of their own, each with few
// instructions, so that the processor overlaps the cache misses of many events; fused into
// one loop they take three times as long. IPv4 takes the places from the front and IPv6
// those from the back, so that each family has its own loops.
//
// Fill a block with [Block.FillAddrs], [Block.FillIPv4], or [Block.Begin] and [Block.Put];
// a block may be filled again and again. It is not safe for concurrent use.
type Block struct {
	V4, V6  int         // IPv4 in places before V4, IPv6 from V6 on
	Invalid int         // events whose address is none
	At      [Size]uint8 // place of the event in the batch
	Hashes  [Size]uint64
	Origins [Size]geo.Origin // after Locate
	Batch   sketch.Batch     // scratch of whoever counts

	plain         bool // one event each, without bytes and facts
	events, bytes [Size]uint64
	facts         [Size]uint8
	ports         [Size]uint16
	rates         [Size]uint32

	ips     [Size]uint32
	nets    [Size]source.Source
	located *geo.Table // by which Origins were looked up; nil: not yet
}

var spare = sync.Pool{New: func() any { return new(Block) }}

// Get returns a block for a while; Release gives it back. Blocks are shared by all that
// count: a block for each would never be in the caches.
func Get() *Block { return spare.Get().(*Block) }

// Release gives the block back. The caller no longer uses it.
func (b *Block) Release() { spare.Put(b) }

// Begin empties the block.
func (b *Block) Begin() { b.V4, b.V6, b.Invalid, b.plain, b.located = 0, Size, 0, true, nil }

// FillAddrs takes one event of each address, at most Size.
func (b *Block) FillAddrs(m source.Mask, key sketch.Key, addrs []netip.Addr) {
	b.Begin()
	v4, v6 := 0, Size
	for i := range addrs {
		addr := &addrs[i]
		if addr.Is4() {
			a := addr.As4()
			ip := binary.BigEndian.Uint32(a[:])
			place := v4 & (Size - 1)
			v4++
			b.At[place] = uint8(i)
			b.ips[place] = ip
			continue
		}
		if !addr.IsValid() {
			b.Invalid++
			continue
		}
		s := m.Of(*addr)
		place := v4
		if s.IsIPv4() {
			v4++
			b.ips[place&(Size-1)] = uint32(s.Lo)
		} else {
			v6--
			place = v6
			b.nets[place&(Size-1)] = s
		}
		b.At[place&(Size-1)] = uint8(i)
	}
	b.V4, b.V6 = v4, v6
	b.Hash(key)
}

// InOrder are all places.
var InOrder = func() (at [Size]uint8) {
	for i := range at {
		at[i] = uint8(i)
	}
	return at
}()

// FillSources takes one event of each source, at most Size.
func (b *Block) FillSources(key sketch.Key, sources []source.Source) {
	b.Begin()
	for i, s := range sources {
		b.put(i, s)
	}
	b.Hash(key)
}

// FillIPv4 takes one event of each IPv4 address, at most Size.
func (b *Block) FillIPv4(key sketch.Key, ips []uint32) {
	b.Begin()
	b.V4 = copy(b.ips[:], ips)
	b.At = InOrder
	b.Hash(key)
}

// Event is what is known of an event beside its source. It has at most four fields, so that
// the compiler keeps it in registers.
type Event struct {
	Events, Bytes uint64
	Transport
	SamplingRate uint32 // 1 in so many; 0: that of the tally
}

// Transport is what the transport says about a source.
type Transport struct {
	Facts uint8
	Port  uint16 // UDP source port; 0: not known
}

// single is an event of which nothing is known beside its source.
var single = Event{Events: 1}

// None is the place of an event without a valid address.
const None = -1

// Put takes event number i of a batch, of which there are at most Size. It returns the place
// that the event got, or None.
func (b *Block) Put(i int, m source.Mask, addr netip.Addr, e Event) (at int) {
	if !addr.IsValid() {
		b.Invalid++
		return None
	}
	place := b.put(i, m.Of(addr))
	if !b.plain || e != single {
		b.describe(place, e)
	}
	return int(place)
}

// describe notes what is known of an event. Nothing is noted while all are single ones.
func (b *Block) describe(place uint8, e Event) {
	if b.plain {
		b.plain = false
		for i := range b.V4 {
			b.events[i], b.bytes[i], b.rates[i], b.facts[i], b.ports[i] = 1, 0, 0, 0, 0
		}
		for i := b.V6; i < Size; i++ {
			b.events[i], b.bytes[i], b.rates[i], b.facts[i], b.ports[i] = 1, 0, 0, 0, 0
		}
	}
	b.events[place], b.bytes[place], b.rates[place] = e.Events, e.Bytes, e.SamplingRate
	b.facts[place], b.ports[place] = e.Facts, e.Port
}

// put gives the source of event number i a place.
func (b *Block) put(i int, s source.Source) (place uint8) {
	if s.IsIPv4() {
		place = uint8(b.V4)
		b.V4++
		b.ips[place] = uint32(s.Lo)
	} else {
		b.V6--
		place = uint8(b.V6)
		b.nets[place] = s
	}
	b.At[place] = uint8(i)
	return place
}

// Hash computes the hashes of what was Put.
func (b *Block) Hash(key sketch.Key) {
	key.HashBatch(b.Hashes[:], source.IPv4Base, b.ips[:b.V4])
	for i := b.V6; i < Size; i++ {
		b.Hashes[i] = key.Hash(b.nets[i].Hi, b.nets[i].Lo)
	}
}

// Locate looks the sources up, unless that was done with the same table before.
func (b *Block) Locate(table *geo.Table) {
	if b.located == table {
		return
	}
	b.located = table
	table.LookupBatch4(b.Origins[:], b.ips[:b.V4])
	for i := b.V6; i < Size; i++ {
		b.Origins[i] = table.Lookup6(b.nets[i].Hi, b.nets[i].Lo)
	}
}

// LocateSome looks up the sources in some places, all of one family, unless all were looked
// up with the same table before. The origins of the others are no longer known.
func (b *Block) LocateSome(table *geo.Table, places []uint8) {
	if b.located == table || len(places) == 0 {
		return
	}
	b.located = nil
	if int(places[0]) < b.V4 {
		var ips [Size]uint32
		var origins [Size]geo.Origin
		for i, place := range places {
			ips[i&(Size-1)] = b.ips[place]
		}
		table.LookupBatch4(origins[:], ips[:len(places)])
		for i, place := range places {
			b.Origins[place] = origins[i&(Size-1)]
		}
	} else {
		for _, place := range places {
			b.Origins[place] = table.Lookup6(b.nets[place].Hi, b.nets[place].Lo)
		}
	}
}

// Origin is where a table locates the source in a place.
func (b *Block) Origin(place int, table *geo.Table) geo.Origin {
	if b.located == table {
		return b.Origins[place]
	}
	return b.Source(place).OriginIn(table)
}

// Source is the source in a place.
func (b *Block) Source(place int) source.Source {
	if place < b.V4 {
		return source.IPv4(b.ips[place])
	}
	return b.nets[place]
}

// Plain reports whether all events are single ones without bytes and facts.
func (b *Block) Plain() bool { return b.plain }

// Event is the one in a place.
func (b *Block) Event(place int) Event {
	if b.plain {
		return single
	}
	return Event{b.events[place], b.bytes[place], Transport{b.facts[place], b.ports[place]}, b.rates[place]}
}
