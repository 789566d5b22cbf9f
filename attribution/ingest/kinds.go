package ingest

import (
	"hash/maphash"

	"github.com/whence-go/whence/attribution"
)

// Logs of several kinds of record say the same thing more than once, so that one kind counts. The
// head chooses it. A better kind that comes later is chosen from there on, and the account says
// what was left out and what was counted before.

// Codes of notes about kinds. The subject is the name of a kind.
const (
	noteOtherKind   = "OTHER_KIND"   // so many records are of a kind that does not count
	noteChangedKind = "CHANGED_KIND" // so many records were counted before one of this kind came, which counts since
)

// kindNotes counts records by kind.
type kindNotes struct {
	other, changed []kindCount
}

type kindCount struct {
	name string
	n    uint64
}

// maxKinds bounds the names, some of which come from the input. Others are counted together.
const maxKinds = 50

// leaveOut counts a record whose kind does not count.
func leaveOut[T string | []byte](k *kindNotes, name T) {
	for i := range k.other {
		if k.other[i].name == string(name) {
			k.other[i].n++
			return
		}
	}
	k.other = addKind(k.other, string(name), 1)
}

// change says that n records were counted before one of this kind came.
func (k *kindNotes) change(name string, n uint64) {
	if n > 0 {
		k.changed = addKind(k.changed, name, n)
	}
}

func addKind(list []kindCount, name string, n uint64) []kindCount {
	if len(name) > maxName || len(list) >= maxKinds {
		name = "others"
	}
	for i := range list {
		if list[i].name == name {
			list[i].n += n
			return list
		}
	}
	return append(list, kindCount{name, n})
}

// notes appends what the account says.
func (k *kindNotes) notes(list []attribution.Note) []attribution.Note {
	for _, c := range k.other {
		list = append(list, attribution.Note{Code: noteOtherKind, Value: c.n, Subject: c.name})
	}
	for _, c := range k.changed {
		list = append(list, attribution.Note{Code: noteChangedKind, Value: c.n, Subject: c.name})
	}
	return list
}

// counted remembers how many events of a flow were counted by records that may not be the best
// ones about it, so that the better record counts only what is left. It forgets the oldest.
type counted struct {
	rows [][countedWays]countedFlow // by key, the newest of a row first
	n    int                        // flows
}

type countedFlow struct{ key, events uint64 }

const (
	countedRows = 1 << 12
	countedWays = 8
)

// flowKey is that of a flow by its name.
func flowKey(id []byte) uint64 { return maphash.Bytes(seed, id) }

func (c *counted) isEmpty() bool { return c.n == 0 }

func (c *counted) add(key, n uint64) {
	if c.rows == nil {
		c.rows = make([][countedWays]countedFlow, countedRows)
	}
	row := &c.rows[key%countedRows]
	for i := range row {
		if row[i].key == key && row[i].events > 0 {
			row[i].events += n
			return
		}
	}
	if row[countedWays-1].events == 0 {
		c.n++
	}
	copy(row[1:], row[:])
	row[0] = countedFlow{key, n}
}

// take returns what was counted, and forgets it.
func (c *counted) take(key uint64) uint64 {
	if c.n == 0 {
		return 0
	}
	row := &c.rows[key%countedRows]
	for i, f := range row {
		if f.key == key && f.events > 0 {
			copy(row[i:], row[i+1:])
			row[countedWays-1] = countedFlow{}
			c.n--
			return f.events
		}
	}
	return 0
}

// once makes the event of a better record count what is left of its flow. It reports false if
// nothing is.
func (c *counted) once(key uint64, e *Event) bool {
	n, events := c.take(key), max(e.Events, 1)
	if n >= events {
		return false
	}
	e.Events = events - n
	return true
}
