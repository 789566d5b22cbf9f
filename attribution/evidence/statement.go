package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
)

const maxDepth = 16 // of values in a file

// wholeNumbers keeps integers of 64 bits, which RFC 8785 would round to doubles.
var wholeNumbers = jsontext.CanonicalizeRawInts(false)

// canonical is what encoding/json makes of v, in the form of RFC 8785.
func canonical(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	text := jsontext.Value(plain)
	return text, text.Canonicalize(wholeNumbers)
}

// checkCanonical returns where a text is not one value in canonical form, or nil. It takes
// some five times the memory of the text.
func checkCanonical(text []byte) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			break
		}
		wrong := ""
		switch {
		case err != nil:
			return syntax(err)
		case d.StackDepth() > maxDepth:
			wrong = fmt.Sprintf("nested more than %d deep", maxDepth)
		case token.Kind() == jsontext.KindNumber && token.String() == "-0": // whole, and kept as it is
			wrong = "a negative zero"
		}
		if wrong != "" {
			return invalid(part{path: d.StackPointer(), at: int(d.InputOffset()) - 1}, "%s", wrong)
		}
	}
	own := jsontext.Value(bytes.Clone(text))
	if err := own.Canonicalize(wholeNumbers); err != nil {
		return syntax(err)
	}
	if bytes.Equal(own, text) {
		return nil
	}
	at := 0
	for at < len(own) && own[at] == text[at] {
		at++
	}
	return invalid(part{path: pointerAt(text, at), at: at}, "not in canonical form (RFC 8785)")
}

// pointerAt is the value that byte at belongs to.
func pointerAt(text []byte, at int) jsontext.Pointer {
	d := jsontext.NewDecoder(bytes.NewBuffer(text))
	for d.InputOffset() <= int64(at) {
		if _, err := d.ReadToken(); err != nil {
			break
		}
	}
	return d.StackPointer()
}

// syntax is the error for what is no JSON.
func syntax(err error) error {
	var s *jsontext.SyntacticError
	if errors.As(err, &s) {
		return invalid(part{path: s.JSONPointer, at: int(s.ByteOffset)}, "%w", s.Err)
	}
	return invalid(part{}, "%w", err)
}

// invalid is the error for a file that is no evidence.
func invalid(p part, format string, args ...any) error {
	return fmt.Errorf("evidence: %w: %s: %w", attribution.ErrInvalidEncoding, p, fmt.Errorf(format, args...))
}

// part is a value in a text that is known to be canonical.
type part struct {
	path jsontext.Pointer
	at   int            // byte of the file where it begins
	text jsontext.Value // nil: there is none
}

// String names the place, such as "/evidence/report at byte 700".
func (p part) String() string {
	if p.path == "" {
		return fmt.Sprintf("at byte %d", p.at)
	}
	return fmt.Sprintf("%s at byte %d", clip([]byte(p.path)), p.at)
}

// parts yields the members of an object or the elements of a list, and nothing of any other
// value.
func (p part) parts() iter.Seq[part] {
	return func(yield func(part) bool) {
		if kind := p.text.Kind(); kind != jsontext.KindBeginObject && kind != jsontext.KindBeginArray {
			return
		}
		d := jsontext.NewDecoder(bytes.NewBuffer(p.text))
		_, err := d.ReadToken()
		for err == nil && d.PeekKind() != jsontext.KindEndObject && d.PeekKind() != jsontext.KindEndArray {
			if p.text.Kind() == jsontext.KindBeginObject {
				_, _ = d.ReadToken() // the name, which is part of the pointer
			}
			var value jsontext.Value
			if value, err = d.ReadValue(); err != nil {
				return
			}
			to := int(d.InputOffset())
			from := to - len(value)
			if !yield(part{p.path + d.StackPointer(), p.at + from, p.text[from:to:to]}) {
				return
			}
		}
	}
}

// members returns the members of an object, which are those of required and maybe some of
// optional.
func (p part) members(required []string, optional ...string) (map[string]part, error) {
	if p.text.Kind() != jsontext.KindBeginObject {
		return nil, invalid(p, "%s, want an object", clip(p.text))
	}
	found := map[string]part{}
	for member := range p.parts() {
		name := member.path.LastToken()
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			return nil, invalid(member, "unknown name")
		}
		found[name] = member
	}
	for _, name := range required {
		if _, ok := found[name]; !ok {
			return nil, invalid(p, "no member %q", name)
		}
	}
	return found, nil
}

const maxClip = 200 // bytes

// clip bounds what is quoted of a file.
func clip(text []byte) string {
	if len(text) > maxClip {
		return printable(string(text[:maxClip])) + "..."
	}
	return printable(string(text))
}

// printable escapes what does not print, as JSON does: nothing in a file may pass for a line
// of whoever prints it.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if c := string(r); r == utf8.RuneError || snapshot.Clean(c) != c {
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
