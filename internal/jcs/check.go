package jcs

import (
	"fmt"
	"strconv"
)

// Error says where a text is not canonical JSON.
type Error struct {
	Path string // from the root, as ".report.origins[3]"
	At   int    // byte of the text, from 0
	What string
}

// Error returns the place as a JSON path (RFC 9535), the byte and what is wrong.
func (e *Error) Error() string { return fmt.Sprintf("$%s at byte %d: %s", e.Path, e.At, e.What) }

const maxDepth = 16

// Check reports whether data is one canonical JSON value and nothing else; if not,
// the error is an [*Error]. It takes no memory that grows with data.
func Check(data []byte) error {
	c := checker{data: data}
	err := c.value(0)
	if err == nil && c.at < len(data) {
		err = c.fail("%d bytes follow the value", len(data)-c.at)
	}
	if err != nil {
		return err
	}
	return nil
}

type checker struct {
	data []byte
	at   int
}

func (c *checker) fail(format string, args ...any) *Error {
	return &Error{"", c.at, fmt.Sprintf(format, args...)}
}

// in puts the place of e below a key or an index.
func in(e *Error, step string) *Error {
	if e != nil {
		e.Path = step + e.Path
	}
	return e
}

func (c *checker) peek() byte {
	if c.at < len(c.data) {
		return c.data[c.at]
	}
	return 0
}

// unexpected says what stands here in place of what is wanted.
func (c *checker) unexpected(want string) *Error {
	if c.at == len(c.data) {
		return c.fail("the text ends, want %s", want)
	}
	return c.fail("%q, want %s", c.data[c.at], want)
}

func (c *checker) value(depth int) *Error {
	if depth > maxDepth {
		return c.fail("nested more than %d deep", maxDepth)
	}
	switch b := c.peek(); {
	case b == '{':
		return c.object(depth)
	case b == '[':
		return c.array(depth)
	case b == '"':
		_, err := c.string()
		return err
	case b == '-' || b >= '0' && b <= '9':
		return c.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if len(c.data)-c.at >= len(word) && string(c.data[c.at:c.at+len(word)]) == word {
			c.at += len(word)
			return nil
		}
	}
	return c.unexpected("a value")
}

func (c *checker) object(depth int) *Error {
	c.at++
	if c.peek() == '}' {
		c.at++
		return nil
	}
	for last, first := "", true; ; first = false {
		at := c.at
		if c.peek() != '"' {
			return c.unexpected("a key")
		}
		text, err := c.string()
		if err != nil {
			return err
		}
		key := string(text)
		switch {
		case !isKey(key):
			return &Error{"", at, fmt.Sprintf("key %.40q", key)}
		case !first && key == last:
			return &Error{"", at, fmt.Sprintf("key %.40q for the second time", key)}
		case !first && key < last:
			return &Error{"", at, fmt.Sprintf("key %.40q behind %.40q, want ascending order", key, last)}
		}
		last = key
		if c.peek() != ':' {
			return in(c.unexpected("a colon"), "."+key)
		}
		c.at++
		if err := c.value(depth + 1); err != nil {
			return in(err, "."+key)
		}
		if end, err := c.next('}'); end || err != nil {
			return err
		}
	}
}

func (c *checker) array(depth int) *Error {
	c.at++
	if c.peek() == ']' {
		c.at++
		return nil
	}
	for i := 0; ; i++ {
		if err := c.value(depth + 1); err != nil {
			return in(err, "["+strconv.Itoa(i)+"]")
		}
		if end, err := c.next(']'); end || err != nil {
			return err
		}
	}
}

// next passes over the comma, or over what ends the list.
func (c *checker) next(closing byte) (end bool, err *Error) {
	switch c.peek() {
	case closing:
		c.at++
		return true, nil
	case ',':
		c.at++
		return false, nil
	}
	return false, c.unexpected(fmt.Sprintf("a comma or %q", closing))
}

// string passes over a string and returns what is between its quotes.
func (c *checker) string() ([]byte, *Error) {
	begin := c.at + 1
	for i := begin; i < len(c.data); i++ {
		switch b := c.data[i]; {
		case b == '"':
			text := c.data[begin:i]
			if !canonicalString(text) {
				return nil, c.fail("a string with bytes that are no UTF-8, or escapes that need not be")
			}
			c.at = i + 1
			return text, nil
		case b < ' ':
			c.at = i
			return nil, c.fail("control character %q in a string", b)
		case b == '\\':
			i++
		}
	}
	return nil, c.fail("a string without end")
}

func (c *checker) number() *Error {
	end := c.at
	for end < len(c.data) && end-c.at < 32 {
		if b := c.data[end]; (b < '0' || b > '9') && b != '-' && b != '+' && b != '.' && b != 'e' {
			break
		}
		end++
	}
	text := string(c.data[c.at:end])
	if !isInteger(text) {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || string(appendFloat(nil, v)) != text {
			return c.fail("number %q is not in its one form", text)
		}
	}
	c.at = end
	return nil
}
