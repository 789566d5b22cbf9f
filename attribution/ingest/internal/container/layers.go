package container

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// The most memory that decoders take for what was already decoded. xz -9 needs as much, and zstd up to level 20
// without --long needs less. Data that needs more is refused.
const (
	zstdWindow = 32 << 20
	xzWindow   = 64 << 20
)

// layer undoes one kind of compression.
type layer struct {
	name  string
	r     io.Reader
	close func()
}

// Read says in its errors what it decodes.
func (l *layer) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if err != nil && err != io.EOF {
		err = &DamagedError{l.name, err}
	}
	return n, err
}

// DamagedError is an error of compressed data or of an archive. What stands before it was read.
type DamagedError struct {
	Kind string // "gzip", "tar"
	Err  error
}

func (e *DamagedError) Error() string {
	return e.Kind + " data: " + strings.TrimPrefix(e.Err.Error(), e.Kind+": ")
}

// Unwrap returns the error of the decoder.
func (e *DamagedError) Unwrap() error { return e.Err }

// uncompress undoes the compression of kind k. note is called for padding.
func uncompress(k kind, r *bufio.Reader, note func(Code, int64)) (*layer, error) {
	l := &layer{close: func() {}}
	var err error
	switch k {
	case gzipData:
		l.name = "gzip"
		l.r, err = newGzip(r, note)
	case zstdData:
		l.name = "zstd"
		t := &tail{r: r}
		var z *zstd.Decoder
		// One goroutine and one window: the decoder is not what takes the time.
		if z, err = zstd.NewReader(t, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow)); err == nil {
			l.close = z.Close
			l.r = &padded{z, t, 4, note, func(err error) bool { return errors.Is(err, zstd.ErrMagicMismatch) }}
		}
	case bzip2Data:
		l.name = "bzip2"
		t := &tail{r: r}
		l.r = &padded{bzip2.NewReader(t), t, 2, note, func(err error) bool {
			return strings.HasSuffix(err.Error(), "bad magic value in continuation file")
		}}
	case xzData:
		l.name = "xz"
		l.r, err = xz.NewReader(newXZGuard(r))
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, &DamagedError{l.name, err}
	}
	return l, nil
}

// gzipReader reads all members of gzip data, and ignores zero bytes behind them, as gzip(1) does.
type gzipReader struct {
	*gzip.Reader
	r    *bufio.Reader
	note func(Code, int64)
}

func newGzip(r *bufio.Reader, note func(Code, int64)) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gzipReader{z, r, note}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.Reader.Read(p)
		if err != io.EOF || n > 0 {
			if err == io.EOF {
				err = nil
			}
			return n, err
		}
		zeros, err := skipZeros(g.r)
		if zeros > 0 {
			g.note(Padding, zeros)
		}
		if err != nil {
			return 0, err
		}
		if err := g.Reset(g.r); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		g.Multistream(false)
	}
}

// skipZeros passes over zero bytes. The error is [io.EOF] if nothing else follows.
func skipZeros(r *bufio.Reader) (n int64, err error) {
	for {
		c, err := r.ReadByte()
		if err != nil {
			return n, err
		}
		if c != 0 {
			return n, r.UnreadByte()
		}
		n++
	}
}

// tail remembers the last bytes that a decoder read.
type tail struct {
	r    *bufio.Reader
	last [4]byte
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	for _, c := range p[max(0, n-len(t.last)):n] {
		t.keep(c)
	}
	return n, err
}

func (t *tail) ReadByte() (byte, error) {
	c, err := t.r.ReadByte()
	if err == nil {
		t.keep(c)
	}
	return c, err
}

func (t *tail) keep(c byte) {
	copy(t.last[:], t.last[1:])
	t.last[len(t.last)-1] = c
}

// padded ends in order when a decoder finds zero bytes in place of a further part, up to the end.
type padded struct {
	io.Reader
	tail   *tail
	magic  int // the bytes that it reads to see what follows
	note   func(Code, int64)
	behind func(error) bool // the error was found behind a complete part
}

func (d *padded) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err == nil || err == io.EOF || !d.behind(err) {
		return n, err
	}
	for _, c := range d.tail.last[len(d.tail.last)-d.magic:] {
		if c != 0 {
			return n, err
		}
	}
	zeros, end := skipZeros(d.tail.r)
	if end != io.EOF {
		return n, err
	}
	d.note(Padding, zeros+int64(d.magic))
	return n, io.EOF
}
