package monitor

import "errors"

var (
	// ErrInvalid is wrapped by every error about bytes that are no checkpoint, or a
	// damaged one.
	ErrInvalid = errors.New("invalid encoding")
	// ErrMismatch is wrapped by every error about a checkpoint of a monitor with
	// another key or other options.
	ErrMismatch = errors.New("checkpoint of another monitor")
)
