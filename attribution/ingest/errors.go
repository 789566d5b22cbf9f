package ingest

import (
	"errors"
	"fmt"
	"strings"
)

// Errors that others wrap.
var (
	// ErrOptions is that of options that are not valid, or do not fit the input.
	ErrOptions = errors.New("ingest: invalid options")
	// ErrEmpty is that of an input without records.
	ErrEmpty = errors.New("ingest: the input has no records")
	// ErrUndecided is that of every [UndecidedError].
	ErrUndecided = errors.New("ingest: the input can be read in more than one way, or in none")
)

// OptionError says what is wrong with one of the options. It wraps [ErrOptions].
type OptionError struct {
	Option string // the field of [Options]
	Reason string // what comes from the input or from the caller is quoted
}

// Error names the option and the reason.
func (e *OptionError) Error() string { return "ingest: option " + e.Option + ": " + e.Reason }

// Unwrap returns [ErrOptions].
func (e *OptionError) Unwrap() error { return ErrOptions }

func badOption(option, format string, args ...any) error {
	return &OptionError{option, fmt.Sprintf(format, args...)}
}

// UndecidedError says that the reader does not guess. One of the options, set to one of the
// candidates, decides. It wraps [ErrUndecided].
type UndecidedError struct {
	Option     string   // the field of [Options]: "Format" or "Source"
	Reason     string   // what was seen
	Candidates []string // the values that the option may take; the most likely first
}

// Error names up to twenty candidates, quoted.
func (e *UndecidedError) Error() string {
	return fmt.Sprintf("ingest: %s; set %s to one of: %s", e.Reason, e.Option, listNames(e.Candidates))
}

// Unwrap returns [ErrUndecided].
func (e *UndecidedError) Unwrap() error { return ErrUndecided }

// listNames quotes up to twenty names for a message.
func listNames(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i == 20 {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.40q", name)
	}
	return b.String()
}
