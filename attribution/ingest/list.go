package ingest

import (
	"bytes"
	"net/netip"

	"github.com/whence-go/whence/attribution/ingest/internal/clock"
)

// list reads text that is addresses and nothing else: one on each line or many, blocks
// (192.0.2.0/24), ranges (192.0.2.1-192.0.2.9), addresses that are written so that nobody
// clicks on them (192[.]0[.]2[.]1), and lines of "uniq -c", which begin with a count.
// A comment begins with #, with // or with ; behind a blank.
type list struct {
	counted bool // each line is a count and an address
	rest    []byte
	blocks  []netip.Prefix // of a range, still to come
	item    item
}

// item is what stands between separators: an address, or blocks.
type item struct {
	addr   netip.Addr
	blocks []netip.Prefix
	plain  [64]byte
	room   [1]netip.Prefix
	masked bool
}

func (l *list) parse(line []byte, e *Event) fault {
	l.rest, l.blocks = nil, nil
	line = withoutComment(line)
	if len(line) == 0 {
		return noRecord
	}
	if l.counted {
		count, rest, _ := bytes.Cut(line, []byte(" "))
		n, ok := parseNumber(count)
		if addr, more := cutItem(rest); !ok || len(count) == 0 || len(trimItems(more)) > 0 || !l.item.read(addr) {
			return moreThanList
		}
		l.event(e)
		e.Events = n
		return ""
	}
	items := 0
	for rest := line; len(rest) > 0; items++ { // a line with anything else is none of this format
		var word []byte
		if word, rest = cutItem(rest); !l.item.read(word) {
			if items == 0 {
				return noAddress
			}
			return moreThanList
		}
		rest = trimItems(rest)
	}
	l.rest = line
	l.more(e)
	return ""
}

// more makes an event of the next address of the line.
func (l *list) more(e *Event) bool {
	if len(l.blocks) == 0 {
		if len(l.rest) == 0 {
			return false
		}
		var word []byte
		word, l.rest = cutItem(l.rest)
		l.rest = trimItems(l.rest)
		l.item.read(word)
	}
	l.event(e)
	return true
}

// event is the item's, or that of its next block.
func (l *list) event(e *Event) {
	if len(l.blocks) == 0 {
		l.blocks = l.item.blocks
	}
	if len(l.blocks) == 0 {
		e.Source = l.item.addr
		return
	}
	e.Prefix, l.blocks, e.masked = l.blocks[0], l.blocks[1:], l.item.masked
	e.Source = e.Prefix.Addr()
	if e.Prefix.IsSingleIP() {
		e.Prefix = netip.Prefix{}
	}
}

// withoutComment trims a line.
func withoutComment(line []byte) []byte {
	if i := bytes.IndexByte(line, '#'); i >= 0 {
		line = line[:i]
	}
	if i := bytes.Index(line, []byte("//")); i >= 0 {
		line = line[:i]
	}
	line = trimItems(line)
	if bytes.HasPrefix(line, []byte(";")) {
		return nil
	}
	if i := bytes.IndexByte(line, ';'); i > 0 && line[i-1] <= ' ' {
		line = line[:i]
	}
	return trimItems(line)
}

func isSeparator(c byte) bool { return c == ' ' || c == '\t' || c == ',' || c == '|' }

