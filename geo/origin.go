package geo

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// ErrUnknownOrigin is wrapped by the error for a text that names no origin,
// and for an Origin that has no text.
var ErrUnknownOrigin = errors.New("geo: unknown origin")

// An Origin says in one byte what a [Table] knows of an address: the country
// that its addresses are geolocated to, or why there is none.
//
// The numbers are the same in every table, in every release and on the wire.
// 0 and 1 are [Unlocated] and [Reserved]; 2 to 251 are the countries, in the
// alphabetical order of their codes. A code that ISO assigns later takes the
// next free number, out of that order, and a number is never given to a
// second country. A tally per origin can therefore be a plain array of
// [MaxOrigins] cells, and tallies of different tables may be added.
//
// The zero value is Unlocated.
type Origin uint8

const (
	// Unlocated is the origin of a public address for which the table has
	// no country: there is no record, the record names none, or it names
	// something that is not one country ("EU", "A1").
	Unlocated Origin = 0

	// Reserved is the origin of an address that cannot be a public unicast
	// source: the special-purpose blocks of the IANA registries, multicast,
	// and the parts of IPv6 that are not global unicast. It does not depend
	// on the table.
	Reserved Origin = 1

	firstCountry Origin = 2
)

// MaxOrigins is the length of an array that has a cell for every Origin.
const MaxOrigins = 256

const (
	textUnlocated = "unlocated"
	textReserved  = "reserved"
)

// ParseOrigin returns the origin that s names: a two-letter code in either
// case ("RU", "ru"), "unlocated" or "reserved". "UK" is read as "GB". The
// error wraps [ErrUnknownOrigin].
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

// String returns the two-letter code of a country ("RU"), "unlocated" or
// "reserved". A number without a meaning gives "origin(254)".
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

// Name returns the common English name of a country ("Russia"), and for other
// origins what String returns.
func (o Origin) Name() string {
	if o.IsCountry() {
		return countryNames[o-firstCountry]
	}
	return o.String()
}

// IsCountry reports whether o is a country: neither [Unlocated] nor
// [Reserved], nor a number without a meaning.
func (o Origin) IsCountry() bool {
	return o-firstCountry < Origin(len(countryNames))
}

// AppendText appends what String returns. For a number without a meaning it
// returns an error that wraps [ErrUnknownOrigin], so that nothing is written
// that UnmarshalText cannot read.
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
		for i := range countryNames {
			if !yield(firstCountry + Origin(i)) {
				return
			}
		}
	}
}

// countryByCode finds a code by its place in a 26*26 table; UK, which ISO
// reserves for the United Kingdom, is another name for GB.
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

// clip bounds what is kept or quoted of a hostile input.
func clip(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
