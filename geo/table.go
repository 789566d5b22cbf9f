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

// A Table maps addresses to origins. It is immutable and safe for concurrent
// use; to reload, build another and swap the pointer. Tables come from [Open],
// [Loader] and [Decode]; the zero Table is not usable.
type Table struct {
	v4     table4
	v6     table6
	info   Info
	space  Space
	routed [MaxOrigins]uint64 // IPv4 addresses behind Space.Routed
}

// Info says what a table was made from.
type Info struct {
	Name   string // of the database, for people to read
	Credit string // the sentence that the licence asks for; "" when none is known
	Schema string // the field of the records that was read, as "country.iso_code"

	Built  time.Time // UTC; zero when the file has no sensible build time
	SHA256 string    // of the MMDB file, in hexadecimal

	IPv4, IPv6 bool // the families in which at least one network has a country
	Networks   int  // networks of public addresses that have a record in the file

	// NonCountry counts the networks per code that is no country, such as
	// "EU" or "A1", as it stands in the file. The map is the caller's own.
	NonCountry map[string]int
}

// Space holds each origin's share of the public address space, from 0 to 1: of
// the IPv4 addresses that are not [Reserved], and of the IPv6 /64 networks in
// 2000::/3 that are not Reserved. The share of Reserved is 0. A /64 network
// that is divided counts for the origin of its first address.
type Space struct {
	IPv4, IPv6 [MaxOrigins]float64

	// Routed is the same for the IPv4 addresses that were announced when the
	// table was made, as [Loader].Routed told; all 0 when nothing told it.
	Routed [MaxOrigins]float64
}

// Range is the closed interval from First to Last, both of one family.
type Range struct {
	First, Last netip.Addr
	Origin      Origin
}

// newTable compiles the runs of both families; routed are the IPv4 addresses of
// each origin that are announced, if known. The error wraps ErrTooLarge.
func newTable(info Info, list4, list6 []run, routed [MaxOrigins]uint64) (*Table, error) {
	country := func(r run) bool { return r.origin.IsCountry() }
	info.IPv4 = slices.ContainsFunc(list4, country)
	info.IPv6 = slices.ContainsFunc(list6, country)
	t := &Table{
		info:   info,
		space:  Space{IPv4: spaceOf(ipv4, list4, 0), IPv6: spaceOf(ipv6, list6, 64), Routed: shares(&routed)},
		routed: routed,
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

// Lookup returns the origin of addr. An IPv4-mapped IPv6 address is looked up
// as the IPv4 address, and a zone is ignored. The zero Addr is [Unlocated].
func (t *Table) Lookup(addr netip.Addr) Origin {
	// As16 would be shorter, but its result is copied 16 bytes at once right
	// after it was written 8 at a time, and that stalls the processor for
	// longer than the lookup takes.
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

// Lookup4 returns the origin of the IPv4 address ip, whose first byte is the
// most significant: 1.2.3.4 is 0x01020304. The compiler inlines it.
func (t *Table) Lookup4(ip uint32) Origin {
	r := t.v4.root[ip>>14]
	m := uint32(t.v4.mid[r&0xffffff|ip>>8&0x3f])
	return t.v4.leaf[r&0xff000000|m<<8|ip&0xff]
}

// Lookup6 returns the origin of the IPv6 address with the halves hi and lo,
// each with its first byte the most significant. It does not unmap: an
// IPv4-mapped address is [Reserved].
func (t *Table) Lookup6(hi, lo uint64) Origin {
	if hi>>61 != 1 {
		return Reserved
	}
	return t.v6.lookup(hi, lo)
}

// LookupBatch sets dst[i] to the origin of addrs[i] for every i. It panics when
// dst is shorter than addrs.
func (t *Table) LookupBatch(dst []Origin, addrs []netip.Addr) {
	dst = dst[:len(addrs)]
	for i, a := range addrs {
		dst[i] = t.Lookup(a)
	}
}

// Info returns what the table was made from.
func (t *Table) Info() Info {
	info := t.info
	info.NonCountry = maps.Clone(info.NonCountry)
	return info
}

// Space returns the share of the public address space of every origin.
func (t *Table) Space() Space { return t.space }

// Size returns the number of bytes that the table holds in memory.
func (t *Table) Size() int { return t.v4.size() + t.v6.size() }

// Ranges yields the maximal ranges of one country in address order, first IPv4
// and then IPv6. What lies between them is [Unlocated] or [Reserved].
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
