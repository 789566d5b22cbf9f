package web

import (
	"errors"

	"github.com/whence-go/whence/attribution"
)

func isInvalidOptions(err error) bool { return errors.Is(err, attribution.ErrInvalidOptions) }
