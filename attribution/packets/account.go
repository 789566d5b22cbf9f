package packets

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/frame"
)

// fault is why a packet was lost.
type fault int

const (
	truncated   fault = iota // it ends before its addresses
	malformed                // its headers contradict themselves
	unknownLink              // nobody knows where its headers are
	noSource                 // its source is none
	cutFile                  // the file ends within it
	damaged                  // the file makes no sense from there on
	faults
)

var faultCodes = [faults]string{"TRUNCATED", "MALFORMED", "UNKNOWN_LINK", "NO_SOURCE", "CUT_FILE", "DAMAGED"}

// Codes of the notes of an account.
const (
	noteNotIP       = "NOT_IP"       // packets without an IP header
	noteSnapped     = "SNAPPED"      // packets that were longer than what was captured
	noteNoTransport = "NO_TRANSPORT" // packets that end before their ports or flags
	noteFragments   = "FRAGMENTS"    // later fragments whose ports are not known
	noteInboundOnly = "INBOUND_ONLY" // packets to others than Options.Local
	noteCutFile     = "CUT_FILE"     // the capture breaks off
)

// ledger collects what the account says.
type ledger struct {
	packets, records, unread                                uint64
	notIP, snapped, noTransport, orphans, outbound, undated uint64
	cut                                                     bool
	lost                                                    [faults]attribution.Unread
	from, to                                                time.Time
}

// refuse counts a packet that has no addresses.
func (l *ledger) refuse(err error) {
	switch err {
	case frame.ErrNotIP:
		l.notIP++
	case frame.ErrTruncated:
		l.lose(truncated)
	case frame.ErrLink:
		l.lose(unknownLink)
	default:
		l.lose(malformed)
	}
}

// lose counts the last packet as one that was not used.
func (l *ledger) lose(why fault) {
	l.unread++
	u := &l.lost[why]
	if u.Records++; u.Records == 1 {
		u.Code, u.First = faultCodes[why], fmt.Sprintf("packet %d", l.packets)
	}
}

func (l *ledger) date(at time.Time) {
	switch {
	case at.IsZero():
		l.undated++
		return
	case l.from.IsZero():
		l.from, l.to = at, at
	case at.Before(l.from):
		l.from = at
	case at.After(l.to):
		l.to = at
	}
}

func (l *ledger) account(format string) attribution.Account {
	a := attribution.Account{Format: format, Records: l.records, Undated: l.undated, From: l.from, To: l.to}
	for _, u := range l.lost {
		if u.Records > 0 {
			a.Unread = append(a.Unread, u)
		}
	}
	slices.SortStableFunc(a.Unread, func(u, v attribution.Unread) int { return cmp.Compare(v.Records, u.Records) })
	if len(a.Unread) > 0 {
		first := a.Unread[0].First
		for _, u := range a.Unread {
			if len(u.First) < len(first) || len(u.First) == len(first) && u.First < first {
				first = u.First // the shorter number is the smaller one
			}
		}
		a.Lost = map[attribution.Loss]uint64{attribution.LostUnread: l.unread}
		a.First = map[attribution.Loss]string{attribution.LostUnread: first}
	}
	for _, n := range []attribution.Note{
		{Code: noteNotIP, Value: l.notIP}, {Code: noteInboundOnly, Value: l.outbound},
		{Code: noteSnapped, Value: l.snapped}, {Code: noteNoTransport, Value: l.noTransport},
		{Code: noteFragments, Value: l.orphans},
	} {
		if n.Value > 0 {
			a.Notes = append(a.Notes, n)
		}
	}
	if l.cut {
		a.Notes = append(a.Notes, attribution.Note{Code: noteCutFile, Value: 1})
	}
	return a
}
