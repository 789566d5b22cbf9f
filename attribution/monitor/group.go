package monitor

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/whence-go/whence/sketch"
)

// Groups are kinds of groups of targets, as a set. A group is a target too: what comes to
// any of its members counts for it. An attack that spreads over a group, so that no member
// of it gets much, is a burst of the group.
//
// The kinds are few and fixed, since a group must be the same one after a restart. They tell
// from the form of a target which group it is in. It is in one at most.
type Groups int8

// The kinds of groups.
const (
	// Networks are the /24 of an IPv4 address and the /48 of an IPv6 address.
	Networks Groups = 1 << iota

	// MailDomains are what follows the "@" in names that have one of it and no "/". Upper
	// case letters of ASCII are as lower case ones there.
	MailDomains

	// Directories are the first parts of paths, which are names that begin with "/": of
	// /shop/item/77 it is /shop/, of /about it is /. Deeper ones would not hold together
	// what an attacker spreads over them.
	Directories

	allGroups = Networks | MailDomains | Directories
)

// Lengths of the prefixes of networks, in bits.
const (
	network4 = 24
	network6 = 48
)

// What a Target that is a group has in its field wide. Of a network it is one more than the
// length of the prefix.
const (
	mailDomain = 1 + iota
	directory
)

// String names the kinds, "none" if there are none.
func (g Groups) String() string {
	var names []string
	for i, name := range []string{"networks", "mail domains", "directories"} {
		if g > 0 && g&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Of returns the group that a target is in, of one of the kinds of g. It is the zero Target
// if there is no such group, and if t is a group itself.
func (g Groups) Of(t Target) Target {
	if t.wide != 0 || g < 0 {
		return Target{}
	}
	if t.addr.IsValid() {
		if g&Networks == 0 {
			return Target{}
		}
		bits := network4
		if t.addr.Is6() {
			bits = network6
		}
		return TargetPrefix(netip.PrefixFrom(t.addr, bits))
	}
	name, wide := g.ofName(t.name)
	return Target{name: name, wide: wide}
}

// ofName returns the group of a name. It has a part of the name, so that nothing is copied
// but for letters in upper case. wide is 0 if there is none.
func (g Groups) ofName(name string) (group string, wide uint8) {
	if strings.HasPrefix(name, "/") {
		if g&Directories == 0 {
			return "", 0
		}
		for i := 1; i < len(name) && name[i] != '?' && name[i] != '#'; i++ {
			if name[i] == '/' {
				return name[:i+1], directory
			}
		}
		return name[:1], directory
	}
	if g&MailDomains == 0 {
		return "", 0
	}
	local, domain, found := strings.Cut(name, "@")
	if !found || local == "" || domain == "" || strings.ContainsAny(domain, "@/") || strings.Contains(local, "/") {
		return "", 0
	}
	return lowered(domain), mailDomain
}

// lowered returns s with the letters of ASCII in lower case. It is s itself if they are.
func lowered(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for i, c := range b {
				if 'A' <= c && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// hash returns the keyed hash of the group that a target is counted in: of g.Of(t), or of t
// itself if t is a group. found is false if there is none.
func (g Groups) hash(t *Target, key *sketch.Key) (h uint64, found bool) {
	if g == 0 {
		return 0, false
	}
	if t.wide != 0 {
		return t.hash(key), true
	}
	switch {
	case !t.addr.IsValid():
		name, wide := g.ofName(t.name)
		if wide == 0 {
			return 0, false
		}
		return hashName(name, wide, key), true
	case g&Networks == 0:
		return 0, false
	case t.addr.Is4(): // as prefixes are hashed, without making one
		b := t.addr.As4()
		return hashPrefix(0, 0xffff0000|uint64(binary.LittleEndian.Uint32(b[:])&0xffffff)<<32, network4, key), true
	}
	b := t.addr.As16()
	return hashPrefix(binary.LittleEndian.Uint64(b[:8])&(1<<network6-1), 0, network6, key), true
}

const prefixSeed = 0x70726566 // nothing else is hashed with this as its lower half and a hash as its upper

// hashPrefix takes the two halves of the address of a prefix, of which hosts are 0, and the
// length of it.
func hashPrefix(hi, lo uint64, bits int, key *sketch.Key) uint64 {
	return key.Hash(key.Hash(hi, lo), prefixSeed+uint64(bits)<<32)
}
