//go:build !race

package testenv

// Race says whether the race detector is on. It makes programs slow, and empties every sync.Pool at random.
const Race = false
