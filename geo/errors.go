package geo

import "errors"

var (
	// ErrNotMMDB is wrapped by the error for data that is not a database in
	// the MaxMind DB format at all.
	ErrNotMMDB = errors.New("not a MaxMind DB file")

	// ErrNotCountry is wrapped by the error for a database that is intact
	// but gives no country for any network.
	ErrNotCountry = errors.New("no country database")

	// ErrNotASN is wrapped by the error for a database that is intact but gives
	// no autonomous system for any network.
	ErrNotASN = errors.New("no ASN database")

	// ErrNotPrefix is wrapped by the error for a list of addresses that has
	// something else in it, or nothing at all.
	ErrNotPrefix = errors.New("no address and no prefix")

	// ErrTooLarge is wrapped by the error for a table that would take more
	// memory, or more bytes in the compact form, than any database of
	// countries does: it guards against small files that describe huge ones.
	// A list of addresses that is longer than any that is published is one too.
	ErrTooLarge = errors.New("too large")

	// ErrDamaged is wrapped by the error for a database, or for the compact
	// form of a table, whose content contradicts itself.
	ErrDamaged = errors.New("damaged data")
)
