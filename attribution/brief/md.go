package brief

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Trackers add links, mentions, references to issues and emoji of their own to what Markdown has, and do so when the
// backslashes are gone. An invisible joiner between two characters stops them all.
const joiner = "\u2060"

var (
	// special are the characters that lose their meaning by a backslash.
	special = strings.NewReplacer(
		`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`, `&`, `\&`, `|`, `\|`,
		`~`, `\~`, `$`, `\$`,
	)

	// references are what trackers link or replace. A joiner comes between the two parts of each.
	references = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*:)(//)|(\bwww)(\.)|(@)([^\s\x{2060}])|` +
		`(\b(?:mailto|xmpp|javascript|data|tel):)([^\s\x{2060}])|(:)([a-z_+-][a-z0-9_+-]*:|[0-9]{3,}:)|` +
		`(\bGH-)([0-9])|([#!%&~^])([\w"])`)

	// beginnings are what has a meaning at the begin of a line only.
	beginnings = regexp.MustCompile(`^(#{1,6}|[-+=]|[0-9]{1,9}[.)])`)
)

// mdText is a text as Markdown: on one line, and nothing in it is markup, a link, a mention or an image.
func mdText(s string) string {
	s = mdLine(s)
	for references.MatchString(s) { // what ends one may begin the next
		s = references.ReplaceAllStringFunc(s, func(ref string) string {
			parts := references.FindStringSubmatch(ref)
			for i := 1; i+1 < len(parts); i += 2 {
				if parts[i] != "" {
					return parts[i] + joiner + parts[i+1]
				}
			}
			return ref
		})
	}
	s = special.Replace(s)
	return beginnings.ReplaceAllStringFunc(s, func(begin string) string {
		last := len(begin) - 1
		return begin[:last] + `\` + begin[last:]
	})
}

// mdLine is a text on one line, with a sign in the place of what does not print. Spaces of other widths stay.
func mdLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r), unicode.Is(unicode.Zs, r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return utf8.RuneError
	}, s)
	return strings.Trim(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " "), " ")
}

// mdCode is a text to copy. In a cell of a table, a bar needs a backslash even there.
func mdCode(s string) string {
	s = mdLine(s)
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

func mdCodeCell(s string) string { return strings.ReplaceAll(mdCode(s), "|", `\|`) }

// mdBlock is a line to copy, as a block of its own.
func mdBlock(s string) string {
	s = mdLine(s)
	fence := strings.Repeat("`", max(3, longestRun(s)+1))
	return fence + "\n" + s + "\n" + fence + "\n"
}

// longestRun is how many backticks there are in a row.
func longestRun(s string) (longest int) {
	run := 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
