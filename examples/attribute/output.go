package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/text"
)

// outputConfig is what the command line says about how the answer is written.
type outputConfig struct {
	json  bool
	lang  language.Tag
	all   bool     // details of all bursts
	files []string // that briefs are written to, instead of standard output
	title string
}

func (o *outputConfig) addFlags(flags *flag.FlagSet) {
	flags.BoolVar(&o.json, "json", false, "write JSON, with -burst one object a line")
	// The language is not taken from the environment. An answer is written for its reader, and scripts that look for a
	// word must find it on every machine.
	o.lang = language.English
	flags.Func("lang", "`language` of the answer: "+strings.Join(languages(), ", ")+" (default en, whatever LANG says)",
		o.setLanguage)
	flags.Func("o", "write the answer to `file` instead of standard output, as its name ends: .html, .md, .csv, .json or "+
		".txt; may be repeated. The file is new, or a page, a table or JSON that was written before", o.addFile)
	flags.StringVar(&o.title, "title", "", "`words` for the case, which a brief begins with")
	flags.BoolVar(&o.all, "all", false, "show details of all bursts, not only of the largest three")
}

func languages() (list []string) {
	for _, tag := range text.Languages() {
		list = append(list, tag.String())
	}
	return list
}

// setLanguage takes a tag such as fr or fr-NC.
func (o *outputConfig) setLanguage(value string) error {
	tag, err := language.Parse(value)
	if err != nil {
		return fmt.Errorf("not a language such as %s", strings.Join(languages(), ", "))
	}
	if _, _, confidence := language.NewMatcher(text.Languages()).Match(tag); confidence < language.High {
		return fmt.Errorf("there are %s", strings.Join(languages(), ", "))
	}
	o.lang = tag
	return nil
}

// addFile takes a file whose name says what is to be in it.
func (o *outputConfig) addFile(name string) error {
	if _, ok := brief.FormatOf(name); !ok {
		return errors.New("its name ends neither in .html nor in .md, .csv, .json or .txt")
	}
	o.files = append(o.files, name)
	return nil
}

// check refuses what has no meaning without another flag.
func (o *outputConfig) check(cfg *config) error {
	switch {
	case o.all && !cfg.burst:
		return errors.New("-all has no meaning without -burst")
	case o.all && o.json:
		return errors.New("-all has no meaning beside -json, which has all bursts")
	case o.json && len(o.files) > 0:
		return errors.New("-json has no meaning beside -o; give -o a name that ends in .json")
	case o.title != "" && len(o.files) == 0:
		return errors.New("-title has no meaning without -o")
	}
	return nil
}

// notes is where to say what is no part of the answer: before it, if it has a place for that.
func (o *outputConfig) notes(s system) io.Writer {
	if o.json || len(o.files) > 0 {
		return s.stderr
	}
	return s.stdout
}
