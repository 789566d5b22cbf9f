//go:build race

package attribution_test

// racing says that the race detector is on, which empties pools at random.
const racing = true
