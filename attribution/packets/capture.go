package packets

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"github.com/whence-go/whence/internal/frame"
)

// capture is a file of packets.
type capture struct {
	format string
	link   frame.Link // of all packets, if the file is no pcapng
	mixed  bool       // each packet has its own
	input  *input
	file   interface {
		ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	}
}

// input remembers an error of the reader, which is none of the file.
type input struct {
	r   io.Reader
	err error
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	if err != nil && err != io.EOF {
		in.err = err
	}
	return n, err
}

const (
	bufferSize = 64 << 10
	maxWindow  = 128 << 20 // of zstd, as its command line has it
)

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
	ngMagic   = []byte{0x0a, 0x0d, 0x0d, 0x0a}
)

// openCapture decides by the first bytes. Its error wraps ErrFormat, or it is that of r.
func openCapture(r io.Reader) (*capture, error) {
	c := &capture{input: &input{r: r}}
	err := c.open(bufio.NewReaderSize(c.input, bufferSize))
	switch {
	case c.input.err != nil:
		return nil, c.input.err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return c, nil
}

func (c *capture) open(r *bufio.Reader) (err error) {
	head, _ := r.Peek(4) // what is shorter matches nothing
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		r = bufio.NewReaderSize(z, bufferSize)
	case bytes.HasPrefix(head, zstdMagic):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return err
		}
		r = bufio.NewReaderSize(z, bufferSize)
	}
	head, err = r.Peek(4)
	if len(head) < 4 {
		if err == io.EOF {
			err = fmt.Errorf("it has %d bytes", len(head))
		}
		return err
	}
	if bytes.Equal(head, ngMagic) {
		return c.openNg(r)
	}
	switch binary.BigEndian.Uint32(head) { // of microseconds or nanoseconds, in either byte order
	case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1:
	default:
		return fmt.Errorf("it begins with %x", head)
	}
	file, err := pcapgo.NewReader(r)
	if err != nil {
		return err
	}
	c.format, c.file, c.link = "PCAP", file, frame.Link(file.LinkType())
	return nil
}

func (c *capture) openNg(r *bufio.Reader) error {
	var whole io.Reader = r
	// Version 1.2 is 1.0 (draft-ietf-opsawg-pcapng, section 4.1), which pcapgo does not know.
	const at, size = 12, 16
	if head, _ := r.Peek(size); len(head) == size &&
		(bytes.Equal(head[at:], []byte{1, 0, 2, 0}) || bytes.Equal(head[at:], []byte{0, 1, 0, 2})) {
		patched := bytes.Clone(head)
		patched[at+2], patched[at+3] = 0, 0
		if _, err := r.Discard(size); err != nil {
			return err
		}
		whole = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(patched), r), bufferSize)
	}
	file, err := pcapgo.NewNgReader(whole, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
	if err == io.EOF {
		err = fmt.Errorf("no section of a known version")
	}
	if err != nil {
		return err
	}
	c.format, c.file, c.mixed = "PCAPNG", file, true
	return nil
}

// next returns the next packet, which is valid until the one after that.
func (c *capture) next() ([]byte, gopacket.CaptureInfo, frame.Link, error) {
	data, info, err := c.file.ZeroCopyReadPacketData()
	link := c.link
	switch {
	case err == io.EOF && info.CaptureLength > 0: // all of the packet is missing, but not its header
		err = io.ErrUnexpectedEOF
	case err == nil && c.mixed && len(info.AncillaryData) > 0:
		kind, _ := info.AncillaryData[0].(layers.LinkType)
		link = frame.Link(kind)
	}
	return data, info, link, err
}
