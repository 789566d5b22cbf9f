package monitor

// sharing finds the attacks that share sources with one, in time proportional to its own.
type sharing struct {
	first  map[uint64]int32 // by hash, the last link that was added; from 1
	links  []link
	stamps int
}

type link struct {
	at   *group
	next int32
}

func newSharing(sources int) *sharing { return &sharing{first: make(map[uint64]int32, sources)} }

// add notes sources of an attack. Those that it noted before stay.
func (s *sharing) add(at *group, more makers) {
	at.noted = true
	for _, k := range more.kept {
		last := s.first[k.hash]
		if last > 0 && s.links[last-1].at == at {
			continue
		}
		s.links = append(s.links, link{at, last})
		s.first[k.hash] = int32(len(s.links))
	}
}

// mostLinks is in how many attacks a source is looked for, the latest that have grown. Where
// it is in more, other sources are in these, too.
const mostLinks = 16

// stamp stamps all attacks that share sources with one, and counts how many.
func (s *sharing) stamp(at *group) {
	s.stamps++
	for _, k := range at.makers.kept {
		i := s.first[k.hash]
		for n := 0; i > 0 && n < mostLinks; n++ {
			other := s.links[i-1].at
			i = s.links[i-1].next
			if other.stamp != s.stamps {
				other.stamp, other.hits = s.stamps, 0
			}
			other.hits++
		}
	}
}
