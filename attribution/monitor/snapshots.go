package monitor

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"

	"github.com/whence-go/whence/attribution"
)

// snapshot is what came in one interval that has closed, packed. It is immutable,
// and readers share it.
type snapshot struct {
	index int64
	data  []byte
}

// packer packs tallies: a byte that says how, and their encoding, which is deflated
// (RFC 1951) where registers are in it. That keeps these in little more than their
// entropy, 2 bits instead of 8.
type packer struct {
	writer  *flate.Writer
	scratch []byte
}

const (
	plain    = 0
	deflated = 1

	deflateFrom = 64 << 10 // no tally without registers is much longer
	maxUnpacked = 64 << 20 // no tally is longer
)

// pack returns nil for nil.
func (p *packer) pack(t *attribution.Tally) []byte {
	if t == nil {
		return nil
	}
	encoded, err := t.AppendBinary(append(p.scratch[:0], plain))
	if err != nil {
		return nil // 64 databases came one after the other
	}
	p.scratch = encoded
	if len(encoded) < deflateFrom {
		return bytes.Clone(encoded)
	}
	var out bytes.Buffer
	out.WriteByte(deflated)
	if p.writer == nil {
		p.writer, _ = flate.NewWriter(&out, flate.BestSpeed) // the level is valid
	} else {
		p.writer.Reset(&out)
	}
	p.writer.Write(encoded[1:]) // into memory
	p.writer.Close()
	return bytes.Clone(out.Bytes())
}

func unpack(data []byte) (*attribution.Tally, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: a tally of no bytes", ErrInvalid)
	}
	encoded := data[1:]
	switch data[0] {
	case plain:
	case deflated:
		var err error
		inflated := flate.NewReader(bytes.NewReader(encoded))
		if encoded, err = io.ReadAll(io.LimitReader(inflated, maxUnpacked)); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	default:
		return nil, fmt.Errorf("%w: a tally packed in way %d", ErrInvalid, data[0])
	}
	t := new(attribution.Tally)
	if err := t.UnmarshalBinary(encoded); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return t, nil
}

// mergeInto adds what is packed to a tally.
func mergeInto(whole *attribution.Tally, packed ...[]byte) error {
	for _, data := range packed {
		if data == nil {
			continue
		}
		t, err := unpack(data)
		if err != nil {
			return err
		}
		if err := whole.Merge(t); err != nil {
			return err
		}
	}
	return nil
}

// snapshots are those of the closed intervals within the retention, in the order
// in which they closed. An interval has more than one if the clock was set back.
type snapshots struct {
	kept  []snapshot
	most  int64 // intervals of retention
	bytes int   // of data in all
}

func (s *snapshots) add(one snapshot) {
	s.kept = append(s.kept, one)
	s.bytes += len(one.data)
}

// expire lets go what is beyond the retention when an interval has closed. If the
// clock was set back, what was the future then counts by its number only.
func (s *snapshots) expire(closed int64) {
	n := 0
	for n < len(s.kept) && (s.kept[n].index <= closed-s.most || int64(len(s.kept)-n) > 2*s.most) {
		s.bytes -= len(s.kept[n].data)
		n++
	}
	if n > 0 {
		s.kept = append([]snapshot(nil), s.kept[n:]...)
	}
}

// between returns the packed tallies of the intervals from the first to the last,
// which may be read without a lock.
func (s *snapshots) between(first, last int64) (in [][]byte) {
	for _, one := range s.kept {
		if one.index >= first && one.index <= last {
			in = append(in, one.data)
		}
	}
	return in
}
