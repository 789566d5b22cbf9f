package container

import (
	"bytes"
	"io"
)

// Block is lines of a member that were taken out of it as they are, to be cut elsewhere.
type Block struct {
	lines Lines
	raw   []byte
	notes notes
}

// Take moves the whole lines that the buffer holds, or that come next, into b. It reports false if there are none, or
// if they are not as usual: Next then goes on. Take touches no notes and no counts but that of the bytes read, so that
// they may be used meanwhile.
func (l *Lines) Take(b *Block) bool {
	if l.returns || l.swallow || l.discarding || l.removed > 0 || l.mark >= 0 {
		return false
	}
	n := l.wholeLines()
	for n == 0 {
		// What more may do to a line that is long or begins with NUL is for Next.
		if l.err != nil || l.w-l.r >= l.max/2 || l.w > l.r && l.buf[l.r] == 0 || l.more() != nil {
			return false
		}
		n = l.wholeLines()
	}
	b.raw = append(b.raw[:0], l.buf[l.r:l.r+n]...)
	dirty := 0
	if l.r < l.dirty {
		dirty = n
	}
	b.notes = notes{}
	b.lines = Lines{buf: b.raw, w: n, err: io.EOF, member: l.member, max: l.max, dirty: dirty, decided: true, at: l.at,
		off: l.off, scratch: b.lines.scratch[:0], keep: true, notes: &b.notes, mark: noMark}
	l.r += n
	l.scanned = l.r
	l.decided = true
	l.off += int64(n)
	l.at.Line += int64(bytes.Count(b.raw, []byte{'\n'}))
	return true
}

// wholeLines is the length of the whole lines in the buffer, or of the first ones if they are many.
func (l *Lines) wholeLines() int {
	rest := l.buf[l.r:l.w]
	if len(rest) > chunk {
		if n := bytes.LastIndexByte(rest[:chunk], '\n') + 1; n > 0 {
			return n
		}
		return bytes.IndexByte(rest, '\n') + 1
	}
	return bytes.LastIndexByte(rest, '\n') + 1
}

// Lines are those of the block, with their places in the member. They stay valid until the block is taken again.
func (b *Block) Lines() *Lines { return &b.lines }

// Found is what was found in blocks that were read to their ends.
type Found struct {
	stats Stats
	notes notes
}

// Add adds what was found in a block. Blocks come in their order.
func (f *Found) Add(b *Block) {
	f.stats = f.stats.plus(b.lines.stats)
	for _, n := range b.notes {
		if n.Count > 0 {
			f.notes.add(n.Code, n.Count, n.Bytes, n.First, n.What)
		}
	}
}

// Add adds what was found in blocks to the account of the member.
func (l *Lines) Add(f *Found) {
	l.stats = l.stats.plus(f.stats)
	for _, n := range f.notes {
		if n.Count > 0 {
			l.notes.add(n.Code, n.Count, n.Bytes, n.First, n.What)
		}
	}
}

// Return gives blocks back that were taken last, in their order. They will be read again.
func (l *Lines) Return(blocks []*Block) {
	if len(blocks) == 0 {
		return
	}
	size := 0
	for _, b := range blocks {
		size += len(b.raw)
	}
	buf := make([]byte, 0, max(len(l.buf), size+l.w-l.r+l.slack))
	dirty := l.r < l.dirty
	for _, b := range blocks {
		buf = append(buf, b.raw...)
		dirty = dirty || b.lines.dirty > 0
		l.at.Line -= int64(bytes.Count(b.raw, []byte{'\n'}))
	}
	buf = append(buf, l.buf[l.r:l.w]...)
	l.off -= int64(size)
	l.r, l.w, l.scanned, l.cleaned, l.dirty = 0, len(buf), 0, 0, 0
	if dirty {
		l.dirty = l.w
	}
	l.buf = buf[:cap(buf)]
}
