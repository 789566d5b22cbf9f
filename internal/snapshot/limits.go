package snapshot

// Limits are what readers know of the records that were counted and the records do not show.
// The zero Limits are none.
type Limits struct {
	NoEvents, NoBytes bool   // it is not known how many a record stands for
	Cut4, Cut6        uint8  // bits that IPv4 and IPv6 addresses were cut by, the most of any
	Blocks            uint64 // records that are blocks of addresses
	Claimed           uint64 // records whose address the client may have written
}

// Bits of an address: as many can be cut off at most.
const (
	IPv4Bits = 32
	IPv6Bits = 128
)

// With are the limits of two counts together: of each, the worse.
func (l Limits) With(other Limits) Limits {
	return Limits{
		NoEvents: l.NoEvents || other.NoEvents, NoBytes: l.NoBytes || other.NoBytes,
		Cut4: max(l.Cut4, other.Cut4), Cut6: max(l.Cut6, other.Cut6),
		Blocks:  AddSaturated(l.Blocks, other.Blocks),
		Claimed: AddSaturated(l.Claimed, other.Claimed),
	}
}

// against are the limits of what one count has more than a usual one. Addresses that are not
// cut alike are not the same things, so that nothing of them is known.
func (l Limits) against(usual Limits) Limits {
	if l.Cut4 != usual.Cut4 {
		l.Cut4 = IPv4Bits
	}
	if l.Cut6 != usual.Cut6 {
		l.Cut6 = IPv6Bits
	}
	l.Blocks = AddSaturated(l.Blocks, usual.Blocks)
	return l
}

// KeptIPv4 is the number of bits that are left of IPv4 addresses, and whether they were cut.
func (s *State) KeptIPv4() (bits int, cut bool) {
	return IPv4Bits - int(s.Limits.Cut4), s.Limits.Cut4 > 0
}

// KeptIPv6 is the number of bits that are left of IPv6 addresses, and whether they were cut
// to less than the prefix of a source.
func (s *State) KeptIPv6() (bits int, cut bool) {
	bits = IPv6Bits - int(s.Limits.Cut6)
	return bits, bits < s.IPv6PrefixLen
}
