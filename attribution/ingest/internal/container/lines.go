package container

import (
	"bytes"
	"errors"
	"io"
)

// Faults of one line. Reading goes on behind it.
var (
	// ErrLong says that a line is longer than [Options.MaxLine]. It was passed over.
	ErrLong = errors.New("the line is too long")
	// ErrSpan says that the lines since [Lines.Mark] no longer fit in memory. Call Rewind or Release.
	ErrSpan = errors.New("the lines since the mark are too long")
)

const (
	chunk  = 64 << 10 // what is read at once
	noMark = -1
)

// Lines cuts the text of one member into lines. [Input.Next] returns it, and it is valid until the next call of that.
type Lines struct {
	src    io.Reader
	member string
	layers string
	live   bool
	whole  bool
	max    int
	slack  int // what the buffer has beyond that, and at first

	buf        []byte
	r, w       int // what is not yet returned
	scanned    int // no line end is between r and it
	cleaned    int // no NUL is between r and it, while the buffer is full
	dirty      int // no byte behind it needs to be taken off
	removed    int64
	err        error // of src
	returns    bool  // CR ends lines
	decided    bool  // about that
	swallow    bool  // an LF that belongs to the CR before it
	discarding bool  // a line that is too long
	raw        bool  // Read was called

	at      Place // of the line that was returned last
	off     int64 // bytes before r, with what was taken off
	scratch []byte
	keep    bool // all lines stay valid, not the last one alone
	stats   Stats
	notes   *notes

	zeroed int64 // the last line that NUL bytes were taken off
	mark   int
	saved  saved
}

// saved is what a mark keeps.
type saved struct {
	at      Place
	off     int64
	removed int64
	zeroed  int64
	swallow bool
	stats   Stats
	notes   notes
}

// Stats accounts for the bytes of a member. When its end was reached, Bytes is the sum of the others.
type Stats struct {
	Lines int64 // returned, or lost as too long
	Long  int64 // lost as too long
	Bytes int64 // read, after decompression and decoding
	Text  int64 // returned as lines
	Ends  int64 // line ends
	Taken int64 // taken off: marks, NUL bytes, colors, stray carriage returns
	Lost  int64 // in lines that are too long, cut or open
}

// Member returns the path of the member in an archive, "" outside of archives.
func (l *Lines) Member() string { return l.member }

// Layers says what the text was packed in, from the outside: "", "gzip", "gzip tar".
func (l *Lines) Layers() string { return l.layers }

// Place returns where the last line is that Next returned. After a fault, it is the line at fault.
func (l *Lines) Place() Place { return l.at }

// Offset returns the number of bytes of the member that are behind the reader. A later [Lines.Skip] goes there.
func (l *Lines) Offset() int64 { return l.off }

// Stats returns the account so far.
func (l *Lines) Stats() Stats { return l.stats }

// Next returns the next line without its end. It is valid until the next call. [ErrLong] and [ErrSpan] are faults of
// one line; [io.EOF] and every other error end the member.
func (l *Lines) Next() ([]byte, error) {
	if line, ok := l.usual(); ok {
		return line, nil
	}
	for {
		if i := l.end(); i >= 0 {
			line, size := l.buf[l.r:i], int64(i+1-l.r)+l.removed
			start := l.r
			l.swallow = l.returns && l.buf[i] == '\r'
			l.r, l.scanned, l.removed = i+1, i+1, 0
			if line, ok := l.finish(line, size, 1, start < l.dirty); ok {
				return line, nil
			}
			return nil, ErrLong
		}
		err := l.more()
		switch {
		case err == nil:
		case err == errFull:
			if l.mark >= 0 {
				return nil, ErrSpan
			}
			l.begin()
			l.discard()
		case err == io.EOF && (l.w > l.r || l.removed > 0 || l.discarding):
			return l.last()
		case err == io.EOF:
			return nil, err
		default:
			l.cut()
			return nil, err
		}
	}
}

// usual is Next for a line that is in the buffer and has nothing to take off.
func (l *Lines) usual() ([]byte, bool) {
	if l.returns || l.r < l.dirty || l.swallow || l.discarding || l.removed > 0 {
		return nil, false
	}
	i := bytes.IndexByte(l.buf[l.scanned:l.w], '\n')
	if i < 0 {
		l.scanned = l.w
		return nil, false
	}
	end := l.scanned + i
	line := l.buf[l.r:end]
	if len(line) > l.max || len(line) > 0 && line[0] == 0xef {
		l.scanned = end // where it will be found again
		return nil, false
	}
	l.at.Line++
	l.at.Offset = l.off
	l.stats.Lines++
	l.stats.Ends++
	l.stats.Text += int64(len(line))
	l.off += int64(len(line) + 1)
	l.r, l.scanned, l.decided = end+1, end+1, true
	return line, true
}

