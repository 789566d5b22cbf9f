package monitor

import "time"

// Stats counts what became of the records that a [Monitor] was given, and says how
// far it is.
type Stats struct {
	Records  uint64 `json:"records"`  // observed; those that wait are not in it yet
	Late     uint64 `json:"late"`     // dropped, since their interval had closed
	Undated  uint64 `json:"undated"`  // dropped, without a time or with one before 1970 or after 2261
	Misdated uint64 `json:"misdated"` // dropped, too far ahead, and too many of them to wait
	Waiting  int    `json:"waiting"`  // set aside until their time is confirmed
	SetBack  uint64 `json:"set_back"` // how often the clock was set back

	Time   time.Time `json:"time,omitzero"`   // latest that is believed
	Closed time.Time `json:"closed,omitzero"` // what lies before has closed
	Oldest time.Time `json:"oldest,omitzero"` // begin of the first interval that is retained

	Tracked int    `json:"tracked"`  // targets that are tracked now
	Evicted uint64 `json:"evicted"`  // how often one was given up for one that is hit harder
	GivenUp uint64 `json:"given_up"` // how often sources of a target were, for want of memory

	SnapshotBytes int `json:"snapshot_bytes"` // memory of the retained intervals
}

// Stats returns the counters of now.
func (m *Monitor) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Waiting = len(m.clock.held)
	s.SnapshotBytes = m.snapshots.bytes
	if t := m.targets; t != nil {
		s.Tracked = t.heavy.Len()
		s.Evicted += t.heavy.Evictions()
		s.GivenUp += t.givenUp
	}
	if c := &m.clock; c.started {
		s.Time = time.Unix(0, c.mark).UTC()
		s.Closed = c.begin(c.closed + 1)
		oldest := c.closed + 1
		for _, one := range m.snapshots.kept {
			oldest = min(oldest, one.index)
		}
		s.Oldest = c.begin(oldest)
	}
	return s
}
