package monitor

import (
	"bytes"
	"fmt"
	"net/netip"

	"github.com/whence-go/whence/attribution"
)

// Kinds of targets, as an encoding has them.
const (
	kindNone = iota
	kindAddr
	kindPrefix
	kindName
	kindDomain
	kindDirectory
)

// AppendBinary appends the one encoding of t, at most 1 + [MaxTargetName] bytes, which UnmarshalBinary
// reads. Other than with MarshalText, a name that reads like an address stays a name. The error is nil.
//
//	1  kind: 0 the zero Target, 1 an address, 2 a network, 3 a name, 4 a mail domain, 5 a directory
//	   of an address 4 or 16 bytes, big endian; of a network as many, and the length of its prefix (1);
//	   else the name, the domain, or the directory with its slash
func (t Target) AppendBinary(b []byte) ([]byte, error) {
	switch t.Group() {
	case Networks:
		p := t.Prefix()
		return append(append(append(b, kindPrefix), p.Addr().AsSlice()...), byte(p.Bits())), nil
	case MailDomains:
		return append(append(b, kindDomain), t.name...), nil
	case Directories:
		return append(append(b, kindDirectory), t.name...), nil
	}
	switch {
	case t.IsZero():
		return append(b, kindNone), nil
	case t.addr.IsValid():
		return append(append(b, kindAddr), t.addr.AsSlice()...), nil
	}
	return append(append(b, kindName), t.name...), nil
}

// MarshalBinary returns what AppendBinary appends.
func (t Target) MarshalBinary() ([]byte, error) { return t.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote; the encoding must be the whole of data. An error
// leaves t unchanged, and wraps [attribution.ErrInvalidEncoding].
func (t *Target) UnmarshalBinary(data []byte) error {
	var got Target
	if len(data) > 1 {
		got = targetOf(data[0], data[1:])
	}
	if again, _ := got.AppendBinary(nil); !bytes.Equal(again, data) {
		return fmt.Errorf("monitor: %w: no target: %.99q", attribution.ErrInvalidEncoding, data)
	}
	*t = got
	return nil
}

// targetOf returns another target if there is none with this encoding.
func targetOf(kind byte, rest []byte) Target {
	switch kind {
	case kindAddr:
		addr, _ := netip.AddrFromSlice(rest)
		return TargetAddr(addr)
	case kindPrefix:
		addr, _ := netip.AddrFromSlice(rest[:len(rest)-1])
		return TargetPrefix(netip.PrefixFrom(addr, int(rest[len(rest)-1])))
	case kindName:
		return TargetName(string(rest))
	case kindDomain:
		return ParseTarget(anyMailbox + string(rest))
	case kindDirectory:
		return ParseTarget(string(rest) + "*")
	}
	return Target{}
}
