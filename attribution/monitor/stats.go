package monitor

import "time"

// Stats counts what became of the records that a [Monitor] was given, and says how
// far it has come.
type Stats struct {
	// Records are those observed so far. Those that wait are not among them yet.
	Records uint64 `json:"records"`

	// These were dropped. The interval of Late ones had closed. Undated ones had no
	// time, or one before 1970 or after 2261. Misdated ones were too far ahead of
	// the stream, and too many to wait.
	Late     uint64 `json:"late"`
	Undated  uint64 `json:"undated"`
	Misdated uint64 `json:"misdated"`

	SetBack uint64 `json:"set_back"` // how often the clock was set back
	Evicted uint64 `json:"evicted"`  // how often a tracked target made room for a busier one
	Shed    uint64 `json:"shed"`     // how often sources of a target were forgotten to save memory

	Waiting       int `json:"waiting"`        // records set aside until their time is confirmed
	Tracked       int `json:"tracked"`        // targets that are tracked now
	SnapshotBytes int `json:"snapshot_bytes"` // memory of the retained intervals

	Time   time.Time `json:"time,omitzero"`   // latest time that is believed
	Closed time.Time `json:"closed,omitzero"` // all intervals before it have closed
	Oldest time.Time `json:"oldest,omitzero"` // begin of the first interval that is retained
}

// Stats returns the present counters.
func (m *Monitor) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Waiting = len(m.clock.held)
	s.SnapshotBytes = m.retained.bytes
	if t := m.targets; t != nil {
		s.Tracked = t.heavy.Len()
		s.Evicted += t.heavy.Evictions()
		s.Shed += t.sheds
	}
	if c := &m.clock; c.started {
		s.Time = time.Unix(0, c.mark).UTC()
		s.Closed = c.begin(c.closed + 1)
		oldest := c.closed + 1
		for _, one := range m.retained.kept {
			if one.data != nil {
				oldest = min(oldest, one.index)
			}
		}
		s.Oldest = c.begin(oldest)
	}
	return s
}
