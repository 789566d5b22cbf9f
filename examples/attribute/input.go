package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// maxLine is the longest line or CSV record that is read, in bytes.
const maxLine = 1 << 20

// maxWindow bounds the memory that decoding zstd takes. Up to level 20 and
// without --long no file needs more; one that does is refused.
const maxWindow = 32 << 20

// fault says why a line or record cannot be used. As an error it concerns that
// one alone, and reading goes on behind it.
type fault string

func (f fault) Error() string { return string(f) }

const tooLong fault = "longer than 1 MiB"

// openInput opens one argument, "-" being standard input. Size is the length in
// bytes where it is known, else 0.
func openInput(name string, stdin io.Reader) (r io.ReadCloser, size int64, err error) {
	if name == "-" {
		return io.NopCloser(stdin), 0, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return f, size, nil
}

// foreign are the beginnings of files that hold no lines yet.
var foreign = []struct{ magic, what string }{
	{"BZh", "bzip2"},
	{"\xfd7zXZ\x00", "xz"},
	{"PK\x03\x04", "zip"},
	{"\x04\x22\x4d\x18", "lz4"},
	{"\xff\xfe", "UTF-16"},
	{"\xfe\xff", "UTF-16"},
}

// decompress looks at the first bytes of r and undoes gzip and zstd.
// The function that it returns releases the decoder.
func decompress(r *bufio.Reader) (io.Reader, func(), error) {
	head, _ := r.Peek(6) // an error comes back with the first read
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip data: %w", err)
		}
		return decoder{z, "gzip"}, func() {}, nil
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		// One goroutine and one window: the decoder is not what takes the time.
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd data: %w", err)
		}
		return decoder{z, "zstd"}, z.Close, nil
	}
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return nil, nil, fmt.Errorf("this is %s; give plain text (UTF-8), gzip or zstd", f.what)
		}
	}
	return r, func() {}, nil
}

// decoder says in its errors what it decodes.
type decoder struct {
	io.Reader
	name string
}

func (d decoder) Read(b []byte) (int, error) {
	n, err := d.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%s data: %w", d.name, err)
	}
	return n, err
}

// lines walks over a text line by line in constant memory and without
// allocation.
type lines struct {
	r      *bufio.Reader // its buffer is the longest line
	n      int           // lines read
	first  int           // the line on which the last record began, from 1
	offset int64         // bytes read, without the byte order mark

	head []byte // what it begins with; see sample
	more bool   // it goes on behind that

	live  bool // more comes in its own time, and a sample must not wait for it
	ended bool // a last line without its end is left for when it has one,
	left  bool // which was so
}

func newLines(r io.Reader) *lines {
	l := &lines{r: bufio.NewReaderSize(r, maxLine)}
	if head, _ := l.r.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) { // the UTF-8 byte order mark
		l.r.Discard(3)
	}
	return l
}

// sample looks at the beginning of the text, before anything is read of it.
func (l *lines) sample() {
	if l.live {
		l.sampleLive()
		return
	}
	head, err := l.r.Peek(sampleSize)
	if bytes.IndexByte(head, '\n') < 0 {
		head, err = l.r.Peek(maxLine)
	}
	l.head, l.more = bytes.Clone(head), err == nil
}

// sampleLive waits for two lines, such as a header and a record, and takes what
// came with them.
func (l *lines) sampleLive() {
	for err := error(nil); ; _, err = l.r.Peek(l.r.Buffered() + 1) {
		head, _ := l.r.Peek(l.r.Buffered())
		if err != nil || len(head) >= sampleSize || bytes.Count(head, []byte("\n")) >= 2 {
			l.head, l.more = bytes.Clone(head), err == nil
			return
		}
	}
}

// skip passes over so many bytes, which end at the end of a line.
func (l *lines) skip(bytes int64) error {
	for l.offset < bytes {
		n, err := l.r.Discard(int(min(bytes-l.offset, 1<<30)))
		l.offset += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// next returns the next line without its end, valid until the following call.
// A line that is too long is passed over to its end and gives a fault; every
// other error ends the text, [io.EOF] in order. A last line that an error
// cut short is not returned: half an address is another address.
func (l *lines) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == io.EOF && l.ended {
		l.left = len(line) > 0
		return nil, err
	}
	if len(line) > 0 || err == nil {
		l.n++
	}
	l.offset += int64(len(line))
	l.first = l.n
	switch {
	case err == nil:
		line = line[:len(line)-1]
	case err == bufio.ErrBufferFull:
		for err == bufio.ErrBufferFull {
			line, err = l.r.ReadSlice('\n')
			l.offset += int64(len(line))
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		return nil, tooLong
	case err == io.EOF && len(line) > 0:
	default:
		return nil, err
	}
	return bytes.TrimSuffix(line, []byte("\r")), nil
}
