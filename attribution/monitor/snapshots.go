package monitor

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"

	"github.com/whence-go/whence/attribution"
)

// snapshot is what came in one interval that has closed, encoded and compressed.
// It is immutable.
type snapshot struct {
	index int64
	data  []byte
}

// snapshots are those of the closed intervals within the retention, in the order
// in which they closed. An interval has more than one if the clock was set back.
type snapshots struct {
	kept   []snapshot
	most   int64 // intervals of retention
	writer *flate.Writer
	buffer []byte
	bytes  int // of data in all
}

func newSnapshots(o Options) snapshots {
	return snapshots{most: int64(o.Retention / o.Interval)}
}

// add keeps a closed interval, and lets go what is beyond the retention. If the
// clock was set back, snapshots of a future that was not count only by their
// number.
func (s *snapshots) add(index int64, tally *attribution.Tally) {
	s.buffer, _ = tally.AppendBinary(s.buffer[:0]) // never fails with one database
	data := s.compress(s.buffer)
	s.kept = append(s.kept, snapshot{index, data})
	s.bytes += len(data)
	s.expire(index)
}

// expire lets go what is beyond the retention when an interval closes.
func (s *snapshots) expire(closed int64) {
	n := 0
	for n < len(s.kept) && (s.kept[n].index <= closed-s.most || int64(len(s.kept)-n) > 2*s.most) {
		s.bytes -= len(s.kept[n].data)
		n++
	}
	if n > 0 {
		s.kept = append(s.kept[:0:0], s.kept[n:]...) // readers may hold the old slice
	}
}

// between returns the snapshots of the intervals from the first to the last, which
// may be read without a lock.
func (s *snapshots) between(first, last int64) (in []snapshot) {
	for _, one := range s.kept {
		if one.index >= first && one.index <= last {
			in = append(in, one)
		}
	}
	return in
}

// compress keeps registers in little more than their entropy, about 3 bits each
// instead of 8.
func (s *snapshots) compress(data []byte) []byte {
	var out bytes.Buffer
	if s.writer == nil {
		s.writer, _ = flate.NewWriter(&out, flate.BestSpeed) // the level is valid
	} else {
		s.writer.Reset(&out)
	}
	s.writer.Write(data) // into memory
	s.writer.Close()
	return bytes.Clone(out.Bytes())
}

// tally decodes a snapshot; buffer is scratch, returned for the next.
func (s snapshot) tally(buffer *bytes.Buffer) (*attribution.Tally, error) {
	buffer.Reset()
	if _, err := io.Copy(buffer, flate.NewReader(bytes.NewReader(s.data))); err != nil {
		return nil, fmt.Errorf("monitor: snapshot of interval %d: %w", s.index, err)
	}
	t := new(attribution.Tally)
	if err := t.UnmarshalBinary(buffer.Bytes()); err != nil {
		return nil, fmt.Errorf("monitor: snapshot of interval %d: %w", s.index, err)
	}
	return t, nil
}

// mergeInto adds what snapshots hold to a tally.
func mergeInto(whole *attribution.Tally, in []snapshot) error {
	var buffer bytes.Buffer
	for _, one := range in {
		t, err := one.tally(&buffer)
		if err != nil {
			return err
		}
		if err := whole.Merge(t); err != nil {
			return fmt.Errorf("monitor: snapshot of interval %d: %w", one.index, err)
		}
	}
	return nil
}
