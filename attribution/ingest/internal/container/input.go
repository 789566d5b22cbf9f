package container

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"

	"golang.org/x/text/encoding/unicode"
)

// Options are limits and habits. The zero value is ready.
type Options struct {
	// MaxLine is the longest line in bytes. A longer one is lost as one line. 0 is 1 MiB.
	MaxLine int
	// Live says that the source may pause, as a pipe does. Peek then waits for one line only. It is implied for an
	// *os.File that is no regular file.
	Live bool
	// WholeLines leaves a last line without an end for later, when it has one.
	WholeLines bool
	// MaxBuffered is the size in bytes of a zip archive that is read although it is no file. 0 is 64 MiB.
	MaxBuffered int64
	// Free and Ratio bound what compressed data may become: Free bytes, and Ratio bytes for each byte that was read.
	// They bound time, since memory is bounded in any case. 0 is 1 GiB, and 2,000.
	Free, Ratio int64

	buffer int // of lines at first, for tests. 0 is chunk.
}

// ErrExpands says that an input becomes far larger than it is, which is the mark of a decompression bomb.
var ErrExpands = errors.New("the data expands beyond all measure")

const (
	maxLayers   = 3 // of compression around a text, or around an archive
	maxArchives = 2 // one in another
)

// Input is an input that is taken apart. Use [Open].
type Input struct {
	o      Options
	root   atomic.Int64 // bytes of the source that were read
	stack  []*frame
	lines  Lines
	notes  notes
	total  Stats
	unread error // the first member that could not be read
	read   int   // members that were
	file   bool  // the source is a regular file
	err    error
}

// frame is an archive that is being read, or at the bottom, the source.
type frame struct {
	archive
	member   string // path of the archive
	layers   string
	produced int64    // what its members gave
	entry    []func() // closers of the member that is open,
	own      []func() // and of the archive
}

// archive walks over its members, with [io.EOF] at the end. A member is valid until the next call.
type archive interface {
	next() (name string, r io.Reader, err error)
}

// source is an archive of one member without a name.
type source struct {
	r    io.Reader
	done bool
}

func (s *source) next() (string, io.Reader, error) {
	if s.done {
		return "", nil, io.EOF
	}
	s.done = true
	return "", s.r, nil
}

// Open begins to read r. It reads nothing yet. A zip archive of any size is read if r is the file itself, or has the
// methods ReadAt and Size; it is then read from its beginning.
func Open(r io.Reader, o Options) *Input {
	if o.MaxLine <= 0 {
		o.MaxLine = 1 << 20
	}
	if o.MaxBuffered <= 0 {
		o.MaxBuffered = 64 << 20
	}
	if o.Free <= 0 {
		o.Free = 1 << 30
	}
	if o.Ratio <= 0 {
		o.Ratio = 2000
	}
	if o.buffer <= 0 {
		o.buffer = chunk
	}
	regular := false
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil {
			regular = info.Mode().IsRegular()
			o.Live = o.Live || !regular
		}
	}
	in := &Input{o: o, file: regular && !o.Live}
	in.stack = []*frame{{archive: &source{r: &counted{r, in}}}}
	return in
}

// counted counts what is read of the source.
type counted struct {
	io.Reader
	in *Input
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.in.root.Add(int64(n))
	return n, err
}

// Consumed returns the number of bytes of the source that were read, packed as they are. It may be asked while another
// goroutine reads.
func (in *Input) Consumed() int64 { return in.root.Load() }

// IsFile reports whether the source is a regular file, so that reading ahead waits for nobody.
func (in *Input) IsFile() bool { return in.file }

// Notes returns what was skipped, taken off or lost so far, at most one note of each code.
func (in *Input) Notes() []Note { return in.notes.list() }

// Stats returns the sum over all members that were read so far.
func (in *Input) Stats() Stats { return in.total.plus(in.lines.stats) }

// Next goes on to the next member that is a text, and returns its lines. [io.EOF] is the end. An input of one text is
// one member. What is left of the member before is passed over, and is not in the account.
func (in *Input) Next() (*Lines, error) {
	in.total = in.total.plus(in.lines.stats)
	in.lines.stats = Stats{}
	if errors.Is(in.lines.err, ErrExpands) {
		in.err = in.lines.err
	}
	for in.err == nil {
		top := in.stack[len(in.stack)-1]
		closeAll(&top.entry)
		name, r, err := top.next()
		switch {
		case err == nil:
			l, err := in.open(top, join(top.member, name), r)
			if l != nil {
				in.read++
				return l, nil
			}
			if err != nil {
				in.fail(join(top.member, name), err, len(in.stack) == 1)
			}
		case err == io.EOF:
			in.pop()
		default:
			outermost := len(in.stack) == 2
			in.pop()
			in.fail(top.member, err, outermost)
		}
	}
	in.Close()
	return nil, in.err
}

