package detect

import "math"

// A series that is wrong once a month is wrong every half hour among a thousand of
// them. So a burst in one of many series needs a proof: the counts must be very
// unlikely if its level were at most twice the level before. The level before is not
// known exactly either. It was counted too, in twelve intervals at first. A burst of the
// one series of all traffic needs a proof that its level is above the level before.
//
// The proof is the likelihood ratio of two Poisson counts, of the burst and of the
// past (Li and Ma 1983). Its logarithm must exceed 8, and the logarithm of the number
// of series on top (Bonferroni).
//
// What one source does is one decision, not many: a program that works through a
// list is no burst. So the counts are worth as many as the mean number from one
// source allows. Among all traffic, one source that sends much does not show in that
// mean: there it is the mean over the counts, each with the number from its source. That
// is the variance of a sum of so many decisions in multiples of its mean. There is a
// limit to this: a source that sends hundreds where nothing is expected is a burst.
const (
	proofLimit = 8
	mostClump  = 30 // events of one source that are worth one
)

// Proof is what the counts of a burst in one series prove. The zero Proof has no
// counts.
type Proof struct {
	Seen     float64 // counts so far
	Expected float64 // counts expected in that time
}

// NewProof returns a proof that begins with counts of some intervals, in each of
// which a series expected baseline.
func NewProof(seen float64, intervals int64, baseline float64) Proof {
	return Proof{Seen: seen, Expected: float64(intervals) * max(baseline, leastMean)}
}

// Add takes the count of one more interval and its expectation.
func (p *Proof) Add(seen uint64, baseline float64) {
	p.Seen += float64(seen)
	p.Expected += max(baseline, leastMean)
}

// Weight returns the logarithm of the likelihood ratio, 0 or more, against a level of
// that many times the level before at most. The past was so many times as long as the
// burst: see [Series.Past].
func (p Proof) Weight(past, times float64) float64 {
	before := p.Expected * past
	level := (p.Seen + before) / (times + past)
	if !(p.Seen > times*level) {
		return 0
	}
	return p.Seen*math.Log(p.Seen/(times*level)) + before*math.Log(before/(past*level))
}

// Clump returns how many of the counts are worth one, from 1 to 30, if they came
// from so many sources.
func (p Proof) Clump(sources float64) float64 { return Clump(p.Seen / max(sources, 1)) }

// Clump returns how many counts are worth one, from 1 to 30, by a mean number from one
// source.
func Clump(mean float64) float64 { return min(max(mean, 1), mostClump) }

// ProofLimit returns the weight that a proof needs among so many series, for each
// count that is worth one, if so many false alarms a month are put up with.
func ProofLimit(series int, falseAlarms float64) float64 {
	return proofLimit + math.Log(float64(series)/falseAlarms)
}

// Past returns how long the time was from which the level before a burst is known,
// in multiples of the burst. The burst began in interval onset.
func (s *Series) Past(onset int64) float64 {
	during := max(float64(s.next-onset), 1)
	return max(min(float64(s.seen)-during, s.grid.window), fewest) / during
}
