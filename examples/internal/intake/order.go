package intake

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution/monitor"
)

// InOrder reports whether the beginning of a file looks like a stream: later records have later times, up to the
// tolerance. Times are the same or jump a little in any log; a file that is written newest first, or put together, is
// another matter.
func InOrder(times []time.Time, tolerance time.Duration) bool {
	if len(times) < 2 {
		return true
	}
	var latest time.Time
	late := 0
	for _, at := range times {
		if at.Before(latest.Add(-tolerance)) {
			late++
		} else if at.After(latest) {
			latest = at
		}
	}
	half := len(times) / 2
	return late*100 <= len(times) && !Median(times[len(times)-half:]).Before(Median(times[:half]))
}

// Median returns the time in the middle of at least one.
func Median(times []time.Time) time.Time {
	sorted := slices.SortedFunc(slices.Values(times), time.Time.Compare)
	return sorted[len(sorted)/2]
}

// maxSorted is how many records are held to be put in order. One takes 80 bytes.
const maxSorted = 3_000_000

// sorter holds the records of a file until all of them are there.
type sorter struct {
	most    int // records
	records []sortable
	targets []monitor.Target
	numbers map[monitor.Target]int32
}

type sortable struct {
	at        time.Time
	source    netip.Addr
	events    uint64
	bytes     uint64
	target    int32 // number in targets
	port      uint16
	protocol  uint8
	flags     uint8
	handshake bool
}

func newSorter(most int) *sorter {
	return &sorter{most: most, numbers: map[monitor.Target]int32{}}
}

// add holds a record, or returns an error if there are too many.
func (s *sorter) add(e *monitor.Event) error {
	// A target that is new takes as much as some ten records.
	if len(s.records)+10*len(s.targets) >= s.most {
		return fmt.Errorf("its records are not in the order of time, and more than fit into memory (%d of %d targets); "+
			"sort it by time, oldest first (tac turns a log around that is newest first)",
			len(s.records), len(s.targets))
	}
	number, ok := s.numbers[e.Target]
	if !ok {
		number = int32(len(s.targets))
		s.targets = append(s.targets, e.Target)
		s.numbers[e.Target] = number
	}
	s.records = append(s.records, sortable{
		e.Time, e.Source, e.Events, e.Bytes, number, e.SourcePort, e.Protocol, e.TCPFlags, e.Handshake,
	})
	return nil
}

// replay yields what is held in the order of time, and lets it go.
func (s *sorter) replay(yield func(monitor.Event)) {
	slices.SortStableFunc(s.records, func(a, b sortable) int { return a.at.Compare(b.at) })
	for _, r := range s.records {
		e := monitor.Event{Time: r.at, Target: s.targets[r.target]}
		e.Source, e.Events, e.Bytes, e.Handshake = r.source, r.events, r.bytes, r.handshake
		e.Protocol, e.SourcePort, e.TCPFlags = r.protocol, r.port, r.flags
		yield(e)
	}
	*s = sorter{}
}
