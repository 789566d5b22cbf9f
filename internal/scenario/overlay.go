package scenario

import (
	"fmt"
	"slices"
	"time"
)

// Overlay lays bursts over everyday traffic: one stream of several scenarios.
// No source is drawn for two of them.
type Overlay struct {
	// Quiet is played whole. nil stands for no traffic.
	Quiet Builder

	// Bursts follow those of Quiet, if it has any, in this order.
	Bursts []Part
}

// Part is a scenario of which an [Overlay] takes the bursts alone, without the
// everyday traffic that it may have.
type Part struct {
	Builder Builder

	// After is the time from the begin of the stream to the onset of the
	// scenario's first burst.
	After time.Duration
}

// Build implements [Builder].
func (o Overlay) Build(p *Population) (*Scenario, error) {
	parts := *p
	if parts.taken == nil {
		parts.taken = new(taken)
	}
	var waves []wave
	var bursts []Burst
	if o.Quiet != nil {
		s, err := o.Quiet.Build(&parts)
		if err != nil {
			return nil, err
		}
		waves, bursts = slices.Clone(s.waves), slices.Clone(s.bursts)
	}
	for i, part := range o.Bursts {
		parts.part = mix64(p.part + uint64(i) + 1)
		s, err := part.Builder.Build(&parts)
		if err != nil {
			return nil, err
		}
		if len(s.bursts) == 0 {
			return nil, fmt.Errorf("scenario: part %d of an overlay, a %T, has no burst", i, part.Builder)
		}
		shift := begin.Add(part.After).Sub(s.bursts[0].Onset)
		for _, w := range s.waves {
			if w.burst > 0 {
				w.burst += len(bursts)
				w.from = w.from.Add(shift)
				waves = append(waves, w)
			}
		}
		for _, b := range s.bursts {
			b.Onset, b.End = b.Onset.Add(shift), b.End.Add(shift)
			bursts = append(bursts, b)
		}
	}
	return compose(waves, bursts...), nil
}
