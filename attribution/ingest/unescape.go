package ingest

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape appends the text of a well-formed JSON string without its quotes. A surrogate
// without its other half is U+FFFD, as in encoding/json.
func unescape(dst, src []byte) []byte {
	for len(src) > 0 {
		i := bytes.IndexByte(src, '\\')
		if i < 0 || i+1 == len(src) {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		c := src[i+1]
		src = src[i+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			var r rune
			r, src = hexRune(src)
			if utf16.IsSurrogate(r) {
				second := rune(utf8.RuneError)
				if len(src) >= 6 && src[0] == '\\' && src[1] == 'u' {
					second, _ = hexRune(src[2:])
				}
				if r = utf16.DecodeRune(r, second); r != utf8.RuneError {
					src = src[6:]
				}
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// hexRune reads four hexadecimal digits.
func hexRune(b []byte) (r rune, rest []byte) {
	n := min(4, len(b))
	for _, c := range b[:n] {
		v, _ := hexValue(c)
		r = r<<4 | rune(v)
	}
	return r, b[n:]
}
