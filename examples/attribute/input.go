package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

var errInterrupted = errors.New("interrupted")

// input is what one argument of the command line names.
type input struct {
	name    string            // as messages have it
	file    *io.SectionReader // of a regular file, else nil
	info    fs.FileInfo       // of a regular file
	source  io.ReadCloser
	begun   time.Time // when reading began, of what comes in its own time
	resumed bool      // only what is new in it is read
}

// openInput opens one argument, "-" being standard input. It gives up when the context ends, as
// the other end of a named pipe may never come.
func openInput(ctx context.Context, name string, stdin io.Reader) (*input, error) {
	if name == "-" {
		in := &input{name: "standard input", source: io.NopCloser(stdin)}
		if f, ok := stdin.(*os.File); ok {
			in.look(f)
		}
		return in, nil
	}
	type opened struct {
		*os.File
		err error
	}
	ready := make(chan opened, 1)
	go func() {
		f, err := os.Open(name)
		ready <- opened{f, err}
	}()
	select {
	case o := <-ready:
		if o.err != nil {
			return nil, o.err
		}
		in := &input{name: name, source: o.File}
		in.look(o.File)
		return in, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%q: %w", name, errInterrupted)
	}
}

// look notes what a regular file has still to give.
func (in *input) look(f *os.File) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	at, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	in.file = io.NewSectionReader(f, at, max(0, info.Size()-at))
	in.info = info
}

// whole returns a reader of all of a regular file that an interrupt ends.
func (in *input) whole(ctx context.Context) io.Reader {
	return &interruptible{io.NewSectionReader(in.file, 0, in.file.Size()), in.info, ctx}
}

// interruptible is a file as package ingest reads it: at any place, and on several cores.
type interruptible struct {
	*io.SectionReader
	info fs.FileInfo
	ctx  context.Context
}

func (r *interruptible) Stat() (fs.FileInfo, error) { return r.info, nil }

func (r *interruptible) Read(b []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, errInterrupted
	}
	return r.SectionReader.Read(b)
}
