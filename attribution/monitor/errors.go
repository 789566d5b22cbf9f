package monitor

import "errors"

// ErrInvalid is wrapped by every error about bytes that are no checkpoint.
var ErrInvalid = errors.New("invalid encoding")