func (in *Input) pop() {
	top := in.stack[len(in.stack)-1]
	closeAll(&top.own)
	in.stack = in.stack[:len(in.stack)-1]
	if len(in.stack) > 0 {
		return
	}
	in.err = io.EOF
	if in.read == 0 && in.unread != nil {
		in.err = in.unread
	}
}

// fail is the end for the input itself, and a note for a member of an archive.
func (in *Input) fail(member string, err error, fatal bool) {
	if fatal || errors.Is(err, ErrExpands) {
		in.err = err
		return
	}
	in.notes.add(UnreadMember, 1, 0, Place{Member: member}, err.Error())
	if in.unread == nil {
		in.unread = fmt.Errorf("%q: %w", member, err)
	}
}

// Close releases the decoders. It does not close the source.
func (in *Input) Close() {
	for _, f := range in.stack {
		closeAll(&f.entry)
		closeAll(&f.own)
	}
	if in.err == nil {
		in.err = fs.ErrClosed
	}
}

func closeAll(closers *[]func()) {
	for _, f := range *closers {
		f()
	}
	*closers = nil
}

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "/" + name
}

// open undoes the layers of a member. It returns nil and no error if the member is an archive, which is then on the
// stack.
func (in *Input) open(top *frame, member string, r io.Reader) (*Lines, error) {
	layers := top.layers
	if len(in.stack) > 1 {
		r = &meter{r, in, &top.produced}
	}
	note := func(code Code, n int64) { in.notes.add(code, 1, n, Place{Member: member}, "") }
	for depth := 0; ; {
		b := bufio.NewReaderSize(r, chunk)
		head := peekHead(b)
		if _, err := b.Peek(1); err != nil && err != io.EOF {
			return nil, err
		}
		k := sniff(head)
		switch k {
		case skippable:
			if err := skipFrame(b); err != nil {
				return nil, &DamagedError{"zstd", err}
			}
			note(SkippableFrames, 0)
			r = b
		case gzipData, zstdData, bzip2Data, xzData:
			if depth++; depth > maxLayers {
				return nil, &ForeignError{fmt.Sprintf("data compressed more than %d times", maxLayers), unpack}
			}
			l, err := uncompress(k, b, note)
			if err != nil {
				return nil, err
			}
			top.entry = append(top.entry, l.close)
			layers = add(layers, l.name)
			r = &meter{l, in, new(int64)}
		case tarArchive, zipArchive:
			return nil, in.push(top, k, member, layers, b)
		case other:
			if f := foreignKind(head); f != nil {
				return nil, f
			}
			return nil, binaryKind(head, end(in.stack, top))
		default:
			in.begin(k, member, layers, b)
			return &in.lines, nil
		}
	}
}

func add(layers, name string) string {
	if layers == "" {
		return name
	}
	return layers + " " + name
}

// push opens an archive and puts it on the stack. The decoders around it live as long as it does.
func (in *Input) push(top *frame, k kind, member, layers string, b *bufio.Reader) error {
	name := "tar"
	if k == zipArchive {
		name = "zip"
	}
	if len(in.stack) > maxArchives {
		return &ForeignError{"a " + name + " archive in an archive in an archive", unpack}
	}
	f := &frame{member: member, layers: add(layers, name)}
	if k == tarArchive {
		f.archive = newTar(b, member, &in.notes)
	} else {
		z, err := in.openZip(top, layers, member, b)
		if err != nil {
			return err
		}
		f.archive = z
	}
	f.own, top.entry = top.entry, nil
	in.stack = append(in.stack, f)
	return nil
}

// begin makes the lines of a text.
func (in *Input) begin(k kind, member, layers string, b *bufio.Reader) {
	l := &in.lines
	buf := l.buf
	if buf == nil {
		buf = make([]byte, in.o.buffer)
	}
	*l = Lines{src: b, member: member, layers: layers, live: in.o.Live, whole: in.o.WholeLines, max: in.o.MaxLine,
		buf: buf, slack: in.o.buffer, scratch: l.scratch, notes: &in.notes, mark: noMark,
		at: Place{Member: member}}
	if k == text {
		return
	}
	order := unicode.LittleEndian
	if k == text16BE {
		order = unicode.BigEndian
	}
	in.notes.add(UTF16, 1, 0, Place{Member: member}, "")
	// The mark, if there is one, becomes one in UTF-8, which is taken off as all are.
	l.src = unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder().Reader(b)
}

// meter bounds what comes out of a layer.
type meter struct {
	io.Reader
	in *Input
	n  *int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	*m.n += int64(n)
	if *m.n > m.in.o.Free && (*m.n-m.in.o.Free)/m.in.o.Ratio > m.in.root.Load() {
		return n, fmt.Errorf("%w: %d bytes became more than %d", ErrExpands, m.in.root.Load(), *m.n)
	}
	return n, err
}

func (s Stats) plus(o Stats) Stats {
	return Stats{s.Lines + o.Lines, s.Long + o.Long, s.Bytes + o.Bytes, s.Text + o.Text, s.Ends + o.Ends,
		s.Taken + o.Taken, s.Lost + o.Lost}
}
