package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrShort is that of a text that ends before the position that [Reader.Skip] is to go to.
var ErrShort = errors.New("ingest: the input is shorter")

// Position is a place in a text. It holds for as long as the text begins with the same lines,
// is read by the same options, and as the same format.
type Position struct {
	Records uint64 `json:"records"` // before it, used or not; blank lines and comments are some, too
	Events  uint64 `json:"events"`  // of the record behind them, such as a list of addresses
	Lines   uint64 `json:"lines"`   // that end before it
}

// Position is the place behind the event that [Reader.Next] returned last.
func (r *Reader) Position() Position {
	p := Position{Records: r.cuts, Lines: r.text.passed()}
	if r.more {
		p.Records, p.Events, p.Lines = p.Records-1, r.taken, p.Lines-r.text.span
	}
	return p
}

// headSize is how much of a text tells it from others, in bytes.
const headSize = 4 << 10

// Head is what the text begins with, at most 4 KiB, the same whether it is compressed or not. A
// text that has grown since still begins so. It is nil for archives.
func (r *Reader) Head() []byte { return r.begins }

func beginning(h *head, member string) []byte {
	if member != "" {
		return nil
	}
	return bytes.Clone(h.text[:min(len(h.text), headSize)])
}

// Skip goes to a position that an earlier reader has reached. What stands before is in no event
// and not in the account. But it is read, because lines such as headers and dates matter to
// those behind them. Call it before the first Next.
//
// The error is [ErrShort] if the text ends before.
func (r *Reader) Skip(to Position) error {
	defer func() {
		l := &r.ledger
		*l = ledger{notes: l.notes, selection: l.selection, formats: l.formats, zoneless: r.clock.Zoneless}
	}()
	var e Event
	for r.cuts < to.Records {
		if _, err := r.record(&e); err != nil {
			return r.stop(err, to)
		}
		for r.more {
			r.more = r.plan.more(&e)
		}
	}
	if to.Events == 0 {
		return nil
	}
	if _, err := r.record(&e); err != nil {
		return r.stop(err, to)
	}
	for r.taken = 1; r.more && r.taken < to.Events; r.taken++ {
		r.more = r.plan.more(&e)
	}
	return nil
}

// stop is the error of Skip, which is that of the reader, too.
func (r *Reader) stop(err error, to Position) error {
	if err == io.EOF {
		err = fmt.Errorf("%s: %w: %d of %d lines", quoted(r.name), ErrShort, r.text.passed(), to.Lines)
	} else {
		err = fmt.Errorf("%s: %w", quoted(r.name), err)
	}
	r.err = err
	return err
}

// Lost returns the number of records that were lost before the event that [Reader.Next] returned
// last.
func (r *Reader) Lost() uint64 { return r.ledger.lostRecords }

// Consumed returns the number of bytes that were read from the source, packed as they are. It
// runs ahead of the events.
func (r *Reader) Consumed() int64 { return r.input.Consumed() }
