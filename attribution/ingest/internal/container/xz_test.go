package container

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ulikunitz/xz"
)

// The guard finds the end of every stream, whatever its blocks, chunks and checks are, and changes nothing.
func TestXZGuard(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 80_000) // in chunks that are not compressed
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for _, text := range []string{"", two, strings.Repeat(two, 10_000), string(noise), strings.Repeat(two, 999) +
		string(noise)} {
		for _, check := range []byte{xz.None, xz.CRC32, xz.CRC64, xz.SHA256} {
			for _, block := range []int64{1, 20_000, 1 << 20} {
				if block == 1 {
					text = text[:min(len(text), 30)]
				}
				var b bytes.Buffer
				w, err := xz.WriterConfig{CheckSum: check, NoCheckSum: check == xz.None, BlockSize: block, DictCap: 1 << 16}.
					NewWriter(&b)
				must(t, err)
				_, err = io.WriteString(w, text)
				must(t, err)
				must(t, w.Close())
				for _, in := range []io.Reader{bytes.NewReader(b.Bytes()), iotest.HalfReader(bytes.NewReader(b.Bytes()))} {
					g := newXZGuard(in)
					got, err := io.ReadAll(g)
					if err != nil || !bytes.Equal(got, b.Bytes()) || g.skip != 0 || g.need != 4 || len(g.head) != 0 || g.state == nil {
						t.Fatalf("%d bytes, check %d, blocks of %d: %v, skip %d, need %d, %q", len(text), check, block, err, g.skip,
							g.need, g.head)
					}
				}
			}
		}
	}
}
