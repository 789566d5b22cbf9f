// Package fixed has values of this module that are the same in every test.
package fixed

import (
	"sync"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/internal/testenv"
	"github.com/whence-go/whence/sketch"
)

// Key returns a key. Another n is another key.
func Key(n byte) sketch.Key {
	key, err := sketch.KeyFrom(testenv.Secret(n))
	if err != nil {
		panic(err)
	}
	return key
}

// Table returns the embedded table, which is decoded once.
var Table = sync.OnceValue(func() *geo.Table {
	table, err := dbip.Table()
	if err != nil {
		panic(err)
	}
	return table
})
