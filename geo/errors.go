package geo

import "errors"

var (
	// ErrNotMMDB is wrapped by the error for data that is not a database in
	// the MaxMind DB format at all.
	ErrNotMMDB = errors.New("not a MaxMind DB file")

	// ErrNotCountry is wrapped by the error for a database that is intact
	// but gives no country for any network.
	ErrNotCountry = errors.New("no country database")

	// ErrTooLarge is wrapped by the error for a table that would take more
	// memory, or more bytes in the compact form, than any database of
	// countries does: it guards against small files that describe huge ones.
	ErrTooLarge = errors.New("table too large")

	// ErrDamaged is wrapped by the error for a database, or for the compact
	// form of a table, whose content contradicts itself.
	ErrDamaged = errors.New("damaged data")
)
