package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// jsonText takes a few fields out of each line's object. A dotted path goes into
// nested objects, and also finds a member whose own name has the dot, as the
// Elastic Common Schema writes it. encoding/json would allocate for every line.
type jsonText struct {
	paths jsonPaths
	scan  jsonScanner
}

// jsonPaths are those of the address, the time and the target, "" if not asked for.
type jsonPaths [3]string

// openJSON settles the names of the fields by the first lines.
func openJSON(text *lines, sample [][]byte, cfg *config) (format, error) {
	if len(sample) == 0 {
		return format{}, errors.New("the file is empty")
	}
	var fields []string
	for _, line := range sample {
		var object map[string]any
		if json.Unmarshal(line, &object) == nil {
			fields = appendFields(fields, "", object)
		}
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	addresses := func(name string) (n int) {
		j := &jsonText{paths: jsonPaths{name}}
		for _, line := range sample {
			if j.parse(line, new(record)) == "" {
				n++
			}
		}
		return n
	}
	// A field that is asked for may well be missing from the first lines.
	name, err := cfg.addr, error(nil)
	if name == "" {
		if name, err = chooseName("", "field", fields, addresses); err != nil {
			return format{}, err
		}
	}
	if cfg.burst && cfg.time == "" {
		return format{}, noTimes("field", fields)
	}
	j := &jsonText{paths: jsonPaths{name, cfg.time, cfg.targetField()}}
	where := fmt.Sprintf("in field %q of an object on each line", name)
	if len(fields) > 0 {
		where += "; the first lines have the fields " + listNames(fields)
	}
	taken := map[string]string{}
	for i, what := range []string{"source", "time", "target"} {
		if path := j.paths[i]; path != "" {
			taken[what] = path
		}
	}
	return format{name: "json", where: where, next: text.next, parse: j.parse, fields: taken}, nil
}

// appendFields lists the paths of an object's members that are not objects.
func appendFields(fields []string, prefix string, object map[string]any) []string {
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok && strings.Count(prefix, ".") < 8 {
			fields = appendFields(fields, prefix+name+".", inner)
		} else {
			fields = append(fields, prefix+name)
		}
	}
	return fields
}

func (j *jsonText) parse(text []byte, r *record) fault {
	s := &j.scan
	*s = jsonScanner{text: text}
	s.space()
	if s.peek() != '{' || !s.object(j.paths, 0) {
		return "no JSON object"
	}
	if s.space(); s.pos < len(text) {
		return "more than a JSON object"
	}
	source, ok := jsonString(s.found[0])
	switch {
	case s.found[0] == nil:
		return "no such field"
	case !ok:
		return "its field holds no string"
	}
	if r.source, ok = parseSource(source); !ok {
		return "no address in its field"
	}
	if j.paths[1] != "" {
		at, ok := jsonString(s.found[1])
		if !ok {
			at = s.found[1] // a number
		}
		r.at, ok = parseTime(at)
		r.badTime = !ok
	}
	if j.paths[2] != "" {
		r.target = scalar(s.found[2])
	}
	return ""
}

// scalar returns the text of a string, a number or a boolean, nil for anything
// else.
func scalar(value []byte) []byte {
	if text, ok := jsonString(value); ok {
		return text
	}
	if len(value) == 0 || bytes.IndexByte([]byte(`{["n`), value[0]) >= 0 {
		return nil
	}
	return bytes.TrimSpace(value)
}

// jsonString returns the text of a string value.
func jsonString(value []byte) ([]byte, bool) {
	if len(value) == 0 || value[0] != '"' {
		return nil, false
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1], true
	}
	var s string
	err := json.Unmarshal(value, &s)
	return []byte(s), err == nil
}

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
