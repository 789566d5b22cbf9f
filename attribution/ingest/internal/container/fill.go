package container

import (
	"bytes"
	"errors"
	"io"
)

// errFull says that the buffer has no room for the rest of a line.
var errFull = errors.New("buffer full")

// more reads more into the buffer. The error is errFull or that of the source, when nothing more was read.
func (l *Lines) more() error {
	if l.err != nil {
		return l.err
	}
	if l.discarding {
		l.discard()
	}
	// The NUL bytes that a truncated log begins with may be more than any buffer holds.
	if n := leadingZeros(l.buf[l.r:l.w]); n > 0 {
		l.r += n
		l.zeros(int64(n))
	}
	l.scanned = max(l.scanned, l.r)
	if l.w == len(l.buf) && !l.room() {
		return errFull
	}
	if l.w == len(l.buf) { // it was found out that CR ends lines
		return nil
	}
	n, err := 0, error(nil)
	for tries := 0; n == 0 && err == nil; tries++ {
		if n, err = l.src.Read(l.buf[l.w:min(l.w+l.slack, len(l.buf))]); tries == 100 {
			err = io.ErrNoProgress
		}
	}
	if n > 0 {
		fresh := l.buf[l.w : l.w+n]
		l.w += n
		l.stats.Bytes += int64(n)
		if bytes.IndexByte(fresh, 0) >= 0 || bytes.IndexByte(fresh, 0x1b) >= 0 || bytes.IndexByte(fresh, '\r') >= 0 {
			l.dirty = l.w
		}
	}
	l.err = err
	if n == 0 {
		return err
	}
	return nil
}

// zeros counts NUL bytes that were taken off the line to come.
func (l *Lines) zeros(n int64) {
	l.removed += n
	l.noteZeros(n, Place{l.member, l.at.Line + 1, l.off})
}

// noteZeros counts the lines with NUL bytes, each once.
func (l *Lines) noteZeros(n int64, at Place) {
	count := int64(0)
	if l.zeroed != at.Line {
		count, l.zeroed = 1, at.Line
	}
	l.notes.add(Zeros, count, n, at, "")
}

// room makes room behind l.w: by moving, by growing, and at last by taking NUL bytes off.
func (l *Lines) room() bool {
	base := l.r
	if l.mark >= 0 {
		base = l.mark
	}
	limit := l.max + l.slack
	switch {
	case base > len(l.buf)/2 || base > 0 && len(l.buf) >= limit:
		l.move(base)
		return true
	case len(l.buf) < limit:
		grown := make([]byte, min(2*len(l.buf), limit))
		copy(grown, l.buf[:l.w])
		l.buf = grown
		return true
	case l.mark >= 0:
		return false
	}
	if l.decide() {
		return true // the line ends in what is there
	}
	l.cleaned = max(l.cleaned, l.r)
	kept := dropZeros(l.buf[l.cleaned:l.w])
	if n := l.w - l.cleaned - kept; n > 0 {
		l.zeros(int64(n))
		l.w -= n
	}
	l.cleaned, l.scanned = l.w, l.w
	return l.w < len(l.buf)
}

// move moves the buffer down by n bytes.
func (l *Lines) move(n int) {
	copy(l.buf, l.buf[n:l.w])
	l.r -= n
	l.w -= n
	l.scanned -= n
	l.cleaned = max(l.cleaned-n, 0)
	l.dirty = max(l.dirty-n, 0)
	if l.mark >= 0 {
		l.mark -= n
	}
}

var noBytes [4096]byte

// leadingZeros counts the NUL bytes at the head of b.
func leadingZeros(b []byte) (n int) {
	for len(b) >= len(noBytes) && bytes.Equal(b[:len(noBytes)], noBytes[:]) {
		b = b[len(noBytes):]
		n += len(noBytes)
	}
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
		n++
	}
	return n
}

// dropZeros moves the bytes of b that are not NUL to its head and returns their number.
func dropZeros(b []byte) int {
	kept := bytes.IndexByte(b, 0)
	if kept < 0 {
		return len(b)
	}
	for _, c := range b[kept:] {
		if c != 0 {
			b[kept] = c
			kept++
		}
	}
	return kept
}

// clean takes NUL bytes and colors off a line, which is copied if it has any.
func (l *Lines) clean(line []byte) []byte {
	zeros, escapes := bytes.IndexByte(line, 0) >= 0, bytes.IndexByte(line, 0x1b) >= 0
	if !zeros && !escapes {
		return line
	}
	start := 0
	if l.keep {
		start = len(l.scratch)
	}
	l.scratch = append(l.scratch[:start], line...)
	line = l.scratch[start:]
	if zeros {
		n := dropZeros(line)
		l.noteZeros(int64(len(line)-n), l.at)
		line = line[:n]
	}
	if escapes {
		n := dropColors(line)
		if n < len(line) {
			l.notes.add(Colors, 1, int64(len(line)-n), l.at, "")
		}
		line = line[:n]
	}
	return line
}

// dropColors moves the bytes of b that are no color to its head and returns their number. A color is ESC, "[", digits
// and ";" and ":", and "m" or, for the end of a line, "K". Nothing else is taken off, since a client that writes an
// open sequence into a log must not hide what the server writes behind it.
func dropColors(b []byte) int {
	const longest = 32
	kept := 0
	for i := 0; i < len(b); i++ {
		if b[i] == 0x1b && i+2 < len(b) && b[i+1] == '[' {
			j := i + 2
			for j < len(b) && j < i+longest && (b[j]-'0' <= 9 || b[j] == ';' || b[j] == ':') {
				j++
			}
			if j < len(b) && (b[j] == 'm' || b[j] == 'K') {
				i = j
				continue
			}
		}
		b[kept] = b[i]
		kept++
	}
	return kept
}

// Skip passes over the first n bytes of the member, which end with a line. It counts no lines.
func (l *Lines) Skip(n int64) error {
	for l.off < n {
		if l.r == l.w {
			if err := l.more(); err != nil {
				if err == io.EOF {
					err = io.ErrUnexpectedEOF
				}
				return err
			}
		}
		k := min(int64(l.w-l.r)+l.removed, n-l.off)
		l.r += int(k - l.removed)
		l.removed = 0
		l.off += k
		l.stats.Text += k
		l.scanned = max(l.scanned, l.r)
	}
	return nil
}
