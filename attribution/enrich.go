package attribution

import (
	"errors"
	"fmt"
	"slices"

	"github.com/whence-go/whence/geo"
)

// ErrNoAddresses is wrapped by the error for what needs the addresses of the sources, of a
// snapshot that has none.
var ErrNoAddresses = errors.New("the addresses of the sources are not known")

// Enrichment is what else the sources of a snapshot are looked up in. The zero value adds
// nothing.
type Enrichment struct {
	// Databases are further country databases. A claim then gets one verdict by all of
	// them: it is supported or refuted only if the first database and all of these agree,
	// with the uncertainty that their differences show.
	Databases []*geo.Table

	// ASNs adds autonomous systems: databases err by whole systems.
	ASNs *geo.ASNTable

	// Lists are published lists of hosting networks, VPNs, Tor exits and the like.
	Lists []*geo.PrefixSet
}

// Enrich returns the snapshot with its sources looked up in more: all of them while the
// counts are exact, else those of the sample. What was looked up before stays. Further
// databases stand in the order of their build times, lists in that of their names.
//
// The error wraps [ErrNoAddresses], or [ErrInvalidOptions] for a nil table or list or more
// than 64 of them.
func (s Snapshot) Enrich(e Enrichment) (Snapshot, error) {
	state := s.state()
	switch {
	case slices.Contains(e.Databases, nil) || slices.Contains(e.Lists, nil):
		return Snapshot{}, fmt.Errorf("attribution: %w: a nil table or list", ErrInvalidOptions)
	case state.IsZero(), len(e.Databases)+len(e.Lists) == 0 && e.ASNs == nil:
		return s, nil
	case !state.HasAddresses():
		return Snapshot{}, fmt.Errorf("attribution: %w", ErrNoAddresses)
	}
	enriched, err := state.Enrich(e.Databases, e.ASNs, e.Lists)
	if err != nil {
		return Snapshot{}, fmt.Errorf("attribution: %w: %w", ErrInvalidOptions, err)
	}
	return Snapshot{enriched}, nil
}
