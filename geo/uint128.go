package geo

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// uint128 is an address of either family as a number: an IPv4 address is the
// number below 2^32, without the IPv6 mapping.
type uint128 struct{ hi, lo uint64 }

func (a uint128) less(b uint128) bool {
	return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo
}

func (a uint128) add(b uint128) uint128 {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(a.hi, b.hi, carry)
	return uint128{hi, lo}
}

func (a uint128) sub(b uint128) uint128 {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(a.hi, b.hi, borrow)
	return uint128{hi, lo}
}

func (a uint128) next() uint128 { return a.add(uint128{0, 1}) }
func (a uint128) prev() uint128 { return a.sub(uint128{0, 1}) }

// In both shifts one of the two counts of the second word exceeds 63, and a
// shift by so much gives 0 in Go.

func (a uint128) shl(n uint) uint128 {
	return uint128{a.hi<<n | a.lo>>(64-n) | a.lo<<(n-64), a.lo << n}
}

func (a uint128) shr(n uint) uint128 {
	return uint128{a.hi >> n, a.lo>>n | a.hi<<(64-n) | a.hi>>(n-64)}
}

// trailingZeros returns the number of low zero bits, 128 for zero.
func (a uint128) trailingZeros() uint {
	if a.lo == 0 {
		return 64 + uint(bits.TrailingZeros64(a.hi))
	}
	return uint(bits.TrailingZeros64(a.lo))
}

// mask128 returns the number whose lowest n bits are set.
func mask128(n uint) uint128 { return uint128{0, 1}.shl(n).prev() }

// number returns addr as a number; IPv4-mapped addresses must be unmapped.
func number(addr netip.Addr) uint128 {
	if addr.Is4() {
		b := addr.As4()
		return uint128{0, uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := addr.As16()
	return uint128{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}
