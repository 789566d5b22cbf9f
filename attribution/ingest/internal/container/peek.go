package container

import (
	"bytes"
	"io"
)

// Head is what a member begins with, or goes on with.
type Head struct {
	// Lines are the next lines as Next will return them, without those that are too long.
	Lines [][]byte
	// Rest is what stands behind the last line end: a line without an end, or the beginning of one. If all lines are
	// too long, it is the first of them.
	Rest []byte
	// Whole says that the member ends behind it. False says that it may go on.
	Whole bool
}

// Peek looks at the lines to come, and takes none. It looks at as many lines or bytes, whichever are fewer, but at no
// more than fits in memory. It waits for them only if the source does not pause; otherwise it waits for one whole line
// and takes what came with it. The error is that of the source if it comes first.
func (l *Lines) Peek(lines, size int) (Head, error) {
	size = min(size, l.max)
	err := error(nil)
	for err == nil && !l.enough(lines, size) {
		err = l.more()
	}
	if err == errFull {
		err = nil
	}
	h := Head{Whole: err == io.EOF}
	if h.Whole {
		err = nil
	}
	raw := bytes.Clone(l.buf[l.r:l.w])
	var ignored notes
	p := Lines{buf: raw, w: len(raw), err: io.EOF, max: l.max, dirty: l.dirty - l.r, notes: &ignored, whole: true,
		returns: l.returns, decided: l.decided || !h.Whole, swallow: l.swallow, mark: noMark}
	var long []byte
	for len(h.Lines) < lines {
		before := p.r
		line, err := p.Next()
		if err == ErrLong {
			if long == nil {
				long = raw[before:p.r]
			}
			continue
		}
		if err != nil {
			rest := raw[before:]
			if len(h.Lines) == 0 && long != nil {
				rest = long
			}
			h.Rest = rest[:dropZeros(rest)]
			return h, nil
		}
		h.Lines = append(h.Lines, bytes.Clone(line))
	}
	h.Whole = h.Whole && p.r == p.w
	return h, err
}

// enough reports whether the buffer holds what Peek asks for.
func (l *Lines) enough(lines, size int) bool {
	end := "\n"
	if l.returns {
		end = "\r"
	}
	seen := bytes.Count(l.buf[l.r:l.w], []byte(end))
	if seen == 0 && !l.decided {
		return false // it may be that CR ends the lines
	}
	return seen >= lines || l.w-l.r >= size || l.live && seen > 0
}

// Read returns the text to come as it is, for formats that are not made of lines, such as JSON arrays. Only NUL bytes
// and a byte order mark at its head are taken off. [Lines.Place] is where the next byte is. Next must not be called
// after it.
func (l *Lines) Read(p []byte) (int, error) {
	for l.r == l.w {
		if err := l.more(); err != nil {
			return 0, err
		}
	}
	if !l.raw {
		l.raw = true
		l.at = Place{l.member, l.at.Line + 1, l.off}
		for l.w-l.r < 3 && l.more() == nil {
		}
		if bytes.HasPrefix(l.buf[l.r:l.w], []byte("\xef\xbb\xbf")) {
			l.r += 3
			l.off += 3
			l.stats.Taken += 3
			l.notes.add(ByteOrderMark, 1, 3, l.at, "")
		}
	}
	n := copy(p, l.buf[l.r:l.w])
	l.at.Line += int64(bytes.Count(p[:n], []byte("\n")))
	l.off += int64(n) + l.removed
	l.stats.Taken += l.removed
	l.r += n
	l.scanned, l.removed = max(l.scanned, l.r), 0
	kept := dropZeros(p[:n])
	if kept < n {
		l.noteZeros(int64(n-kept), l.at)
	}
	l.stats.Text += int64(kept)
	l.stats.Taken += int64(n - kept)
	l.at.Offset = l.off
	if kept == 0 {
		return l.Read(p)
	}
	return kept, nil
}
