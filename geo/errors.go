package geo

import "errors"

var (
	// ErrNotMMDB is wrapped by the error for data that is not a database in
	// the MaxMind DB format at all.
	ErrNotMMDB = errors.New("not a MaxMind DB file")

	// ErrNotCountry is wrapped by the error for a database that is intact
	// but gives no country for any network.
	ErrNotCountry = errors.New("no country database")

	// ErrDamaged is wrapped by the error for a database, or for the compact
	// form of a table, whose content contradicts itself.
	ErrDamaged = errors.New("damaged data")
)
