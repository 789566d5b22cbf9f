package attribution

import (
	"fmt"
	"maps"
	"slices"

	"github.com/whence-go/whence/geo"
)

// spaceShares are the shares of the IPv4 address space by origin, as
// [geo.Table.Space] tells them, without those that are 0. Evidence carries them
// because an encoded tally has no table.
type spaceShares struct {
	IPv4   map[geo.Origin]float64 `json:"ipv4"`
	Routed map[geo.Origin]float64 `json:"routed,omitempty"` // absent if not known
}

// spaceSharesOf keeps of a space what evidence carries; nil of nil.
func spaceSharesOf(space *geo.Space) *spaceShares {
	if space == nil {
		return nil
	}
	return &spaceShares{nonZero(&space.IPv4), nonZero(&space.Routed)}
}

func nonZero(shares *[geo.MaxOrigins]float64) map[geo.Origin]float64 {
	m := map[geo.Origin]float64{}
	for o, share := range shares {
		if share != 0 {
			m[geo.Origin(o)] = share
		}
	}
	return m
}

// space is what the shares came from, as far as they tell; nil of nil.
func (s *spaceShares) space() *geo.Space {
	if s == nil {
		return nil
	}
	space := new(geo.Space)
	for o, share := range s.IPv4 {
		space.IPv4[o] = share
	}
	for o, share := range s.Routed {
		space.Routed[o] = share
	}
	return space
}

func (s *spaceShares) equal(other *spaceShares) bool {
	return maps.Equal(s.IPv4, other.IPv4) && maps.Equal(s.Routed, other.Routed)
}

// err returns what is out of range, or nil.
func (s *spaceShares) err() error {
	if s.IPv4 == nil {
		return fmt.Errorf("ipv4: no shares")
	}
	if err := sharesErr("ipv4", s.IPv4); err != nil {
		return err
	}
	return sharesErr("routed", s.Routed)
}

func sharesErr(name string, shares map[geo.Origin]float64) error {
	sum := 0.0
	for _, o := range slices.Sorted(maps.Keys(shares)) {
		share := shares[o]
		if !(share > 0 && share <= 1) || o == geo.Reserved {
			return fmt.Errorf("%s: a share of %v for %v", name, share, o)
		}
		sum += share
	}
	if sum > 1+1e-9 {
		return fmt.Errorf("%s: shares that sum to %v", name, sum)
	}
	return nil
}
