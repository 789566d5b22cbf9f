package snapshot_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/testenv/world"
	"github.com/whence-go/whence/sketch"
)

func mergeAll(t *testing.T, states ...*snapshot.State) *snapshot.State {
	t.Helper()
	whole := &snapshot.State{}
	for _, s := range states {
		var err error
		if whole, err = snapshot.Merge(whole, s); err != nil {
			t.Fatal(err)
		}
	}
	return whole
}

// grouped merges states in a random order and grouping.
func (m *maker) grouped(parts []part) *snapshot.State {
	states := make([]*snapshot.State, len(parts))
	for i, j := range m.rng.Perm(len(parts)) {
		states[i] = parts[j].state
	}
	for len(states) > 1 {
		i := m.rng.IntN(len(states) - 1)
		merged, err := snapshot.Merge(states[i], states[i+1])
		if err != nil {
			m.t.Fatal(err)
		}
		states = append(states[:i], states[i+1:]...)
		states[i] = merged
	}
	return states[0]
}

// Whatever is merged in whatever order and grouping, the bytes are the same. They decode, so
// that a merge is something that counting can give; and no part is written.
func TestMergeIsCanonical(t *testing.T) {
	rounds := 30
	if testing.Short() {
		rounds = 10
	}
	for name, what := range varieties {
		t.Run(name, func(t *testing.T) {
			m := newMaker(t, uint64(len(name)))
			for range rounds {
				var parts []part
				var names []string
				var states []*snapshot.State
				var before [][]byte
				for range 3 + m.rng.IntN(4) {
					p := m.part(what)
					parts, names, states = append(parts, p), append(names, p.name), append(states, p.state)
					before = append(before, p.state.Append(nil))
				}
				want := mergeAll(t, states...).Append(nil)
				for range 6 {
					if got := m.grouped(parts).Append(nil); !bytes.Equal(got, want) {
						t.Fatalf("another order of %q gives other bytes", names)
					}
				}
				back, err := snapshot.Decode(want)
				if err != nil {
					t.Fatalf("merged %q: %v", names, err)
				}
				if !bytes.Equal(back.Append(nil), want) {
					t.Fatalf("merged %q: other bytes after the wire", names)
				}
				for i, s := range states {
					if !bytes.Equal(s.Append(nil), before[i]) {
						t.Fatalf("merging wrote %s", names[i])
					}
				}
			}
		})
	}
}

// A tally into which snapshots are merged holds what the merge of the snapshots holds.
func TestMergeIntoTally(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 15
	}
	for name, what := range varieties {
		t.Run(name, func(t *testing.T) {
			m := newMaker(t, 50+uint64(len(name)))
			for range rounds {
				o := small
				o.SampleSize <<= m.rng.IntN(3)
				into := tally.New(m.tables[0], o)
				for range []int{0, 50, 1_500, 9_000}[m.rng.IntN(4)] {
					r := m.record(5_000)
					into.AddRecord(r.source, r.event)
				}
				want := into.Snapshot()
				names := []string{fmt.Sprint(len(want.Items), " of ", o.SampleSize)}
				for range 1 + m.rng.IntN(4) {
					p := m.part(what)
					names = append(names, p.name)
					want = mergeAll(t, want, p.state)
					if err := into.Merge(p.state); err != nil {
						t.Fatal(err)
					}
					if got := into.Snapshot().Append(nil); !bytes.Equal(got, want.Append(nil)) {
						t.Fatalf("%q merged into the first, a tally, are something else than merged snapshots", names)
					}
					if got := into.Distinct(); !want.Unsampled && got != want.Distinct() {
						t.Fatalf("%q merged into the first, a tally: %v sources, want %v", names, got, want.Distinct())
					}
				}
				// It goes on counting as if it had counted all of it.
				more := make([]record, 2_000)
				for i := range more {
					more[i] = m.record(9_000)
					into.AddRecord(more[i].source, more[i].event)
				}
				want = mergeAll(t, want, counted(m.tables[0], o, more...))
				if got := into.Snapshot().Append(nil); !bytes.Equal(got, want.Append(nil)) {
					t.Fatalf("a tally into which %q were merged counts on wrongly", names)
				}
			}
		})
	}
}

// A merge is what one tally would have counted, at the smallest size of all.
func TestMergeCountsAsOneTally(t *testing.T) {
	m := newMaker(t, 3)
	for _, n := range []int{10, 1_000, 1_024, 1_025, 4_096, 5_000, 30_000} {
		for _, sizes := range [][]int{{1024, 4096}, {4096, 1024, 2048}, {2048, 2048}, {4096, 4096, 1024}} {
			least := sizes[0]
			var parts []*tally.Tally
			for _, size := range sizes {
				o := small
				o.SampleSize = size
				parts = append(parts, tally.New(m.tables[0], o))
				least = min(least, size)
			}
			o := small
			o.SampleSize = least
			whole := tally.New(m.tables[0], o)
			for i := range n {
				r := m.record(n)
				parts[i%len(parts)].AddRecord(r.source, r.event)
				whole.AddRecord(r.source, r.event)
			}
			var states []*snapshot.State
			for _, p := range parts {
				states = append(states, p.Snapshot())
			}
			got := mergeAll(t, states...)
			if got.SampleSize != least || got.Exact() != whole.Snapshot().Exact() {
				t.Errorf("%d of %v: size %d, exact %v", n, sizes, got.SampleSize, got.Exact())
			}
			if !bytes.Equal(got.Append(nil), whole.Snapshot().Append(nil)) {
				t.Errorf("%d of %v: merged is not what one tally of %d counts", n, sizes, least)
			}
		}
	}
}

