package snapshot

// Wrap and Unwrap lead from a State to an attribution.Snapshot and back. Package
// attribution sets them, so that the packages below attribution/ reach the state without
// a way in for others (as log does with log/internal).
var (
	Wrap   func(*State) any
	Unwrap func(snapshot any) *State

	// LimitsOf are those that an attribution.Account has.
	LimitsOf func(account any) Limits
)
