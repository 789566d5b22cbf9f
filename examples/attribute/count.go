package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/examples/internal/intake"
)

// counter reads the files of the command line.
type counter struct {
	sink    sink
	console *console
	cfg     *config
	now     func() time.Time
	account *attribution.Account // of all files; nil: none was read
}

// sink takes the records of files.
type sink interface {
	// live returns what is to be done while an input pauses, before each wait and now and then.
	live() (every time.Duration, idle func(), tick func(time.Time))

	open(in *input, r *ingest.Reader) error // before the first record
	add(r *ingest.Reader, e *ingest.Event) error
	close(a *attribution.Account) error // after the last
}

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
	in, err := openInput(ctx, name, stdin)
	if err != nil {
		return err
	}
	if in.file == nil {
		in.begun = c.now()
		every, idle, tick := c.sink.live()
		in.source = newLiveReader(ctx, in.source, every, idle, tick)
	}
	defer in.source.Close()
	r, err := c.cfg.reader(ctx, in)
	if err != nil {
		return told(in.name, err)
	}
	defer r.Close()
	defer c.console.clear()
	if err := c.sink.open(in, r); err != nil {
		return fmt.Errorf("%q: %w", in.name, err)
	}
	return c.count(in, r)
}

// reader makes the reader of an input.
func (cfg *config) reader(ctx context.Context, in *input) (*ingest.Reader, error) {
	o := cfg.reading
	if !cfg.burst {
		o.Target = "-"
	}
	if in.file == nil {
		if cfg.burst {
			o.Live, o.Latest = true, in.begun
		}
		return ingest.NewReader(in.source, in.name, o)
	}
	o.Latest, o.WholeLines = in.info.ModTime(), cfg.state != ""
	return ingest.NewReader(in.whole(ctx), in.name, o)
}

// count reads a file to its end and says what it gave.
func (c *counter) count(in *input, r *ingest.Reader) error {
	err := c.read(in, r)
	if errors.Is(err, errInterrupted) {
		err = errInterrupted
		if in.file == nil && c.cfg.burst {
			err = nil // it has no other end
		}
	}
	a := r.Account()
	if closing := c.sink.close(&a); err == nil && closing != nil {
		err = fmt.Errorf("%q: %w", in.name, closing)
	}
	name := ""
	if len(c.cfg.files) > 1 {
		name = strconv.Quote(in.name)
	}
	c.account.Add(name, a)
	if a.Records > 0 {
		c.console.say("%q: read as %s, %s", in.name, a.Format, usedAndLost(&a))
	}
	switch {
	case err == errInterrupted:
		return fmt.Errorf("%q: line %d: %w; what stands before is counted", in.name, r.Position().Lines, err)
	case err != nil && a.Records > 0:
		return fmt.Errorf("%w; what stands before line %d is counted", err, r.Position().Lines)
	case err != nil:
		return err
	case a.Records > 0 || in.resumed:
		return nil
	case a.Excluded > 0:
		return fmt.Errorf("%q: read as %s, and all of its records are excluded", in.name, a.Format)
	}
	return fmt.Errorf("%q: read as %s, and not one record could be used: %s", in.name, a.Format, usedAndLost(&a))
}

// read counts the records of one text to its end.
func (c *counter) read(in *input, r *ingest.Reader) error {
	bar := progress{console: c.console, name: in.name, now: c.now}
	if in.file != nil {
		bar.size = in.file.Size()
	}
	e := new(ingest.Event)
	for n := uint64(1); ; n++ {
		switch err := r.Next(e); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := c.sink.add(r, e); err != nil {
			return fmt.Errorf("%q: %w", in.name, err)
		}
		if n%4096 == 0 && c.console.terminal {
			bar.draw(n, r.Consumed())
		}
	}
}

// usedAndLost says what became of the records.
func usedAndLost(a *attribution.Account) string {
	s := group(a.Records) + " used"
	if a.Excluded > 0 {
		s += ", " + group(a.Excluded) + " excluded"
	}
	s += ", " + group(a.Lost[attribution.LostUnread]) + " lost"
	for i, u := range a.Unread {
		separator := "; "
		if i == 0 {
			separator = " ("
		}
		s += fmt.Sprintf("%s%s %s, first at %s", separator, group(u.Records), u.Code, u.First)
	}
	if len(a.Unread) > 0 {
		s += ")"
	}
	if a.Undated > 0 && a.Fields["time"] != "" {
		s += ", " + group(a.Undated) + " without a time"
	}
	if slices.ContainsFunc(a.Notes, func(n attribution.Note) bool { return n.Code == "OPEN_LINE" }) {
		s += "; its last line has no end yet, and is left for the next run"
	}
	return s
}

// tallySink counts without regard to time.
type tallySink struct{ *intake.Counter }

func (s tallySink) live() (time.Duration, func(), func(time.Time)) {
	return time.Hour, s.Flush, func(time.Time) {}
}

func (s tallySink) open(*input, *ingest.Reader) error { return nil }

func (s tallySink) add(_ *ingest.Reader, e *ingest.Event) error {
	s.Add(e)
	return nil
}

func (s tallySink) close(a *attribution.Account) error {
	s.Close(a)
	return nil
}
