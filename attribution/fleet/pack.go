package fleet

import (
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/whence-go/whence/attribution"
)

// MaxEnvelope bounds the encoding of an envelope in bytes. A snapshot of 65,536 sources
// beside the registers of 250 countries at precision 14 takes some 9 MB.
const MaxEnvelope = 64 << 20

var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(MaxEnvelope))
)

// Pack returns the encoding of e as it crosses a network: compressed with Zstandard
// (RFC 8878). Errors are those of [Envelope.AppendBinary].
func (e *Envelope) Pack() ([]byte, error) {
	b, err := e.MarshalBinary()
	if err != nil {
		return nil, err
	}
	if len(b) > MaxEnvelope {
		return nil, invalid("%d bytes, at most %d", len(b), MaxEnvelope)
	}
	return packer.EncodeAll(b, nil), nil
}

// Unpack decodes what Pack returned. Errors are those of [Envelope.UnmarshalBinary]. No more
// than [MaxEnvelope] bytes are unpacked, whatever data says.
func (e *Envelope) Unpack(data []byte) error {
	b, err := unpacker.DecodeAll(data, nil)
	if err != nil {
		return fmt.Errorf("fleet: %w: zstd: %w", attribution.ErrInvalidEncoding, err)
	}
	return e.UnmarshalBinary(b)
}
