package jcs

import "strings"

// Value is a part of a text that [Check] has accepted.
type Value struct {
	Raw []byte
	At  int // where in the text it begins
}

// Walker steps through the members of an object or the elements of an array.
type Walker struct {
	v    Value
	next int
}

// Walk returns a Walker over v, which is at its end at once if v has no parts.
func (v Value) Walk() *Walker { return &Walker{v, 1} }

func (v Value) isObject() bool { return v.Raw[0] == '{' }
func (v Value) isArray() bool  { return v.Raw[0] == '[' }

// Next returns the next part, with its key if it is a member; ok is false behind
// the last.
func (w *Walker) Next() (key string, part Value, ok bool) {
	raw := w.v.Raw
	if !w.v.isObject() && !w.v.isArray() || w.next >= len(raw)-1 {
		return "", Value{}, false
	}
	if w.v.isObject() {
		end := skip(raw, w.next)
		key = string(raw[w.next+1 : end-1])
		w.next = end + 1
	}
	end := skip(raw, w.next)
	part = Value{raw[w.next:end], w.v.At + w.next}
	w.next = end + 1
	return key, part, true
}

// skip returns where the value at i ends.
func skip(raw []byte, i int) int {
	for depth := 0; ; {
		switch raw[i] {
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
			i++
		case ',', ':':
			i++
		default: // a number or a word
			for i < len(raw) && strings.IndexByte(",:]}", raw[i]) < 0 {
				i++
			}
		}
		if depth == 0 {
			return i
		}
	}
}
