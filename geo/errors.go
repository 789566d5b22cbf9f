package geo

import "errors"

// The errors of this package wrap one of these, or an error of the file system.
var (
	// ErrNotMMDB means that the file is no database in the MaxMind DB format.
	ErrNotMMDB = errors.New("not a MaxMind DB file")

	// ErrNotCountry means that the database is intact, but gives no country for
	// any network.
	ErrNotCountry = errors.New("no country database")

	// ErrNotASN means that the database is intact, but gives no autonomous system
	// for any network.
	ErrNotASN = errors.New("no ASN database")

	// ErrNotPrefix means that a list of addresses has something else in it, or
	// is empty.
	ErrNotPrefix = errors.New("no address and no prefix")

	// ErrTooLarge means that a file, a table, its compact form or a list is
	// larger than any that is published. It guards against small files that
	// describe huge tables.
	ErrTooLarge = errors.New("too large")

	// ErrDamaged means that the content of a database, or of the compact form of
	// a table, contradicts itself.
	ErrDamaged = errors.New("damaged data")

	// ErrChanging means that somebody wrote to the file while it was read. Read
	// it again.
	ErrChanging = errors.New("file changed while it was read")

	// ErrUnknownOrigin means that a text names no origin, or that an [Origin] has
	// no text.
	ErrUnknownOrigin = errors.New("geo: unknown origin")
)