// end returns the index of the next line end, -1 if it is not in the buffer.
func (l *Lines) end() int {
	if l.swallow && l.r < l.w {
		if l.buf[l.r] == '\n' {
			l.r++
			l.off++
			l.stats.Ends++
			l.scanned = max(l.scanned, l.r)
		}
		l.swallow = false
	}
	i := -1
	switch {
	case l.returns:
		i = bytes.IndexAny(l.buf[l.scanned:l.w], "\r\n")
	default:
		i = bytes.IndexByte(l.buf[l.scanned:l.w], '\n')
	}
	if i >= 0 {
		l.decided = true
		return l.scanned + i
	}
	l.scanned = l.w
	return -1
}

// decide is called when a text has no LF so far and no more of it can be seen.
// From then on, CR ends its lines if it has any.
func (l *Lines) decide() (changed bool) {
	if l.decided || l.discarding {
		return false
	}
	l.decided = true
	if bytes.IndexByte(l.buf[l.r:l.w], '\r') < 0 {
		return false
	}
	l.returns = true
	l.scanned = l.r
	l.notes.add(CarriageReturns, 1, 0, Place{l.member, l.at.Line + 1, l.off}, "")
	return true
}

// begin makes the next line the current one.
func (l *Lines) begin() {
	if !l.discarding {
		l.at = Place{l.member, l.at.Line + 1, l.off}
		l.stats.Lines++
	}
}

// finish takes off what is no text from a line of size bytes, the last of which are its end.
// It returns false if the line is too long.
func (l *Lines) finish(line []byte, size, end int64, dirty bool) ([]byte, bool) {
	l.begin()
	l.off += size
	l.stats.Ends += end
	if l.discarding {
		l.discarding = false
		l.stats.Lost += size - end
		l.notes.add(LongLine, 0, size-end, l.at, "")
		return nil, false
	}
	if dirty {
		line = l.clean(line)
	}
	for len(line) >= 3 && line[0] == 0xef && line[1] == 0xbb && line[2] == 0xbf {
		line = line[3:]
		l.notes.add(ByteOrderMark, 1, 3, l.at, "")
	}
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
		l.stats.Ends++
		end++
	}
	for len(line) > 0 && line[0] == '\r' {
		line = line[1:]
		l.stats.Ends++
		end++
	}
	if len(line) > l.max {
		l.stats.Long++
		l.stats.Lost += int64(len(line))
		l.stats.Taken += size - end - int64(len(line))
		l.notes.add(LongLine, 1, int64(len(line)), l.at, "")
		return nil, false
	}
	if dirty && bytes.IndexByte(line, '\r') >= 0 {
		l.notes.add(InnerReturn, 1, 0, l.at, "")
	}
	l.stats.Text += int64(len(line))
	l.stats.Taken += size - end - int64(len(line))
	return line, true
}

// last returns what stands behind the last line end.
func (l *Lines) last() ([]byte, error) {
	if l.decide() {
		return l.Next()
	}
	if l.whole {
		n := int64(l.w-l.r) + l.removed
		if n > 0 || l.discarding {
			l.notes.add(OpenLine, 1, n, Place{l.member, l.at.Line + 1, l.off}, "")
		}
		l.stats.Lost += n
		l.r, l.scanned, l.removed, l.discarding = l.w, l.w, 0, false
		return nil, io.EOF
	}
	line, size := l.buf[l.r:l.w], int64(l.w-l.r)+l.removed
	dirty := l.r < l.dirty
	l.r, l.scanned, l.removed = l.w, l.w, 0
	line, ok := l.finish(line, size, 0, dirty)
	if !ok {
		return nil, ErrLong
	}
	return line, nil
}

// cut drops a last line that an error cut.
func (l *Lines) cut() {
	n := int64(l.w-l.r) + l.removed
	if n > 0 && !l.discarding {
		l.begin()
		l.notes.add(CutLine, 1, n, l.at, l.err.Error())
	}
	l.off += n
	l.stats.Lost += n
	l.r, l.scanned, l.removed, l.discarding = l.w, l.w, 0, false
}

// discard drops what the buffer holds of a line that is too long.
func (l *Lines) discard() {
	n := int64(l.w-l.r) + l.removed
	if !l.discarding {
		l.stats.Long++
		l.notes.add(LongLine, 1, 0, l.at, "")
	}
	l.notes.add(LongLine, 0, n, l.at, "")
	l.discarding = true
	l.off += n
	l.stats.Lost += n
	l.r, l.scanned, l.removed = l.w, l.w, 0
}

// Mark remembers the place behind the last line, until Rewind or Release. The lines behind it must fit in memory.
func (l *Lines) Mark() {
	l.mark = l.r
	l.saved = saved{l.at, l.off, l.removed, l.zeroed, l.swallow, l.stats, *l.notes}
}

// Rewind goes back to the mark: Next returns the lines behind it again, and the account is as it was.
func (l *Lines) Rewind() {
	if l.mark < 0 {
		return
	}
	s := &l.saved
	bytesRead := l.stats.Bytes
	l.r, l.at, l.off, l.removed, l.zeroed, l.swallow = l.mark, s.at, s.off, s.removed, s.zeroed, s.swallow
	l.stats, *l.notes = s.stats, s.notes
	l.stats.Bytes = bytesRead
	l.scanned, l.cleaned, l.mark = l.r, l.r, noMark
}

// Release forgets the mark.
func (l *Lines) Release() { l.mark = noMark }
