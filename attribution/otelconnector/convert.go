package otelconnector

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/whence-go/whence/attribution/monitor"
)

// role is what an attribute says.
type role uint8

const (
	sourceRole role = iota
	targetRole
	countRole
	bytesRole
	rateRole
	transportRole
	portRole
	roles
)

// place is an attribute's role, and its rank among those of the role: the least counts.
type place struct {
	role role
	rank int
}

// reader makes events of log records. It is immutable.
type reader struct {
	places  map[string][]place // by the name of the attribute
	claimed map[int]bool       // ranks of sources that a client may have written
	longest int                // name, in bytes
}

func newReader(a *AttributesConfig) *reader {
	r := &reader{places: map[string][]place{}, claimed: map[int]bool{}}
	for what, keys := range [roles][]string{
		sourceRole: a.Source, targetRole: a.Target, countRole: a.Count, bytesRole: a.Bytes,
		rateRole: a.SamplingRate, transportRole: a.Transport, portRole: a.SourcePort,
	} {
		for rank, key := range keys {
			r.places[key] = append(r.places[key], place{role(what), rank})
			r.longest = max(r.longest, len(key))
		}
	}
	for _, key := range a.Claimed {
		for _, p := range r.places[key] {
			if p.role == sourceRole {
				r.claimed[p.rank] = true
			}
		}
	}
	return r
}

// found are the values of a record, by their roles.
type found [roles]struct {
	value pcommon.Value
	rank  int
	ok    bool
}

// find takes one look at each attribute. Of two with one name the first counts.
func (r *reader) find(attributes pcommon.Map) (f found) {
	for key, value := range attributes.All() {
		if len(key) > r.longest {
			continue
		}
		for _, p := range r.places[key] {
			if at := &f[p.role]; (!at.ok || p.rank < at.rank) && !isEmpty(value) {
				at.value, at.rank, at.ok = value, p.rank, true
			}
		}
	}
	return f
}

func isEmpty(v pcommon.Value) bool {
	return v.Type() == pcommon.ValueTypeEmpty || v.Type() == pcommon.ValueTypeStr && v.Str() == ""
}

// event makes an event of a record, and notes in t what became of it. One that cannot be used is an
// event without a source, with the time and target that it has: the monitor counts it as lost there.
func (r *reader) event(record plog.LogRecord, t *tally) (e monitor.Event) {
	f := r.find(record.Attributes())
	e.Time = timeOf(record)
	if at := &f[targetRole]; at.ok {
		if e.Target = target(at.value); e.Target.IsZero() {
			t.note(noteNoTarget)
		}
	}
	if why := r.flow(&f, &e, t); why != "" {
		e.Flow.Source = netip.Addr{}
		t.lose(why)
		return e
	}
	if e.Time.IsZero() {
		t.undated++
		return e
	}
	t.records++
	if r.claimed[f[sourceRole].rank] {
		t.claimed++
	}
	return e
}

// flow fills in the flow of an event. It returns why the record cannot be used, or "".
func (r *reader) flow(f *found, e *monitor.Event, t *tally) (why fault) {
	if !f[sourceRole].ok {
		return noField
	}
	var ok bool
	if e.Source, ok = address(f[sourceRole].value); !ok {
		return noAddress
	}
	rate := uint64(0)
	for _, n := range [...]struct {
		role role
		to   *uint64
		most uint64
		why  fault
	}{
		{countRole, &e.Events, math.MaxInt64, badCount},
		{bytesRole, &e.Bytes, math.MaxInt64, badBytes},
		{rateRole, &rate, math.MaxUint32, badRate},
	} {
		if at := &f[n.role]; at.ok {
			if *n.to, ok = number(at.value); !ok || *n.to > n.most {
				return n.why
			}
		}
	}
	if f[countRole].ok && e.Events == 0 {
		return badCount // 0 would stand for 1
	}
	e.SamplingRate = uint32(rate)
	if !transport(f, e) {
		t.note(noteNoTransport)
	}
	return ""
}

// lastSecond is the last that a monitor takes: 64 bits of nanoseconds end a day later, in 2262.
const lastSecond = math.MaxInt64/1_000_000_000 - 86400

// timeOf returns the time of a record, or the zero time if it has none that an event can have.
func timeOf(record plog.LogRecord) time.Time {
	ns := uint64(record.Timestamp())
	if ns == 0 {
		ns = uint64(record.ObservedTimestamp())
	}
	if ns == 0 || ns/1e9 > lastSecond {
		return time.Time{}
	}
	return time.Unix(int64(ns/1e9), int64(ns%1e9)).UTC()
}

// longestAddress is longer than any address with a zone that names an interface, in brackets and
// with a port.
const longestAddress = 80

// address reads an IP address, alone or with a port. A zone is dropped: it has no meaning elsewhere.
func address(v pcommon.Value) (netip.Addr, bool) {
	if v.Type() != pcommon.ValueTypeStr || len(v.Str()) > longestAddress {
		return netip.Addr{}, false
	}
	text := v.Str()
	addr, err := netip.ParseAddr(text)
	if err != nil && strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		addr, err = netip.ParseAddr(text[1 : len(text)-1])
		if addr.Is4() {
			return netip.Addr{}, false
		}
	}
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

// target returns what a value names: an address if it is one, else a name. It is never a network
// and never a group, whatever a client writes. The zero Target stands for a value that names nothing.
func target(v pcommon.Value) monitor.Target {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		text := v.Str()
		if len(text) <= longestAddress {
			if addr, err := netip.ParseAddr(text); err == nil {
				return monitor.TargetAddr(addr)
			}
		}
		return monitor.TargetName(text)
	case pcommon.ValueTypeInt: // a port, say
		return monitor.TargetName(strconv.FormatInt(v.Int(), 10))
	}
	return monitor.Target{}
}

// longestNumber is that of a text of 64 bits in decimal digits.
const longestNumber = 20

// number reads a whole number that is not negative. Parsers of JSON give it as a floating-point
// number, and those of text as a text.
func number(v pcommon.Value) (n uint64, ok bool) {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return uint64(v.Int()), v.Int() >= 0
	case pcommon.ValueTypeDouble:
		x := v.Double()
		// Above 2^53 not every whole number is one.
		if !(x >= 0 && x <= 1<<53) || x != math.Trunc(x) {
			return 0, false
		}
		return uint64(x), true
	case pcommon.ValueTypeStr:
		if len(v.Str()) > longestNumber {
			return 0, false
		}
		n, err := strconv.ParseUint(v.Str(), 10, 64)
		return n, err == nil
	}
	return 0, false
}

// protocols are the values of network.transport that are IP protocols. QUIC runs over UDP.
var protocols = map[string]uint8{"icmp": 1, "tcp": 6, "udp": 17, "quic": 17}

const longestTransport = 8

// transport fills in the protocol and the port. It returns false if one of them cannot be read; both
// are then unknown.
func transport(f *found, e *monitor.Event) bool {
	var protocol uint8
	if at := &f[transportRole]; at.ok {
		if at.value.Type() != pcommon.ValueTypeStr || len(at.value.Str()) > longestTransport {
			return false
		}
		name := strings.ToLower(at.value.Str())
		if protocol = protocols[name]; protocol == 0 && name != "unix" && name != "pipe" {
			return false
		}
	}
	var port uint64
	if at := &f[portRole]; at.ok {
		var ok bool
		if port, ok = number(at.value); !ok || port > math.MaxUint16 {
			return false
		}
	}
	e.Protocol, e.SourcePort = protocol, uint16(port)
	return true
}
