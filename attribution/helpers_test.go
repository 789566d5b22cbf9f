package attribution_test

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

func must[T any](v T, err error) T { return world.Must(v, err) }

func origin(code string) geo.Origin { return world.Origin(code) }
