package whencebeam

import (
	"encoding/binary"
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

func appendTarget(b []byte, t monitor.Target) []byte {
	encoding, _ := t.MarshalBinary() // never fails
	return wire.AppendText(b, string(encoding))
}

func readTarget(r *wire.Reader) (t monitor.Target) {
	at := r.At()
	text := r.Text(1 + monitor.MaxTargetName)
	if r.Err() == nil && t.UnmarshalBinary([]byte(text)) != nil {
		r.FailAt(at, "no target: %.99q", text)
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
