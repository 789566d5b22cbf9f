package brief

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Trackers add links, mentions, references to issues and emoji of their own to what Markdown has. They do so when the
// backslashes are gone, but not in code. So a word that has one is shown as code.
var (
	// wordlike is what may have a reference in it.
	wordlike = regexp.MustCompile(`[\pL\pM\pN@:/.~%+&=?#!^$*_-]+`)

	// references are what trackers link or replace.
	references = regexp.MustCompile(`(?i)[a-z]://|\bwww\.|@.|\b(mailto|xmpp):.|:[a-z_+-][a-z0-9_+-]*:|:[0-9]{3,}:|` +
		`\bGH-[0-9]|[#~%]\w|[!&^$][0-9]`)

	// labelled are references to names in quotation marks. An invisible joiner stops them.
	labelled = regexp.MustCompile(`([~%])"`)

	// namedChars are characters by their names.
	namedChars = regexp.MustCompile(`&([#\w])`)

	// special are the characters that lose their meaning by a backslash.
	special = strings.NewReplacer(
		`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`, `|`, `\|`,
		`~`, `\~`, `$`, `\$`,
	)

	// beginnings are what has a meaning at the begin of a line only.
	beginnings = regexp.MustCompile(`^(#|[-+=]|[0-9]{1,9}[.)](\s|$))`)
)

// mdText is a text as Markdown: on one line, and nothing in it is markup, a link, a mention or an image. At the begin
// of a line, [mdStart] has to follow.
func mdText(s string) string {
	s = mdLine(s)
	var b strings.Builder
	at := 0
	for _, place := range wordlike.FindAllStringIndex(s, -1) {
		word := s[place[0]:place[1]]
		if !references.MatchString(word) {
			continue
		}
		b.WriteString(mdPlain(s[at:place[0]]))
		code := strings.TrimRight(word, ".:?!") // of the sentence
		if !references.MatchString(code) {
			code = word
		}
		b.WriteString("`" + code + "`")
		at = place[0] + len(code)
	}
	b.WriteString(mdPlain(s[at:]))
	return b.String()
}

func mdPlain(s string) string {
	s = namedChars.ReplaceAllString(special.Replace(s), `\&$1`)
	return labelled.ReplaceAllString(s, "${1}\u2060\"")
}

// mdStart is Markdown at the begin of a line. It begins no list, heading or table.
func mdStart(markdown string) string {
	begin := strings.TrimRightFunc(beginnings.FindString(markdown), unicode.IsSpace)
	if begin == "" {
		return markdown
	}
	last := len(begin) - 1
	return begin[:last] + `\` + markdown[last:]
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
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

// mdCode is a text to copy.
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
