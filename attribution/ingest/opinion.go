package ingest

import (
	"bytes"
	"strings"
)

// Some fields are a second opinion about the country, such as ClientCountry of Cloudflare and its
// header CF-IPCountry. Two of its values are no countries: T1 is Tor, whose exits are not where
// their users are, and XX is unknown. The account counts the records that have them.
const (
	noteTor     = "COUNTRY_T1" // records that the field says came over Tor
	noteUnknown = "COUNTRY_XX" // records whose country the field does not know
)

// The values of the field that are no countries.
const (
	isTor     = 1
	isUnknown = 2
)

// opinion looks for one field of JSON objects.
type opinion struct {
	key []byte // in quotes
}

// newOpinion finds the field among those of the head. It returns nil without one.
func newOpinion(fields []field) *opinion {
	name := countryField(fields)
	if name == "" {
		return nil
	}
	return &opinion{[]byte(`"` + name + `"`)}
}

// countryField finds the field among those of the head, or returns "".
func countryField(fields []field) string {
	for i := range fields {
		name := fields[i].name
		last := name[strings.LastIndexByte(name, '.')+1:]
		for _, known := range []string{"clientcountry", "cfipcountry", "httpcfipcountry"} {
			if strings.Join(words(last), "") == known {
				return last
			}
		}
	}
	return ""
}

// see looks at a record. In a text that a client has written a quote is escaped, so that no text
// is taken for the field.
func (o *opinion) see(record []byte, e *Event) {
	i := bytes.Index(record, o.key)
	if i < 0 {
		return
	}
	rest := bytes.TrimLeft(record[i+len(o.key):], " \t:[")
	if len(rest) < 4 || rest[0] != '"' || rest[3] != '"' {
		return
	}
	switch {
	case rest[1]|0x20 == 't' && rest[2] == '1':
		e.opinion = isTor
	case rest[1]|0x20 == 'x' && rest[2]|0x20 == 'x':
		e.opinion = isUnknown
	}
}
