package sketch

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testKey returns a key that depends on nothing but n.
func testKey(n uint64) Key {
	secret := binary.BigEndian.AppendUint64([]byte("test secret"), n)
	k, err := KeyFrom(secret)
	if err != nil {
		panic(err)
	}
	return k
}

func TestKeyIdentity(t *testing.T) {
	a, b := testKey(1), testKey(2)
	if a != testKey(1) || a == b || a.ID() == b.ID() {
		t.Error("keys of one secret differ, or keys of two secrets agree")
	}
	if one, other := NewKey(), NewKey(); one == other {
		t.Error("two random keys agree")
	}
	if !(Key{}).IsZero() || a.IsZero() || NewKey().IsZero() {
		t.Error("IsZero is wrong")
	}
	// The id is part of the wire format of every sketch: it must never change.
	if got := a.ID().String(); got != "ac58bf93bd348e45" {
		t.Errorf("id of test key 1 = %v", got)
	}
	if got := a.Hash(1, 2); got != 0x25e037cbb5680d79 {
		t.Errorf("hash under test key 1 = %#x", got)
	}
}

func TestKeyFromRefuses(t *testing.T) {
	for want, secret := range map[string][]byte{
		"secret of 0 bytes, need at least 16":  nil,
		"secret of 15 bytes, need at least 16": bytes.Repeat([]byte{7}, MinSecret-1),
		"secret of zeros only":                 make([]byte, 64),
	} {
		key, err := KeyFrom(secret)
		if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), want) || !key.IsZero() {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := KeyFrom(append(make([]byte, 15), 1)); err != nil {
		t.Errorf("zeros and a one: %v", err)
	}
}

// No key has the id of the zero Key, or that of the public hash.
func TestNoKeyHasAReservedID(t *testing.T) {
	for _, word := range []uint64{0, 1, 2, 3, math.MaxUint64} {
		if id := idFrom(word); id == 0 || id == Unkeyed || word > 1 && id != KeyID(word) {
			t.Errorf("id %v from word %d", id, word)
		}
	}
	if (Key{}).ID() != 0 || NewKey().ID() <= Unkeyed {
		t.Error("a key has the id of none")
	}
}

