// Package caveat has the codes of what a reader of a verdict or a burst must know
// beside it. A caveat is data: a stable code, one number, and a name where there is
// one. Package text turns it into a sentence.
package caveat

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Caveat is one thing to know, with the number that raised it.
type Caveat struct {
	Code Code `json:"code"`

	// Value is the number that the code's comment names: a share from 0 to 1, a
	// count, days. It is never NaN or infinite.
	Value float64 `json:"value"`

	// Subject names what the caveat is about: a prefix, a network, a list, a
	// database, a unit, an address family or a claim. It is never a sentence.
	Subject string `json:"subject,omitempty"`
}

// String returns the code and its number, such as "FRAGILE 0.011", for logs.
func (c Caveat) String() string {
	s := fmt.Sprintf("%s %.4g", c.Code, c.Value)
	if c.Subject != "" {
		s += fmt.Sprintf(" %q", c.Subject)
	}
	return s
}

// Code says in one stable word what a caveat is about. Codes are only ever added.
type Code string

// Effect is the most that a caveat can do to a verdict.
type Effect uint8

// The effects. A caveat that can undecide or rule out may also only annotate, where
// it does not decide.
const (
	Annotates Effect = iota
	CanUndecide
	CanRuleOut
)

// Codes yields every code, in alphabetical order.
func Codes() iter.Seq[Code] { return slices.Values(slices.Sorted(maps.Keys(effects))) }

// Effect returns the most that a caveat of this code can do. A code that this
// package does not know annotates.
func (c Code) Effect() Effect { return effects[c] }
