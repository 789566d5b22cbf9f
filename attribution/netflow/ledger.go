package netflow

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
)

// Versions that datagrams are read as.
const (
	v1 = iota
	v5
	v7
	v9
	ipfix
	sflow
	versions
)

var versionNames = [versions]string{
	v1: "NETFLOW_V1", v5: "NETFLOW_V5", v7: "NETFLOW_V7", v9: "NETFLOW_V9", ipfix: "IPFIX", sflow: "SFLOW_V5",
}

// ledger counts what has come from one exporter, or from several.
type ledger struct {
	datagrams [versions]uint64
	received  uint64 // datagrams, of no known version too
	records   uint64 // used
	told      uint64 // data records, used or not
	packets   uint64
	bytes     uint64
	events    uint64
	undated   uint64

	lost  [faults]uint64 // records
	first [faults]origin
	notes [notes]uint64
	shed  uint64 // records that went missing on the way, estimated if datagrams are counted

	from, to int64 // of the events, Unix nanoseconds; 0: no event has a time
}

// origin is a datagram: the exporter and the number of the datagram, from 1.
type origin struct {
	addr   netip.Addr
	number uint64
}

func (o origin) String() string {
	if !o.addr.IsValid() { // a file of exports does not say whose they are
		return fmt.Sprintf("datagram %d", o.number)
	}
	return fmt.Sprintf("%v, datagram %d", o.addr, o.number)
}

func (l *ledger) add(m *ledger) {
	for i, n := range m.datagrams {
		l.datagrams[i] += n
	}
	for i, n := range m.lost {
		if n > 0 && l.lost[i] == 0 {
			l.first[i] = m.first[i]
		}
		l.lost[i] += n
	}
	for i, n := range m.notes {
		l.notes[i] += n
	}
	l.received += m.received
	l.records += m.records
	l.told += m.told
	l.packets = snapshot.AddSaturated(l.packets, m.packets)
	l.bytes = snapshot.AddSaturated(l.bytes, m.bytes)
	l.events += m.events
	l.undated += m.undated
	l.shed += m.shed
	if m.to != 0 {
		if l.to == 0 {
			l.from = m.from
		}
		l.from, l.to = min(l.from, m.from), max(l.to, m.to)
	}
}

// account is what the ledger says.
func (l *ledger) account(o *Options) attribution.Account {
	a := attribution.Account{
		Records: l.records, Excluded: l.notes[foreignExporters], Undated: l.undated,
		Fields: map[string]string{"time": o.Timing.String()},
	}
	var names []string
	for v, n := range l.datagrams {
		if n > 0 {
			names = append(names, versionNames[v])
		}
	}
	a.Format = strings.Join(names, ", ")
	for _, n := range noRecords {
		a.NoRecords += l.notes[n]
	}
	total, first := uint64(0), origin{}
	for i, n := range l.lost {
		if n == 0 {
			continue
		}
		if total == 0 || l.first[i].number < first.number {
			first = l.first[i]
		}
		total += n
		a.Unread = append(a.Unread, attribution.Unread{Code: faultCodes[i], Records: n, First: l.first[i].String()})
	}
	slices.SortStableFunc(a.Unread, func(a, b attribution.Unread) int { return cmp.Compare(b.Records, a.Records) })
	if total+l.shed > 0 {
		a.Lost = map[attribution.Loss]uint64{}
	}
	if total > 0 {
		a.Lost[attribution.LostUnread] = total
		a.First = map[attribution.Loss]string{attribution.LostUnread: first.String()}
	}
	if l.shed > 0 {
		a.Lost[attribution.LostShed] = l.shed
	}
	for i, n := range l.notes {
		if n > 0 {
			a.Notes = append(a.Notes, attribution.Note{Code: noteCodes[i], Value: n})
		}
	}
	// A few records without a counter are no reason to give up claims on all the others.
	for _, c := range [...]struct {
		note        note
		kind, field string
	}{{noCount, "count", "packets"}, {noBytes, "bytes", "octets"}} {
		if l.notes[c.note] > l.records/100 {
			if a.NotTaken == nil {
				a.NotTaken = map[string]string{}
			}
			a.NotTaken[c.kind] = c.field
		}
	}
	if l.to != 0 {
		a.From, a.To = time.Unix(0, l.from).UTC(), time.Unix(0, l.to).UTC()
	}
	return a
}