func TestKeyFromFile(t *testing.T) {
	dir := t.TempDir()
	secret := "a secret of 23 bytes..."
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, want := range map[string]string{
		secret: secret, secret + "\n": secret, secret + "\r\n": secret,
		secret + "\n\n": secret + "\n", secret + "\r": secret + "\r",
		secret + " \n": secret + " ", "\n" + secret: "\n" + secret,
		strings.Repeat("x", maxSecretFile): strings.Repeat("x", maxSecretFile),
	} {
		got, err := KeyFromFile(write("good", name))
		if err != nil || got != must(KeyFrom([]byte(want))) {
			t.Errorf("%q is not the secret %q: %v", name, want, err)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing"):            "",
		dir:                                      "not a regular file",
		write("empty", ""):                       "secret of 0 bytes",
		write("short", "fifteen bytes..\n"):      "secret of 15 bytes, need at least 16",
		write("zeros", string(make([]byte, 32))): "secret of zeros only",
		write("large", strings.Repeat("x", maxSecretFile+1)):    "more than 4096 bytes",
		write("huge", strings.Repeat("secret!", maxSecretFile)): "more than 4096 bytes",
	} {
		key, err := KeyFromFile(path)
		if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), want) || !key.IsZero() {
			t.Errorf("%s: %v, want %s", path, err, want)
			continue
		}
		rest := strings.Replace(err.Error(), path, "", 1)
		if rest == err.Error() || strings.Contains(rest, path) {
			t.Errorf("the path does not stand in the error once: %v", err)
		}
		if strings.Contains(rest, "secret!") || strings.Contains(rest, "fifteen") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	if _, err := KeyFromFile(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestKeyStaysSecret(t *testing.T) {
	k := testKey(1)
	holder, hidden := struct{ K Key }{k}, struct{ k Key }{k}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		for _, v := range []any{k, &k, holder, hidden, &hidden} {
			s := fmt.Sprintf(verb, v)
			for _, word := range []uint64{k.a ^ mask.a, k.b ^ mask.b, k.c ^ mask.c, k.d ^ mask.d} {
				for _, leak := range []string{"%d", "%x", "%X"} {
					if strings.Contains(s, fmt.Sprintf(leak, word)) {
						t.Errorf("%s of %T shows a word of the key: %s", verb, v, s)
					}
				}
			}
		}
	}
	if _, err := json.Marshal(holder); err == nil {
		t.Error("a key was encoded as JSON")
	}
	if _, err := k.MarshalBinary(); err == nil {
		t.Error("a key was encoded")
	}
}

// structures are the shapes in which sources come: what a hash must not tell
// from random items. Each gives the i-th item.
var structures = []struct {
	name string
	n    int
	item func(i uint64) (hi, lo uint64)
}{
	{"sequential /8", 1 << 17, func(i uint64) (uint64, uint64) { return 0, 0xffff_2900_0000 + i }},
	{"one host per /24", 1 << 17, func(i uint64) (uint64, uint64) { return 0, 0xffff_2000_0001 + i<<8 }},
	{"one host per /20", 1 << 17, func(i uint64) (uint64, uint64) { return 0, 0xffff_2000_0001 + i<<12 }},
	{"low and high octet", 1 << 16, func(i uint64) (uint64, uint64) { return 0, 0xffff_0000_0000 | i>>8<<24 | i&255 }},
	{"IPv6 /64 run", 1 << 17, func(i uint64) (uint64, uint64) { return 0x2a02_0000_0000_0000 + i, 0 }},
	{"IPv6 one /64 per /48", 1 << 17, func(i uint64) (uint64, uint64) { return 0x2a02_0000_0000_0000 + i<<16, 0 }},
	{"IPv6 one /64 per /32", 1 << 16, func(i uint64) (uint64, uint64) { return 0x2000_0000_0000_0000 + i<<32, 0 }},
	{"IPv6 hosts of one /64", 1 << 17, func(i uint64) (uint64, uint64) { return 0x2a02_0000_0000_0001, i }},
	{"Gray code", 1 << 17, func(i uint64) (uint64, uint64) { return 0, 0xffff_0000_0000 | i ^ i>>1 }},
	{"bit reversed", 1 << 17, func(i uint64) (uint64, uint64) { return 0, uint64(bits.Reverse32(uint32(i))) }},
}

// Over many keys, the error of the count of structured items must look like the
// error of the count of random hashes: no bias, and the same spread.
func TestHashOfStructuredItems(t *testing.T) {
	keys := 200
	if testing.Short() {
		keys = 50
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const precision = 12
	reference := func(n int) float64 { // spread that random hashes give
		var sq float64
		for range keys {
			d := must(NewHyperLogLog(0, precision))
			for range n {
				d.Insert(rng.Uint64())
			}
			e := d.Estimate().Value/float64(n) - 1
			sq += e * e
		}
		return math.Sqrt(sq / float64(keys))
	}
	spread := map[int]float64{}
	for _, s := range structures {
		if spread[s.n] == 0 {
			spread[s.n] = reference(s.n)
		}
		var sum, sq float64
		for k := range keys {
			key, d := testKey(uint64(k)), must(NewHyperLogLog(0, precision))
			for i := range uint64(s.n) {
				d.Insert(key.Hash(s.item(i)))
			}
			e := d.Estimate().Value/float64(s.n) - 1
			sum, sq = sum+e, sq+e*e
		}
		bias, rmse := sum/float64(keys), math.Sqrt(sq/float64(keys))
		// Bias beyond 4 standard errors, or a ratio of two spreads beyond 4
		// standard errors of such a ratio (1/sqrt(keys)), is no accident.
		if limit := 4 * 1.04 / math.Sqrt(1<<precision) / math.Sqrt(float64(keys)); math.Abs(bias) > limit {
			t.Errorf("%s: bias %+.4f %%, limit %.4f %%", s.name, 100*bias, 100*limit)
		}
		if limit := math.Exp(4 / math.Sqrt(float64(keys))); rmse/spread[s.n] > limit {
			t.Errorf("%s: spread %.2f times that of random hashes, limit %.2f", s.name, rmse/spread[s.n], limit)
		}
		t.Logf("%-22s n=%-7d keys=%d bias %+.4f %% rmse %.3f %% (random hashes %.3f %%)",
			s.name, s.n, keys, 100*bias, 100*rmse, 100*spread[s.n])
	}
}

// A million items chosen against one key count as almost nothing, or as far too
// many, under that key, and as a million under any other.
func TestItemsChosenAgainstAnotherKey(t *testing.T) {
	const n = 1_000_000
	known := testKey(7)
	attacks := []struct {
		name   string
		choose func(hash uint64) bool
	}{
		{"smallest ranks", func(h uint64) bool { return h<<DefaultPrecision>>63 == 1 }},
		{"few registers", func(h uint64) bool { return h>>(64-4) == 5 }},
		{"largest ranks", func(h uint64) bool { return h<<DefaultPrecision>>(64-4) == 0 }},
	}
	for _, a := range attacks {
		items := make([]uint64, 0, n)
		for ip := uint64(0x0100_0000); len(items) < n; ip++ {
			if a.choose(known.Hash(0, 0xffff<<32|ip)) {
				items = append(items, ip)
			}
		}
		count := func(k Key) float64 {
			d := must(NewHyperLogLog(k.ID(), DefaultPrecision))
			for _, ip := range items {
				d.Insert(k.Hash(0, 0xffff<<32|ip))
			}
			return d.Estimate().Value
		}
		if got := count(known); math.Abs(got/n-1) < 0.3 {
			t.Errorf("%s: the attack fails under the key that it knows (%.0f): the test shows nothing", a.name, got)
		}
		for k := range uint64(20) {
			got := count(testKey(100 + k))
			if se := 1.04 / math.Sqrt(1<<DefaultPrecision); math.Abs(got/n-1) > 4*se {
				t.Errorf("%s: counted as %.0f under another key, beyond 4 standard errors", a.name, got)
			}
		}
	}
}

func BenchmarkKeyHash(b *testing.B) {
	k := testKey(1)
	var items [4096]uint64
	for i := range items {
		items[i] = rand.Uint64()
	}
	var x uint64
	for i := 0; b.Loop(); i++ {
		x ^= k.Hash(0, items[i&4095])
	}
	if x == 1 {
		b.Fatal("unlikely")
	}
}

func ExampleKeyFromFile() {
	dir, err := os.MkdirTemp("", "secret")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "secret")
	if err := os.WriteFile(path, []byte("32 random bytes, from your vault\n"), 0o600); err != nil {
		panic(err)
	}
	key, err := KeyFromFile(path)
	if err != nil {
		panic(err)
	}
	fmt.Println(key) // the id, never the secret
	// Output: sketch.Key(ba943b2aed0f7a17)
}

// Items together have the hashes that each of them has.
func TestHashBatch(t *testing.T) {
	const base = 0xffff << 32
	lo := []uint32{0, 1, 1<<32 - 1}
	for _, h := range randomHashes(500) {
		lo = append(lo, uint32(h))
	}
	for i := range 10 {
		key := testKey(uint64(i))
		if i == 9 {
			key = Key{}
		}
		hashes := make([]uint64, len(lo)+1)
		key.HashBatch(hashes, base, lo)
		for i, low := range lo {
			if want := key.Hash(0, base+uint64(low)); hashes[i] != want {
				t.Fatalf("%v: hash of %#x is %#x, want %#x", key, low, hashes[i], want)
			}
		}
		if hashes[len(lo)] != 0 {
			t.Error("written behind the last")
		}
	}
}
