package fleet

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

const magic = "whe1"

// AppendBinary appends the canonical encoding to b. Equal envelopes give equal bytes. The
// error wraps [ErrInvalidEnvelope].
//
//	Where no width is given, a number is an unsigned varint (base 128, lowest group
//	first, shortest form)
//
//	4  "whe1"
//	   length of the node's name; the name
//	8  epoch, big endian
//	   sequence
//	1  kind of the target, 0 for all traffic, as [monitor.Target.AppendBinary] writes it
//	   if not all traffic: length; what follows the kind there
//	   if all traffic: 1 if it is final, else 0 (1); number of targets
//	   begin of the window, in windows since 1970
//	   length of the window in nanoseconds
//	   the snapshot, as [attribution.Snapshot.AppendBinary] writes it
//	4  CRC-32C of all bytes before, big endian
//
// A change of the layout takes another digit at the end of the magic, and every version that
// was released stays readable.
func (e *Envelope) AppendBinary(b []byte) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	from := len(b)
	b = append(b, magic...)
	b = wire.AppendText(b, e.Node)
	b = binary.BigEndian.AppendUint64(b, e.Epoch)
	b = binary.AppendUvarint(b, e.Sequence)
	b = appendTarget(b, e.Target)
	if e.Target.IsZero() {
		b = binary.AppendUvarint(wire.AppendBools(b, e.Final), uint64(e.Targets))
	}
	b = binary.AppendUvarint(b, uint64(e.From.UnixNano()/int64(e.Window)))
	b = binary.AppendUvarint(b, uint64(e.Window))
	b, err := e.Snapshot.AppendBinary(b)
	if err != nil {
		return nil, err
	}
	return wire.Seal(b, from), nil
}

// MarshalBinary returns what AppendBinary appends.
func (e *Envelope) MarshalBinary() ([]byte, error) { return e.AppendBinary(nil) }

// UnmarshalBinary decodes what AppendBinary wrote; the encoding must be the whole of data. An
// error leaves e unchanged. It wraps [attribution.ErrInvalidEncoding], and names the byte.
// Another version, of the envelope or of the snapshot, is a [sketch.VersionError]. Memory
// stays within 32 times len(data) and one megabyte.
func (e *Envelope) UnmarshalBinary(data []byte) error {
	if v, other := wire.Version(magic, data); other {
		return fmt.Errorf("fleet: %w", &sketch.VersionError{Format: magic[:3], Version: v, Supported: int(magic[3] - '0')})
	}
	r := wire.Open("fleet", attribution.ErrInvalidEncoding, magic, data)
	var got Envelope
	got.Node = r.Text(maxNodeName)
	got.Epoch = r.Uint64()
	got.Sequence = r.Uvarint()
	got.Target = readTarget(r)
	if got.Target.IsZero() {
		got.Final, got.Targets = r.Bool(), uint32(r.Int(maxTargets))
	}
	index, length := r.Int(lastSecond), r.Int(int64(maxWindow))
	if r.Err() == nil && (length < int64(minWindow) || index > lastSecond*int64(time.Second)/length) {
		r.Fail("window %d of %v", index, time.Duration(length))
	}
	got.From, got.Window = time.Unix(0, index*length).UTC(), time.Duration(length)
	at := r.At()
	state := r.Rest()
	if err := r.Done(); err != nil {
		return err
	}
	if err := got.Validate(); err != nil {
		return fmt.Errorf("fleet: %w: %w", attribution.ErrInvalidEncoding, err)
	}
	if err := got.Snapshot.UnmarshalBinary(state); err != nil {
		return fmt.Errorf("fleet: the snapshot of %s from byte %d: %w", got.Node, at, err)
	}
	*e = got
	return nil
}

// appendTarget appends the encoding of a target, with the length of what follows its kind.
func appendTarget(b []byte, t monitor.Target) []byte {
	encoding, _ := t.MarshalBinary() // never fails
	b = append(b, encoding[0])
	if t.IsZero() {
		return b
	}
	return wire.AppendText(b, string(encoding[1:]))
}

func readTarget(r *wire.Reader) (t monitor.Target) {
	at := r.At()
	encoding := []byte{r.Byte()}
	if encoding[0] != 0 {
		encoding = append(encoding, r.Text(monitor.MaxTargetName)...)
	}
	if r.Err() == nil && t.UnmarshalBinary(encoding) != nil {
		r.FailAt(at, "no target of kind %d", encoding[0])
	}
	return t
}
