package whencebeam

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/wire"
)

// Place is what is counted by itself: a window of a target. It is the key of all PCollections of snapshots. The zero
// Place is valid. A Place is comparable with == if From is in UTC, as all places of this package are.
type Place struct {
	// Target is what the traffic was aimed at, or the zero Target for all traffic.
	Target monitor.Target

	// From is the begin of the window, a multiple of [Options].Window since 1970, in UTC. If it is zero, the place
	// has the records whose time is missing, before 1970 or after 2261. They are all lost ones.
	From time.Time
}

// placeOf returns the window of an event, and whether it has a time.
func placeOf(e *monitor.Event, window time.Duration) (p Place, dated bool) {
	seconds := e.Time.Unix()
	if seconds < 0 || seconds > lastSecond {
		return Place{Target: e.Target}, false
	}
	ns := e.Time.UnixNano()
	return Place{e.Target, time.Unix(0, ns-ns%int64(window)).UTC()}, true
}

const lastSecond = 9_214_646_400 - 1 // of 2261

// Kinds of targets, as an encoding has them.
const (
	kindNone = iota
	kindAddr
	kindPrefix
	kindName
	kindDomain
	kindDirectory
)

// appendTarget appends the one encoding of a target. That of Target.MarshalText is not enough: a name that reads like
// an address would come back as that address, and two keys would become one.
func appendTarget(b []byte, t monitor.Target) []byte {
	kind, text := byte(kindName), t.Name()
	switch p := t.Prefix(); {
	case t.IsZero():
		return append(b, kindNone)
	case t.Addr().IsValid():
		kind, text = kindAddr, string(t.Addr().AsSlice())
	case p.IsValid():
		kind, text = kindPrefix, string(append(p.Addr().AsSlice(), byte(p.Bits())))
	case t.Group() == monitor.MailDomains:
		kind = kindDomain
	case t.Group() == monitor.Directories:
		kind = kindDirectory
	}
	return wire.AppendText(append(b, kind), text)
}

// readTarget refuses what appendTarget would write otherwise.
func readTarget(r *wire.Reader) (t monitor.Target) {
	at := r.At()
	kind := r.Byte()
	if kind == kindNone {
		return t
	}
	text := r.Text(monitor.MaxTargetName)
	switch kind {
	case kindAddr:
		addr, _ := netip.AddrFromSlice([]byte(text))
		t = monitor.TargetAddr(addr)
	case kindPrefix:
		if n := len(text) - 1; n >= 0 {
			addr, _ := netip.AddrFromSlice([]byte(text[:n]))
			t = monitor.TargetPrefix(netip.PrefixFrom(addr, int(text[n])))
		}
	case kindName:
		t = monitor.TargetName(text)
	case kindDomain:
		t = monitor.ParseTarget("*@" + text)
	case kindDirectory:
		t = monitor.ParseTarget(text + "*")
	}
	if r.Err() == nil && string(appendTarget(nil, t)) != string(wire.AppendText([]byte{kind}, text)) {
		r.FailAt(at, "no target of kind %d", kind)
	}
	return t
}

// appendTime appends seconds since 1970 and nanoseconds, or what stands for no time.
func appendTime(b []byte, t time.Time) []byte {
	b = wire.AppendBools(b, !t.IsZero())
	if t.IsZero() {
		return b
	}
	return binary.AppendUvarint(binary.AppendVarint(b, t.Unix()), uint64(t.Nanosecond()))
}

func readTime(r *wire.Reader) time.Time {
	if !r.Bool() {
		return time.Time{}
	}
	zigzag := r.Uvarint()
	seconds, ns := int64(zigzag>>1)^-int64(zigzag&1), r.Int(int64(time.Second)-1)
	t := time.Unix(seconds, ns).UTC()
	if r.Err() == nil && t.IsZero() {
		r.Fail("the time %d, which is none", seconds)
	}
	return t
}

func encodePlace(p Place) ([]byte, error) {
	return appendTime(appendTarget(nil, p.Target), p.From), nil
}

func decodePlace(data []byte) (Place, error) {
	r := newReader(data)
	p := Place{readTarget(r), readTime(r)}
	if err := r.Done(); err != nil {
		return Place{}, err
	}
	return p, nil
}

func newReader(data []byte) *wire.Reader {
	return wire.NewReader("whencebeam", attribution.ErrInvalidEncoding, data)
}
