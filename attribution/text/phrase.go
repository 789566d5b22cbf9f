package text

import fill "github.com/whence-go/whence/internal/phrase"

// Phrases are those of package internal/phrase. The argument of a number has the form of [catalogue.form].
type (
	phrase = fill.Phrase
	arg    = fill.Arg
	args   = fill.Args
)

// word is an argument without a number.
func word(text string) arg { return fill.Word(text) }

// say fills in a phrase.
func say(p phrase, a args) string { return fill.Say(p, a) }

// sentences joins what is not empty.
func sentences(parts ...string) string { return fill.Sentences(parts...) }
