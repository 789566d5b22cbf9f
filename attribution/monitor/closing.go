package monitor

import (
	"cmp"
	"slices"

	"github.com/whence-go/whence/internal/count"
)

// maxQuiet is the number of intervals without events that count as such. When more
// are missing in a row, nobody knows what came in them.
const maxQuiet = 360

// closeUntil closes the intervals up to an index, in the order of time.
func (m *Monitor) closeUntil(last int64) {
	c := &m.clock
	slices.SortFunc(m.open, func(a, b *interval) int { return cmp.Compare(a.index, b.index) })
	n := 0
	for c.closed < last {
		next := last
		if n < len(m.open) {
			next = min(next, m.open[n].index)
		}
		if next-c.closed <= maxQuiet {
			next = c.closed + 1
		}
		last := c.closed
		c.closed = next
		if n < len(m.open) && m.open[n].index == next {
			m.close(next, m.open[n])
			n++
		} else {
			m.close(next, nil)
		}
		m.age(last, next)
	}
	m.open = slices.Delete(m.open, 0, n)
	m.snapshots.expire(c.closed)
}

// close shows an interval to every watch; nil stands for one without events.
func (m *Monitor) close(index int64, iv *interval) {
	all := counted{snapshot: snapshot{index: index}}
	if iv != nil {
		all.events, all.sources = iv.events, count.Round(iv.whole.Distinct().Value)
		all.data = m.packer.pack(iv.tally())
		m.snapshots.add(all.snapshot)
	}
	m.follow(m.whole, all, true)
	if m.targets != nil {
		m.closeTargets(index, iv)
	}
}

func (m *Monitor) closeTargets(index int64, iv *interval) {
	bounds := m.targets.bounds()
	for slot, target := range m.targets.tracked {
		if target.IsZero() {
			continue
		}
		w := m.targets.watches[slot]
		if w == nil {
			w = newWatch(target, m.options)
			w.introduce(index, index-m.began, bounds[slot])
			m.targets.watches[slot] = w
		}
		c, known := counted{snapshot: snapshot{index: index}}, true
		if iv != nil && iv.targets[slot] != nil {
			hit := iv.targets[slot]
			if c.events = hit.events; hit.settle() != nil {
				c.sources = count.Round(hit.tally.Distinct().Value)
				iv.mark(hit.tally)
				c.data = m.packer.pack(hit.tally)
			} else {
				known = false
			}
		}
		m.follow(w, c, known)
	}
	m.targets.shedUsual()
	m.targets.shedClosed()
}

// fade is after how many intervals the weights of targets are halved. They last
// longer than it takes to find that a burst has begun: a target must not lose its
// slot for a pause that its usual traffic has, and seem to come from nowhere when
// it is back.
const fade = 16

// age lets the weights of targets fade, from one closed interval to another.
func (m *Monitor) age(from, to int64) {
	if m.targets == nil {
		return
	}
	for range min(to/fade-from/fade, 64) { // nothing is left then
		m.targets.heavy.Age()
	}
}
