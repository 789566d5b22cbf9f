package attribution

import (
	"cmp"
	"time"
)

// Database names a geolocation database.
type Database struct {
	Name   string    `json:"name"`
	Built  time.Time `json:"built,omitzero"` // UTC, to the second; zero if not known
	SHA256 string    `json:"sha256"`         // of the file, in hexadecimal
	Credit string    `json:"credit"`         // what its license asks to be shown
}

// String names the database and its date, such as "DB-IP Lite 2026-06-01".
func (d Database) String() string {
	name := cmp.Or(d.Name, "unnamed database")
	if d.Built.IsZero() {
		return name
	}
	return name + " " + d.Built.Format(time.DateOnly)
}
