package ingest

import (
	"bytes"
	"io"

	"github.com/whence-go/whence/attribution/ingest/internal/container"
)

// Sizes in bytes.
const (
	maxRecord = 1 << 20           // the longest record that is read
	maxWindow = maxRecord + 1<<16 // the most of the text that is kept
	minWindow = 64 << 10
)

// text is a window on a member's text. A cutter may look at it as far as one record may
// reach before it decides where the record ends. Places are counted from the first byte
// that is not handed out yet.
type text struct {
	r        io.Reader
	buf      []byte
	pos, end int   // buf[pos:end] is read from r and not handed out
	err      error // of r

	line   uint64 // lines that end before pos
	offset uint64 // bytes before pos

	firstLine, firstByte uint64 // where the last record began, from 1 and from 0
	span                 uint64 // the lines that end within it

	direct *container.Lines // where every record is a line, instead of the window
	joined *joined          // what the window reads, if that is lines
}

// newText is a window on the text to come, for cutters.
func newText(r io.Reader) *text { return &text{r: r, buf: make([]byte, minWindow)} }

// peekLine is the next line, unless the window holds something. Most cutters need no more than
// it, and takeLine then spares them the window.
func (t *text) peekLine() (line []byte, ok bool) {
	if t.joined == nil || t.pos < t.end || t.err != nil {
		return nil, false
	}
	return t.joined.peek()
}

// takeLine hands out the line that peekLine has returned.
func (t *text) takeLine() {
	t.begin()
	t.offset += uint64(len(t.joined.rest) + 1)
	t.line++
	t.span = 1
	t.joined.rest, t.joined.end = nil, false
}

// view is all of the window, until more is called.
func (t *text) view() []byte { return t.buf[t.pos:t.end] }

// more reads on, and may move the window, even if nothing comes. It reports false if nothing
// comes or the window is full.
func (t *text) more() bool {
	if t.err != nil {
		return false
	}
	if t.end == len(t.buf) {
		switch {
		case t.pos > 0:
			t.end = copy(t.buf, t.buf[t.pos:t.end])
			t.pos = 0
		case len(t.buf) == maxWindow:
			return false
		default:
			grown := make([]byte, min(2*len(t.buf), maxWindow))
			t.end = copy(grown, t.buf[:t.end])
			t.buf = grown
		}
	}
	for range 100 {
		n, err := t.r.Read(t.buf[t.end:])
		t.end += n
		t.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	t.err = io.ErrNoProgress
	return false
}

// lineEnd finds the end of the line that begins so many bytes ahead: the length of the
// line, and the place behind its end. The window ends with the last line if that has no
// end. It reports false if the text ends there, or if the line is longer than the window.
func (t *text) lineEnd(from int) (end, next int, ok bool) {
	for scanned := from; ; {
		if i := bytes.IndexByte(t.buf[t.pos+scanned:t.end], '\n'); i >= 0 {
			return scanned + i, scanned + i + 1, true
		}
		scanned = t.end - t.pos
		if !t.more() {
			return scanned, scanned, t.err == io.EOF && scanned > from && scanned-from <= maxRecord
		}
	}
}

// take hands out the next n bytes, in which so many lines end.
func (t *text) take(n int, lines uint64) []byte {
	t.begin()
	b := t.buf[t.pos : t.pos+n]
	t.drop(n, lines)
	return b
}

func (t *text) begin() {
	t.firstLine, t.firstByte = t.line+1, t.offset
	t.span = 0
}

func (t *text) drop(n int, lines uint64) {
	t.pos += n
	t.offset += uint64(n)
	t.line += lines
	t.span += lines
}

// passed is the number of lines that end before what comes next.
func (t *text) passed() uint64 {
	if t.direct != nil {
		return t.firstLine // the last one, which may not be the last that was read ahead
	}
	return t.line
}

// nextLine hands out the next line without its end. It stays valid until the next call of
// any method. A line that is too long is passed over and gives a fault. Every other error
// ends the text. A last line that an error cut short is not handed out: half an address
// is another address.
func (t *text) nextLine() (line []byte, why fault, err error) {
	if t.direct != nil {
		return t.directLine()
	}
	end, next, ok := t.lineEnd(0)
	switch {
	case ok && end <= maxRecord:
		if line = t.take(next, 1)[:end]; len(line) == 1 && line[0] == 0 {
			return nil, tooLong, nil
		}
		return bytes.TrimSuffix(line, []byte("\r")), "", nil
	case t.pos == t.end || t.err != nil && t.err != io.EOF:
		return nil, "", t.err
	}
	t.passLine()
	return nil, tooLong, nil
}

// directLine is nextLine without the window.
func (t *text) directLine() (line []byte, why fault, err error) {
	line, err = t.direct.Next()
	if err != nil && err != container.ErrLong {
		return nil, "", err
	}
	at := t.direct.Place()
	t.firstLine, t.firstByte = uint64(at.Line), uint64(at.Offset)
	t.span = 1
	if err != nil {
		return nil, tooLong, nil
	}
	return line, "", nil
}

// joined are lines as one text. A line that is too long is one of a NUL, which no line has.
type joined struct {
	lines *container.Lines
	rest  []byte
	end   bool // the line end comes next
	long  bool
}

// peek is the next line, if none has been begun. It is still to be read.
func (j *joined) peek() (line []byte, ok bool) {
	if len(j.rest) > 0 || j.end || j.long {
		return nil, false
	}
	line, err := j.lines.Next()
	j.rest, j.end, j.long = line, err == nil || err == container.ErrLong, err == container.ErrLong
	return line, err == nil
}

func (j *joined) Read(b []byte) (n int, err error) {
	for n < len(b) {
		switch {
		case len(j.rest) > 0:
			k := copy(b[n:], j.rest)
			n += k
			j.rest = j.rest[k:]
			continue
		case j.long:
			b[n], j.long = 0, false
			n++
			continue
		case j.end:
			b[n], j.end = '\n', false
			n++
			continue
		case n > len(b)/2, n > 0 && !j.lines.Ready(): // what is there must not wait for more
			return n, nil
		}
		if j.rest, err = j.lines.Next(); err == container.ErrLong {
			j.long, err = true, nil
		}
		if err != nil {
			return n, err
		}
		j.end = true
	}
	return n, nil
}

// passLine passes over a line that may be longer than the window.
func (t *text) passLine() {
	t.begin()
	for {
		if i := bytes.IndexByte(t.view(), '\n'); i >= 0 {
			t.drop(i+1, 1)
			return
		}
		t.drop(t.end-t.pos, 0)
		if !t.more() {
			t.drop(0, 1) // the last line ends with the text
			return
		}
	}
}
