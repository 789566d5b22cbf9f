package netflow

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/whence-go/whence/attribution"
)

// Exporter is what a decoder has read of one sender.
type Exporter struct {
	Addr netip.Addr `json:"addr"`
	Last time.Time  `json:"last,omitzero"` // when its last datagram came

	Datagrams uint64 `json:"datagrams"`
	Told      uint64 `json:"told"` // data records and flow samples that were decoded, used or not

	// Records, Packets and Bytes are of the records that were used, as the exporter tells them.
	Records uint64 `json:"records"`
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
	Events  uint64 `json:"events"` // a long record has several

	// Account is what [Decoder.Account] says of all exporters.
	Account attribution.Account `json:"account"`

	Templates    int    `json:"templates"`              // that are known
	SamplingRate uint32 `json:"sampling_rate,omitzero"` // of the last record that has one

	// MissingDatagrams and MissingRecords went missing on the way, by the sequence numbers.
	MissingDatagrams uint64 `json:"missing_datagrams,omitzero"`
	MissingRecords   uint64 `json:"missing_records,omitzero"`
	Restarts         uint64 `json:"restarts,omitzero"`

	// ClockOffset is by how much its clock is ahead of ours: the median of its last 32
	// datagrams. Export times have a resolution of a second. sFlow has no clock.
	ClockOffset time.Duration `json:"clock_offset,omitzero"`
}

// Exporters returns what was read of each exporter, those with most datagrams first. Those that
// were forgotten, to make room for others, are in the Account alone.
func (d *Decoder) Exporters() []Exporter {
	d.mu.RLock()
	all := make([]Exporter, 0, len(d.exporters))
	for _, e := range d.exporters {
		all = append(all, e.exported())
	}
	d.mu.RUnlock()
	slices.SortFunc(all, func(a, b Exporter) int {
		return cmp.Or(cmp.Compare(b.Datagrams, a.Datagrams), a.Addr.Compare(b.Addr))
	})
	return all
}

func (e *exporter) exported() Exporter {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.current()
	x := Exporter{
		Addr: e.addr, Datagrams: l.received, Told: l.told, Records: l.records, Packets: l.packets, Bytes: l.bytes,
		Events: l.events + l.undated, Account: l.account(&e.d.options), Templates: len(e.templates.ring),
		SamplingRate: e.rate, MissingDatagrams: l.notes[missingDatagrams], MissingRecords: l.notes[missingRecords],
		Restarts: l.notes[restarts], ClockOffset: e.offsets.median(),
	}
	if e.last != 0 {
		x.Last = time.Unix(0, e.last).UTC()
	}
	return x
}
