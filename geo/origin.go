package geo

import (
	"fmt"
	"iter"
	"strings"
	"unicode"
)

// An Origin says in one byte what a [Table] knows about an address: the country that
// it is geolocated to, or why there is none.
//
// The numbers are the same in every table, in every release and in every encoding.
// 0 and 1 are [Unlocated] and [Reserved]. 2 to 251 are the countries, in the
// alphabetical order of their codes. A code that ISO assigns later gets the next free
// number, and no number is ever used again. A count per origin can therefore be an
// array of [MaxOrigins] cells, and counts by different tables can be added.
//
// The zero value is Unlocated.
type Origin uint8

const (
	// Unlocated is the origin of a public address for which the table has no
	// country. It has no record, or its record has no country, or something that
	// is not one country ("EU", "A1").
	Unlocated Origin = 0

	// Reserved is the origin of an address that cannot be a public unicast
	// source. These are the special-purpose blocks of the IANA registries,
	// multicast, and the parts of IPv6 that are not global unicast. They are the
	// same in every table.
	Reserved Origin = 1

	firstCountry Origin = 2
)

// MaxOrigins is the length of an array with a cell for every Origin.
const MaxOrigins = 256

const (
	textUnlocated = "unlocated"
	textReserved  = "reserved"
)

// ParseOrigin returns the origin that s names: a two-letter code in upper or lower
// case ("RU", "ru"), "unlocated" or "reserved". It reads "UK" as "GB". The error
// wraps [ErrUnknownOrigin].
func ParseOrigin(s string) (Origin, error) {
	switch s {
	case textUnlocated:
		return Unlocated, nil
	case textReserved:
		return Reserved, nil
	}
	if o, ok := countryByCode(s); ok {
		return o, nil
	}
	return Unlocated, fmt.Errorf("%w %q", ErrUnknownOrigin, clip(s, 32))
}

// String returns the two-letter code of a country ("RU"), "unlocated" or "reserved".
// A number without a meaning gives "origin(254)".
func (o Origin) String() string {
	switch {
	case o.IsCountry():
		i := 2 * int(o-firstCountry)
		return countryCodes[i : i+2]
	case o == Unlocated:
		return textUnlocated
	case o == Reserved:
		return textReserved
	}
	return fmt.Sprintf("origin(%d)", uint8(o))
}

// IsCountry reports whether o is a country: not [Unlocated], not [Reserved] and not
// a number without a meaning.
func (o Origin) IsCountry() bool {
	return o-firstCountry < Origin(countries)
}

// AppendText appends what String returns. For a number without a meaning the error
// wraps [ErrUnknownOrigin], because UnmarshalText could not read its text.
func (o Origin) AppendText(b []byte) ([]byte, error) {
	if o > Reserved && !o.IsCountry() {
		return b, fmt.Errorf("%w: number %d", ErrUnknownOrigin, uint8(o))
	}
	return append(b, o.String()...), nil
}

// MarshalText returns what [Origin.AppendText] appends.
func (o Origin) MarshalText() ([]byte, error) { return o.AppendText(nil) }

// UnmarshalText reads what [ParseOrigin] reads. On error o is unchanged.
func (o *Origin) UnmarshalText(text []byte) error {
	p, err := ParseOrigin(string(text))
	if err != nil {
		return err
	}
	*o = p
	return nil
}

// Countries yields all countries in numeric order.
func Countries() iter.Seq[Origin] {
	return func(yield func(Origin) bool) {
		for i := range countries {
			if !yield(firstCountry + Origin(i)) {
				return
			}
		}
	}
}

// countryByCode finds a code by its place in a 26*26 table. ISO reserves UK for the
// United Kingdom, so it is another name for GB.
func countryByCode(s string) (Origin, bool) {
	if len(s) != 2 {
		return 0, false
	}
	a, b := s[0]&^0x20-'A', s[1]&^0x20-'A'
	if a >= 26 || b >= 26 {
		return 0, false
	}
	o := codeIndex[int(a)*26+int(b)]
	return o, o != 0
}

var codeIndex = func() (t [26 * 26]Origin) {
	for o := range Countries() {
		s := o.String()
		t[int(s[0]-'A')*26+int(s[1]-'A')] = o
	}
	t[('U'-'A')*26+'K'-'A'] = t[('G'-'A')*26+'B'-'A']
	return t
}()

// Lengths to which texts of files are cut, in bytes.
const (
	longestCode   = 32
	longestName   = 100
	longestCredit = 1000
)

const cutOff = "..." // behind what was cut

// printable returns a text of a hostile input fit to be shown on a line: without control
// characters, line and paragraph separators, and marks that change the direction of text,
// and cut to about so many bytes.
func printable(s string, most int) string { return clip(visible(s), most) }

func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
}

// isPrintable reports whether printable has made a text.
func isPrintable(s string, most int) bool { return len(s) <= most+len(cutOff) && s == visible(s) }

// clip bounds what is kept or quoted of a hostile input.
func clip(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + cutOff
	}
	return s
}
