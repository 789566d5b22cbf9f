package monitor

import (
	"math/bits"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/internal/snapshot"
)

// known is what every snapshot says beside its counts.
type known struct {
	databases snapshot.Databases // all that located something, with their address spaces
	limits    snapshot.Limits    // of the input, of which
	records   uint64             // so many were read
}

// SetAccount says what the reader of the input knows of it so far. Its limits are part of all
// verdicts from then on, as those of [attribution.Tally.AddAccount] are: fields that were not
// read and the length of cut addresses for good, blocks and addresses that clients may have
// written in the proportion that they have in the account. A burst that was told already is
// not told again.
//
// Records that were lost are not taken from it. They have a time: observe each as an event
// without a source.
func (m *Monitor) SetAccount(a attribution.Account) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh := snapshot.LimitsOf(a)
	l := m.known.limits.With(fresh)
	l.Blocks, l.Claimed = fresh.Blocks, fresh.Claimed
	m.known.limits, m.known.records = l, a.Records
}

// handOut makes a snapshot of a state.
func (k known) handOut(s *snapshot.State) attribution.Snapshot {
	s = s.With(k.databases)
	l := k.limits
	l.Blocks, l.Claimed = k.part(l.Blocks, s.Records), k.part(l.Claimed, s.Records)
	s.Limits = s.Limits.With(l)
	return snapshot.Wrap(s).(attribution.Snapshot)
}

// part is how many of some records are like n of all, rounded up.
func (k known) part(n, records uint64) uint64 {
	if n == 0 || k.records == 0 {
		return 0
	}
	n = min(n, k.records)
	hi, lo := bits.Mul64(n, records)
	part, rest := bits.Div64(hi, lo, k.records)
	if rest > 0 {
		part++
	}
	return part
}

// known encodes a state that has it all, and is empty else.
func (e *encoder) known(m *Monitor) {
	state := m.newTally().Rotate(nil)
	state.Databases, state.Limits, state.Records = m.known.databases, m.known.limits, m.known.records
	e.blob(state.Append(nil))
}

func (d *decoder) known(k *known) {
	state := d.state(d.blob(maxCheckpoint))
	d.m.know(state.Databases...)
	k.limits, k.records = state.Limits, state.Records
}
