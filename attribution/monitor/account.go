package monitor

import (
	"math"
	"slices"
	"sync"

	"github.com/whence-go/whence/attribution"
)

// account is what a burst looked like at one moment: all that its [Burst] is made
// from. It never changes, so that the burst is made without the lock of the monitor,
// and only once.
type account struct {
	burst   burst     // without settled and fading
	recent  []counted // from before the onset on, without the burst before
	settled []byte    // encoded, as in a snapshot; nil: nothing
	usual   [2][]byte // likewise

	once sync.Once
	made Burst // what the account looks like in public, once that was asked for
}

// show takes an account of a burst and has it reported.
func (m *Monitor) show(w *watch) {
	a := &account{burst: *w.burst, recent: w.outsideLast()}
	a.burst.settled, a.burst.fading = nil, nil
	a.settled = m.packer.pack(m.gathered(w.burst))
	a.usual = [2][]byte{m.packer.pack(w.usual.full), m.packer.pack(w.usual.filling)}
	if a.burst.final {
		m.finals.add(a)
	} else {
		w.shown = a
	}
	if m.options.Notify != nil {
		m.untold = append(m.untold, a)
	}
}

// finals are the accounts of bursts that have ended, of the last ones.
type finals struct {
	kept  []*account
	bytes int
}

const (
	maxFinals   = 256
	finalsBytes = 16 << 20
)

func (f *finals) add(a *account) {
	f.kept = append(f.kept, a)
	f.bytes += a.size()
	n := 0
	for len(f.kept)-n > 1 && (len(f.kept)-n > maxFinals || f.bytes > finalsBytes) {
		f.bytes -= f.kept[n].size()
		n++
	}
	f.kept = slices.Delete(f.kept, 0, n)
}

// size returns how many bytes the account is made from. What is made from it does not
// count: the state of a monitor must not depend on who read it.
func (a *account) size() int {
	n := len(a.settled) + len(a.usual[0]) + len(a.usual[1]) + len(a.burst.before.data) + len(a.burst.first.data)
	for _, c := range a.recent {
		n += len(c.data)
	}
	return n
}

// packed returns the intervals from the first to the last, where they can be taken
// apart.
func (a *account) packed(first, last int64) (in [][]byte) {
	for _, s := range []snapshot{a.burst.before, a.burst.first} {
		if s.index >= first && s.index <= last {
			in = append(in, s.data)
		}
	}
	for _, c := range a.recent {
		if c.index >= first && c.index <= last {
			in = append(in, c.data)
		}
	}
	return in
}

// window merges what came from the first interval to the last.
func (a *account) window(first, last int64) *attribution.Tally {
	return merged(append(a.packed(first, last), a.settled)...)
}

// baseline merges what came before the burst, an interval apart.
func (a *account) baseline() *attribution.Tally {
	return merged(append(a.packed(math.MinInt64, a.burst.onset-2), a.usual[:]...)...)
}

// merged panics on bytes that are no tallies, since all packed tallies are checked
// before they come in.
func merged(packed ...[]byte) *attribution.Tally {
	whole := new(attribution.Tally)
	if err := mergeInto(whole, packed...); err != nil {
		panic("monitor: " + err.Error())
	}
	return whole
}
