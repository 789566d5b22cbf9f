package geo

import (
	"cmp"
	"encoding/binary"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// A Table maps addresses to origins. It never changes, so any number of goroutines
// may use it. To reload, make another table and swap the pointer, or use [Follow].
// Tables come from [Open], [Loader] and [Decode]. The zero Table is not usable.
type Table struct {
	v4     table4
	v6     table6
	info   Info
	counts SpaceCounts
}

// Info says what a table was made from.
type Info struct {
	Name   string // of the database, for people to read
	Credit string // the sentence that the license asks for; "" if none is known
	Schema string // the field of the records that was read, such as "country.iso_code"

	Built  time.Time // UTC; zero if the file has no sensible build time
	SHA256 string    // of the MMDB file, in hexadecimal

	IPv4, IPv6 bool // the families in which at least one network has a country
	Networks   int  // networks of public addresses with a record in the file

	// NonCountry counts networks by each code that is no country, such as "EU"
	// or "A1", as written in the file but for what does not print. The caller owns the map.
	NonCountry map[string]int
}

// Space holds each origin's share of the public address space, from 0 to 1. The
// share of [Reserved] is 0, and its addresses are in no total.
type Space struct {
	IPv4 [MaxOrigins]float64 // of the public IPv4 addresses
	IPv6 [MaxOrigins]float64 // of the public /64 networks in 2000::/3

	// Routed is the share of the IPv4 addresses that were announced when the
	// table was made. It is all 0 without [Loader].Routed.
	Routed [MaxOrigins]float64
}

// SpaceCounts holds the numbers of addresses from which [Space] is computed. They are
// exact, so they keep the shares bit for bit in an encoding. The counts of one array
// must add up to less than 2^64. Those of a [Table] add up to 2^32 or 2^61 at most.
type SpaceCounts struct {
	IPv4   [MaxOrigins]uint64 // public addresses
	IPv6   [MaxOrigins]uint64 // public /64 networks in 2000::/3, each by its first address
	Routed [MaxOrigins]uint64 // public IPv4 addresses that were announced
}

// Space returns the shares: each count divided by the sum of its array. The shares of
// an array of zeros are 0.
func (c *SpaceCounts) Space() Space {
	return Space{IPv4: shares(&c.IPv4), IPv6: shares(&c.IPv6), Routed: shares(&c.Routed)}
}

// shares divides each count by their sum, if that is not 0.
func shares(count *[MaxOrigins]uint64) (share [MaxOrigins]float64) {
	var all uint64
	for _, n := range count {
		all += n
	}
	for o, n := range count {
		share[o] = float64(n) / float64(max(all, 1))
	}
	return share
}

// A Range is the addresses from First to Last, both included and of one family.
type Range struct {
	First, Last netip.Addr
	Origin      Origin
}

// newTable compiles the runs of both families. Routed counts the announced IPv4
// addresses of each origin, if known. The error wraps ErrTooLarge.
func newTable(info Info, list4, list6 []run, routed [MaxOrigins]uint64) (*Table, error) {
	country := func(r run) bool { return r.origin.IsCountry() }
	info.IPv4 = slices.ContainsFunc(list4, country)
	info.IPv6 = slices.ContainsFunc(list6, country)
	t := &Table{
		info:   info,
		counts: SpaceCounts{IPv4: countUnits(ipv4, list4, 0), IPv6: countUnits(ipv6, list6, 64), Routed: routed},
	}
	var err4, err6 error
	var other sync.WaitGroup
	other.Go(func() { t.v6, err6 = newTable6(list6, maxNodes) })
	t.v4, err4 = newTable4(list4, maxLeafs)
	other.Wait()
	if err := cmp.Or(err4, err6); err != nil {
		return nil, err
	}
	return t, nil
}

// Lookup returns the origin of addr. It treats an IPv4-mapped IPv6 address as the IPv4
// address and ignores a zone. The zero Addr is [Unlocated].
func (t *Table) Lookup(addr netip.Addr) Origin {
	// As16 would be shorter. But it writes its result 8 bytes at a time and then
	// copies 16 at once, which stalls the processor for longer than a lookup.
	var buf [32]byte // with room for a zone
	b, _ := addr.AppendBinary(buf[:0])
	if len(b) < 16 {
		if len(b) < 4 {
			return Unlocated
		}
		return t.Lookup4(binary.BigEndian.Uint32(b))
	}
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:16])
	if hi == 0 && lo>>32 == 0xffff {
		return t.Lookup4(uint32(lo))
	}
	return t.Lookup6(hi, lo)
}

// Lookup4 returns the origin of the IPv4 address ip. The first byte of the address is
// the most significant: 1.2.3.4 is 0x01020304. The compiler inlines Lookup4.
func (t *Table) Lookup4(ip uint32) Origin {
	r := t.v4.root[ip>>14]
	m := uint32(t.v4.mid[r&0xffffff|ip>>8&0x3f])
	return t.v4.leaf[r&0xff000000|m<<8|ip&0xff]
}

// LookupBatch4 sets dst[i] to the origin of ips[i] for every i, as Lookup4 has it. It waits
// for the memory of many addresses at once. dst is at least as long as ips.
func (t *Table) LookupBatch4(dst []Origin, ips []uint32) {
	root, mid, leaf := t.v4.root, t.v4.mid, t.v4.leaf
	dst = dst[:len(ips)]
	for i, ip := range ips {
		r := root[ip>>14]
		m := uint32(mid[r&0xffffff|ip>>8&0x3f])
		dst[i] = leaf[r&0xff000000|m<<8|ip&0xff]
	}
}

// Lookup6 returns the origin of the IPv6 address with the halves hi and lo. The first
// byte of each half is the most significant. An IPv4-mapped address is [Reserved].
func (t *Table) Lookup6(hi, lo uint64) Origin {
	if hi>>61 != 1 {
		return Reserved
	}
	return t.v6.lookup(hi, lo)
}

// Info returns what the table was made from.
func (t *Table) Info() Info {
	info := t.info
	info.NonCountry = maps.Clone(info.NonCountry)
	return info
}

// Space returns every origin's share of the public address space.
func (t *Table) Space() Space { return t.counts.Space() }

// SpaceCounts returns the numbers of addresses behind [Table.Space].
func (t *Table) SpaceCounts() SpaceCounts { return t.counts }

// Size returns the number of bytes that the table holds in memory.
func (t *Table) Size() int { return t.v4.size() + t.v6.size() }

// Ranges yields the largest ranges of one country in address order, first IPv4 and
// then IPv6. The addresses between them are [Unlocated] or [Reserved].
func (t *Table) Ranges() iter.Seq[Range] {
	return func(yield func(Range) bool) {
		_ = yieldRanges(ipv4, t.v4.runs(), yield) && yieldRanges(ipv6, t.v6.runs(), yield)
	}
}

func yieldRanges(f *family, list []run, yield func(Range) bool) bool {
	for i, r := range list {
		if r.origin.IsCountry() && !yield(Range{f.addr(r.first), f.addr(lastOf(f, list, i)), r.origin}) {
			return false
		}
	}
	return true
}
