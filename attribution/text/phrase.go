package text

import "strings"

// A phrase is a sentence, or part of one, with places for what is said:
//
//	{n} {n:source was|sources were} left out
//
// {n} stands for the text of an argument. {n:…|…} stands for the form of a word that goes with it: of a noun by the
// number of things, of a verb by what it is about. The argument says which of the forms, see [catalogue.form].
type phrase = string

// arg is what a phrase says at a place.
type arg struct {
	text string
	form int // of words that go with it, from 0
}

// args are the arguments of a phrase by name.
type args map[string]arg

// word is an argument without a number.
func word(text string) arg { return arg{text: text} }

// with returns a with more arguments.
func (a args) with(more args) args {
	both := make(args, len(a)+len(more))
	for _, from := range []args{a, more} {
		for name, v := range from {
			both[name] = v
		}
	}
	return both
}

// say fills in a phrase. What stands in an argument is never read as a phrase. A place without an argument stays as it
// is, which tests find.
func say(p phrase, a args) string {
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

func fill(place string, a args) string {
	name, forms, hasForms := strings.Cut(place, ":")
	v, ok := a[name]
	switch {
	case !ok:
		return "{" + place + "}"
	case !hasForms:
		return v.text
	}
	all := strings.Split(forms, "|")
	return all[min(max(v.form, 0), len(all)-1)]
}

// sentences joins what is not empty.
func sentences(parts ...string) string {
	var some []string
	for _, s := range parts {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, " ")
}
