package attribution

import (
	"strconv"
	"strings"

	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
)

// Codes of the notes of an account that limit what may be claimed, see [Tally.AddAccount].
const (
	// NoteBlocks counts records that are blocks of addresses. How many sources a block
	// stands for is not known.
	NoteBlocks = "BLOCKS"
	// NoteCutIPv4 and NoteCutIPv6 count addresses that were cut before they were logged. The
	// subject says how many bits are left, such as "/24".
	NoteCutIPv4 = "CUT_IPV4"
	NoteCutIPv6 = "CUT_IPV6"
	// NoteClaimed counts records whose address the client may have written.
	NoteClaimed = "CLAIMED"
)

// Limits are what the readers of the input know of its records and the counts do not show,
// see [Tally.AddAccount]. Merging keeps the worst.
type Limits struct {
	// How many events or bytes a record stands for is not known. They are 0 in the report.
	EventsUnknown bool `json:"events_unknown,omitzero"`
	BytesUnknown  bool `json:"bytes_unknown,omitzero"`

	// IPv4Cut and IPv6Cut are by how many bits addresses were cut: 8 leave a /24 of IPv4.
	// If nobody knows by how many, these are all, 32 and 128.
	IPv4Cut int `json:"ipv4_cut,omitzero"`
	IPv6Cut int `json:"ipv6_cut,omitzero"`

	Blocks  uint64 `json:"blocks,omitzero"`  // records that are blocks of addresses
	Claimed uint64 `json:"claimed,omitzero"` // records whose address the client may have written
}

// AddAccount notes what a reader says about an input whose records t has counted. Call it
// once for each input, at its end: a second call for the same input counts its lost records
// twice.
//
// The lost records count as by [Tally.AddLost]. These limits become part of every snapshot,
// so that no verdict is better than what was read:
//
//   - If NotTaken has a "count", claims on events are inadmissible. If it has "bytes", claims
//     on bytes are.
//   - With [NoteBlocks], claims on sources are inadmissible. A block counts as one event.
//   - With [NoteCutIPv4] or [NoteCutIPv6], claims on sources are inadmissible, unless IPv6
//     has at least [Options.IPv6PrefixLen] bits left. If less than a /24 or a /48 is left,
//     claims on events and bytes are inadmissible, too.
//   - [NoteClaimed] rules nothing out. It is said beside every verdict, and such an address
//     proves no handshake, whatever [Options.AssumeHandshake] says.
//
// A subject of a cut that is no such length counts as if no bit were left. Other notes change
// no verdict.
func (t *Tally) AddAccount(a Account) { addAccount(t.t, &a) }

// AddAccount notes what a reader says about its input, as [Tally.AddAccount] does.
func (s *ShardedTally) AddAccount(a Account) {
	s.with(func(t *tally.Tally) { addAccount(t, &a) })
}

func addAccount(t *tally.Tally, a *Account) {
	for reason, n := range a.Lost {
		t.AddLost(reason.index(), n)
	}
	t.AddLimits(a.limits())
}

func (a *Account) limits() (l snapshot.Limits) {
	_, l.NoEvents = a.NotTaken["count"]
	_, l.NoBytes = a.NotTaken["bytes"]
	for _, n := range a.Notes {
		switch {
		case n.Value == 0: // of nothing
		case n.Code == NoteBlocks:
			l.Blocks = snapshot.AddSaturated(l.Blocks, n.Value)
		case n.Code == NoteClaimed:
			l.Claimed = snapshot.AddSaturated(l.Claimed, n.Value)
		case n.Code == NoteCutIPv4:
			l.Cut4 = max(l.Cut4, cutOff(n.Subject, snapshot.IPv4Bits))
		case n.Code == NoteCutIPv6:
			l.Cut6 = max(l.Cut6, cutOff(n.Subject, snapshot.IPv6Bits))
		}
	}
	return l
}

// cutOff is how many of the bits of an address are gone if a length such as "/24" is left.
func cutOff(length string, bits uint8) uint8 {
	number, ok := strings.CutPrefix(length, "/")
	left, err := strconv.ParseUint(number, 10, 8)
	if !ok || err != nil || left > uint64(bits) {
		return bits
	}
	return bits - uint8(left)
}

// limitsOf returns nil for none.
func limitsOf(s *snapshot.State) *Limits {
	l := s.Limits
	if l == (snapshot.Limits{}) {
		return nil
	}
	return &Limits{l.NoEvents, l.NoBytes, int(l.Cut4), int(l.Cut6), l.Blocks, l.Claimed}
}
