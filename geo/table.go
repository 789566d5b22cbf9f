package geo

import (
	"encoding/binary"
	"iter"
	"maps"
	"net/netip"
	"time"
)

// A Table maps addresses to origins. It is immutable and safe for concurrent
// use; to reload, build another and swap the pointer. Tables come from [Open],
// [Loader] and [Decode]; the zero Table is not usable.
type Table struct {
	trie4
	trie6
	info  Info
	space Space
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
}

// Range is the closed interval from First to Last, both of one family.
type Range struct {
	First, Last netip.Addr
	Origin      Origin
}

// Lookup returns the origin of addr. An IPv4-mapped IPv6 address is looked up
// as the IPv4 address, and a zone is ignored. The zero Addr is [Unlocated].
func (t *Table) Lookup(addr netip.Addr) Origin {
	b := addr.As16()
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	if hi == 0 && lo>>32 == 0xffff {
		return t.Lookup4(uint32(lo))
	}
	if !addr.IsValid() {
		return Unlocated
	}
	return t.Lookup6(hi, lo)
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
func (t *Table) Size() int { return t.trie4.size() + t.trie6.size() }

// Ranges yields the maximal ranges of one country in address order, first IPv4
// and then IPv6. What lies between them is [Unlocated] or [Reserved].
func (t *Table) Ranges() iter.Seq[Range] {
	return func(yield func(Range) bool) {
		for _, f := range []*family{ipv4, ipv6} {
			list := t.runs(f)
			for i, r := range list {
				last := f.last
				if i+1 < len(list) {
					last = list[i+1].first.prev()
				}
				if r.origin.IsCountry() && !yield(Range{f.addr(r.first), f.addr(last), r.origin}) {
					return
				}
			}
		}
	}
}
