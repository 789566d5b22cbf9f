package geo

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
)

// Prefixes is a set of addresses, such as those of hosting companies, VPN services
// or Tor exits, as many people publish them. It is immutable and safe for
// concurrent use; it comes from [OpenPrefixes] or [ReadPrefixes]. The zero
// Prefixes is empty.
type Prefixes struct {
	values  values
	entries int
}

// maxPrefixes bounds a set, which takes 40 bytes for each prefix. Published lists
// have a few thousand to some hundreds of thousands.
const maxPrefixes = 1 << 22

// OpenPrefixes reads the list in the file at path as [ReadPrefixes] does.
func OpenPrefixes(path string) (*Prefixes, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("geo: %w", err)
	}
	defer f.Close()
	return ReadPrefixes(path, f)
}

// ReadPrefixes reads a text with an address or a prefix (192.0.2.0/24) on each
// line. What follows # or ; is a comment, and empty lines do not count. An
// IPv4-mapped IPv6 prefix is IPv4, and bits behind the length of a prefix are
// ignored. Name names the text in errors.
//
// The error, for the first line that holds something else, for a list without
// any address, or with more than 4,194,304, names the line and wraps
// [ErrNotPrefix] or [ErrTooLarge], or it is that of r.
func ReadPrefixes(name string, r io.Reader) (*Prefixes, error) {
	p := new(Prefixes)
	line := 0
	fail := func(err error) (*Prefixes, error) {
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
		list := &p.values.of(prefix.Addr().BitLen()).list
		*list = append(*list, value{span: spanOf(prefix)})
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
	p.values.v4.list, p.values.v6.list = merged(p.values.v4.list), merged(p.values.v6.list)
	p.values.seal()
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

// Contains reports whether addr is in the set. An IPv4-mapped IPv6 address is
// looked up as the IPv4 address, and a zone is ignored.
func (p *Prefixes) Contains(addr netip.Addr) bool {
	_, ok := p.values.lookup(addr)
	return ok
}

// Len returns the number of lines with an address or a prefix that the list had.
func (p *Prefixes) Len() int { return p.entries }
