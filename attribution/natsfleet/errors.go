package natsfleet

import (
	"errors"

	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/sketch"
)

// Errors of this package, beside those of fleet and of JetStream, which are wrapped.
var (
	ErrStream    = errors.New("the stream is not as it must be")
	ErrSubject   = errors.New("the subject is not that of the place")
	ErrTooLarge  = errors.New("larger than the server takes")
	ErrContended = errors.New("others write to the same place")
)

// Codes that a [fleet.Result] may have here, beside those that it lists.
const (
	codeSubject  = "subject"   // the message claims another place than it came under
	codeTooLarge = "too_large" // the server takes no message of this size
)

// resultOf returns what became of an envelope.
func resultOf(fresh bool, err error) fleet.Result {
	switch {
	case errors.Is(err, ErrSubject):
		return fleet.Result{Code: codeSubject, Error: err.Error()}
	case errors.Is(err, ErrTooLarge):
		return fleet.Result{Code: codeTooLarge, Error: err.Error()}
	}
	return fleet.ResultOf(fresh, err)
}

// final reports whether sending the same envelope again is of no use.
func final(err error) bool {
	if version := (*sketch.VersionError)(nil); errors.As(err, &version) {
		return true
	}
	for _, e := range [...]error{fleet.ErrInvalidEnvelope, fleet.ErrConflict, ErrTooLarge} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
