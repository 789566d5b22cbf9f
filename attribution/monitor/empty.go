package monitor

import (
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/tally"
)

// An interval of a sparse stream has a source or two. What it was counted in is used again for
// one that opens later, so that most of them take no memory.

// emptyTallies have no more memory than a new tally has: what grew is not kept.
type emptyTallies struct {
	kept []*tally.Tally
	size int // of a new one
}

const mostEmpty = 256 // of 1.4 kB each

func newEmptyTallies(o tally.Options) emptyTallies {
	return emptyTallies{size: tally.New(nil, o).Size()}
}

// emptyTally returns a tally that locates with a table.
func (m *Monitor) emptyTally(table *geo.Table) *tally.Tally {
	last := len(m.empty.kept) - 1
	if last < 0 {
		return tally.New(table, m.counting)
	}
	t := m.empty.kept[last]
	m.empty.kept = m.empty.kept[:last]
	if t.Table() != table {
		t.Reset(table)
	}
	return t
}

// useAgain takes a tally that was rotated, and that nobody else has.
func (m *Monitor) useAgain(t *tally.Tally) {
	if e := &m.empty; len(e.kept) < mostEmpty && t.Size() == e.size {
		e.kept = append(e.kept, t)
	}
}

// emptyCounts are by slot, and all nil.
type emptyCounts struct {
	targets []*targetCount // nil: nothing was kept
	hit     []int
}

// emptyTargets takes what came to targets out of an interval that has closed.
func (m *Monitor) emptyTargets(iv *interval) {
	for _, slot := range iv.hit {
		if c := iv.targets[slot]; c != nil && c.tally != nil {
			m.useAgain(c.tally)
		}
		iv.targets[slot] = nil
	}
	m.targets.empty = emptyCounts{iv.targets, iv.hit[:0]}
	iv.targets, iv.hit = nil, nil
}
