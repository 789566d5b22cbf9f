package monitor

import (
	"cmp"
	"iter"
	"slices"

	"github.com/whence-go/whence/attribution"
)

// notify calls Options.Notify for the bursts that are still to be reported. Only one
// goroutine does it at a time, so that calls stay in order. It sees what others add
// meanwhile.
func (m *Monitor) notify() {
	for m.options.Notify != nil && m.hasPending() && m.notifying.TryLock() {
		m.notifyAll()
	}
}

// notifyAll takes one burst at a time. Should Notify panic and a caller recover, the
// others are still to be reported.
func (m *Monitor) notifyAll() {
	defer m.notified()
	for a := m.nextPending(); a != nil; a = m.nextPending() {
		m.options.Notify(a.public(m.options))
	}
}

func (m *Monitor) nextPending() (a *account) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.pending) > 0 {
		a, m.pending = m.pending[0], m.pending[1:]
	}
	m.reporting = a
	return a
}

// notified ends a round of calls.
func (m *Monitor) notified() {
	m.mu.Lock()
	m.reporting = nil
	m.mu.Unlock()
	m.notifying.Unlock()
}

func (m *Monitor) hasPending() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.pending) > 0
}

// BurstSnapshot returns what a burst reports on, as evidence needs it, and whether the
// burst is known: one of those that [Monitor.Bursts] yields. Its report under the policy
// of Burst.Report, with the same claims, equals Burst.Report. That policy is
// Options.Policy with the Interim of the burst.
//
// While Notify runs, the snapshot is that of the burst which Notify was given. Otherwise
// it is that of the latest report. It is made once. The first call for a report takes
// some milliseconds, without the lock.
func (m *Monitor) BurstSnapshot(id uint64) (s attribution.Snapshot, known bool) {
	a := m.account(id)
	if a == nil {
		return attribution.Snapshot{}, false
	}
	return a.snapshot(m.options), true
}

// account returns the account of a burst: the one that Notify is called for, or else
// the latest. It is nil if the burst is not known.
func (m *Monitor) account(id uint64) *account {
	m.mu.Lock()
	reporting := m.reporting
	m.mu.Unlock()
	if reporting != nil && reporting.burst.id == id {
		return reporting
	}
	for _, a := range m.accounts() {
		if a.burst.id == id {
			return a
		}
	}
	return nil
}

// Bursts yields the bursts that are known, in the order in which they were found:
// those that run, and the last 256 that have ended, fewer if they are large. Each is
// the value of its latest report, which Options.Notify was given or will be given next.
// Only a running burst whose sources were shed since then ([Stats].Shed) is another one,
// without them.
//
// A burst is made once, by Notify or by the first call, and then kept. No lock is
// held while it is made and while the caller uses it.
func (m *Monitor) Bursts() iter.Seq[Burst] {
	return func(yield func(Burst) bool) {
		for _, a := range m.accounts() {
			if !yield(a.public(m.options)) {
				return
			}
		}
	}
}

// Running yields the bursts that run and are part of no other: the attacks of now, as
// Options.Notify reports them. They are the values that [Monitor.Bursts] yields. No other burst
// is made for it, so that it stays cheap where an attack has a thousand targets.
func (m *Monitor) Running() iter.Seq[Burst] {
	return func(yield func(Burst) bool) {
		for _, a := range m.accounts() {
			if !a.burst.final && a.parent == 0 && !yield(a.public(m.options)) {
				return
			}
		}
	}
}

func (m *Monitor) accounts() []*account {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.finals.kept)
	for w := range m.watches() {
		if w.shown != nil {
			all = append(all, w.shown)
		}
	}
	slices.SortFunc(all, func(a, b *account) int { return cmp.Compare(a.burst.id, b.burst.id) })
	return all
}

// watches yields all that is watched.
func (m *Monitor) watches() iter.Seq[*watch] {
	return func(yield func(*watch) bool) {
		if !yield(m.whole) || m.targets == nil {
			return
		}
		for _, w := range m.targets.watches {
			if w != nil && !yield(w) {
				return
			}
		}
	}
}
