package ingest

import (
	"slices"
	"strings"
	"time"

	"github.com/whence-go/whence/geo"
)

// Options say how to read an input. The zero value lets the reader decide everything.
type Options struct {
	// Format is the name of a format, such as COMBINED or CSV, in any case. The default is
	// to decide by the first records. [Formats] lists the names.
	Format string

	// Source, Time, Target, Count, Bytes, Protocol, SourcePort and Flags name the fields
	// that these are taken from: a column, a path of JSON members joined by dots, or the
	// number of a column or word, from 1. The default is to choose by name and content. "-"
	// takes no field. Of access logs, Target is "host" or "path", and Source may be "last", the
	// last field in quotes.
	Source, Time, Target, Count, Bytes, Protocol, SourcePort, Flags string

	// Zone is that of times that name no zone. The default is UTC.
	Zone *time.Location

	// Year is that of times that name no year. The default is to take it from other times
	// of the input.
	Year int

	// Latest is a time that no record is later than by more than a day, such as that of the
	// file. With Live it is now, and goes on with the clock. It gives a year to the first time
	// without one. The default is unknown.
	Latest time.Time

	// Trusted are the proxies whose word about forwarded addresses is taken. The default is
	// to trust no proxy. See the section on lists.
	Trusted *geo.PrefixSet

	// Exclude are sources to leave out, such as one's own monitoring. The account has their
	// number.
	Exclude *geo.PrefixSet

	// Live says that the input comes in its own time, such as from a pipe. The reader then
	// decides by what comes with the first two lines, instead of the first 1,000.
	Live bool

	// WholeLines says that the input may grow. A last line without its end is then left for
	// when it has one, with the note OPEN_LINE.
	WholeLines bool
}

// notTaken is the name of a field that stands for no field.
const notTaken = "-"

// asked are the fields in the order of the roles.
func (o *Options) asked() [roles]string {
	return [roles]string{o.Source, o.Time, o.Target, o.Count, o.Bytes, o.Protocol, o.SourcePort, o.Flags}
}

// only refuses options for fields that a format does not have, besides those of some roles.
func (o *Options) only(allowed ...role) error {
	for r, name := range o.asked() {
		if name != "" && name != notTaken && !slices.Contains(allowed, role(r)) {
			return badOption(optionNames[r], "the format has no field for it")
		}
	}
	return nil
}

// named returns the format that was asked for, nil for none.
func (o *Options) named() (*format, error) {
	if o.Format == "" {
		return nil, nil
	}
	for i := range formats {
		if strings.EqualFold(formats[i].name, o.Format) {
			return &formats[i], nil
		}
	}
	return nil, badOption("Format", "no format %.40q; there are %s", o.Format, strings.Join(Formats(), ", "))
}
