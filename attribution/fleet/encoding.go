package fleet

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

const magic = "whe1"

// Kinds of targets, as an encoding has them.
const (
	kindAll = iota // all traffic
	kindAddr
	kindPrefix
	kindName
	kindDomain
	kindDirectory
)

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
//	1  kind of the target: 0 all traffic, 1 an address, 2 a network, 3 a name, 4 a mail
//	   domain, 5 a directory
//	   if not all traffic: length; of an address 4 or 16 bytes, big endian; of a network as
//	   many, and the length of its prefix (1); else the name, the domain, or the directory
//	   with its slash
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

func appendTarget(b []byte, t monitor.Target) []byte {
	kind, text := byte(kindAll), []byte(nil)
	switch p := t.Prefix(); {
	case t.IsZero():
		return append(b, kindAll)
	case t.Addr().IsValid():
		kind, text = kindAddr, t.Addr().AsSlice()
	case p.IsValid():
		kind, text = kindPrefix, append(p.Addr().AsSlice(), byte(p.Bits()))
	case t.Group() == monitor.MailDomains:
		kind, text = kindDomain, []byte(t.Name())
	case t.Group() == monitor.Directories:
		kind, text = kindDirectory, []byte(t.Name())
	default:
		kind, text = kindName, []byte(t.Name())
	}
	return wire.AppendText(append(b, kind), string(text))
}

// readTarget refuses what appendTarget would write otherwise, so that a target has one
// encoding.
func readTarget(r *wire.Reader) monitor.Target {
	at := r.At()
	kind := r.Byte()
	if kind == kindAll {
		return monitor.Target{}
	}
	text := r.Text(monitor.MaxTargetName)
	t := targetOf(kind, text)
	if r.Err() == nil && (t.IsZero() || string(appendTarget(nil, t)) != string(wire.AppendText([]byte{kind}, text))) {
		r.FailAt(at, "no target of kind %d", kind)
	}
	return t
}

func targetOf(kind byte, text string) monitor.Target {
	switch kind {
	case kindAddr:
		addr, _ := netip.AddrFromSlice([]byte(text))
		return monitor.TargetAddr(addr)
	case kindPrefix:
		if text == "" {
			break
		}
		addr, ok := netip.AddrFromSlice([]byte(text[:len(text)-1]))
		if bits := int(text[len(text)-1]); ok && bits <= addr.BitLen() {
			return monitor.TargetPrefix(netip.PrefixFrom(addr, bits))
		}
	case kindName:
		return monitor.TargetName(text)
	case kindDomain:
		return monitor.ParseTarget("*@" + text)
	case kindDirectory:
		return monitor.ParseTarget(text + "*")
	}
	return monitor.Target{}
}
