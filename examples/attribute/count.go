package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
)

// maxPlaces is how many unusable lines of a file are named; the others are
// only counted.
const maxPlaces = 3

// counter reads the files of the command line.
type counter struct {
	sink    sink
	console *console
	cfg     *config
	now     func() time.Time
	live    func(io.ReadCloser) io.ReadCloser // what to make of an input that may pause; nil: nothing
	account *attribution.Account              // of all files; nil: none was read
}

// sink takes the records of files. One that could not be used has no source.
type sink interface {
	open(in *input) error // before the first record
	add(r *record) error
	close(n *fileCount) error // after the last
}

// input is a file that is being read.
type input struct {
	name    string
	regular bool // all of it is there already
	text    *lines
	format  format
	resumed bool // only what is new in it is read
}

// fileCount is what became of the records of one file.
type fileCount struct {
	used, skipped, badTimes uint64
	badTransports           uint64
	firstSkipped            int // its line
	from, to                time.Time
}

var errInterrupted = errors.New("interrupted")

// files counts all files of the command line, and reports whether that went
// well. A file that cannot be read does not keep the others from being counted.
func (c *counter) files(ctx context.Context, stdin io.Reader) (ok bool) {
	ok, c.account = true, new(attribution.Account)
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
	in, done, err := c.open(name, stdin)
	if err != nil {
		return err
	}
	defer done()
	if err := c.sink.open(in); err != nil {
		return fmt.Errorf("%s: %w", in.name, err)
	}
	return c.count(ctx, in)
}

// open opens a file and settles how to read it.
func (c *counter) open(name string, stdin io.Reader) (in *input, done func(), err error) {
	raw, size, err := openInput(name, stdin)
	if err != nil {
		return nil, nil, err
	}
	in = &input{name: name}
	if name == "-" {
		in.name, in.regular = "standard input", isRegular(stdin)
	} else {
		in.regular = isRegular(raw)
	}
	live := c.live != nil && !in.regular
	if live {
		raw = c.live(raw)
	}
	bar := &progress{Reader: raw, console: c.console, name: in.name, size: size, now: c.now}
	plain, release, err := decompress(bufio.NewReaderSize(bar, 64<<10))
	if err != nil {
		raw.Close()
		return nil, nil, fmt.Errorf("%s: %w", in.name, err)
	}
	done = func() {
		release()
		raw.Close()
		c.console.clear()
	}
	in.text = newLines(plain)
	in.text.live = live
	bar.text = in.text
	if in.format, err = openFormat(in.text, c.cfg); err != nil {
		done()
		return nil, nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return in, done, nil
}

// count reads a file to its end and says what it gave.
func (c *counter) count(ctx context.Context, in *input) error {
	n, err := c.read(ctx, in)
	if err == errInterrupted && in.text.live {
		err = nil // it has no other end
	}
	err = cmp.Or(err, c.sink.close(&n))
	c.enter(in, &n)
	if n.used > 0 {
		c.console.say("%s: read as %s, %s used, %s skipped", in.name, in.format.name, group(n.used), group(n.skipped))
	}
	if n.badTimes > 0 {
		c.console.say("%s: %s of them without a readable time", in.name, group(n.badTimes))
	}
	if n.badTransports > 0 {
		c.console.say("%s: %s of them without a readable protocol, port or flags", in.name, group(n.badTransports))
	}
	if in.text.left {
		c.console.say("%s: its last line has no end yet, and is left for the next run", in.name)
	}
	switch {
	case err != nil && n.used > 0:
		return fmt.Errorf("%s:%d: %w; what stands before is counted", in.name, in.text.n, err)
	case err != nil:
		return fmt.Errorf("%s: %w", in.name, err)
	case n.used > 0 || in.resumed:
		return nil
	case n.skipped == 0:
		return fmt.Errorf("%s: empty", in.name)
	}
	return fmt.Errorf("%s: read as %s, and not one record of %s could be used: no address %s", in.name, in.format.name,
		group(n.skipped), in.format.where)
}

// enter puts into the account what became of a file.
func (c *counter) enter(in *input, n *fileCount) {
	a := c.account
	switch {
	case a.Format == "":
		a.Format = in.format.name
	case !slices.Contains(strings.Split(a.Format, ","), in.format.name):
		a.Format += "," + in.format.name
	}
	for what, name := range in.format.fields {
		if a.Fields == nil {
			a.Fields = map[string]string{}
		}
		a.Fields[what] = name
	}
	a.Records += n.used
	if n.skipped == 0 {
		return
	}
	if a.Lost == nil {
		a.Lost = map[attribution.Loss]uint64{}
		a.First = map[attribution.Loss]string{
			attribution.LostUnread: fmt.Sprintf("%s:%d", in.name, n.firstSkipped),
		}
	}
	a.Lost[attribution.LostUnread] += n.skipped
}

// read counts the records of one text to its end.
func (c *counter) read(ctx context.Context, in *input) (n fileCount, err error) {
	r := new(record) // one for all, as it escapes
	for i := 0; ; i++ {
		if i%4096 == 0 && ctx.Err() != nil {
			return n, errInterrupted
		}
		*r = record{}
		line, err := in.format.next()
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
			why = in.format.parse(line, r)
		}
		if why == nothing {
			continue
		}
		if why != "" {
			if n.skipped++; n.skipped == 1 {
				n.firstSkipped = in.text.first
			}
			if n.skipped <= maxPlaces {
				c.console.say("%s:%d: skipped: %s: %.60q", in.name, in.text.first, why, line)
			}
			*r = record{} // without an address it counts as lost
		} else {
			n.add(r)
		}
		if err := c.sink.add(r); err != nil {
			return n, err
		}
	}
}

func (n *fileCount) add(r *record) {
	n.used++
	if r.badTime {
		n.badTimes++
	}
	if r.transport.bad {
		n.badTransports++
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

// tallySink counts without regard to time.
type tallySink struct {
	tally *attribution.Tally
	batch []attribution.Flow // not yet in the tally
}

func newTallySink(tally *attribution.Tally) *tallySink {
	return &tallySink{tally: tally, batch: make([]attribution.Flow, 0, 1024)}
}

func (s *tallySink) open(*input) error { return nil }

func (s *tallySink) add(r *record) error {
	if s.batch = append(s.batch, r.flow()); len(s.batch) == cap(s.batch) {
		s.flush()
	}
	return nil
}

func (s *tallySink) close(n *fileCount) error {
	s.flush()
	if !n.from.IsZero() {
		s.tally.ExtendSpan(n.from, n.to)
	}
	return nil
}

func (s *tallySink) flush() {
	s.tally.AddFlows(s.batch)
	s.batch = s.batch[:0]
}
