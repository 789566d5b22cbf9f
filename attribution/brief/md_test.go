package brief

import (
	"strings"
	"testing"
	"unicode"
)

func TestMarkdownText(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"57.7 %, about 2.0":                "57.7 %, about 2.0",
		"  a \n b  ":                       "a b",
		"07:11:23 to 07:12:00":             "07:11:23 to 07:12:00",
		"mailbox-400@lagoon.example.":      "`mailbox-400@lagoon.example`.",
		"by DB-IP (https://db-ip.com), CC": "by DB-IP (`https://db-ip.com`), CC",
		"Wallis & Futuna, R&D, &lt;":       `Wallis & Futuna, R\&D, \&lt;`,
		"**a** _b_ ~ c `d`":                "\\*\\*a\\*\\* \\_b\\_ \\~ c \\`d\\`",
		"[a](b) <c> |":                     `\[a\](b) \<c\> \|`,
		"ask @admin: #12":                  "ask `@admin`: `#12`",
		":smile: :+1: 1:2":                 "`:smile:` `:+1:` 1:2",
		`~"a b"`:                           "\\~\u2060\"a b\"",
		"a\x1b[2Jb\u202ec\xff":             "a�\\[2Jb�c�",
	} {
		if got := mdText(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestMarkdownBegin(t *testing.T) {
	for in, want := range map[string]string{
		"# a": `\# a`, "- a": `\- a`, "+ a": `\+ a`, "1. a": `1\. a`, "12) a": `12\) a`, "=== a": `\=== a`, "7.": `7\.`,
		"57.7 %": "57.7 %", "198.51.100.25": "198.51.100.25", "a - b": "a - b", "": "", "-": `\-`,
	} {
		if got := mdStart(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestMarkdownCode(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "`a`", "a`b": "``a`b``", "`a": "`` `a ``", "a``": "``` a`` ```", "a\nb\x1b": "`a b�`",
	} {
		if got := mdCode(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if got := mdBlock("a```b"); got != "````\na```b\n````\n" {
		t.Errorf("block %q", got)
	}
}

// Whatever a text is, it stays on its line, and what is not in code has no reference in it.
func FuzzMarkdownText(f *testing.F) {
	for _, bad := range hostile {
		f.Add(bad[:min(len(bad), 200)])
	}
	f.Add("a@b`c@d`:e:f:`")
	f.Fuzz(func(t *testing.T, s string) {
		got := mdStart(mdText(s))
		for _, r := range got {
			if !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) && r != '\u2060' {
				t.Errorf("%q has %U", got, r)
			}
		}
		plain := withoutCode(got)
		if m := references.FindString(plain); m != "" {
			t.Errorf("%q in %q", m, got)
		}
		if i := strings.IndexAny(plain, "`*_[]<>~$|\\"); i >= 0 {
			t.Errorf("%q in %q", plain[i:], got)
		}
	})
}
