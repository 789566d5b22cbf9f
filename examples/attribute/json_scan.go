package main

import (
	"bytes"
	"strings"
)

// jsonScanner checks the grammar of RFC 8259 and remembers a few values on
// the way. Its methods report whether what they read was well formed.
type jsonScanner struct {
	text  []byte
	pos   int
	found [len(jsonPaths{})][]byte
}

// maxDepth is how deeply values may be nested, as in encoding/json.
const maxDepth = 10000

func (s *jsonScanner) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end.
func (s *jsonScanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// is passes over c and the blanks before and behind it, if c comes next.
func (s *jsonScanner) is(c byte) bool {
	s.space()
	if s.peek() != c {
		return false
	}
	s.pos++
	s.space()
	return true
}

// object reads an object, looking in it for the paths.
func (s *jsonScanner) object(paths jsonPaths, depth int) bool {
	if !s.is('{') || depth == maxDepth {
		return false
	}
	if s.is('}') {
		return true
	}
	for {
		start := s.pos
		if !s.string() {
			return false
		}
		name, ok := jsonString(s.text[start:s.pos])
		if !ok || !s.is(':') {
			return false
		}
		var hit [len(jsonPaths{})]bool
		var inner jsonPaths
		for i, path := range paths {
			hit[i], inner[i] = match(path, name)
		}
		start = s.pos
		if s.peek() == '{' {
			ok = s.object(inner, depth+1)
		} else {
			ok = s.value(depth + 1)
		}
		if !ok {
			return false
		}
		for i := range hit {
			if hit[i] {
				s.found[i] = s.text[start:s.pos]
			}
		}
		if s.is('}') {
			return true
		}
		if !s.is(',') {
			return false
		}
	}
}

// match compares a path with a member's name: it is that member, or rest lies
// within that member. Case does not count.
func match(path string, name []byte) (hit bool, rest string) {
	n := len(name)
	if path == "" || n > len(path) || !strings.EqualFold(path[:n], string(name)) {
		return false, ""
	}
	if n == len(path) {
		return true, ""
	}
	if path[n] == '.' {
		return false, path[n+1:]
	}
	return false, ""
}

func (s *jsonScanner) value(depth int) bool {
	switch c := s.peek(); c {
	case '{':
		return s.object(jsonPaths{}, depth)
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

func (s *jsonScanner) array(depth int) bool {
	if !s.is('[') || depth == maxDepth {
		return false
	}
	if s.is(']') {
		return true
	}
	for s.value(depth + 1) {
		if s.is(']') {
			return true
		}
		if !s.is(',') {
			return false
		}
	}
	return false
}

func (s *jsonScanner) literal(word string) bool {
	ok := bytes.HasPrefix(s.text[s.pos:], []byte(word))
	s.pos += len(word)
	return ok
}

func (s *jsonScanner) string() bool {
	if s.peek() != '"' {
		return false
	}
	for i := s.pos + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return true
		case c < ' ':
			return false
		case c == '\\':
			i++
			if i == len(s.text) {
				return false
			}
			if s.text[i] == 'u' {
				for range 4 {
					i++
					if i == len(s.text) {
						return false
					}
					if _, ok := hexValue(s.text[i]); !ok {
						return false
					}
				}
			} else if bytes.IndexByte([]byte(`"\/bfnrt`), s.text[i]) < 0 {
				return false
			}
		}
	}
	return false
}

func (s *jsonScanner) number() bool {
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
func (s *jsonScanner) digits() bool {
	start := s.pos
	for isDigit(s.peek()) {
		s.pos++
	}
	return s.pos > start
}
