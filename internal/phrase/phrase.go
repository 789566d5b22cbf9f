// Package phrase fills in the sentences of a language. It knows no language itself.
package phrase

import "strings"

// Phrase is a sentence, or part of one, with places for what is said:
//
//	{n} {n:source was|sources were} left out
//
// {n} stands for the text of an argument. {n:…|…} stands for the form of a word that goes with it: of a noun by the
// number of things, of a verb by what it is about. The argument says which of the forms.
type Phrase = string

// Arg is what a phrase says at a place. The zero Arg is an empty text.
type Arg struct {
	Text string
	Form int // of words that go with it, from 0
}

// Args are the arguments of a phrase by name.
type Args map[string]Arg

// Word is an argument without a number.
func Word(text string) Arg { return Arg{Text: text} }

// With returns a with more arguments, which win.
func (a Args) With(more Args) Args {
	both := make(Args, len(a)+len(more))
	for _, from := range []Args{a, more} {
		for name, v := range from {
			both[name] = v
		}
	}
	return both
}

// Say fills in a phrase. What stands in an argument is never read as a phrase. A place without an argument stays as it
// is, which tests find.
func Say(p Phrase, a Args) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(p, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		place, after, _ := strings.Cut(rest, "}")
		b.WriteString(fill(place, a))
		p = after
	}
}

func fill(place string, a Args) string {
	name, forms, hasForms := strings.Cut(place, ":")
	v, ok := a[name]
	switch {
	case !ok:
		return "{" + place + "}"
	case !hasForms:
		return v.Text
	}
	all := strings.Split(forms, "|")
	return all[min(max(v.Form, 0), len(all)-1)]
}

// Sentences joins what is not empty with spaces.
func Sentences(parts ...string) string {
	var some []string
	for _, s := range parts {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, " ")
}
