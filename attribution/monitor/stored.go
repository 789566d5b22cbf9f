package monitor

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/sketch"
)

// stored is what came in one interval, or in some, and is no longer counted in. It is a
// small value: data is immutable and shared, also with readers.
type stored struct {
	index   int64
	data    []byte // a packed state, without lost records and address spaces; nil: nothing
	records uint64 // in data
	lost    lost
}

// isEmpty reports whether nothing came, and nothing was lost.
func (s *stored) isEmpty() bool { return s.data == nil && s.lost == lost{} }

// take adds what is stored of the same interval, or replaces another interval.
func (s *stored) take(other stored) {
	if s.index != other.index {
		*s = other
		return
	}
	if other.data != nil {
		s.data, s.records = other.data, other.records
	}
	s.lost.add(other.lost)
}

// shed returns s without its sources.
func (s stored) shed() stored {
	s.lost.of(attribution.LostShed, s.records)
	s.data, s.records = nil, 0
	return s
}

// addTo counts what is stored. The data was checked before it came in.
func (s *stored) addTo(t *tally.Tally) {
	loseIn(t, s.lost)
	if s.data != nil {
		merge(t, s.unpacked())
	}
}

// unpacked returns what is stored, without lost records.
func (s *stored) unpacked() *snapshot.State {
	if s.data == nil {
		return new(snapshot.State)
	}
	state, err := unpack(s.data)
	if err != nil {
		panic("monitor: " + err.Error())
	}
	return state
}

// merge counts a state. If more databases located both together than fit into one
// state, the records of the state are lost.
func merge(t *tally.Tally, state *snapshot.State) {
	if t.Merge(state) == nil {
		return
	}
	l := lost(state.Lost)
	l.of(attribution.LostShed, state.Records)
	loseIn(t, l)
}

// merged returns the union of what is stored. It looks nothing up.
func merged(o tally.Options, parts ...stored) *snapshot.State {
	t := tally.New(nil, o)
	for i := range parts {
		parts[i].addTo(t)
	}
	return t.Rotate(nil)
}

// packer packs states: a byte that says how, and their encoding, which is deflated
// (RFC 1951) where registers are in it. That keeps these in little more than their
// entropy, 2 bits instead of 8.
//
// An interval of one source is the same for all traffic, a target and its group. So what was
// unpacked last is kept, if it is short.
type packer struct {
	writer   *flate.Writer
	scratch  []byte
	unpacked []byte
	state    *snapshot.State // of it
}

const (
	plain    = 0
	deflated = 1

	deflateFrom = 64 << 10  // no state without registers is much longer
	maxUnpacked = 256 << 20 // no state is longer
	shortData   = 1 << 10   // of some sources
)

// store packs a state. Lost records are kept beside the data, where more can be added.
func (p *packer) store(index int64, state *snapshot.State) stored {
	s := stored{index: index, records: state.Records, lost: state.Lost}
	if state.Records > 0 {
		bare := state.Bare()
		bare.Lost = lost{}
		s.data = p.pack(bare)
	}
	return s
}

// unpack returns what is stored, without lost records. There is something.
func (p *packer) unpack(s stored) *snapshot.State {
	if len(s.data) > shortData {
		return s.unpacked()
	}
	if !bytes.Equal(s.data, p.unpacked) {
		p.unpacked, p.state = s.data, s.unpacked()
	}
	return p.state
}

func (p *packer) pack(state *snapshot.State) []byte {
	encoded := state.Append(append(p.scratch[:0], plain))
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

func unpack(data []byte) (*snapshot.State, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: a state of no bytes", sketch.ErrInvalidEncoding)
	}
	encoded := data[1:]
	switch data[0] {
	case plain:
	case deflated:
		var err error
		inflated := flate.NewReader(bytes.NewReader(encoded))
		if encoded, err = io.ReadAll(io.LimitReader(inflated, maxUnpacked)); err != nil {
			return nil, fmt.Errorf("%w: %w", sketch.ErrInvalidEncoding, err)
		}
	default:
		return nil, fmt.Errorf("%w: a state packed in way %d", sketch.ErrInvalidEncoding, data[0])
	}
	return snapshot.Decode(encoded)
}

// retained are the closed intervals within the retention, in the order in which they
// closed. An interval is there more than once if the clock was set back.
type retained struct {
	kept  []stored
	most  int64 // intervals of retention
	bytes int   // of data in all
}

func (r *retained) add(one stored) {
	r.kept = append(r.kept, one)
	r.bytes += len(one.data)
}

// sinceFirst are those from the first on in which something came. Before it stand those of which
// late records alone are known.
func (r *retained) sinceFirst() []stored {
	first := slices.IndexFunc(r.kept, func(s stored) bool { return s.data != nil })
	if first < 0 {
		return nil
	}
	return r.kept[first:]
}

// lose adds lost records to an interval that has closed, where it is retained.
func (r *retained) lose(closed int64, late stored) {
	if late.index <= closed-r.most {
		return
	}
	at := len(r.kept)
	for at > 0 && r.kept[at-1].index > late.index {
		at--
	}
	if at > 0 && r.kept[at-1].index == late.index {
		r.kept[at-1].take(late)
		return
	}
	r.kept = slices.Insert(r.kept, at, late)
	r.expire(closed)
}

// expire lets go what is beyond the retention when an interval has closed. If the clock
// was set back, what was the future then counts by its number only.
func (r *retained) expire(closed int64) {
	n := 0
	for n < len(r.kept) && (r.kept[n].index <= closed-r.most || int64(len(r.kept)-n) > 2*r.most) {
		r.bytes -= len(r.kept[n].data)
		n++
	}
	clear(r.kept[:n]) // keep nothing in memory
	r.kept = r.kept[n:]
}

// between returns the intervals from the first to the last. They may be read without a
// lock.
func (r *retained) between(first, last int64) (in []stored) {
	for _, one := range r.kept {
		if one.index >= first && one.index <= last {
			in = append(in, one)
		}
	}
	return in
}
