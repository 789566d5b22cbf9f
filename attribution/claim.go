package attribution

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/geo"
)

// Unit is what a claim is a share of.
type Unit uint8

// The units. A share of sources, of events and of bytes are three different
// things; a claim names the one it means.
const (
	OfSources Unit = iota // distinct sources; the default
	OfEvents
	OfBytes
)

var unitNames = [...]string{"sources", "events", "bytes"}

// String returns "sources", "events" or "bytes".
func (u Unit) String() string {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return fmt.Sprintf("unit(%d)", uint8(u))
}

// of picks what is counted in the unit.
func (u Unit) of(sources float64, events, bytes uint64) float64 {
	switch u {
	case OfEvents:
		return float64(events)
	case OfBytes:
		return float64(bytes)
	}
	return sources
}

// Claim is a statement about where traffic came from, such as "more than 50 % of
// the sources are geolocated to RU", which [Report.Check] holds against what was
// counted. Make one with [Majority], [Plurality], [MoreThan], [LessThan] or
// [ParseClaim]; the zero Claim is not one.
//
// A Claim made from a code that is no country is invalid: [Claim.Err] says why,
// and checking it gives [Inadmissible].
type Claim struct {
	kind    kind
	origins []geo.Origin // sorted, without repetition
	outside bool         // every country but origins
	percent float64
	unit    Unit
	err     error
}

type kind uint8

const (
	none kind = iota
	moreThan
	lessThan
	plurality
)

// ErrClaim is wrapped by every error about a claim that makes no sense.
var ErrClaim = errors.New("no such claim")

// Majority claims that more than half of all sources are geolocated to the given
// countries (ISO 3166-1 alpha-2 codes) taken together.
func Majority(codes ...string) Claim { return MoreThan(50, codes...) }

// MoreThan claims that more than the given percentage, 0 to 100, of all sources
// is geolocated to the given countries taken together.
func MoreThan(percent float64, codes ...string) Claim { return newClaim(moreThan, percent, codes) }

// LessThan claims that less than the given percentage, 0 to 100, of all sources
// is geolocated to the given countries taken together.
func LessThan(percent float64, codes ...string) Claim { return newClaim(lessThan, percent, codes) }

// Plurality claims that more sources are geolocated to one country than to any
// other.
func Plurality(code string) Claim { return newClaim(plurality, 0, []string{code}) }

func newClaim(k kind, percent float64, codes []string) Claim {
	c := Claim{kind: k, percent: percent}
	for _, code := range codes {
		o, err := geo.ParseOrigin(code)
		if err != nil || !o.IsCountry() {
			c.err = fmt.Errorf("attribution: %w: %q is no country code", ErrClaim, code)
			return c
		}
		c.origins = append(c.origins, o)
	}
	c.settle()
	return c
}

// settle brings the claim into its one form, or finds out why it has none.
func (c *Claim) settle() {
	slices.Sort(c.origins)
	c.origins = slices.Compact(c.origins)
	c.percent += 0 // -0 would be printed as such
	switch {
	case len(c.origins) == 0:
		c.err = fmt.Errorf("attribution: %w: it names no country", ErrClaim)
	case !(c.percent >= 0 && c.percent <= 100):
		c.err = fmt.Errorf("attribution: %w: %v %% is not within 0 and 100 %%", ErrClaim, c.percent)
	}
}

// Of returns the claim about another unit.
func (c Claim) Of(u Unit) Claim {
	if int(u) >= len(unitNames) && c.err == nil {
		c.err = fmt.Errorf("attribution: %w: unknown %v", ErrClaim, u)
	}
	c.unit = u
	return c
}

// Outside returns the claim about all countries but those named. A plurality has
// no outside.
func (c Claim) Outside() Claim {
	if c.kind == plurality && c.err == nil {
		c.err = fmt.Errorf("attribution: %w: a plurality is of one country", ErrClaim)
	}
	c.outside = !c.outside
	return c
}

// Err returns why the claim cannot be checked, or nil. It wraps [ErrClaim].
func (c Claim) Err() error {
	if c.kind == none && c.err == nil {
		return fmt.Errorf("attribution: %w: the zero Claim", ErrClaim)
	}
	return c.err
}

// has reports whether a country belongs to what is claimed.
func (c Claim) has(o geo.Origin) bool {
	return o.IsCountry() && slices.Contains(c.origins, o) != c.outside
}

// String returns the claim in the form that [ParseClaim] reads:
// "RU,BY > 40% of events".
func (c Claim) String() string {
	if err := c.Err(); err != nil {
		return invalidClaim
	}
	var b strings.Builder
	if c.kind == plurality {
		b.WriteString("plurality " + c.codes())
		if c.unit != OfSources {
			b.WriteString(" of " + c.unit.String())
		}
		return b.String()
	}
	if c.outside {
		b.WriteString("outside ")
	}
	sign := " > "
	if c.kind == lessThan {
		sign = " < "
	}
	b.WriteString(c.codes() + sign + strconv.FormatFloat(c.percent, 'f', -1, 64) + "% of " + c.unit.String())
	return b.String()
}

func (c Claim) codes() string {
	codes := make([]string, len(c.origins))
	for i, o := range c.origins {
		codes[i] = o.String()
	}
	return strings.Join(codes, ",")
}

const invalidClaim = "invalid claim"

// MarshalText returns what String returns, for an invalid claim "invalid claim".
func (c Claim) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText writes and [ParseClaim] reads; on error c is
// unchanged.
func (c *Claim) UnmarshalText(text []byte) error {
	if string(text) == invalidClaim {
		*c = Claim{}
		return nil
	}
	parsed, err := ParseClaim(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}
