package attribution

import (
	"errors"
	"fmt"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/sketch"
)

// ErrDisproved is wrapped by the error for evidence whose tally is not what it is
// held against.
var ErrDisproved = errors.New("the tally is disproved")

// CheckOrigins looks every source of the tally up in the database that located
// them, and compares the origins. While the tally is exact that covers every
// source of it, beyond it the sample.
//
// The error wraps [ErrMismatch] if table is another database than that of the
// evidence, [ErrNoAddresses] if the sources are not in it, and [ErrDisproved] if
// one of them has another origin in table, and names it, or if the shares of the
// address space are not those of table. CheckOrigins panics if table is nil.
func (e *Evidence) CheckOrigins(table *geo.Table) error {
	own := databaseOf(table)
	if used := e.tally.databases; len(used) != 1 || compareDatabases(used[0], own) != 0 {
		return fmt.Errorf("attribution: %w: the evidence was made with %v, not with %v", ErrMismatch, e.report.Database, own)
	}
	if err := e.report.needAddresses(); err != nil {
		return err
	}
	for it := range e.tally.sample.All() {
		s := source{it.Hi, it.Lo}
		if o := s.originIn(table); o != geo.Origin(it.Part) {
			return fmt.Errorf("attribution: %w: source %v is counted for %v, the database has %v", ErrDisproved, s.prefix(e.tally.options.IPv6Prefix), geo.Origin(it.Part), o)
		}
	}
	if space := table.Space(); e.space != nil && !e.space.equal(spaceSharesOf(&space)) {
		return fmt.Errorf("attribution: %w: the shares of the IPv4 space are not those of the database", ErrDisproved)
	}
	return nil
}

// CheckHashes computes the hash of every source in the tally anew. Hashes choose the
// sample and set the registers, so that whoever makes them up can have sources
// count as more or fewer than they are. Only those who share the secret of the key
// can check them.
//
// The error wraps [ErrMismatch] for another key than that of the tally,
// [ErrNoAddresses] if the sources are not in it, and [ErrDisproved] if the hash of
// one is not what key gives; it then names the source.
func (e *Evidence) CheckHashes(key sketch.Key) error {
	if id := e.tally.sample.KeyID(); key.ID() != id {
		return fmt.Errorf("attribution: %w: the tally has key %v, this is key %v", ErrMismatch, id, key.ID())
	}
	if err := e.report.needAddresses(); err != nil {
		return err
	}
	for it := range e.tally.sample.All() {
		if key.Hash(it.Hi, it.Lo) != it.Hash {
			return fmt.Errorf("attribution: %w: the hash of source %v is not what the key gives", ErrDisproved, source{it.Hi, it.Lo}.prefix(e.tally.options.IPv6Prefix))
		}
	}
	return nil
}
