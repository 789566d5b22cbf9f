package attribution

import (
	"errors"
	"fmt"
)

// Policy says how claims are decided. The zero Policy decides each claim on its own, at
// 95 % confidence, about the sources that were counted, and finally.
type Policy struct {
	// Confidence is that of intervals and outcomes, from 0.5 to below 1; 0 stands for
	// 0.95. Use 0.99 for what is published unread.
	Confidence float64 `json:"confidence"`

	// Population reads a claim as one about a larger population, of which the sources
	// counted are a sample, drawn by networks. Intervals are then wider.
	Population bool `json:"population"`

	// Joint makes all verdicts of one report hold together at Confidence (Holm 1979),
	// and all its rows (Bonferroni). Use it for a statement that makes several claims.
	Joint bool `json:"joint"`

	// Interim numbers the looks, from 1, at counts that still grow; 0 is the one final
	// look. Look j spends 1/(j(j+1)) of the error that Confidence allows, so that all
	// provisional verdicts together stay within it. Look when the sources have doubled.
	Interim int `json:"interim"`
}

// ErrInvalidPolicy is wrapped by every error about a policy out of its range.
var ErrInvalidPolicy = errors.New("invalid policy")

// Validate returns what is out of its documented range, or nil. It wraps
// [ErrInvalidPolicy].
func (p Policy) Validate() error {
	switch {
	case p.Confidence != 0 && !(p.Confidence >= 0.5 && p.Confidence < 1):
		return fmt.Errorf("attribution: %w: Confidence is %v, want 0.5 to below 1", ErrInvalidPolicy, p.Confidence)
	case p.Interim < 0:
		return fmt.Errorf("attribution: %w: Interim is %d, want 0 or more", ErrInvalidPolicy, p.Interim)
	}
	return nil
}

// filled returns p with its default written out.
func (p Policy) filled() Policy {
	if p.Confidence == 0 {
		p.Confidence = 0.95
	}
	return p
}
