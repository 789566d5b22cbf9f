package ingest

import (
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
)

// Event is what one record says. Its Flow is what a tally counts.
type Event struct {
	attribution.Flow

	// Time is zero if the record has no time that can be read.
	Time time.Time

	// Target is what was asked for, such as a site, a path or an address. It is nil if the
	// record does not say it. It is valid until the next call of [Reader.Next].
	Target []byte

	// Prefix is the block that the record names, where it names a block and not one
	// address. Source is then the first address of the block.
	Prefix netip.Prefix

	// Claimed says that the client may have written the address, as in a list of forwarded
	// addresses without trusted proxies.
	Claimed bool

	unreadable bool  // its protocol, port or flags
	rateless   bool  // its field for the rate of sampling holds none
	opinion    uint8 // isTor or isUnknown
	masked     bool  // Prefix is what was left of an address
}

// block takes a word that names a block of addresses, and reports whether it does. A block of
// one address is an address.
func (e *Event) block(word []byte) bool {
	p, ok := parsePrefix(word)
	if !ok {
		return false
	}
	e.Source = p.Addr()
	if !p.IsSingleIP() {
		e.Prefix, e.masked = p, isMasked(word)
	}
	return true
}
