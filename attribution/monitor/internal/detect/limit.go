package detect

import (
	"math"
	"time"
)

// How high a sum goes when nothing happens depends on the traffic. Where it comes in
// bursts or drifts, sums go higher than chance alone takes them. So the limit of a sum
// of a small factor is learned, from the largest value in each block of ten minutes.
//
// The largest of many values are spread as Gumbel (1958) says. Two quantiles of them
// tell which value is passed once in a month. The quantiles follow the values in
// steps (Robbins and Monro 1951), of the logarithm. So a burst moves them by one step,
// however large it is.
//
// What is not seen in two days is learned from alarms: each raises the limit of its
// sum, and time lowers it again. Both are bounded, so that nobody can teach a series
// to be blind: the limit of the largest factor is at most doubled, and two counts of
// ten times the level pass it as ever where two events or more are expected.
//
// If more false alarms a month are put up with, a limit is lower by the logarithm of their
// number, since the sums are logarithms of likelihood ratios (Lorden 1971).

const (
	month     = 28 * day
	blockSpan = 10 * time.Minute
	tailSpan  = 2 * day // that the quantiles remember,
	fewBlocks = 48      // or so many blocks, if that is longer

	// Quantiles of the largest values. Of Gumbel's distribution: where they lie, and
	// its density there.
	upper                   = .85
	gumbelMid, gumbelHigh   = .36651, 1.81696
	densityMid, densityHigh = .34657, .13814

	leastSpread = .1 // of the two quantiles,
	mostTail    = 99 // and what both are at most: logarithms

	// What steady traffic teaches in so many blocks is known from the start.
	priorBlocks         = 36
	priorMid, priorHigh = 1, 1.4

	tailDoubt  = 1.25     // a learned limit counts if it is so many times the lowest
	beyond     = 1.25     // a block teaches at most so many times the limit
	raise      = 1.3      // for each alarm,
	mostRaised = 4        // at most,
	raisedSpan = 14 * day // and for about so long, divided by the false alarms a month
)

// tail is what is known of the largest values of a sum.
type tail struct {
	most      float64 // in this block so far
	mid, high float64 // quantiles of ln(1 + most)
	raised    float64 // factor of the limit, from alarms; at least 1
}

func newTail() tail { return tail{mid: priorMid, high: priorHigh, raised: 1} }

// blocks says how a scale is divided into blocks.
type blocks struct {
	counts int64   // in a block
	rare   float64 // blocks in which a sum passes its limit about once
	spare  float64 // see grid
	window float64 // blocks that are remembered
	past   float64 // where Gumbel's distribution is passed that rarely
}

func (d grid) blocks(perCount int64) blocks {
	counts := max(d.intervals(blockSpan)/perCount, fewest)
	length := float64(counts*perCount) * float64(d.interval)
	rare := float64(month) / length * math.Exp(-d.spare)
	return blocks{counts, rare, d.spare, max(float64(tailSpan)/length, fewBlocks), math.Log(max(rare, 1))}
}

// note takes a value of the sum, which has a limit.
func (t *tail) note(sum, limit float64) { t.most = max(t.most, min(sum, beyond*limit)) }

// learn takes the largest value of a block, which is the n-th.
func (t *tail) learn(n float64, b blocks) {
	x := 0.
	if t.most > 0 {
		x, t.most = math.Log1p(t.most), 0
	}
	if t.raised > 1 {
		t.raised = 1 + (t.raised-1)*max(0, 1-float64(month/raisedSpan)/b.rare)
	}
	if x == 0 && t.high == 0 {
		return // it is as low as can be
	}
	step := max(t.high-t.mid, leastSpread) / (gumbelHigh - gumbelMid) / n
	if x > t.mid {
		t.mid += step * .5 / densityMid
	} else {
		t.mid = max(0, t.mid-step*.5/densityMid)
	}
	if x > t.high {
		t.high += step * upper / densityHigh
	} else {
		t.high -= step * (1 - upper) / densityHigh
	}
	t.mid = min(t.mid, mostTail)
	t.high = min(max(t.high, t.mid), mostTail)
}

// alarm raises the limit.
func (t *tail) alarm() { t.raised = min(t.raised*raise, mostRaised) }

// limit returns the value that is passed as rarely as it may be, or lowest if that is more.
func (t *tail) limit(lowest float64, b blocks) float64 {
	mid, high := math.Expm1(t.mid), math.Expm1(t.high)
	rare := mid + (b.past-gumbelMid)/(gumbelHigh-gumbelMid)*(high-mid)
	return max(lowest-b.spare, rare/tailDoubt) * t.raised
}
