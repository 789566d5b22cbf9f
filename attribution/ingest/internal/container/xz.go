package container

import (
	"errors"
	"fmt"
	"io"
)

const (
	xzHeader = 12      // bytes of the header of a stream, and of its footer
	xzBlocks = 1 << 20 // of a stream, which the decoder remembers
)

// xzGuard walks over the structure of xz data on its way to the decoder, without decoding it. It refuses a block that
// wants more memory than xzWindow, which the decoder would allocate at once. It leaves every other fault to the
// decoder.
type xzGuard struct {
	r      io.Reader
	state  func(*xzGuard) error
	head   []byte // what the state needs of the data,
	need   int    // and how many bytes of it
	skip   int64  // bytes that hold no structure
	check  int64  // size of the check behind a block
	size   int64  // of the compressed data of a block, or of an index
	blocks int
	left   int64 // numbers of an index to come
	err    error
}

func newXZGuard(r io.Reader) *xzGuard {
	return &xzGuard{r: r, state: (*xzGuard).stream, need: 4, head: make([]byte, 0, 1024)}
}

func (g *xzGuard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.r.Read(p)
	for b := p[:n]; len(b) > 0 && g.state != nil; {
		if k := min(g.skip, int64(len(b))); k > 0 {
			g.skip -= k
			b = b[k:]
			continue
		}
		k := min(g.need-len(g.head), len(b))
		g.head = append(g.head, b[:k]...)
		if b = b[k:]; len(g.head) < g.need {
			continue
		}
		if g.err = g.state(g); g.err != nil {
			return 0, g.err
		}
	}
	return n, err
}

// then goes on to a state that needs so many bytes.
func (g *xzGuard) then(need int, state func(*xzGuard) error) error {
	g.head, g.need, g.state = g.head[:0], need, state
	return nil
}

// stream reads the header of a stream, or four bytes of padding.
func (g *xzGuard) stream() error {
	if string(g.head) == "\x00\x00\x00\x00" {
		return g.then(4, (*xzGuard).stream)
	}
	if g.need < xzHeader {
		g.need = xzHeader
		return nil
	}
	g.blocks = 0
	sizes := [...]int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}
	g.check = sizes[g.head[7]&15]
	return g.then(1, (*xzGuard).block)
}

// block reads the header of a block, or the first byte of the index.
func (g *xzGuard) block() error {
	if g.head[0] == 0 {
		g.size = 1
		g.left = -1
		return g.then(1, (*xzGuard).index)
	}
	if size := (int(g.head[0]) + 1) * 4; g.need < size {
		g.need = size
		return nil
	}
	size := xzDictionary(g.head)
	if size < 0 {
		return errors.New("it uses a filter for executables; unpack it first (xz -dc)")
	}
	if size > xzWindow {
		return fmt.Errorf("it needs %d MiB of memory, and at most %d are used", size>>20, xzWindow>>20)
	}
	if g.blocks++; g.blocks > xzBlocks {
		return fmt.Errorf("a stream of more than %d blocks", xzBlocks)
	}
	g.size = 0
	return g.then(1, (*xzGuard).data)
}

// data reads the header of a chunk of LZMA2.
func (g *xzGuard) data() error {
	control := g.head[0]
	header := 1
	switch {
	case control >= 0xc0:
		header = 6
	case control >= 0x80:
		header = 5
	case control > 0:
		header = 3
	}
	if g.need < header {
		g.need = header
		return nil
	}
	g.size += int64(header)
	switch {
	case control == 0:
		g.skip = -g.size&3 + g.check
		return g.then(1, (*xzGuard).block)
	case control >= 0x80:
		g.skip = int64(g.head[3])<<8 + int64(g.head[4]) + 1
	default:
		g.skip = int64(g.head[1])<<8 + int64(g.head[2]) + 1
	}
	g.size += g.skip
	return g.then(1, (*xzGuard).data)
}

// index reads a number of the index. The first is that of the pairs that follow.
func (g *xzGuard) index() error {
	g.size++
	if n := len(g.head); g.head[n-1]&0x80 != 0 && n < 9 {
		g.need++
		return nil
	}
	if g.left < 0 {
		var v int64
		for i, c := range g.head {
			v |= int64(c&0x7f) << (7 * i)
		}
		if v > xzBlocks {
			g.state = nil // it is not the number of blocks, which the decoder says
			return nil
		}
		g.left = 2*v + 1
	}
	if g.left--; g.left > 0 {
		return g.then(1, (*xzGuard).index)
	}
	g.skip = -g.size&3 + 4 + xzHeader
	return g.then(4, (*xzGuard).stream)
}

// xzDictionary returns the memory that a block with this header needs, 0 if that cannot be told, and -1 if the block
// uses another filter than LZMA2.
func xzDictionary(b []byte) int64 {
	i := 2
	for _, bit := range []byte{0x40, 0x80} { // the sizes, which may be absent
		if b[1]&bit != 0 {
			for i < len(b) && b[i]&0x80 != 0 {
				i++
			}
			i++
		}
	}
	if i+2 < len(b) && b[i] != 0x21 {
		return -1
	}
	if i+2 >= len(b) || b[i+1] != 1 || b[i+2] > 40 {
		return 0
	}
	if b[i+2] == 40 {
		return 1<<32 - 1
	}
	return int64(2|b[i+2]&1) << (b[i+2]/2 + 11)
}
