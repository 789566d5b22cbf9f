package ingest

import (
	"bytes"
	"encoding/binary"
	mathbits "math/bits"
)

// scanner checks the grammar of RFC 8259 and remembers a few values on the way. Its methods
// report whether what they read was well formed. encoding/json would allocate for every
// record, and most fast readers accept text that is no JSON.
type scanner struct {
	text    []byte
	pos     int
	paths   *paths
	layout  *layout // of the outermost object, nil to remember none
	found   values
	escapes uint // of found: the strings with a backslash
	escaped bool // the last string has one
}

// paths are those of the values to remember, "" for none. A path goes into nested objects,
// and also finds a member whose own name has the dots, as the Elastic Common Schema has.
type paths [roleDate + 1]string

// active are the paths that lead into the object at hand, a bit for each, and how much of
// them lies behind.
type active struct {
	bits   uint
	from   [roleDate + 1]uint16
	begins uint64 // with which bytes what lies ahead begins, by their last six bits
}

// add makes a path active from a place on.
func (a *active) add(i int, path string, from int) {
	a.bits |= 1 << i
	a.from[i] = uint16(from)
	if from < len(path) {
		a.begins |= 1 << (path[from] & 63)
	}
}

// mayHave reports false if no active path begins with a member of this name.
func (a *active) mayHave(name []byte) bool {
	return a.bits != 0 && (len(name) == 0 || a.begins>>(name[0]&63)&1 != 0)
}

// all are the paths from the outermost object on.
func (p *paths) all() (a active) {
	for i, path := range p {
		if path != "" && len(path) < 1<<16 {
			a.add(i, path, 0)
		}
	}
	return a
}

// maxDepth is how deeply values may be nested.
const maxDepth = 256

func (s *scanner) space() {
	for s.pos < len(s.text) && s.text[s.pos] <= ' ' {
		if c := s.text[s.pos]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return
		}
		s.pos++
	}
}

// peek returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// is passes over c and the blanks before and behind it, if c comes next.
func (s *scanner) is(c byte) bool {
	s.space()
	if s.peek() != c {
		return false
	}
	s.pos++
	s.space()
	return true
}

func (s *scanner) value(depth int) bool {
	switch s.peek() {
	case '{':
		return s.object(active{}, depth)
	case '[':
		return s.array(depth)
	case '"':
		return s.string()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	}
	return s.number()
}

func (s *scanner) array(depth int) bool {
	if !s.is('[') || depth == maxDepth {
		return false
	}
	if s.peek() == ']' {
		s.pos++
		return true
	}
	for s.value(depth + 1) {
		if s.space(); s.peek() == ']' {
			s.pos++
			return true
		}
		if !s.is(',') {
			return false
		}
	}
	return false
}

func (s *scanner) literal(word string) bool {
	ok := bytes.HasPrefix(s.text[s.pos:], []byte(word))
	if ok {
		s.pos += len(word)
	}
	return ok
}

// plain returns the place of the first byte from i on that does not stand for itself in a
// string: a quote, a backslash or a control character. It looks at eight bytes at a time.
func plain(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, slash := x^'"'*ones, x^'\\'*ones
		found := ((quote-ones)&^quote | (slash-ones)&^slash | (x-' '*ones)&^x) & highs
		if found != 0 {
			return i + mathbits.TrailingZeros64(found)/8
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// string leaves the place at the end of the text if the string is not whole.
func (s *scanner) string() bool {
	if s.peek() != '"' {
		return false
	}
	i := plain(s.text, s.pos+1)
	s.escaped = i < len(s.text) && s.text[i] == '\\'
	for ; i < len(s.text); i = plain(s.text, i+1) {
		c := s.text[i]
		if c == '"' {
			s.pos = i + 1
			return true
		}
		if c != '\\' {
			return false
		}
		if i++; i == len(s.text) {
			break
		}
		if s.text[i] != 'u' {
			if bytes.IndexByte([]byte(`"\/bfnrt`), s.text[i]) < 0 {
				return false
			}
			continue
		}
		for n := 0; n < 4 && i+1 < len(s.text); n++ {
			i++
			if _, ok := hexValue(s.text[i]); !ok {
				return false
			}
		}
	}
	s.pos = len(s.text)
	return false
}

func (s *scanner) number() bool {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return false
	}
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return false
		}
	}
	if s.peek()|0x20 == 'e' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		return s.digits()
	}
	return true
}

// digits passes over one or more digits.
func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.text) && isDigit(s.text[s.pos]) {
		s.pos++
	}
	return s.pos > start
}

// scalar is the text of a value that was found.
func (s *scanner) scalar(i int) []byte {
	value := s.found[i]
	if len(value) > 1 && value[0] == '"' && s.escapes>>i&1 == 0 {
		return value[1 : len(value)-1]
	}
	return scalar(value)
}

// jsonString returns the text of a string value.
func jsonString(value []byte) ([]byte, bool) {
	if len(value) < 2 || value[0] != '"' {
		return nil, false
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner, true
	}
	return unescape(nil, inner), true
}

// scalar returns the text of a string, a number or a boolean, nil for null and for objects.
// Of an array it is the texts of its elements, between commas.
func scalar(value []byte) []byte {
	if len(value) == 0 {
		return nil
	}
	switch value[0] {
	case '"':
		text, _ := jsonString(value)
		return text
	case '{', 'n':
		return nil
	case '[':
		s := scanner{text: value}
		var list []byte
		for s.is('['); s.pos < len(value) && s.peek() != ']'; s.is(',') {
			start := s.pos
			if !s.value(1) {
				return nil
			}
			if len(list) > 0 {
				list = append(list, ',')
			}
			list = append(list, scalar(value[start:s.pos])...)
			s.space()
		}
		return list
	}
	return value
}
