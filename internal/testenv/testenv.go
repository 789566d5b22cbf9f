// Package testenv has what the tests of several packages share. Only tests import it, and it imports nothing of this
// module, so that every test can.
//
// It writes MMDB files, see [MMDB]. The fixtures in geo/testdata come from MaxMind's own
// writer, so that geo is tested with files that another program wrote. That writer does not
// build on 32 bits, and a test often wants a small database of its own.
//
// It defines two flags of go test: -long runs statistical tests with all their trials, and -update-golden records
// golden files anew.
package testenv

import (
	"bytes"
	"flag"
	"testing"
)

var long = flag.Bool("long", false, "run tests and benchmarks with all their trials (minutes to hours)")

// Long reports whether go test was given -long.
func Long() bool { return *long }

// Trials returns one of three numbers of trials: for go test -short, for go test, and for go test -long. With the race
// detector, which looks for other faults, go test -short takes a quarter.
func Trials(short, usual, long int) int {
	switch {
	case Long():
		return long
	case testing.Short() && Race:
		return (short + 3) / 4
	case testing.Short():
		return short
	}
	return usual
}

// OneGoroutine skips a long test under the race detector, which finds nothing in one goroutine.
func OneGoroutine(t *testing.T) {
	t.Helper()
	if Race {
		t.Skip("one goroutine, for long")
	}
}

// Secret returns 32 bytes from which tests make a fixed key. Another n is another secret.
func Secret(n byte) []byte { return bytes.Repeat([]byte{n, ^n}, 16) }
