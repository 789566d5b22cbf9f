package snapshot

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/geo"
)

const (
	nearlyAll = 0.9 // of the events
	fewMakers = 0.5 // of the sources, at most
	likeLeast = 4   // times less than the least of them: who sent that sent alike
)

// Makers is a state with those public sources alone that made nearly all of its events, and
// their share of them: the fewest that made nine tenths, and all that sent a quarter of
// what the least of these did. It is nil if they are more than half of the sources, or if
// not every source is known.
func (s *State) Makers() (m *State, share float64) {
	if !s.Exact() {
		return nil, 0
	}
	var places []int
	total := 0.
	for i := range s.Items {
		if Origin(&s.Items[i]) != geo.Reserved {
			places = append(places, i)
			total += float64(s.Items[i].Events)
		}
	}
	all := len(places)
	slices.SortStableFunc(places, func(a, b int) int { return -cmp.Compare(s.Items[a].Events, s.Items[b].Events) })
	n, made, least := 0, 0., uint64(0)
	for n < all && (made < nearlyAll*total || s.Items[places[n]].Events > least/likeLeast) {
		events := s.Items[places[n]].Events
		if made < nearlyAll*total {
			least = events
		}
		made += float64(events)
		n++
	}
	if n == 0 || float64(n) > fewMakers*float64(all) {
		return nil, 0
	}
	places = places[:n]
	slices.Sort(places)
	m = s.pick(places)
	m.Newcomers = nil
	return m, made / total
}
