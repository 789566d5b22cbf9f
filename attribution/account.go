package attribution

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Account is what a reader of input says about it. [Tally.AddAccount] makes what limits the
// verdicts part of them. Its texts may come from the input: quote them before you show them.
type Account struct {
	Format  string            `json:"format"`           // what the input was read as
	Fields  map[string]string `json:"fields,omitempty"` // "source", "time", "target": the field taken for it
	Records uint64            `json:"records"`          // used

	Lost  map[Loss]uint64 `json:"lost,omitempty"`  // records that were not, by the reason why
	First map[Loss]string `json:"first,omitempty"` // the place of the first of each: a line, a byte

	// Instead are fields that come next and were not taken, by what they would be taken for.
	Instead map[string]string `json:"instead,omitempty"`

	// NotTaken are fields that look like a "count" of events, like "bytes" or like a "time", and
	// were not taken: two are as good, or their values cannot be read. The events, bytes or time
	// of a record are then not known.
	NotTaken map[string]string `json:"not_taken,omitempty"`

	// Unread says what was wrong with the records of LostUnread, the most frequent first.
	Unread []Unread `json:"unread,omitempty"`
	Notes  []Note   `json:"notes,omitempty"`

	Lines     uint64 `json:"lines,omitzero"`      // of the text
	NoRecords uint64 `json:"no_records,omitzero"` // lines without a record: blank ones, comments, headers
	Excluded  uint64 `json:"excluded,omitzero"`   // records of sources that the caller leaves out
	Undated   uint64 `json:"undated,omitzero"`    // records used, without a time that can be read

	// From and To span nearly all records that have a time, in UTC.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Unread is a reason why records could not be read. Code is stable.
type Unread struct {
	Code    string `json:"code"`
	Records uint64 `json:"records"`
	First   string `json:"first"` // the place of the first one
}

// Note is something about an input that a reader of the report must know. Code is stable;
// docs/INPUTS.md has those of package ingest.
type Note struct {
	Code    string `json:"code"`
	Value   uint64 `json:"value"`             // how many records, lines or files it is true of
	Subject string `json:"subject,omitempty"` // such as an address, a time or a length
}

// Add adds the account of one more input, such as the next file. Its places get the name of
// that input, unless it is empty.
func (a *Account) Add(name string, b Account) {
	at := func(place string) string {
		if name == "" {
			return place
		}
		return name + ": " + place
	}
	a.Format = listed(a.Format, b.Format)
	a.Fields = listedAll(a.Fields, b.Fields)
	a.Instead = listedAll(a.Instead, b.Instead)
	a.NotTaken = listedAll(a.NotTaken, b.NotTaken)
	for why, n := range b.Lost {
		if place, ok := b.First[why]; ok && a.First[why] == "" {
			put(&a.First, why, at(place))
		}
		put(&a.Lost, why, a.Lost[why]+n)
	}
	for _, u := range b.Unread {
		if i := slices.IndexFunc(a.Unread, func(v Unread) bool { return v.Code == u.Code }); i >= 0 {
			a.Unread[i].Records += u.Records
			continue
		}
		u.First = at(u.First)
		a.Unread = append(a.Unread, u)
	}
	slices.SortStableFunc(a.Unread, func(u, v Unread) int { return cmp.Compare(v.Records, u.Records) })
	for _, n := range b.Notes {
		same := func(m Note) bool { return m.Code == n.Code && m.Subject == n.Subject }
		if i := slices.IndexFunc(a.Notes, same); i >= 0 {
			a.Notes[i].Value += n.Value
			continue
		}
		a.Notes = append(a.Notes, n)
	}
	a.Records += b.Records
	a.Lines += b.Lines
	a.NoRecords += b.NoRecords
	a.Excluded += b.Excluded
	a.Undated += b.Undated
	if a.From.IsZero() || !b.From.IsZero() && b.From.Before(a.From) {
		a.From = b.From
	}
	if b.To.After(a.To) {
		a.To = b.To
	}
}

// listed adds a name to a list of names with commas, if it is not in there.
func listed(list, name string) string {
	switch {
	case list == "":
		return name
	case name == "", slices.Contains(strings.Split(list, ", "), name):
		return list
	}
	return list + ", " + name
}

func listedAll(a, b map[string]string) map[string]string {
	for what, name := range b {
		put(&a, what, listed(a[what], name))
	}
	return a
}

func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}
