package metrics

import (
	"maps"
	"slices"

	"github.com/whence-go/whence/attribution"
)

// mostCodes bounds the codes of one kind, whatever an account holds. Readers have fewer.
const mostCodes = 64

// account adds what the reader of the input says. Its places and subjects are no labels: they may
// come from the input.
func (s *scrape) account(a attribution.Account) {
	s.put(readSeries, float64(a.Records))
	s.put(excludedSeries, float64(a.Excluded))
	s.lost(inputLostSeries, a.Lost)
	unread, notes := map[string]uint64{}, map[string]uint64{}
	for _, u := range a.Unread {
		unread[label(u.Code, mostName)] += u.Records
	}
	for _, n := range a.Notes {
		notes[label(n.Code, mostName)] += n.Value
	}
	s.codes(unreadSeries, unread)
	s.codes(notesSeries, notes)
}

// codes adds a sample for each code, in order. Those beyond the bound are one, called "other".
func (s *scrape) codes(what series, counts map[string]uint64) {
	rest, more := counts[other]
	delete(counts, other)
	for i, code := range slices.Sorted(maps.Keys(counts)) {
		if i >= mostCodes {
			rest, more = rest+counts[code], true
			continue
		}
		s.put(what, float64(counts[code]), code)
	}
	if more {
		s.put(what, float64(rest), other)
	}
}
