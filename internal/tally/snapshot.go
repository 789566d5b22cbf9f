package tally

import (
	"slices"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/snapshot"
)

// Shape is what a snapshot must have to be merged in.
func (t *Tally) shape() snapshot.Shape {
	return snapshot.Shape{
		Key: t.options.Key.ID(), SampleSize: t.sample.K(), Precision: t.options.Precision,
		IPv6PrefixLen: t.options.IPv6PrefixLen, DropAddresses: !t.sample.KeepsItems(),
	}
}

// Snapshot returns what was counted. It copies the sample; the dense form is copied when
// something is added next, so that a report at the end of a count copies no registers.
func (t *Tally) Snapshot() *snapshot.State {
	t.settle()
	t.shared = t.dense != nil
	s := &snapshot.State{
		Shape: t.shape(), Dense: t.dense, Unsampled: t.unsampled, Records: t.records, Lost: t.lost, Limits: t.limits,
		From: t.from, To: t.to, Rate: t.rate, Finest: t.finest, Databases: t.used(),
	}
	if !t.unsampled {
		s.Items = t.sample.AppendItems(nil)
	}
	return s
}

// Rotate returns what was counted and begins anew, with another table unless it is nil.
func (t *Tally) Rotate(next *geo.Table) *snapshot.State {
	s := t.Snapshot()
	t.Reset(next)
	return s
}

// used are the databases that located something in t.
func (t *Tally) used() snapshot.Databases {
	if !t.located {
		return t.databases
	}
	return t.usable()
}

// usable are those that located something in t, and that of its table, which may.
func (t *Tally) usable() snapshot.Databases {
	if t.table == nil { // it only merges
		return t.databases
	}
	if len(t.databases) == 0 {
		return t.ofTable()
	}
	return t.databases.With(t.ofTable()...)
}

// ofTable is the database of the table.
func (t *Tally) ofTable() snapshot.Databases {
	if t.database == nil {
		t.database = snapshot.Databases{snapshot.DatabaseOf(t.table)}
	}
	return t.database
}

// Merge adds what a snapshot counted. On an error t is unchanged. It leaves room for the
// database of t, so that t can count on whatever it merged.
func (t *Tally) Merge(s *snapshot.State) error {
	if s.IsZero() {
		return nil
	}
	t.settle()
	databases := t.used()
	if snapshot.MayBeTooMany(databases, s.Databases) {
		databases = t.usable()
	}
	if err := snapshot.CanMerge(t.shape(), databases, s); err != nil {
		return err
	}
	if s.Rate != 0 {
		t.addRate(s.Rate)
		t.addRate(s.Finest)
		if t.isMixed() {
			s = s.Weighed()
		}
	}
	if t.dense == nil && (s.Dense != nil || t.sample.Len() > s.SampleSize) {
		t.fillDense() // while the sample has every source
	}
	t.sample.Shrink(s.SampleSize)
	if s.DropAddresses {
		t.sample.DropItems()
	}
	t.own()
	if s.Dense != nil {
		t.dense.Merge(s.Dense)
	}
	t.unsampled = t.unsampled || s.Unsampled
	t.mergeItems(s)
	t.records = snapshot.AddSaturated(t.records, s.Records)
	for i, n := range s.Lost {
		t.AddLost(i, n)
	}
	t.AddLimits(s.Limits)
	t.from, t.to = min(t.from, s.From), max(t.to, s.To)
	t.databases = t.databases.With(s.Databases...)
	t.merged = true
	return nil
}

// isForeign reports whether another database than that of the table located something.
func (t *Tally) isForeign() bool {
	if t.merged {
		own := t.ofTable()[0]
		t.merged = slices.ContainsFunc(t.databases, func(d snapshot.Database) bool { return d.Compare(own) != 0 })
	}
	return t.merged
}

// mergeItems adds the sources of a snapshot one by one. Those of an exact one are all of
// its sources, and t leaves the exact state at the right one.
func (t *Tally) mergeItems(s *snapshot.State) {
	for i := range s.Items {
		it := &s.Items[i]
		if s.Dense == nil && t.dense != nil {
			t.dense.Sources.Insert(it.Part, it.Hash)
			t.dense.AddVolume(snapshot.Origin(it), it.Events, it.Bytes)
		}
		t.sample.Add(*it)
		t.leaveExact()
	}
	if s.Dense != nil {
		t.sample.Overflow(s.Threshold())
	}
}
