package otelconnector

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/whence-go/whence/attribution"
)

// fault is why a record cannot be used, as a code of [attribution.Unread]. The codes are those of
// package ingest where the meaning is the same.
type fault string

const (
	noField   fault = "NO_FIELD"   // no attribute of the source, or all of them empty
	noAddress fault = "NO_ADDRESS" // something else stands where the address is
	badCount  fault = "BAD_COUNT"  // no number, or 0
	badBytes  fault = "BAD_BYTES"
	badRate   fault = "BAD_RATE"
)

// Codes of notes. The records are used.
const (
	noteNoTransport = "NO_TRANSPORT" // the protocol or port cannot be read
	noteNoTarget    = "NO_TARGET"    // the target is neither a text nor a whole number
)

// tally counts what became of records.
type tally struct {
	records, undated, claimed uint64
	lost                      map[fault]uint64
	notes                     map[string]uint64
}

func (t *tally) lose(why fault) {
	if t.lost == nil {
		t.lost = map[fault]uint64{}
	}
	t.lost[why]++
}

func (t *tally) note(code string) {
	if t.notes == nil {
		t.notes = map[string]uint64{}
	}
	t.notes[code]++
}

// ledger is the tally of all records since the start. Any number of goroutines may use it.
type ledger struct {
	fields map[string]string
	mu     sync.Mutex
	sum    tally
}

func newLedger(a *AttributesConfig) *ledger {
	fields := map[string]string{}
	for what, keys := range map[string][]string{
		"source": a.Source, "target": a.Target, "count": a.Count, "bytes": a.Bytes,
	} {
		if len(keys) > 0 {
			fields[what] = strings.Join(keys, ", ")
		}
	}
	return &ledger{fields: fields}
}

func (l *ledger) add(t *tally) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum.records += t.records
	l.sum.undated += t.undated
	l.sum.claimed += t.claimed
	for why, n := range t.lost {
		l.sum.lose(why)
		l.sum.lost[why] += n - 1
	}
	for code, n := range t.notes {
		l.sum.note(code)
		l.sum.notes[code] += n - 1
	}
}

// account returns what is known of the records so far.
func (l *ledger) account() attribution.Account {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := attribution.Account{
		Format: "OTLP", Fields: maps.Clone(l.fields), Records: l.sum.records, Lost: map[attribution.Loss]uint64{},
	}
	for why, n := range l.sum.lost {
		a.Lost[attribution.LostUnread] += n
		a.Unread = append(a.Unread, attribution.Unread{Code: string(why), Records: n})
	}
	if l.sum.undated > 0 {
		a.Lost[attribution.LostUndated] = l.sum.undated
	}
	slices.SortFunc(a.Unread, func(u, v attribution.Unread) int {
		return cmp.Or(cmp.Compare(v.Records, u.Records), cmp.Compare(u.Code, v.Code))
	})
	notes := maps.Clone(l.sum.notes)
	if l.sum.claimed > 0 {
		if notes == nil {
			notes = map[string]uint64{}
		}
		notes[attribution.NoteClaimed] = l.sum.claimed
	}
	for _, code := range slices.Sorted(maps.Keys(notes)) {
		a.Notes = append(a.Notes, attribution.Note{Code: code, Value: notes[code]})
	}
	return a
}
