package sketch

import (
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// MinSecret is the least length of a secret, in bytes.
const MinSecret = 16

// Key is the secret with which items are hashed. Sketches fit together only if
// one key made them. The zero Key is no key: [Key.IsZero] tells, and hashing
// with it gives a public function that anyone can play against.
//
// A Key is a small value, comparable, free to copy and to share between
// goroutines. It prints as its id, whatever the verb, and refuses to be encoded.
type Key struct {
	a, b, c, d uint64
	id         KeyID
}

// KeyID names a Key without giving it away: two sketches with the same id were
// made with the same key, except with probability 2^-64.
type KeyID uint64

// String returns the id as 16 hexadecimal digits.
func (id KeyID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// NewKey returns a fresh random key.
func NewKey() Key {
	var secret [32]byte
	rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	return expand(secret[:])
}

// KeyFrom derives a key from a secret that several processes share, so that
// their sketches can be merged. The secret should be random; one of fewer than
// [MinSecret] bytes is refused with an error that wraps [ErrKey].
func KeyFrom(secret []byte) (Key, error) {
	if len(secret) < MinSecret {
		return Key{}, fmt.Errorf("sketch: %w: secret of %d bytes, need at least %d", ErrKey, len(secret), MinSecret)
	}
	return expand(secret), nil
}

func expand(secret []byte) Key {
	sum := sha512.Sum512(append([]byte("whence sketch key 1\x00"), secret...))
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(sum[8*i:]) }
	// The id and the hash words are disjoint parts of one digest: the id tells
	// nothing of the words.
	return Key{word(0), word(1), word(2), word(3), KeyID(word(4))}
}

// ID returns the name of the key.
func (k Key) ID() KeyID { return k.id }

// IsZero reports whether k is the zero Key.
func (k Key) IsZero() bool { return k == Key{} }

// Hash returns the keyed hash of the item whose two halves are hi and lo.
//
// The hash is two rounds of multiply and fold: the 128-bit product of two words,
// its halves combined by exclusive or. Under a random key unknown to the chooser
// it spreads chosen and structured items like random ones. It is no
// cryptographic function: somebody who can see hashes, or watch an estimate move
// while inserting items one at a time, may learn enough to bias it.
func (k Key) Hash(hi, lo uint64) uint64 {
	ph, pl := bits.Mul64(hi^k.a, lo^k.b)
	qh, ql := bits.Mul64(ph^pl^k.c, lo^k.d)
	return qh ^ ql
}

// Format prints the id, never the secret.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "sketch.Key(%v)", k.id) }

var errSecret = errors.New("sketch: a key is secret and is never encoded; encode its ID")

// MarshalText always fails: a key must not reach a log or a file by accident.
func (k Key) MarshalText() ([]byte, error) { return nil, errSecret }

// MarshalBinary always fails, as MarshalText does.
func (k Key) MarshalBinary() ([]byte, error) { return nil, errSecret }

// GobEncode always fails, as MarshalText does.
func (k Key) GobEncode() ([]byte, error) { return nil, errSecret }
