//go:build race

package monitor

// racing says that the race detector is on, which empties pools at random.
const racing = true