// trimItems takes off the separators around items.
func trimItems(b []byte) []byte {
	for len(b) > 0 && isSeparator(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && (isSeparator(b[len(b)-1]) || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// cutItem cuts off the first item.
func cutItem(b []byte) (word, rest []byte) {
	for i, c := range b {
		if isSeparator(c) || c == ';' {
			return b[:i], trimItems(b[i+1:])
		}
	}
	return b, nil
}

// read makes sense of an item, without an allocation for an address.
func (t *item) read(b []byte) (ok bool) {
	t.blocks, t.masked = nil, false
	if t.addr, ok = parseAddr(b); ok {
		return true
	}
	b = bytes.Trim(b, `"'`)
	if i := bytes.IndexAny(b, "[("); i > 0 && len(b) <= len(t.plain) { // 192[.]0[.]2[.]1
		plain := t.plain[:0]
		for _, c := range b {
			if bytes.IndexByte([]byte("[]()"), c) < 0 {
				plain = append(plain, c)
			}
		}
		b = plain
	} else {
		b = bytes.TrimPrefix(b, []byte("["))
		b = bytes.Trim(bytes.TrimSuffix(b, []byte("]")), `"'`)
	}
	if t.addr, ok = parseAddr(b); ok {
		return true
	}
	if p, ok := parsePrefix(b); ok {
		t.room[0] = p
		t.blocks, t.masked = t.room[:], isMasked(b)
		return true
	}
	first, last, found := bytes.Cut(b, []byte("-"))
	if !found {
		return false
	}
	from, ok1 := parseAddr(first)
	to, ok2 := parseAddr(last)
	if !ok1 || !ok2 || from.BitLen() != to.BitLen() || to.Less(from) {
		return false
	}
	t.blocks = blocksOf(from, to)
	return true
}

// parsePrefix reads a block: with its length, or with letters or stars in place of the parts
// that were cut off, as in 192.0.2.x.
func parsePrefix(b []byte) (netip.Prefix, bool) {
	if i := bytes.IndexByte(b, '/'); i > 0 && len(b)-i <= 4 {
		addr, ok := parseAddr(b[:i])
		bits, okBits := parseNumber(b[i+1:])
		if !ok || !okBits || i+1 == len(b) || bits > uint64(addr.BitLen()) {
			return netip.Prefix{}, false
		}
		if addr.Is4In6() {
			if bits < 96 {
				return netip.Prefix{}, false
			}
			addr, bits = addr.Unmap(), bits-96
		}
		return netip.PrefixFrom(addr, int(bits)).Masked(), true
	}
	return parseMasked(b)
}

// isMasked reports whether the word of a block is an address with parts that were cut off.
func isMasked(word []byte) bool { return bytes.IndexByte(word, '/') < 0 }

// parseMasked reads dotted quads that end in x, xx, xxx or *.
func parseMasked(b []byte) (netip.Prefix, bool) {
	var ip [4]byte
	known, octets := 0, 0
	for rest, more := b, true; more; octets++ {
		var part []byte
		part, rest, more = bytes.Cut(rest, []byte("."))
		if octets == 4 || len(part) == 0 || len(part) > 3 {
			return netip.Prefix{}, false
		}
		if len(bytes.Trim(part, "xX*")) == 0 {
			continue
		}
		n, ok := parseNumber(part)
		if !ok || n > 255 || known < octets || part[0] == '-' {
			return netip.Prefix{}, false
		}
		ip[octets] = byte(n)
		known++
	}
	if octets != 4 || known == 0 || known == 4 {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(netip.AddrFrom4(ip), 8*known), true
}

// blocksOf cuts a range into the fewest blocks.
func blocksOf(from, to netip.Addr) (blocks []netip.Prefix) {
	for from.IsValid() && !to.Less(from) {
		bits := from.BitLen()
		for bits > 0 {
			wider := netip.PrefixFrom(from, bits-1).Masked()
			if wider.Addr() != from || to.Less(lastOf(wider)) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(from, bits)
		blocks = append(blocks, p)
		from = lastOf(p).Next()
	}
	return blocks
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// listLines counts the lines that are of addresses alone.
func listLines(lines [][]byte) (n int) {
	var l list
	for _, line := range lines {
		if l.parse(line, new(Event)) == "" {
			n++
		}
	}
	return n
}

// countedLines counts those that are a number and an address. Numbers that are all times are
// no counts.
func countedLines(lines [][]byte) (n int) {
	l := list{counted: true}
	var k clock.Parser
	times := 0
	for _, line := range lines {
		if l.parse(line, new(Event)) == "" {
			n++
			count, _, _ := bytes.Cut(withoutComment(line), []byte(" "))
			if _, ok := k.Parse(count); ok {
				times++
			}
		}
	}
	if times == n {
		return 0
	}
	return n
}

func sniffList(h *head) int {
	records := 0
	for _, line := range h.lines {
		if len(withoutComment(line)) > 0 {
			records++
		}
	}
	if records == 0 {
		return 0
	}
	switch n := max(listLines(h.lines), countedLines(h.lines)); {
	case n == records:
		return 85
	case 10*n >= 9*records:
		return 70
	case 2*n >= records:
		return 30
	}
	return 0
}

func openList(h *head, o *Options, f *facts) (*plan, error) {
	if err := o.only(); err != nil {
		return nil, err
	}
	l := &list{counted: countedLines(h.lines) > listLines(h.lines)}
	s := newSelection()
	s.names["source"] = anywhere
	if l.counted {
		s.names["source"], s.names["count"] = "2", "1"
	}
	return &plan{selection: s, parse: l.parse, more: l.more}, nil
}
