package sketch

import (
	"bytes"
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/bits"
	"os"
	"slices"
)

// MinSecret is the least length of a secret, in bytes.
const MinSecret = 16

// Key is the secret with which items are hashed. Sketches fit together only if they
// were made with the same key. The zero Key is not a key, see [Key.IsZero]: its
// hashes fit no others, not even those of a zero Key in another process.
//
// A Key is a small comparable value. It may be copied, and shared between
// goroutines. It prints as its id and refuses to be encoded.
type Key struct {
	a, b, c, d uint64 // under mask
	id         KeyID
}

// mask is random for each process. The words of a key are stored under it, because
// fmt prints the unexported fields of a struct that holds a Key without asking it.
var mask = func() (m struct{ a, b, c, d uint64 }) {
	var random [32]byte
	rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	for i, word := range []*uint64{&m.a, &m.b, &m.c, &m.d} {
		*word = binary.LittleEndian.Uint64(random[8*i:])
	}
	return m
}()

// KeyID names a Key and does not reveal it. Two sketches with the same id were made
// with the same key, except with probability 2^-64.
type KeyID uint64

// Unkeyed names the public hash with which the Insert of
// github.com/axiomhq/hyperloglog hashes. Anybody can compute it and choose items
// that steer such counts. No Key has this id, nor 0, which is that of the zero Key.
const Unkeyed KeyID = 1

// String returns the id as 16 hexadecimal digits.
func (id KeyID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// NewKey returns a fresh random key.
func NewKey() Key {
	var secret [32]byte
	rand.Read(secret[:])
	return expand(secret[:])
}

// KeyFrom derives a key from a secret that several processes share, so that
// their sketches can be merged. The secret should be random. One of fewer than
// [MinSecret] bytes, or of zeros only, is refused: the error wraps [ErrKey].
func KeyFrom(secret []byte) (Key, error) {
	if err := usable(secret); err != nil {
		return Key{}, fmt.Errorf("sketch: %w: %w", ErrKey, err)
	}
	return expand(secret), nil
}

// usable says what is wrong with a secret, never what is in it.
func usable(secret []byte) error {
	if len(secret) < MinSecret {
		return fmt.Errorf("secret of %d bytes, need at least %d", len(secret), MinSecret)
	}
	if !slices.ContainsFunc(secret, func(b byte) bool { return b != 0 }) {
		return errors.New("secret of zeros only: it was never filled in")
	}
	return nil
}

const maxSecretFile = 4 << 10

// KeyFromFile is [KeyFrom] with the secret that is in a file, less one line break
// at its end. The file is a regular one of at most 4 KiB. Every error wraps
// [ErrKey] and names the path, never the content.
func KeyFromFile(path string) (Key, error) {
	secret, err := readSecret(path)
	if err == nil {
		err = usable(secret)
	}
	if err != nil {
		return Key{}, fmt.Errorf("sketch: %w: %s: %w", ErrKey, path, err)
	}
	return expand(secret), nil
}

func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened, which a pipe would block
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	secret, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if len(secret) > maxSecretFile {
		return nil, fmt.Errorf("more than %d bytes", maxSecretFile)
	}
	if line, ok := bytes.CutSuffix(secret, []byte("\n")); ok {
		return bytes.TrimSuffix(line, []byte("\r")), nil
	}
	return secret, nil
}

// withoutPath is what an error of package os says beside the path.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func expand(secret []byte) Key {
	sum := sha512.Sum512(append([]byte("whence sketch key 1\x00"), secret...))
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(sum[8*i:]) }
	// The id and the hash words are disjoint parts of one digest: the id says
	// nothing about the words.
	return Key{word(0) ^ mask.a, word(1) ^ mask.b, word(2) ^ mask.c, word(3) ^ mask.d, idFrom(word(4))}
}

// idFrom keeps away from the ids that name no real key.
func idFrom(word uint64) KeyID {
	if id := KeyID(word); id > Unkeyed {
		return id
	}
	return KeyID(word + 2)
}

// ID returns the name of the key, 0 for the zero Key.
func (k Key) ID() KeyID { return k.id }

// IsZero reports whether k is the zero Key.
func (k Key) IsZero() bool { return k == Key{} }

// Hash returns the keyed hash of the item whose two halves are hi and lo.
//
// The hash is two rounds of multiply and fold: the 128-bit product of two words,
// whose halves are combined by exclusive or. Tests find that under a random key it
// spreads structured items like random ones, and items chosen against another key
// too. It is not a cryptographic function. Somebody who sees hashes may learn enough
// to bias it, and so may somebody who watches an estimate while inserting items one
// at a time.
func (k Key) Hash(hi, lo uint64) uint64 {
	ph, pl := bits.Mul64(hi^k.a^mask.a, lo^k.b^mask.b)
	qh, ql := bits.Mul64(ph^pl^k.c^mask.c, lo^k.d^mask.d)
	return qh ^ ql
}

// HashBatch sets dst[i] to the hash of the item whose halves are 0 and base+lo[i], for every
// i, such as IPv4 addresses in a common form of 16 bytes. dst is at least as long as lo.
func (k Key) HashBatch(dst []uint64, base uint64, lo []uint32) {
	a, b, c, d := k.a^mask.a, k.b^mask.b, k.c^mask.c, k.d^mask.d
	dst = dst[:len(lo)]
	for i, low := range lo {
		low := base + uint64(low)
		ph, pl := bits.Mul64(a, low^b)
		qh, ql := bits.Mul64(ph^pl^c, low^d)
		dst[i] = qh ^ ql
	}
}

// Format prints the id, never the secret.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "sketch.Key(%v)", k.ID()) }

var errSecret = errors.New("sketch: a key is secret and is never encoded; encode its id")

// MarshalText always fails, so that a key does not reach a log or a file by accident.
func (k Key) MarshalText() ([]byte, error) { return nil, errSecret }

// MarshalBinary always fails, as MarshalText does.
func (k Key) MarshalBinary() ([]byte, error) { return nil, errSecret }

// GobEncode always fails, as MarshalText does.
func (k Key) GobEncode() ([]byte, error) { return nil, errSecret }
