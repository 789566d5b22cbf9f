package attribution

import (
	"fmt"
	"slices"

	"github.com/whence-go/whence/internal/snapshot"
)

// Loss says why records are in no count. See [Tally.AddLost].
type Loss uint8

// The reasons.
const (
	LostUnread   Loss = iota // not understood, or without a valid source address
	LostLate                 // older than the stream may be reordered
	LostUndated              // without a time where one is needed
	LostMisdated             // with a time that cannot be right
	LostShed                 // dropped to stay within memory
)

var lossNames = [snapshot.Losses]string{"unread", "late", "undated", "misdated", "shed"}

// String returns the reason in one word, such as "unread".
func (l Loss) String() string { return lossNames[l.index()] }

// index is the reason as a number; what is unknown was not understood.
func (l Loss) index() int {
	if int(l) >= len(lossNames) {
		return snapshot.Unread
	}
	return int(l)
}

// MarshalText returns what String returns.
func (l Loss) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText writes; on error l is unchanged.
func (l *Loss) UnmarshalText(text []byte) error {
	i := slices.Index(lossNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("attribution: no such reason for a loss: %.40q", text)
	}
	*l = Loss(i)
	return nil
}
