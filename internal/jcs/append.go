package jcs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Append appends the canonical form of what encoding/json makes of v. The error is
// that of encoding/json, or says that a key cannot be written.
func Append(b []byte, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return b, err
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return b, err
	}
	whole, err := appendValue(b, tree)
	if err != nil {
		return b, err
	}
	return whole, nil
}

func appendValue(b []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case string:
		return appendString(b, v), nil
	case json.Number:
		return appendNumber(b, string(v))
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendValue(b, e); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		b = append(b, '{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			if !isKey(key) {
				return b, fmt.Errorf("jcs: key %.40q", key)
			}
			b = append(appendString(b, key), ':')
			if b, err = appendValue(b, v[key]); err != nil {
				return b, err
			}
		}
		return append(b, '}'), nil
	}
	return fmt.Append(b, jsonWord(v)), nil
}

func jsonWord(v any) string {
	switch v {
	case true:
		return "true"
	case false:
		return "false"
	}
	return "null"
}

func isKey(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

const escaped = "btn\vfr" // what stands behind the backslash for bytes 8 to 13; 11 has no such form

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= 8 && c <= 13 && c != '\v':
			b = append(b, '\\', escaped[c-8])
		case c < ' ':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// appendNumber appends a number that has any JSON form.
func appendNumber(b []byte, s string) ([]byte, error) {
	if s == "-0" {
		s = "0"
	}
	if isInteger(s) {
		return append(b, s...), nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return b, err
	}
	return appendFloat(b, v), nil
}

// isInteger reports whether s is an integer of 64 bits in its one form.
func isInteger(s string) bool {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return strconv.FormatInt(n, 10) == s
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && strconv.FormatUint(n, 10) == s
}

// appendFloat writes the shortest decimal form that reads back as v, laid out as
// ECMAScript does.
func appendFloat(b []byte, v float64) []byte {
	plain, err := json.Marshal(v) // which is laid out so
	if err != nil || string(plain) == "-0" {
		return append(b, '0')
	}
	return append(b, plain...)
}

// canonicalString reports whether the text between two quotes is in its one form.
func canonicalString(s []byte) bool {
	if !utf8.Valid(s) {
		return false
	}
	if bytes.IndexByte(s, '\\') < 0 {
		return true
	}
	quoted := append(append([]byte{'"'}, s...), '"')
	var plain string
	return json.Unmarshal(quoted, &plain) == nil && bytes.Equal(appendString(nil, plain), quoted)
}
