package attribution

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/decide"
	"github.com/whence-go/whence/internal/snapshot"
)

// Unit is what a claim is a share of.
type Unit uint8

// The units. Shares of sources, of events and of bytes are three different things; a
// claim names the one it means.
const (
	Sources Unit = iota // distinct sources; the default
	Events
	Bytes
)

var unitNames = [...]string{"sources", "events", "bytes"}

// String returns "sources", "events" or "bytes".
func (u Unit) String() string {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return fmt.Sprintf("unit(%d)", uint8(u))
}

// Claim is a statement about where traffic came from, such as "more than 50 % of the
// sources are geolocated to RU", or in whose networks. [Snapshot.Report] decides it. Make
// one with [Majority], [Plurality], [MoreThan], [LessThan] or [ParseClaim]. A Claim is
// comparable. The zero Claim is invalid; [Claim.Validate] says what is wrong with a claim.
type Claim struct {
	kind      decide.Kind
	unit      Unit
	outside   bool // every country but these
	countries snapshot.Origins
	networks  string // instead of countries, in text form: AS64500,AS64501 or list "a","b"
	percent   float64
	invalid   string // why, if it is
}

// ErrInvalidClaim is wrapped by every error about a claim that makes no sense.
var ErrInvalidClaim = errors.New("invalid claim")

// Majority claims that more than half of all sources are geolocated to the given
// countries (ISO 3166-1 alpha-2 codes) taken together. Without any, the claim is to be
// completed by [Claim.InAS] or [Claim.OnList].
func Majority(codes ...string) Claim { return MoreThan(50, codes...) }

// MoreThan claims that more than percent, 0 to 100, of all sources are geolocated to the
// given countries taken together.
func MoreThan(percent float64, codes ...string) Claim {
	return newClaim(decide.MoreThan, percent, codes)
}

// LessThan claims that less than percent, 0 to 100, of all sources are geolocated to the
// given countries taken together.
func LessThan(percent float64, codes ...string) Claim {
	return newClaim(decide.LessThan, percent, codes)
}

// Plurality claims that more sources are geolocated to one country than to any other.
func Plurality(code string) Claim { return newClaim(decide.Plurality, 0, []string{code}) }

func newClaim(kind decide.Kind, percent float64, codes []string) Claim {
	c := Claim{kind: kind, percent: percent + 0} // no negative zero
	for _, code := range codes {
		o, err := geo.ParseOrigin(code)
		if err != nil || !o.IsCountry() {
			c.invalid = fmt.Sprintf("%.20q is not a country code", code)
			return c
		}
		c.countries.Add(o)
	}
	if !(c.percent >= 0 && c.percent <= 100) {
		c.invalid = fmt.Sprintf("%v %% is not within 0 and 100 %%", c.percent)
	}
	return c
}

// Of returns the claim about another unit.
func (c Claim) Of(u Unit) Claim {
	if int(u) >= len(unitNames) && c.invalid == "" {
		c.invalid = fmt.Sprintf("unknown %v", u)
	}
	c.unit = u
	return c
}

// Outside returns the claim about all countries, systems or lists but those named; of a
// claim that is already about these, it returns the claim about those named. A plurality
// has no outside.
func (c Claim) Outside() Claim {
	if c.kind == decide.Plurality && c.invalid == "" {
		c.invalid = "a plurality is of one country"
	}
	c.outside = !c.outside
	return c
}

// Validate returns why the claim cannot be checked, or nil. It wraps [ErrInvalidClaim].
func (c Claim) Validate() error {
	switch {
	case c.invalid != "":
		return fmt.Errorf("attribution: %w: %s", ErrInvalidClaim, c.invalid)
	case c.kind == 0:
		return fmt.Errorf("attribution: %w: the zero Claim", ErrInvalidClaim)
	case c.countries == snapshot.Origins{} && c.networks == "":
		return fmt.Errorf("attribution: %w: it names no country, autonomous system or list", ErrInvalidClaim)
	}
	return nil
}

// IsPlurality reports whether the claim is that one country has more than any other.
func (c Claim) IsPlurality() bool { return c.kind == decide.Plurality }

// IsLessThan reports whether the claim is that there is less than [Claim.Percent]. A claim that
// is neither this nor a plurality is that there is more.
func (c Claim) IsLessThan() bool { return c.kind == decide.LessThan }

// Unit returns what the claim is a share of.
func (c Claim) Unit() Unit { return c.unit }

// Percent returns the limit of the claim, 0 of a plurality.
func (c Claim) Percent() float64 { return c.percent }

// IsOutside reports whether the claim is about everything but what it names.
func (c Claim) IsOutside() bool { return c.outside }

// Countries yields the countries that the claim names, in order.
func (c Claim) Countries() iter.Seq[geo.Origin] { return c.countries.All() }

// Contains reports whether the claim is about a country. It is never about Unlocated and
// Reserved, and a claim about networks is about no country.
func (c Claim) Contains(o geo.Origin) bool {
	return o.IsCountry() && c.networks == "" && c.countries.Has(o) != c.outside
}

// String returns the claim in the form that [ParseClaim] reads, such as
// "RU,BY > 40% of events".
func (c Claim) String() string {
	if c.Validate() != nil {
		return ErrInvalidClaim.Error()
	}
	var b strings.Builder
	if c.kind == decide.Plurality {
		b.WriteString("plurality " + c.places())
		if c.unit != Sources {
			b.WriteString(" of " + c.unit.String())
		}
		return b.String()
	}
	if c.outside {
		b.WriteString("outside ")
	}
	sign := " > "
	if c.kind == decide.LessThan {
		sign = " < "
	}
	b.WriteString(c.places() + sign + strconv.FormatFloat(c.percent, 'f', -1, 64) + "% of " + c.unit.String())
	return b.String()
}

// places is what the claim names, in its text form.
func (c Claim) places() string {
	if c.networks != "" {
		return c.networks
	}
	var codes []string
	for o := range c.countries.All() {
		codes = append(codes, o.String())
	}
	slices.Sort(codes)
	return strings.Join(codes, ",")
}

// MarshalText returns what String returns. An invalid claim is an error, which wraps
// [ErrInvalidClaim].
func (c Claim) MarshalText() ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads what MarshalText writes and [ParseClaim] reads; on error c is
// unchanged.
func (c *Claim) UnmarshalText(text []byte) error {
	parsed, err := ParseClaim(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}
