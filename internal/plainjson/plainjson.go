// Package plainjson makes JSON harmless to terminals.
package plainjson

import (
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape writes escapes for the characters of a document that a terminal obeys and does not print. They move the
// cursor, or turn the direction of writing. The document stays the same to every reader of JSON. Line feeds stay as
// they are.
func Escape(document []byte) []byte {
	escaped := make([]byte, 0, len(document))
	for len(document) > 0 {
		r, size := utf8.DecodeRune(document)
		switch {
		case r == '\n' || unicode.IsPrint(r):
			escaped = append(escaped, document[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
		document = document[size:]
	}
	return escaped
}
