package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names of databases, lists, networks and targets come from files of others. Nothing in one may end a line, move the
// cursor, turn the direction of writing, or pass for a sentence of this package.

const (
	longestName   = 60  // runes of a name
	longestCredit = 300 // runes of a credit line
	longestMarks  = 3   // accents and the like on one letter
)

// clean leaves of a text what can be seen, on one line, and at most so many runes of it.
func clean(s string, most int) string {
	var b strings.Builder
	runes, marks, space := 0, 0, false
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size <= 1 {
				continue
			}
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Z, r) {
			space = runes > 0
			continue
		}
		if !unicode.IsPrint(r) {
			continue
		}
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if marks > longestMarks {
			continue
		}
		if space {
			runes++
		}
		if runes >= most {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
		runes++
	}
	return b.String()
}

// quoted is a name as it is shown: between quotation marks, of which it has none itself.
func (p *Printer) quoted(name string) string { return p.quotedUpTo(name, longestName) }

func (p *Printer) quotedUpTo(name string, most int) string {
	return say(p.words.quote, args{"name": word(unquoted.Replace(clean(name, most)))})
}

var unquoted = strings.NewReplacer(`"`, "'", "“", "'", "”", "'", "„", "'", "«", "'", "»", "'")

// joined lists things: "a, b and c" for the word "and".
func (p *Printer) joined(things []string, with string) string {
	if len(things) == 0 {
		return ""
	}
	last := len(things) - 1
	if last == 0 {
		return things[0]
	}
	return strings.Join(things[:last], p.words.comma) + with + things[last]
}
