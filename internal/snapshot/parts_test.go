package snapshot_test

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/axiomhq/hyperloglog"

	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/block"
	"github.com/whence-go/whence/internal/snapshot"
	"github.com/whence-go/whence/internal/tally"
	"github.com/whence-go/whence/internal/testenv/world"
)

// A part is one of several snapshots that are merged, and how it is called in a failure.
type part struct {
	name  string
	state *snapshot.State
}

// maker makes parts at random.
type maker struct {
	rng    *rand.Rand
	t      *testing.T
	tables []*geo.Table // that place every source alike
	asns   *geo.ASNTable
	lists  []*geo.PrefixSet
}

func newMaker(t *testing.T, seed uint64) *maker {
	t.Helper()
	m := &maker{
		rng: rand.New(rand.NewPCG(seed, 101)), t: t,
		asns:  world.ASNs(t, map[string]uint32{"5.0.0.0/9": 64500, "3.0.0.0/10": 64501, "2a02::/32": 64502}),
		lists: lists("5.0.0.0/10", "3.0.0.0/9"),
	}
	for month := range 3 {
		m.tables = append(m.tables, world.MakeTable(world.Blocks(), world.Built.AddDate(0, month, 0)))
	}
	return m
}

// part counts some of the same sources as other parts. How many it counts decides whether it
// is exact, has just left the exact state, or is far beyond.
func (m *maker) part(what variety) part {
	o := small
	o.SampleSize <<= m.rng.IntN(3)
	o.SamplingRate = 1 + m.rng.Uint32N(what.rates)
	o.DropAddresses = m.rng.IntN(what.dropped) == 1
	t := tally.New(m.tables[m.rng.IntN(what.tables)], o)
	sizes := []int{0, 1, 50, o.SampleSize - 1, o.SampleSize, o.SampleSize + 1, 2 * o.SampleSize, 5 * o.SampleSize}
	n := sizes[m.rng.IntN(len(sizes))]
	for range n {
		r := m.record(n + 1)
		t.AddRecord(r.source, r.event)
	}
	for reason := range snapshot.Losses {
		t.AddLost(reason, m.rng.Uint64N(3))
	}
	if m.rng.IntN(2) == 0 {
		from := world.Built.AddDate(0, 0, m.rng.IntN(9))
		t.ExtendSpan(from, from.AddDate(0, 0, 1))
	}
	s, name := t.Snapshot(), fmt.Sprintf("%d of %d", n, o.SampleSize)
	switch {
	case m.rng.IntN(what.sketches) == 1:
		sketches := must(snapshot.FromSketches(t.Table(), o.Key.ID(), sketchesOf(s)))
		return part{"sketches of " + name, sketches}
	case o.DropAddresses:
		return part{"dropped " + name, s}
	}
	var tables []*geo.Table
	for _, table := range m.tables {
		if m.rng.IntN(4) > 0 {
			tables = append(tables, table)
		}
	}
	asns := m.asns
	if m.rng.IntN(4) == 0 {
		asns = nil
	}
	return part{name, must(s.Enrich(tables, asns, m.lists[m.rng.IntN(2):]))}
}

func (m *maker) record(span int) (r record) {
	r.source = at([]string{"RU", "US", "CN", "", "reserved"}[m.rng.IntN(5)], m.rng.IntN(span))
	if m.rng.IntN(8) == 0 {
		r.source = world.IP6(m.rng.IntN(span))
	}
	r.event = block.Event{Events: m.rng.Uint64N(9) + 1, Bytes: m.rng.Uint64N(9000)}
	r.event.Facts = uint8(m.rng.IntN(8))
	if r.event.Facts > 1 {
		r.event.Port = uint16(m.rng.IntN(3))
	}
	if m.rng.IntN(50) == 0 {
		r.event.SamplingRate = 1 + m.rng.Uint32N(9)
	}
	if m.rng.IntN(1000) == 0 {
		r.event.Events = math.MaxUint64 - 5 // counts stop at the end
	}
	return r
}

func sketchesOf(s *snapshot.State) iter.Seq2[geo.Origin, *hyperloglog.Sketch] {
	return func(yield func(geo.Origin, *hyperloglog.Sketch) bool) {
		dense := s.AsDense()
		for o := range geo.MaxOrigins {
			if p, ok := dense.Sources.Part(uint8(o)); ok && !yield(geo.Origin(o), p.Sketch()) {
				return
			}
		}
	}
}

// variety says how often parts differ: in one of so many cases, and of so many tables.
type variety struct {
	tables, dropped, sketches int
	rates                     uint32
}

var varieties = map[string]variety{
	"alike":             {1, 1, 1, 1},
	"sampling rates":    {1, 1, 1, 3},
	"some dropped":      {1, 4, 1, 1},
	"some sketches":     {1, 1, 5, 1},
	"several databases": {3, 1, 1, 1},
	"everything":        {3, 6, 8, 3},
}