// What is looked up before a merge is what is looked up after it.
func TestMergeOfEnriched(t *testing.T) {
	m := newMaker(t, 5)
	enriched := func(s *snapshot.State) *snapshot.State { return must(s.Enrich(m.tables, m.asns, m.lists)) }
	for range 30 {
		var before, after []*snapshot.State
		for range 2 + m.rng.IntN(3) {
			s := *m.part(varieties["sampling rates"]).state
			s.Columns, s.ASNs, s.Lists = nil, nil, nil
			before, after = append(before, enriched(&s)), append(after, &s)
		}
		got, want := mergeAll(t, before...), enriched(mergeAll(t, after...))
		if !bytes.Equal(got.Append(nil), want.Append(nil)) {
			t.Fatal("what was looked up before a merge is not what is looked up after it")
		}
	}
}

// Where databases disagree, what is counted of a source lies in one country or in several, as
// the order has it. Everything else is the same in any order.
func TestMergeOfDatabasesThatDisagree(t *testing.T) {
	m := newMaker(t, 4)
	m.tables = []*geo.Table{world.Table(), world.Other(), m.tables[2]}
	for range 40 {
		var parts []part
		var states []*snapshot.State
		for range 3 + m.rng.IntN(3) {
			p := m.part(variety{tables: 3, dropped: 1, sketches: 1, rates: 1})
			parts, states = append(parts, p), append(states, p.state)
		}
		want := mergeAll(t, states...)
		for range 5 {
			got := m.grouped(parts)
			if _, err := snapshot.Decode(got.Append(nil)); err != nil {
				t.Fatal(err)
			}
			if len(got.Items) != len(want.Items) || len(got.Databases) != len(want.Databases) || got.Exact() != want.Exact() {
				t.Fatalf("%d or %d items, %v or %v", len(got.Items), len(want.Items), got.Databases, want.Databases)
			}
			for i := range got.Items {
				if got.Items[i] != want.Items[i] {
					t.Fatalf("item %d is %+v or %+v", i, got.Items[i], want.Items[i])
				}
			}
			a, b := got.View(), want.View()
			if a.Events != b.Events || a.Bytes != b.Bytes || a.Sampling != b.Sampling {
				t.Fatalf("%d or %d events, sampling %v or %v", a.Events, b.Events, a.Sampling, b.Sampling)
			}
		}
	}
}

// What does not fit is refused, in either direction and into a tally, and the error names
// both sides.
func TestMergeRefuses(t *testing.T) {
	with := func(change func(*tally.Options)) *snapshot.State {
		o := small
		change(&o)
		return counted(world.Table(), o, record{at("RU", 1), block.Event{Events: 1}})
	}
	base := with(func(*tally.Options) {})
	dense := func(from int) *snapshot.State {
		var records []record
		for i := range 3_000 {
			records = append(records, record{at("RU", from+i), block.Event{Events: 1}})
		}
		return counted(world.Table(), small, records...)
	}
	difference, _, err := snapshot.Minus(dense(1_000), dense(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		other *snapshot.State
		want  sketch.MismatchError
	}{
		{with(func(o *tally.Options) { o.Key = world.Key(2) }), sketch.MismatchError{
			What: "key", A: world.Key(1).ID().String(), B: world.Key(2).ID().String(),
		}},
		{with(func(o *tally.Options) { o.Precision = 13 }), sketch.MismatchError{What: "precision", A: "12", B: "13"}},
		{with(func(o *tally.Options) { o.IPv6PrefixLen = 48 }), sketch.MismatchError{
			What: "IPv6 prefix length", A: "64", B: "48",
		}},
		{difference, sketch.MismatchError{What: "content", A: "counts", B: "an estimated difference of two snapshots"}},
	} {
		_, forth := snapshot.Merge(base, c.other)
		_, back := snapshot.Merge(c.other, base)
		into := tally.New(world.Table(), small)
		into.AddRecord(at("RU", 5), block.Event{Events: 1})
		unmerged := into.Snapshot().Append(nil)
		reversed := sketch.MismatchError{What: c.want.What, A: c.want.B, B: c.want.A}
		for err, want := range map[error]sketch.MismatchError{
			forth: c.want, back: reversed, into.Merge(c.other): c.want, c.other.FitsInto(base.Shape): c.want,
		} {
			var got *sketch.MismatchError
			if !errors.Is(err, sketch.ErrMismatch) || !errors.As(err, &got) || *got != want {
				t.Errorf("%v, want %v", err, &want)
			}
		}
		if !bytes.Equal(into.Snapshot().Append(nil), unmerged) {
			t.Errorf("%v: the tally changed", &c.want)
		}
	}
}
