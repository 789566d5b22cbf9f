package evidence

import (
	"errors"
	"fmt"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/sketch"
)

// ErrDisproved is wrapped by the error for evidence whose snapshot is not what the database
// or the key says.
var ErrDisproved = errors.New("the snapshot is disproved")

// CheckOrigins looks every source of the snapshot up in a database that the snapshot names,
// and compares the origins: all sources while counts are exact, else those of the sample.
// The database may be the one that located the sources, or a further one. CheckOrigins also
// compares the number of IPv4 addresses of each country.
//
// The error wraps:
//   - [ErrDisproved], if something differs; it names the first source or country;
//   - [attribution.ErrMismatch], if the snapshot does not name this database, or several
//     databases located its sources together;
//   - [attribution.ErrNoAddresses], if the sources are not in the snapshot;
//   - [attribution.ErrInvalidOptions], if table is nil.
func (e *Evidence) CheckOrigins(table *geo.Table) error {
	s := snapshot.Unwrap(e.snapshot)
	switch {
	case table == nil:
		return fmt.Errorf("evidence: %w: no table", attribution.ErrInvalidOptions)
	case !s.HasAddresses():
		return fmt.Errorf("evidence: %w", attribution.ErrNoAddresses)
	}
	own := snapshot.DatabaseOf(table)
	found := false
	check := func(d snapshot.Database, origin func(i int) geo.Origin) error {
		if d.Compare(own) != 0 {
			return nil
		}
		found = true
		if err := checkSpace(d.Space, own.Space); err != nil {
			return err
		}
		for i := range s.Items {
			source := snapshot.Source(&s.Items[i])
			if is, stated := source.OriginIn(table), origin(i); is != stated {
				return fmt.Errorf("evidence: %w: source %v is counted for %v, the database has %v",
					ErrDisproved, source.Prefix(s.IPv6PrefixLen), stated, is)
			}
		}
		return nil
	}
	for _, c := range s.Columns {
		if err := check(c.Database, func(i int) geo.Origin { return c.Origins[i] }); err != nil {
			return err
		}
	}
	if len(s.Databases) == 1 {
		first := func(i int) geo.Origin { return snapshot.Origin(&s.Items[i]) }
		if err := check(s.Databases[0], first); err != nil {
			return err
		}
	}
	if !found {
		return mismatch("database", databasesOf(s), fmt.Sprintf("%q, %s", own.Name, own.SHA256))
	}
	return nil
}

func mismatch(what, a, b string) error {
	return fmt.Errorf("evidence: %w", &sketch.MismatchError{What: what, A: a, B: b})
}

// databasesOf names those that located a snapshot.
func databasesOf(s *snapshot.State) string {
	switch len(s.Databases) {
	case 0:
		return "(none)"
	case 1:
		return fmt.Sprintf("%q, %s", s.Databases[0].Name, s.Databases[0].SHA256)
	}
	return fmt.Sprintf("(%d together)", len(s.Databases))
}

// checkSpace compares the address space per country that a snapshot states with that of a
// table. What is announced depends on a routing table as well, which a snapshot does not
// name: two that differ disprove nothing.
func checkSpace(stated, is *geo.SpaceCounts) error {
	if stated == nil {
		return nil // not known
	}
	for o := range geo.MaxOrigins {
		if stated.IPv4[o] != is.IPv4[o] {
			return fmt.Errorf("evidence: %w: %d IPv4 addresses are stated for %v, the database has %d",
				ErrDisproved, stated.IPv4[o], geo.Origin(o), is.IPv4[o])
		}
	}
	var unknown [geo.MaxOrigins]uint64
	if stated.Routed == unknown || is.Routed == unknown {
		return nil
	}
	for o := range geo.MaxOrigins {
		if a, b := stated.Routed[o], is.Routed[o]; a != b {
			return mismatch(fmt.Sprintf("announced IPv4 addresses of %v:", geo.Origin(o)), fmt.Sprint(a), fmt.Sprint(b))
		}
	}
	return nil
}

// CheckHashes computes the hash of every source in the snapshot anew. Hashes choose the
// sample and set the registers, so that invented ones make sources count as more or fewer
// than they are. Only who knows the secret of the key can check them.
//
// The error wraps [ErrDisproved] if a hash is not what the key gives, and names the source.
// It wraps [attribution.ErrMismatch] for another key than the snapshot's, and
// [attribution.ErrNoAddresses] if the sources are not in the snapshot.
func (e *Evidence) CheckHashes(key sketch.Key) error {
	s := snapshot.Unwrap(e.snapshot)
	if s.Key != key.ID() {
		return mismatch("key", s.Key.String(), key.ID().String())
	}
	if !s.HasAddresses() {
		return fmt.Errorf("evidence: %w", attribution.ErrNoAddresses)
	}
	for i := range s.Items {
		it := &s.Items[i]
		if sketch.Rank(key.Hash(it.Hi, it.Lo)) != sketch.Rank(it.Hash) {
			return fmt.Errorf("evidence: %w: the hash of source %v is not what the key gives",
				ErrDisproved, snapshot.Source(it).Prefix(s.IPv6PrefixLen))
		}
	}
	return nil
}
