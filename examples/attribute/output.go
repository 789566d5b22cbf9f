package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/text"
)

// outputConfig is what the command line says about how the answer is written.
type outputConfig struct {
	json bool
	lang language.Tag
	all  bool // details of all bursts
}

func (o *outputConfig) addFlags(flags *flag.FlagSet) {
	flags.BoolVar(&o.json, "json", false, "write JSON, with -burst one object a line")
	// The language is not taken from the environment. An answer is written for its reader, and scripts that look for a
	// word must find it on every machine.
	o.lang = language.English
	flags.Func("lang", "`language` of the answer: "+strings.Join(languages(), ", ")+" (default en, whatever LANG says)",
		o.setLanguage)
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

// check refuses what has no meaning without another flag.
func (o *outputConfig) check(cfg *config) error {
	switch {
	case o.all && !cfg.burst:
		return errors.New("-all has no meaning without -burst")
	case o.all && o.json:
		return errors.New("-all has no meaning beside -json, which has all bursts")
	}
	return nil
}

// notes is where to say what is no part of the answer: before it, if it has a place for that.
func (o *outputConfig) notes(s system) io.Writer {
	if o.json {
		return s.stderr
	}
	return s.stdout
}
