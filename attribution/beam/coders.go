package whencebeam

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/klauspost/compress/zstd"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/internal/wire"
)

// Beam sends a value whose type has no coder by its exported fields. A Snapshot has none of these, and would arrive
// empty without an error. So every type that crosses has a coder, for exactly that type and not for a pointer to it.
func init() {
	registerCoder(encodePlace, decodePlace)
	registerCoder(encodeEvent, decodeEvent)
	registerCoder(encodeSnapshot, decodeSnapshot)
	registerCoder(encodeEnvelope, decodeEnvelope)
	beam.RegisterType(reflect.TypeFor[Refused]())

	register.DoFn3x1[beam.Window, monitor.Event, func(Place, attribution.Snapshot), error](&countFn{})
	// The others are called by reflection. They get few elements, and such a registration takes the compiler seconds.
	for _, fn := range []any{&mergeFn{}, &slotFn{}, &newestFn{}, &readFn{}, &reportFn{}} {
		beam.RegisterDoFn(fn)
	}
	register.Emitter2[Place, attribution.Snapshot]()
	register.Emitter1[fleet.Envelope]()
	register.Emitter2[string, fleet.Envelope]()
	register.Emitter1[Refused]()
	register.Iter1[attribution.Snapshot]()
	register.Iter1[fleet.Envelope]()
}

func registerCoder[T any](encode func(T) ([]byte, error), decode func([]byte) (T, error)) {
	t := reflect.TypeFor[T]()
	beam.RegisterType(t)
	beam.RegisterCoder(t, encode, decode)
	register.Function1x2(encode)
	register.Function1x2(decode)
}

// A snapshot beyond the exact state has up to a megabyte per place, and a fifth of it when it is compressed. Runners
// copy and store what crosses several times.
var (
	packer   = must(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)))
	unpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(fleet.MaxEnvelope)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options above are wrong
	}
	return v
}

func encodeSnapshot(s attribution.Snapshot) ([]byte, error) {
	b, err := s.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return packer.EncodeAll(b, nil), nil
}

func decodeSnapshot(data []byte) (s attribution.Snapshot, err error) {
	b, err := unpacker.DecodeAll(data, nil)
	if err != nil {
		return s, fmt.Errorf("whencebeam: %w: %w", attribution.ErrInvalidEncoding, err)
	}
	err = s.UnmarshalBinary(b)
	return s, err
}

func encodeEnvelope(e fleet.Envelope) ([]byte, error) { return e.Pack() }

func decodeEnvelope(data []byte) (e fleet.Envelope, err error) {
	err = e.Unpack(data)
	return e, err
}

func encodeEvent(e monitor.Event) ([]byte, error) {
	b := appendTarget(appendTime(make([]byte, 0, 64), e.Time), e.Target)
	// A zone says nothing about where a source is.
	b = wire.AppendText(b, string(e.Source.WithZone("").AsSlice()))
	for _, n := range [...]uint64{
		e.Events, e.Bytes, uint64(e.SamplingRate), uint64(e.Protocol), uint64(e.SourcePort), uint64(e.TCPFlags),
	} {
		b = binary.AppendUvarint(b, n)
	}
	return wire.AppendBools(b, e.Handshake), nil
}

func decodeEvent(data []byte) (monitor.Event, error) {
	r := newReader(data)
	var e monitor.Event
	e.Time, e.Target = readTime(r), readTarget(r)
	at, source := r.At(), r.Text(16)
	var ok bool
	if e.Source, ok = netip.AddrFromSlice([]byte(source)); !ok && source != "" {
		r.FailAt(at, "an address of %d bytes", len(source))
	}
	e.Events, e.Bytes, e.SamplingRate = r.Uvarint(), r.Uvarint(), uint32(r.Int(1<<32-1))
	e.Protocol, e.SourcePort, e.TCPFlags = uint8(r.Int(1<<8-1)), uint16(r.Int(1<<16-1)), uint8(r.Int(1<<8-1))
	e.Handshake = r.Bool()
	if err := r.Done(); err != nil {
		return monitor.Event{}, err
	}
	return e, nil
}
