package ingest

import (
	"bytes"
	"net/netip"
	"slices"
)

// anywhere stands for every address of a line, as the name of the source.
const anywhere = "every address"

// anyText finds every address in any text. It knows no time, and not who spoke to whom.
// A line counts an address once, as far as it can remember.
type anyText struct {
	rest []byte
	seen [8]netip.Addr // in the line
	n    int
}

func (x *anyText) parse(line []byte, e *Event) fault {
	x.rest, x.n = line, 0
	if !x.more(e) {
		return noRecord
	}
	return ""
}

func (x *anyText) more(e *Event) bool {
	for {
		a, rest, ok := nextAddr(x.rest)
		if x.rest = rest; ok && slices.Contains(x.seen[:min(x.n, len(x.seen))], a) {
			continue
		}
		if ok {
			x.seen[x.n%len(x.seen)] = a
			x.n++
		}
		e.Source = a
		return ok
	}
}

// nextAddr finds the next address, and returns what stands behind it.
func nextAddr(b []byte) (a netip.Addr, rest []byte, ok bool) {
	for i := 0; i < len(b); {
		c := b[i]
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') && !bytes.HasPrefix(b[i:], []byte("::")) {
			i++
			continue
		}
		// A word of what addresses are made of begins here.
		end := i
		dots, colons := 0, 0
		for end < len(b) && isAddrByte(b[end]) {
			switch b[end] {
			case '.':
				dots++
			case ':':
				colons++
			}
			end++
		}
		if (dots >= 3 || colons >= 2) && startsWord(b, i) {
			if a, ok := wordAddr(b[i:end], end < len(b) && b[end] != '-' && isWordByte(b[end])); ok {
				return a, b[end:], true
			}
		}
		for end < len(b) && isWordByte(b[end]) {
			end++
		}
		i = max(end, i+1)
	}
	return netip.Addr{}, nil, false
}

func isAddrByte(c byte) bool {
	return isDigit(c) || c == '.' || c == ':' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// isWordByte reports what may not stand next to an address.
func isWordByte(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '-' || c >= 0x80
}

// startsWord reports whether an address may begin at i. Agent/1.2.3.4 is a version.
func startsWord(b []byte, i int) bool {
	if i == 0 {
		return true
	}
	switch c := b[i-1]; {
	case c == '/':
		return i < 2 || b[i-2] == '/' || b[i-2] == ' '
	case c == '.' || isWordByte(c):
		return false
	}
	return true
}

// wordAddr reads a word: an address, perhaps with a port, or with the stop of a sentence.
func wordAddr(word []byte, goesOn bool) (netip.Addr, bool) {
	if goesOn { // 192.0.2.1-192.0.2.9 is two, but 192.0.2.1a is none
		return netip.Addr{}, false
	}
	word = bytes.TrimRight(word, ".")
	if len(word) > 1 && word[len(word)-1] == ':' && !bytes.HasSuffix(word, []byte("::")) {
		word = word[:len(word)-1]
	}
	a, ok := parseAddr(word)
	if ok && a.Is6() && !a.Is4In6() {
		// "::" and "a::b" are words of programs.
		digits := 0
		for _, c := range word {
			if isDigit(c) {
				digits++
			}
		}
		ok = digits > 0 && bytes.Count(word, []byte(":")) > 1 && len(word) > 3
	}
	return a, ok
}

// sniffText takes any text in which one address a line tells who it was. With more it is open
// which of them are clients.
func sniffText(h *head) int {
	with, many := 0, 0
	var only netip.Addr
	varies := false
	for _, line := range h.lines {
		first, rest, ok := nextAddr(line)
		if !ok {
			continue
		}
		with++
		varies = varies || with > 1 && first != only
		only = first
		for ok {
			var a netip.Addr
			if a, rest, ok = nextAddr(rest); ok && a != first {
				many++
				break
			}
		}
	}
	switch {
	case with == 0:
		return 0
	case 20*many <= with && (varies || with < 5): // what never varies is a server
		return enough
	}
	return enough - lead
}

func openText(h *head, o *Options, f *facts) (*plan, error) {
	if err := o.only(); err != nil {
		return nil, err
	}
	x := new(anyText)
	s := newSelection()
	s.names["source"] = anywhere
	if numbered(h.lines) {
		s.notTaken["count"] = "2"
	}
	return &plan{selection: s, parse: x.parse, more: x.more, notes: []string{noteNoTime, noteNoDirection}}, nil
}

// numbered reports whether the lines are an address and a number, which may be a count.
func numbered(lines [][]byte) bool {
	n := 0
	for _, line := range lines {
		word, number := cutItem(trimItems(line))
		_, isAddr := parseAddr(word)
		if _, ok := parseNumber(number); ok && isAddr && len(number) > 0 {
			n++
		}
	}
	return n > 0 && n == len(lines)
}
