package monitor

import "time"

// Point is how much came in one interval, or in a few, around a burst.
type Point struct {
	Time    time.Time `json:"time"` // its begin
	Events  uint64    `json:"events"`
	Sources uint64    `json:"sources"` // distinct; of several intervals the most in one
}
