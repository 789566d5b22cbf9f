package ingest

import (
	"bytes"
	mathbits "math/bits"
)

// A layout is the names of an object's members, in their order. Writers keep it, so that most
// names need only be compared with those of the object before.
type layout struct {
	members []member
}

// member is a name, and what the scanner has found out about it.
type member struct {
	text  []byte // in quotes, with the colon
	hits  uint   // the paths that end here
	inner active // those that lead further
	below layout // of the value, if some do
}

// The most that a layout remembers.
const (
	maxLayout = 100
	maxName   = 80
)

// next finds the member that text begins with: the next one from k on, or the one behind it,
// since some members are not in every object.
func (l *layout) next(text []byte, k int) (at int, ok bool) {
	for at = k; at < len(l.members) && at < k+2; at++ {
		if bytes.HasPrefix(text, l.members[at].text) {
			return at, true
		}
	}
	return k, false
}

// learn adds a member behind the others. It is nil if there are too many.
func (l *layout) learn(text []byte, hits uint, inner *active) *member {
	n := len(l.members)
	if n == maxLayout || len(text) > maxName {
		return nil
	}
	if n < cap(l.members) {
		l.members = l.members[:n+1] // with the memory of an earlier one
	} else {
		l.members = append(l.members, member{})
	}
	m := &l.members[n]
	m.text, m.hits, m.inner = append(m.text[:0], text...), hits, *inner
	m.below.members = m.below.members[:0]
	return m
}

// object reads an object, looking in it for the active paths.
func (s *scanner) object(a active, depth int) bool { return s.members(&a, depth, s.layout) }

var noPath active

// members is object. Known is the layout of the object before, or nil.
func (s *scanner) members(a *active, depth int, known *layout) bool {
	if depth == maxDepth || s.peek() != '{' {
		return false
	}
	s.pos++
	if s.space(); s.peek() == '}' {
		s.pos++
		return true
	}
	k, missed := 0, 0
	var own active
	for {
		var hits uint
		inner, below := &noPath, (*layout)(nil)
		same := false
		if known != nil {
			if k, same = known.next(s.text[s.pos:], k); same {
				m := &known.members[k]
				s.pos += len(m.text)
				if hits, inner = m.hits, &m.inner; inner.bits != 0 {
					below = &m.below
				}
				k++
			}
		}
		if !same {
			start := s.pos
			if !s.string() {
				return false
			}
			name, escaped := s.text[start+1:s.pos-1], s.escaped
			if s.space(); s.peek() != ':' {
				return false
			}
			s.pos++
			if a.bits != 0 && escaped {
				name, _ = jsonString(s.text[start : start+len(name)+2])
			}
			if a.mayHave(name) {
				own = active{}
				inner = &own
				hits = s.match(a, name, inner)
			}
			switch {
			case known == nil:
			case k < len(known.members):
				missed++
			default:
				if m := known.learn(s.text[start:s.pos], hits, inner); m != nil && inner.bits != 0 {
					below = &m.below
				}
				k = len(known.members)
			}
		}
		s.space()
		start := s.pos
		ok := false
		switch s.peek() {
		case '"':
			ok = s.string()
		case '{':
			ok = s.members(inner, depth+1, below)
		default:
			ok = s.value(depth + 1)
		}
		if !ok {
			return false
		}
		for ; hits != 0; hits &= hits - 1 {
			i := mathbits.TrailingZeros(hits)
			s.found[i] = s.text[start:s.pos]
			if s.escapes &^= 1 << i; s.escaped {
				s.escapes |= 1 << i
			}
		}
		s.space()
		switch s.peek() {
		case '}':
			s.pos++
			if missed > k { // another kind of object
				known.members = known.members[:0]
			}
			return true
		case ',':
			s.pos++
			s.space()
		default:
			return false
		}
	}
}

// match finds the paths that end with a member of this name, and those that lead into it.
func (s *scanner) match(a *active, name []byte, inner *active) (hits uint) {
	for bits := a.bits; bits != 0; bits &= bits - 1 {
		i := mathbits.TrailingZeros(bits)
		path := s.paths[i][a.from[i]:]
		if len(path) < len(name) || path[:len(name)] != string(name) {
			continue
		}
		if len(path) == len(name) {
			hits |= 1 << i
		} else if path[len(name)] == '.' {
			inner.add(i, s.paths[i], int(a.from[i])+len(name)+1)
		}
	}
	return hits
}
