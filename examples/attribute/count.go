package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
)

// maxPlaces is how many unusable lines of a file are named; the others are
// only counted.
const maxPlaces = 3

// counter feeds a tally from files.
type counter struct {
	tally   *attribution.Tally
	console *console
	cfg     *config
	now     func() time.Time
	batch   []netip.Addr // not yet in the tally
	used    uint64       // records of all files that gave a source
}

// fileCount is what became of the records of one file.
type fileCount struct {
	used, skipped, badTimes uint64
	from, to                time.Time
}

// files counts all files of the command line, and reports whether that went
// well. A file that cannot be read does not keep the others from being counted.
func (c *counter) files(ctx context.Context, stdin io.Reader) (ok bool) {
	ok = true
	for _, name := range c.cfg.files {
		if err := c.file(ctx, name, stdin); err != nil {
			c.console.say("%v", err)
			ok = false
		}
	}
	return ok
}

// file counts one file and says on the console how it was read. What it counted
// stays counted if it returns an error.
func (c *counter) file(ctx context.Context, name string, stdin io.Reader) error {
	raw, size, err := openInput(name, stdin)
	if err != nil {
		return err
	}
	defer raw.Close()
	if name == "-" {
		name = "standard input"
	}
	bar := &progress{Reader: raw, console: c.console, name: name, size: size, now: c.now}
	defer c.console.clear()
	plain, release, err := decompress(bufio.NewReaderSize(bar, 64<<10))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer release()
	text := newLines(plain)
	bar.text = text
	f, err := openFormat(text, c.cfg)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}

	n, err := c.read(ctx, name, text, f)
	c.used += n.used
	if n.used > 0 {
		c.console.say("%s: read as %s, %s used, %s skipped", name, f.name, group(n.used), group(n.skipped))
	}
	if n.badTimes > 0 {
		c.console.say("%s: %s of them without a readable time", name, group(n.badTimes))
	}
	switch {
	case err != nil && n.used > 0:
		return fmt.Errorf("%s:%d: %w; what stands before is counted", name, text.n, err)
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case n.used == 0 && n.skipped == 0:
		return fmt.Errorf("%s: empty", name)
	case n.used == 0:
		return fmt.Errorf("%s: read as %s, and not one record of %s could be used: no address %s", name, f.name, group(n.skipped), f.where)
	}
	return nil
}

// read counts the records of one text to its end.
func (c *counter) read(ctx context.Context, name string, text *lines, f format) (n fileCount, err error) {
	defer func() {
		c.flush()
		if !n.from.IsZero() {
			c.tally.Window(n.from, n.to)
		}
	}()
	r := new(record) // one for all, as it escapes
	for i := 0; ; i++ {
		if i%4096 == 0 && ctx.Err() != nil {
			return n, errors.New("interrupted")
		}
		*r = record{}
		line, err := f.next()
		why, skip := err.(fault)
		switch {
		case skip:
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, err
		case len(bytes.TrimSpace(line)) == 0:
			continue
		default:
			why = f.parse(line, r)
		}
		if why == nothing {
			continue
		}
		if why != "" {
			if n.skipped++; n.skipped <= maxPlaces {
				c.console.say("%s:%d: skipped: %s: %.60q", name, text.first, why, line)
			}
			*r = record{} // an address that is not valid counts as skipped
		} else {
			n.add(r)
		}
		c.add(r)
	}
}

func (n *fileCount) add(r *record) {
	n.used++
	if r.badTime {
		n.badTimes++
	}
	if r.at.IsZero() {
		return
	}
	if n.from.IsZero() || r.at.Before(n.from) {
		n.from = r.at
	}
	if r.at.After(n.to) {
		n.to = r.at
	}
}

// add counts one record. Those without a size go in batches, which the tally
// takes faster than one at a time.
func (c *counter) add(r *record) {
	if r.bytes > 0 {
		c.tally.AddN(r.source, 1, r.bytes)
		return
	}
	if c.batch = append(c.batch, r.source); len(c.batch) == cap(c.batch) {
		c.flush()
	}
}

func (c *counter) flush() {
	c.tally.AddBatch(c.batch)
	c.batch = c.batch[:0]
}
