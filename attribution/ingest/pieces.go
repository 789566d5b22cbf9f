package ingest

import (
	"bytes"
	"time"
)

// pieces joins the lines that containers cut when they are long. A client that knows where its
// line is cut chooses how the next piece begins, so that a piece alone is never a record.
type pieces struct {
	open [16]pieceOf
	n    int              // how many are open
	lose func(p *pieceOf) // of a line whose end does not come
}

// pieceOf is what one writer, such as a stream of a container, has written of a line.
type pieceOf struct {
	writer, text []byte
	lines        uint64 // of the input; 0 if nothing is open
	at           time.Time
	line, offset uint64 // where it begins
}

// add takes a piece. With the last one it returns the line, and t has the place of all of it.
func (p *pieces) add(u *unwrapper, rest []byte, at time.Time, t *text) (line []byte, begin time.Time, whole bool) {
	open := p.find(u.writer)
	if open == nil {
		if !u.piece {
			return rest, at, true
		}
		open = p.free()
		p.n++
		*open = pieceOf{writer: append(open.writer[:0], u.writer...), text: open.text[:0], at: at, line: t.firstLine,
			offset: t.firstByte}
	}
	if len(open.text) <= maxRecord { // a longer one is lost
		open.text = append(open.text, rest...)
	}
	open.lines += t.span
	if u.piece {
		return nil, at, false
	}
	t.firstLine, t.firstByte, t.span = open.line, open.offset, open.lines
	open.lines = 0
	p.n--
	return open.text, open.at, true
}

func (p *pieces) find(writer []byte) *pieceOf {
	for i := range p.open {
		if open := &p.open[i]; open.lines > 0 && bytes.Equal(open.writer, writer) {
			return open
		}
	}
	return nil
}

// free returns a place for a further line. If all are taken, the line that began first is lost.
func (p *pieces) free() *pieceOf {
	first := &p.open[0]
	for i := range p.open {
		open := &p.open[i]
		if open.lines == 0 {
			return open
		}
		if open.line < first.line {
			first = open
		}
	}
	p.drop(first)
	return first
}

func (p *pieces) drop(open *pieceOf) {
	p.lose(open)
	open.lines = 0
	p.n--
}

// end loses what has no end.
func (p *pieces) end() {
	for i := range p.open {
		if p.open[i].lines > 0 {
			p.drop(&p.open[i])
		}
	}
}
