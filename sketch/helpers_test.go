package sketch

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/internal/wire"
)

// must returns v; a test that gives a constructor something wrong cannot go on.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func encoded(v interface{ MarshalBinary() ([]byte, error) }) []byte {
	return must(v.MarshalBinary())
}

func randomHashes(n int) []uint64 {
	rng := rand.New(rand.NewPCG(3, 4))
	h := make([]uint64, n)
	for i := range h {
		h[i] = rng.Uint64()
	}
	return h
}

// resealed returns a changed encoding with the checksum that it needs.
func resealed(b []byte) []byte {
	const checksum = 4
	return wire.Seal(bytes.Clone(b[:len(b)-checksum]), 0)
}

// edit returns a copy of an encoding with other bytes from at on, and its checksum.
func edit(good []byte, at int, to ...byte) []byte {
	b := bytes.Clone(good)
	copy(b[at:], to)
	return resealed(b)
}

// codec is a sketch that can be encoded and decoded.
type codec interface {
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
}

// malformed is bytes that are not an encoding, and what the error says of them.
type malformed struct {
	data []byte
	want string
}

// damaged adds to a table what is malformed in every format.
func damaged(table map[string]malformed, good []byte) map[string]malformed {
	older := bytes.Clone(good)
	older[3]--
	flipped := bytes.Clone(good)
	flipped[len(good)/2] ^= 4
	for name, m := range map[string]malformed{
		"nothing":         {nil, "0 bytes that do not begin with"},
		"foreign":         {[]byte("some text that is long enough to hold a header"), "do not begin with"},
		"magic only":      {good[:4], "4 bytes that do not begin with"},
		"magic and half":  {good[:7], "7 bytes that do not begin with"},
		"one bit flipped": {flipped, "checksum"},
		"one byte short":  {good[:len(good)-1], "checksum"},
		"one byte more":   {append(bytes.Clone(good), 0), "checksum"},
		"other version":   {older, "has version 1, this program reads version 2"},
		"a byte inserted": {wire.Seal(append(bytes.Clone(good[:len(good)-4]), 0), 0), ""},
		"a byte left out": {wire.Seal(bytes.Clone(good[:len(good)-5]), 0), ""},
	} {
		table[name] = m
	}
	return table
}

// refuses decodes every malformed encoding into what filled returns, and checks
// the error and that the receiver is as before.
func refuses(t *testing.T, table map[string]malformed, filled func() codec) {
	t.Helper()
	for name, m := range table {
		v := filled()
		before := encoded(v)
		err := v.UnmarshalBinary(m.data)
		text := fmt.Sprint(err)
		if !errors.Is(err, ErrInvalidEncoding) || !strings.HasPrefix(text, "sketch: invalid encoding: ") {
			t.Errorf("%s: %s", name, text)
		}
		if !strings.Contains(text, m.want) {
			t.Errorf("%s: %s, want … %s", name, text, m.want)
		}
		var version *VersionError
		if errors.As(err, &version) != (name == "other version") {
			t.Errorf("%s: %v is a VersionError, or is none", name, err)
		}
		if !bytes.Equal(encoded(v), before) {
			t.Errorf("%s: the receiver changed", name)
		}
	}
}

// fuzzDecoding checks that whatever is accepted encodes to the same bytes; use does
// with it what a program would. Bytes are tried as they come and with a checksum
// that fits, since hardly any would pass it.
func fuzzDecoding(f *testing.F, table map[string]malformed, empty func() codec, use func(*testing.T, codec)) {
	for _, m := range table {
		f.Add(m.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tries := [][]byte{data}
		if len(data) >= 4 {
			tries = append(tries, resealed(data))
		}
		for _, data := range tries {
			v := empty()
			if v.UnmarshalBinary(data) != nil {
				continue
			}
			if !bytes.Equal(encoded(v), data) {
				t.Error("accepted bytes that it would not write")
			}
			use(t, v)
		}
	})
}

// Every encoding is byte for byte what stands in testdata, on every machine, and
// is read from there. A difference is a new version of the format.
func TestGolden(t *testing.T) {
	items := stream(1, 5000, 4000)
	exact, overflown := sampled(testSize, items[:500]), sampled(testSize, items)
	hashesOnly := exact.Clone()
	hashesOnly.DropItems()
	h := must(NewHyperLogLog(testKey(3).ID(), MinPrecision))
	for _, hash := range randomHashes(5000) {
		h.Insert(hash)
	}
	heavy := must(NewHeavyHitters(testKey(3).ID(), MinSlots))
	rng, s := rand.New(rand.NewPCG(1, 2)), new(traffic)
	for range 3000 { // without floating point, which rounds otherwise on some machines
		s.add(rng.Uint64N(1+rng.Uint64N(1000))<<32, rng.Uint64N(300), 1+rng.Uint64N(2))
	}
	s.feed(heavy, 1000)
	for name, c := range map[string]struct{ filled, empty codec }{
		"bottomk-exact":      {exact, new(BottomK)},
		"bottomk-hashes":     {hashesOnly, new(BottomK)},
		"bottomk-overflown":  {overflown, new(BottomK)},
		"hyperloglog":        {h, new(HyperLogLog)},
		"heavyhitters":       {heavy, new(HeavyHitters)},
		"heavyhitters-empty": {must(NewHeavyHitters(Unkeyed, MinSlots)), new(HeavyHitters)},
	} {
		testenv.Golden(t, name+".golden", encoded(c.filled))
		want, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.empty.UnmarshalBinary(want); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(encoded(c.empty), want) {
			t.Errorf("%s: decoded, it encodes otherwise", name)
		}
	}
}
