package sketch

import (
	"errors"
	"fmt"

	"github.com/whence-go/whence/internal/wire"
)

var (
	// ErrInvalidEncoding is wrapped by every error about bytes that are not an
	// encoding, or a damaged one. A [VersionError] wraps it too.
	ErrInvalidEncoding = errors.New("invalid encoding")
	// ErrMismatch is wrapped by every error about two sketches that cannot be
	// merged or compared. Such an error is a [MismatchError].
	ErrMismatch = errors.New("sketches do not fit")
	// ErrKey is wrapped by errors about a secret that cannot serve as a key.
	ErrKey = errors.New("unusable key")
	// ErrOutOfRange is wrapped by the errors of constructors about a precision, a
	// size or a number of slots that is out of its range.
	ErrOutOfRange = errors.New("out of range")
)

// MismatchError says in what two sketches differ, so that a program can tell its
// user which setting to change. Find it with [errors.As] in every error that wraps
// [ErrMismatch].
type MismatchError struct {
	What string // what differs, as in "key" or "precision"
	A, B string // what the receiver or the first one has, and what the other has
}

// Error names both sides, as in "sketches do not fit: precision 14 and 12".
func (e *MismatchError) Error() string {
	return fmt.Sprintf("%v: %s %s and %s", ErrMismatch, e.What, e.A, e.B)
}

// Unwrap returns [ErrMismatch].
func (e *MismatchError) Unwrap() error { return ErrMismatch }

// mismatch returns a MismatchError as this package returns it.
func mismatch(what string, a, b any) error {
	return fmt.Errorf("sketch: %w", &MismatchError{what, fmt.Sprint(a), fmt.Sprint(b)})
}

// sameKey returns an error if two ids differ.
func sameKey(a, b KeyID) error {
	if a != b {
		return mismatch("key", a, b)
	}
	return nil
}

// VersionError says that bytes are an encoding of another version than this
// program reads, and not damaged ones. Find it with [errors.As] in an error that
// wraps [ErrInvalidEncoding].
type VersionError struct {
	Format    string // the first three bytes of the encoding, as in "whs"
	Version   int    // what the encoding has
	Supported int    // what this program reads
}

// Error names both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("%v: %q has version %d, this program reads version %d",
		ErrInvalidEncoding, e.Format, e.Version, e.Supported)
}

// Unwrap returns [ErrInvalidEncoding].
func (e *VersionError) Unwrap() error { return ErrInvalidEncoding }

// open begins to read an encoding of this package.
func open(magic string, data []byte) (*wire.Reader, error) {
	if v, other := wire.Version(magic, data); other {
		return nil, fmt.Errorf("sketch: %w", &VersionError{magic[:3], v, int(magic[3] - '0')})
	}
	r := wire.Open("sketch", ErrInvalidEncoding, magic, data)
	return r, r.Err()
}

// inRange returns an error if a setting of a constructor is out of its range.
func inRange(what string, v, low, high int) error {
	if v < low || v > high {
		return fmt.Errorf("sketch: %s %d is %w: want %d to %d", what, v, ErrOutOfRange, low, high)
	}
	return nil
}
