package attribution

import "github.com/whence-go/whence/sketch"

// Distinct returns the number of distinct sources so far, reserved ones included:
// exactly up to Options.SampleSize, beyond it as the sample estimates it. It costs
// far less than a [Report], which knows better.
func (t *Tally) Distinct() sketch.Estimate {
	if t.sample == nil {
		return sketch.Estimate{}
	}
	return t.sample.Distinct()
}

// Memory returns about how many bytes t holds, for programs that keep many
// tallies within a budget. It is cheap.
func (t *Tally) Memory() int {
	const fixed = 512
	n := fixed
	if t.sample != nil {
		n += t.sample.Size()
	}
	if t.dense != nil {
		n += 4096 + t.dense.sources.Size()
	}
	return n
}
