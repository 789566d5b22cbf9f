package monitor

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/plausible"
	"github.com/whence-go/whence/sketch"
)

// Event is a record of traffic from one source to one target: a packet, a request, a
// flow.
type Event struct {
	// Time is when it happened, by the clock of whoever saw it. This machine's clock
	// is not read.
	Time time.Time

	// Target is what it was aimed at; the zero Target if that is not known.
	Target Target

	// Flow is what came from where. 0 events stand for one. A record without a valid
	// source is a lost one, [attribution.LostUnread].
	attribution.Flow
}

// record is the event without its time, source and target.
func (e *Event) record() block.Event {
	r := block.Event{Events: max(e.Events, 1), Bytes: e.Bytes, SamplingRate: e.SamplingRate}
	r.Facts, r.Port = plausible.Transport(e.Handshake, e.Protocol, e.SourcePort, e.TCPFlags)
	return r
}

// MaxTargetName is the length of the longest name of a target, in bytes. Of a
// longer one the beginning counts.
const MaxTargetName = 1024

// Target is what traffic was aimed at: an address, or the name of a mailbox, a
// host, a service, a channel. It may also be a group of these: a network, the mailboxes of
// a domain, the paths in a directory (see [Groups]). It is a small comparable value. The
// zero Target is none: traffic without one counts in the whole only.
type Target struct {
	addr netip.Addr
	name string // if the address is not valid
	wide uint8  // which group it is; 0: none
}

// TargetAddr returns the target with an address. IPv4-mapped addresses are IPv4,
// zones are dropped; an invalid address gives the zero Target.
func TargetAddr(addr netip.Addr) Target { return Target{addr: addr.Unmap().WithZone("")} }

// TargetName returns the target with a name, which stays a name even if it reads
// like an address. It keeps name as it is, without a copy.
func TargetName(name string) Target {
	return Target{name: name[:min(len(name), MaxTargetName)]}
}

// TargetPrefix returns the network of a prefix. Bits of hosts are dropped. A prefix of one
// address gives that address, an IPv4-mapped one is IPv4, an invalid one gives the zero
// Target.
func TargetPrefix(p netip.Prefix) Target {
	addr, bits := p.Addr(), p.Bits()
	if addr.Is4In6() && bits >= 96 {
		p = netip.PrefixFrom(addr.Unmap(), bits-96)
	}
	switch {
	case !p.IsValid():
		return Target{}
	case p.IsSingleIP():
		return TargetAddr(p.Addr())
	}
	return Target{addr: p.Masked().Addr(), wide: uint8(p.Bits() + 1)}
}

// ParseTarget returns the target that text stands for: an address or a network if it reads
// like one, the mailboxes of a domain if it is like *@lagoon.example, the paths in a
// directory if it is like /shop/*, else a name.
func ParseTarget(text string) Target {
	if addr, err := netip.ParseAddr(text); err == nil {
		return TargetAddr(addr)
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return TargetPrefix(p)
	}
	text = text[:min(len(text), MaxTargetName)]
	if domain, found := strings.CutPrefix(text, anyMailbox); found && domain != "" && !strings.ContainsAny(domain, "@/") {
		return Target{name: lowered(domain), wide: mailDomain}
	}
	if strings.HasPrefix(text, "/") && strings.HasSuffix(text, anyPath) {
		return Target{name: strings.TrimSuffix(text, "*"), wide: directory}
	}
	return TargetName(text)
}

// What the texts of groups of names have at one end.
const (
	anyMailbox = "*@"
	anyPath    = "/*"
)

// IsZero reports whether t is the zero Target.
func (t Target) IsZero() bool { return !t.addr.IsValid() && t.name == "" }

// Group returns which kind of group t is, or 0 if it is none.
func (t Target) Group() Groups {
	switch {
	case t.wide == 0:
		return 0
	case t.addr.IsValid():
		return Networks
	case t.wide == mailDomain:
		return MailDomains
	}
	return Directories
}

// Addr returns the address of the target. It is invalid if the target has none: a name, a
// network.
func (t Target) Addr() netip.Addr {
	if t.wide != 0 {
		return netip.Addr{}
	}
	return t.addr
}

// Prefix returns the prefix of the target, which is invalid if it is no network.
func (t Target) Prefix() netip.Prefix {
	if t.wide == 0 || !t.addr.IsValid() {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(t.addr, int(t.wide)-1)
}

// Name returns the name of the target, as it came, or "" if it has an address or is a
// network. Of a group of names it is the domain, or the directory with a slash at its end.
func (t Target) Name() string { return t.name }

// String returns the address, the network or the name, the latter in quotes if it has
// characters that do not print. [ParseTarget] says what groups of names look like.
func (t Target) String() string {
	text := t.text()
	if quoted := strconv.Quote(text); quoted[1:len(quoted)-1] != text {
		return quoted
	}
	return text
}

func (t Target) text() string {
	switch t.Group() {
	case Networks:
		return t.Prefix().String()
	case MailDomains:
		return anyMailbox + t.name
	case Directories:
		return strings.TrimSuffix(t.name, "/") + anyPath
	}
	if t.addr.IsValid() {
		return t.addr.String()
	}
	return t.name
}

// MarshalText returns the text that [ParseTarget] reads, with U+FFFD for what is no UTF-8. A
// name that reads like something else comes back as that.
func (t Target) MarshalText() ([]byte, error) {
	return []byte(strings.ToValidUTF8(t.text(), "\ufffd")), nil
}

// UnmarshalText does what [ParseTarget] does.
func (t *Target) UnmarshalText(text []byte) error {
	if len(text) > MaxTargetName {
		return fmt.Errorf("monitor: a target of %d bytes, at most %d can be", len(text), MaxTargetName)
	}
	*t = ParseTarget(string(text))
	return nil
}

// hash is the keyed hash of the target. Names are taken 16 bytes at a time, each
// step with the hash of what came before; their length comes first, so that no
// name is the beginning of another.
func (t *Target) hash(key *sketch.Key) uint64 {
	switch {
	case t.wide != 0 && t.addr.IsValid():
		b := t.addr.As16()
		return hashPrefix(binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:]), int(t.wide)-1, key)
	case t.addr.Is4(): // as below, without waiting for the 16 bytes to be put together
		b := t.addr.As4()
		return key.Hash(0, 0xffff0000|uint64(binary.LittleEndian.Uint32(b[:]))<<32)
	case t.addr.IsValid():
		b := t.addr.As16()
		return key.Hash(binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:]))
	}
	return hashName(t.name, t.wide, key)
}

func hashName(name string, wide uint8, key *sketch.Key) uint64 {
	h := key.Hash(uint64(len(name))|uint64(wide)<<32, nameSeed)
	for s := name; s != ""; {
		n := min(len(s), 16)
		h = key.Hash(h^load(s[:min(n, 8)]), load(s[min(n, 8):n]))
		s = s[n:]
	}
	return h
}

const nameSeed = 0x6e616d65 // no address has this in its lower half and so little in its upper

// load returns up to 8 bytes as a number.
func load(s string) (v uint64) {
	if len(s) == 8 {
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	for i := range len(s) {
		v |= uint64(s[i]) << (8 * i)
	}
	return v
}

// clone returns t with a name of its own, which keeps nothing else in memory.
func (t Target) clone() Target {
	t.name = strings.Clone(t.name)
	return t
}
