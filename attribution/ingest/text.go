package ingest

import (
	"bytes"
	"io"
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
	size                 uint64 // of the last record, in bytes, with its line end
	span                 uint64 // the lines that end within it
}

func newText(r io.Reader) *text { return &text{r: r, buf: make([]byte, minWindow)} }

// view is all of the window.
func (t *text) view() []byte { return t.buf[t.pos:t.end] }

// more reads on. It reports false if nothing comes or the window is full.
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
	t.size, t.span = 0, 0
}

func (t *text) drop(n int, lines uint64) {
	t.pos += n
	t.offset += uint64(n)
	t.line += lines
	t.size += uint64(n)
	t.span += lines
}

// nextLine hands out the next line without its end. It stays valid until the next call of
// any method. A line that is too long is passed over and gives a fault. Every other error
// ends the text. A last line that an error cut short is not handed out: half an address
// is another address.
func (t *text) nextLine() (line []byte, why fault, err error) {
	end, next, ok := t.lineEnd(0)
	switch {
	case ok && end <= maxRecord:
		return bytes.TrimSuffix(t.take(next, 1)[:end], []byte("\r")), "", nil
	case t.pos == t.end || t.err != nil && t.err != io.EOF:
		return nil, "", t.err
	}
	t.passLine()
	return nil, tooLong, nil
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

// head is what a reader decides by: the first lines, without their ends. They stay valid
// until something is handed out.
type head struct {
	lines [][]byte
	text  []byte   // all that was looked at
	tags  []string // of the lines, where syslog has named programs
	whole bool     // it is all of the text
}

const (
	headLines = 1000
	headBytes = 512 << 10
)

// look reads the head. Of a live text it takes what comes with the first two lines, such as
// a header and a record, and does not wait for more.
func (t *text) look(live bool) *head {
	h := new(head)
	var ends []int
	for from := 0; len(ends) < 2*headLines && from < headBytes; {
		if live && len(ends) >= 4 && bytes.IndexByte(t.view()[from:], '\n') < 0 {
			break
		}
		end, next, ok := t.lineEnd(from)
		if !ok {
			break
		}
		ends = append(ends, from, end)
		from = next
	}
	h.text = t.view()
	h.whole = t.err == io.EOF
	for i := 0; i < len(ends); i += 2 {
		h.lines = append(h.lines, bytes.TrimSuffix(h.text[ends[i]:ends[i+1]], []byte("\r")))
	}
	return h
}
