package monitor

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/whence-go/whence/internal/wire"
	"github.com/whence-go/whence/sketch"
)

// A checkpoint is
//
//	 4  "whm7"
//	 8  length of the body, big endian
//	    the body
//	32  SHA-256 (FIPS 180-4) of all before it
//
// The body is a sequence of unsigned varints, floats as their bits, and texts and
// encodings with their lengths before them. It begins with the options that shape
// the state, the id of the key among them. The key itself is never in it.
const (
	checkpointMagic = "whm7"

	maxPosition = 1 << 20

	// maxCheckpoint is the largest body in bytes: 2 GB, or 512 MB where an int has 32
	// bits.
	maxCheckpoint = 1 << (29 + 2*(^uint(0)>>63))
)

// Checkpoint writes all that m knows. A monitor made with the same options, its key
// among them, can [Monitor.Restore] it and go on as if nothing had happened. It then
// finds the same bursts and gives the same reports, to the last digit.
//
// A monitor whose key is random, because Options.Tally.Key is zero, writes no
// checkpoint: no other monitor could restore it. The error wraps [ErrRandomKey].
// Errors of w are passed on.
//
// The position belongs to the caller and has at most a megabyte. Restore returns it.
// It says how far the caller had read, so that a program that was killed can read on
// from there. It must belong to exactly the events that were observed: nobody may
// observe between taking the position and the return of Checkpoint.
//
// Observers wait while the state is collected, less than a tenth of a second, but not
// while it is written. It contains source addresses, unless
// Options.Tally.DropAddresses is set: protect it as you protect these.
func (m *Monitor) Checkpoint(w io.Writer, position []byte) error {
	if m.randomKey {
		return fmt.Errorf("monitor: no checkpoint: %w and nobody could restore it; set Options.Tally.Key", ErrRandomKey)
	}
	if len(position) > maxPosition {
		return fmt.Errorf("monitor: a position of %d bytes, want at most %d", len(position), maxPosition)
	}
	body, size := m.encode(position)
	if size > maxCheckpoint {
		return fmt.Errorf("monitor: a checkpoint of %d bytes, want at most %d", size, maxCheckpoint)
	}
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	header := binary.BigEndian.AppendUint64([]byte(checkpointMagic), uint64(size))
	for _, part := range append([][]byte{header}, body...) {
		if _, err := out.Write(part); err != nil {
			return fmt.Errorf("monitor: writing a checkpoint: %w", err)
		}
	}
	if _, err := w.Write(sum.Sum(nil)); err != nil {
		return fmt.Errorf("monitor: writing a checkpoint: %w", err)
	}
	return nil
}

// Restore puts m into the state of the monitor that wrote the checkpoint, and returns
// the position that was stored with it. What m had counted is forgotten. The key and
// all options but Claims, Policy, Enrichment and Notify must be the same.
//
// The error wraps [sketch.ErrInvalidEncoding] for bytes that are no checkpoint, and is a
// [sketch.VersionError] for one of another version. It is a [sketch.MismatchError] if a
// monitor with another key or other options wrote the checkpoint. m is then unchanged,
// and a program may begin with nothing. An error of r itself is passed on.
//
// Running bursts are not reported again until they have doubled or ended;
// [Monitor.Bursts] knows them.
func (m *Monitor) Restore(r io.Reader) (position []byte, err error) {
	body, err := readCheckpoint(r)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	table := m.table
	m.mu.Unlock()
	restored := newFilled(table, m.options)
	if position, err = restored.decode(body); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.knowledge, m.pending = restored.knowledge, nil
	m.leave()
	m.changed = true
	m.publish()
	return position, nil
}

func readCheckpoint(r io.Reader) (body []byte, err error) {
	var header [12]byte
	if n, err := io.ReadFull(r, header[:]); err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("monitor: %w: %d bytes do not begin a checkpoint", sketch.ErrInvalidEncoding, n)
	} else if err != nil {
		return nil, fmt.Errorf("monitor: reading a checkpoint: %w", err)
	}
	if v, other := wire.Version(checkpointMagic, header[:]); other {
		own := int(checkpointMagic[3] - '0')
		return nil, fmt.Errorf("monitor: %w", &sketch.VersionError{Format: checkpointMagic[:3], Version: v, Supported: own})
	}
	if string(header[:4]) != checkpointMagic {
		return nil, fmt.Errorf(
			"monitor: %w: it begins with %q, not with %q",
			sketch.ErrInvalidEncoding,
			header[:4],
			checkpointMagic,
		)
	}
	size := binary.BigEndian.Uint64(header[4:])
	if size > maxCheckpoint {
		return nil, fmt.Errorf("monitor: %w: a body of %d bytes at byte 4", sketch.ErrInvalidEncoding, size)
	}
	var b bytes.Buffer // grows with what is there, not with what is announced
	n, err := io.Copy(&b, io.LimitReader(r, int64(size)+sha256.Size))
	if err != nil {
		return nil, fmt.Errorf("monitor: reading a checkpoint: %w", err)
	}
	if n < int64(size)+sha256.Size {
		return nil, fmt.Errorf(
			"monitor: %w: %d bytes follow the header, want %d",
			sketch.ErrInvalidEncoding,
			n,
			size+sha256.Size,
		)
	}
	body = b.Bytes()[:size]
	sum := sha256.New()
	sum.Write(header[:])
	sum.Write(body)
	if !bytes.Equal(sum.Sum(nil), b.Bytes()[size:]) {
		return nil, fmt.Errorf("monitor: %w: the checksum is wrong", sketch.ErrInvalidEncoding)
	}
	return body, nil
}

// shape returns the options that a checkpoint and its reader must share.
func (o Options) shape() []named {
	t := o.Tally
	flags := uint64(0)
	if t.DropAddresses {
		flags |= 1
	}
	if t.AssumeHandshake {
		flags |= 2
	}
	return []named{
		{"key", uint64(t.Key.ID())},
		{"interval", uint64(o.Interval)},
		{"allowed lateness", uint64(o.AllowedLateness)},
		{"retention", uint64(o.Retention)},
		{"number of targets", uint64(o.Targets)}, {"groups", uint64(o.Groups)}, {"sample size", uint64(t.SampleSize)},
		{"precision", uint64(t.Precision)}, {"IPv6 prefix length", uint64(t.IPv6PrefixLen)},
		{"flags of the tally", flags}, {"sampling rate", uint64(t.SamplingRate)},
		{"false alarms a month", math.Float64bits(o.FalseAlarms)},
	}
}

type named struct {
	name  string
	value uint64
}

// text prints an option for a message.
func (n named) text(v uint64) string {
	switch n.name {
	case "key":
		return fmt.Sprintf("%016x", v)
	case "interval", "allowed lateness", "retention":
		return time.Duration(v).String()
	case "false alarms a month":
		return fmt.Sprint(math.Float64frombits(v))
	case "groups":
		return Groups(v & uint64(allGroups)).String()
	}
	return fmt.Sprint(v)
}
