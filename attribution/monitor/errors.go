package monitor

import "errors"

var (
	// ErrInvalidOptions is wrapped by every error about options out of their range.
	ErrInvalidOptions = errors.New("invalid options")
	// ErrInvalid is wrapped by every error about bytes that are no checkpoint, or a
	// damaged one.
	ErrInvalid = errors.New("invalid encoding")
	// ErrMismatch is wrapped by every error about a checkpoint of a monitor with
	// another key or other options.
	ErrMismatch = errors.New("checkpoint of another monitor")
	// ErrRandomKey is wrapped by the error about a checkpoint that nobody could
	// restore, since the key of the monitor is random: Options.Tally.Key is zero.
	ErrRandomKey = errors.New("the key is random")
)
