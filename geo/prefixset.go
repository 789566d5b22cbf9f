package geo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/gaissmai/bart"
)

// A PrefixSet is a set of addresses, such as those of hosting companies, VPN
// services or Tor exits. Many people publish such lists. A PrefixSet comes from
// [OpenPrefixSet] or [ReadPrefixSet]. It never changes, so any number of goroutines
// may use it. The zero PrefixSet is empty. Do not copy a PrefixSet.
type PrefixSet struct {
	prefixes bart.Lite
	entries  int
	name     string
}

// maxPrefixes bounds the memory of a set: a prefix takes at most about 70 bytes.
// Published lists have a few thousand to some hundreds of thousands.
const maxPrefixes = 1 << 22

// OpenPrefixSet reads the list in the file at path as [ReadPrefixSet] does. Errors
// have the path, and [PrefixSet.Name] is its last element.
func OpenPrefixSet(path string) (*PrefixSet, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("geo: %w", err)
	}
	defer f.Close()
	p, err := ReadPrefixSet(path, f)
	if err != nil {
		return nil, err
	}
	p.name = printable(filepath.Base(path), longestName)
	return p, nil
}

// ReadPrefixSet reads a text with an address or a prefix (192.0.2.0/24) on each
// line. A comment begins with # or ; and ends with its line. Empty lines do not
// count. An IPv4-mapped IPv6 prefix is IPv4. Bits after the length of a prefix are
// ignored. Errors have the name, which is also that of [PrefixSet.Name].
//
// A list may have 1 to 4,194,304 entries. The error names the first bad line. It
// wraps [ErrNotPrefix] or [ErrTooLarge], or it is the error of r.
func ReadPrefixSet(name string, r io.Reader) (*PrefixSet, error) {
	p := &PrefixSet{name: printable(name, longestName)}
	line := 0
	fail := func(err error) (*PrefixSet, error) {
		return nil, fmt.Errorf("geo: %s:%d: %w", name, max(line, 1), err)
	}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line++
		text := lines.Text()
		if line == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if i := strings.IndexAny(text, "#;"); i >= 0 {
			text = text[:i]
		}
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		prefix, ok := parsePrefix(text)
		if !ok {
			return fail(fmt.Errorf("%w: %.60q", ErrNotPrefix, text))
		}
		if p.entries == maxPrefixes {
			return fail(fmt.Errorf("%w: more than %d prefixes", ErrTooLarge, maxPrefixes))
		}
		p.entries++
		p.prefixes.Insert(prefix)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		line++
		return fail(fmt.Errorf("%w: the line is longer than %d bytes", ErrNotPrefix, bufio.MaxScanTokenSize))
	case err != nil:
		line++
		return fail(err)
	case p.entries == 0:
		return fail(fmt.Errorf("%w: the list has no address", ErrNotPrefix))
	}
	return p, nil
}

// parsePrefix reads an address or a prefix, unmapped and masked.
func parsePrefix(text string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, false
		}
		prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	if addr := prefix.Addr(); addr.Is4In6() {
		if prefix.Bits() < 96 {
			return netip.Prefix{}, false
		}
		prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), true
}

// Contains reports whether addr is in the set. It treats an IPv4-mapped IPv6
// address as the IPv4 address and ignores a zone.
func (p *PrefixSet) Contains(addr netip.Addr) bool { return p.prefixes.Contains(addr.Unmap()) }

// Len returns the number of entries of the list: its lines with an address or a
// prefix.
func (p *PrefixSet) Len() int { return p.entries }

// Name returns the name of the list, without what does not print, and cut to about 100
// bytes.
func (p *PrefixSet) Name() string { return p.name }
